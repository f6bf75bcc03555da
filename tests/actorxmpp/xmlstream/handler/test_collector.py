"""Collector: keeps stanzas until it is stopped, up to its limit."""

from __future__ import annotations

import pytest

from actorxmpp.stanza import Message
from actorxmpp.xmlstream import Collector

from .helpers import MATCHER, Stream, handle


def test_collector():
    stream = Stream()
    collector = Collector("c", MATCHER, stream=stream, limit=2)
    messages = [Message(sid=str(number)) for number in range(3)]
    for message in messages:
        handle(collector, message)
    assert not collector.check_delete()
    assert collector.stop() == messages[1:]
    assert collector.check_delete()
    assert stream.removed == ["c"]
    with pytest.raises(ValueError, match="no stream"):
        Collector("c", MATCHER).stop()
