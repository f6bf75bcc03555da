"""Waiter: one stanza, early, late or never."""

from __future__ import annotations

import asyncio

import pytest

from actorxmpp.stanza import Message
from actorxmpp.xmlstream import CoroutineWaiter, MatcherId, Waiter, XMLWaiter

from .helpers import MATCHER, Stream, handle


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
