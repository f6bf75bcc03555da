"""XEP-0203: the mark of a delayed stanza."""

from __future__ import annotations

import datetime as dt

from actorxmpp.plugins.xep_0203 import Delay
from actorxmpp.stanza import Message


def test_the_mark_is_written_and_read() -> None:
    message = Message()
    message["delay"]["stamp"] = dt.datetime(2002, 9, 10, 23, 8, 25, tzinfo=dt.UTC)
    message["delay"]["from"] = "capulet.com"
    message["delay"]["text"] = "Offline Storage"
    element = message.xml[0]
    assert element.tag == "{urn:xmpp:delay}delay"
    assert element.attrib == {"stamp": "2002-09-10T23:08:25Z", "from": "capulet.com"}
    assert isinstance(message["delay"], Delay)
    assert message["delay"]["stamp"].year == 2002
    assert message["delay"]["from"].domain == "capulet.com"
    assert message["delay"]["text"] == "Offline Storage"


def test_a_mark_without_a_time_has_none() -> None:
    message = Message()
    message["delay"]["stamp"] = "soon"
    assert message["delay"]["stamp"] is None
    assert message["delay"]["from"] is None
