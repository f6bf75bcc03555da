"""XMLCallback: the element instead of the stanza object."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from actorxmpp.stanza import Message
from actorxmpp.xmlstream import XMLCallback

from .helpers import MATCHER, handle


def test_xml_callback():
    got = []
    message = Message()
    handle(XMLCallback("name", MATCHER, got.append), message)
    assert got == [message.xml]
    assert isinstance(got[0], ET.Element)
