"""Handlers: callbacks, waiters, collectors."""

from __future__ import annotations

import asyncio
from xml.etree import ElementTree as ET

import pytest

from actorxmpp.stanza import Iq, Message
from actorxmpp.xmlstream import (
    Callback,
    Collector,
    CoroutineCallback,
    CoroutineWaiter,
    MatcherId,
    StanzaPath,
    Waiter,
    XMLCallback,
    XMLWaiter,
)
from actorxmpp.xmlstream.handler import BaseHandler

MATCHER = StanzaPath("message")


class Stream:
    """As much of a stream as handlers ask for; its clock is moved by hand."""

    def __init__(self, loop=None):
        self.loop = loop
        self.handlers = []
        self.removed = []
        self.timers = {}
        self.failures = []

    def register_handler(self, handler):
        self.handlers.append(handler)

    def remove_handler(self, name):
        self.removed.append(name)
        return True

    def schedule(self, name, seconds, callback):
        self.timers[name] = (seconds, callback)

    def cancel_schedule(self, name):
        self.timers.pop(name, None)

    def exception(self, error):
        self.failures.append(error)


def handle(handler, stanza):
    """What the dispatcher does."""
    assert handler.match(stanza)
    handler.prerun(stanza)
    return handler.run(stanza)


def test_callback():
    got = []
    handler = Callback("name", MATCHER, got.append)
    message = Message()
    handle(handler, message)
    handle(handler, message)
    assert got == [message, message]
    assert not handler.check_delete()
    assert (handler.name, handler.matcher) == ("name", MATCHER)
    assert not handler.match(Iq())


def test_callback_returns_what_its_function_returns():
    handler = Callback("name", MATCHER, lambda stanza: "result", thread=True)
    assert handle(handler, Message()) == "result"


def test_a_callback_for_once():
    got = []
    handler = Callback("name", MATCHER, got.append, once=True)
    handle(handler, Message())
    assert handler.check_delete()
    handle(handler, Message())
    assert len(got) == 1


def test_a_callback_in_the_stream():
    got = []
    handler = Callback("name", MATCHER, got.append, instream=True)
    handler.prerun(Message())
    assert len(got) == 1
    handler.run(Message())
    assert len(got) == 1


def test_a_stream_given_is_registered_with():
    stream = Stream()
    handler = Callback("name", MATCHER, print, stream=stream)
    assert stream.handlers == [handler]
    assert handler.stream() is stream


def test_xml_callback():
    got = []
    message = Message()
    handle(XMLCallback("name", MATCHER, got.append), message)
    assert got == [message.xml]
    assert isinstance(got[0], ET.Element)


def test_coroutine_callback():
    got = []

    async def pointer(stanza):
        got.append(stanza)

    handler = CoroutineCallback("name", MATCHER, pointer, once=True)
    message = Message()
    asyncio.run(handle(handler, message))
    assert got == [message]
    assert handler.check_delete()
    with pytest.raises(ValueError, match="coroutine"):
        CoroutineCallback("name", MATCHER, print)


def test_a_failing_coroutine_fails_whoever_runs_it():
    async def pointer(stanza):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        asyncio.run(handle(CoroutineCallback("name", MATCHER, pointer), Message()))


@pytest.mark.parametrize("waiter_class", [Waiter, CoroutineWaiter, XMLWaiter])
def test_a_waiter_that_gets_its_stanza(waiter_class):
    async def scenario():
        stream = Stream(asyncio.get_running_loop())
        waiter = waiter_class("w", MatcherId("1"), stream=stream)
        task = asyncio.ensure_future(waiter.wait(timeout=5))
        await asyncio.sleep(0)
        (timer,) = stream.timers.values()
        assert timer[0] == 5
        message = Message(sid="1")
        handle(waiter, message)
        handle(waiter, Message(sid="1"))
        got = await task
        assert got is (message.xml if waiter_class is XMLWaiter else message)
        assert waiter.check_delete()
        assert stream.removed == ["w"]
        assert stream.timers == {}

    asyncio.run(scenario())


def test_a_waiter_whose_stanza_was_there_already():
    async def scenario():
        stream = Stream(asyncio.get_running_loop())
        waiter = Waiter("w", MatcherId("1"), stream=stream)
        message = Message(sid="1")
        handle(waiter, message)
        assert await waiter.wait() is message
        assert stream.timers == {}

    asyncio.run(scenario())


def test_a_waiter_that_waits_in_vain(caplog):
    async def scenario():
        stream = Stream(asyncio.get_running_loop())
        waiter = Waiter("w", MatcherId("1"), stream=stream)
        task = asyncio.ensure_future(waiter.wait())
        await asyncio.sleep(0)
        ((seconds, expire),) = stream.timers.values()
        assert seconds == 30
        expire()
        assert await task is None

    asyncio.run(scenario())
    assert "timed out" in caplog.text


def test_a_waiter_that_is_cancelled_leaves_nothing_behind():
    async def scenario():
        stream = Stream(asyncio.get_running_loop())
        waiter = Waiter("w", MatcherId("1"), stream=stream)
        task = asyncio.ensure_future(waiter.wait())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert stream.timers == {}
        assert stream.removed == ["w"]

    asyncio.run(scenario())


def test_a_waiter_without_a_stream():
    with pytest.raises(ValueError, match="no stream"):
        asyncio.run(Waiter("w", MATCHER).wait())


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


def test_base_handler_keeps_the_stanza():
    handler = BaseHandler("b", MATCHER)
    message = Message()
    handle(handler, message)
    assert handler._payload is message
    assert not handler.check_delete()
