"""BaseHandler: registers with its stream and keeps the stanza."""

from __future__ import annotations

from actorxmpp.stanza import Message
from actorxmpp.xmlstream import Callback
from actorxmpp.xmlstream.handler import BaseHandler

from .helpers import MATCHER, Stream, handle


def test_base_handler_keeps_the_stanza():
    handler = BaseHandler("b", MATCHER)
    message = Message()
    handle(handler, message)
    assert handler._payload is message
    assert not handler.check_delete()


def test_a_stream_given_is_registered_with():
    stream = Stream()
    handler = Callback("name", MATCHER, print, stream=stream)
    assert stream.handlers == [handler]
    assert handler.stream() is stream
