"""Callback and CoroutineCallback: each stanza, once, in the stream, failures."""

from __future__ import annotations

import asyncio

import pytest

from actorxmpp.stanza import Iq, Message
from actorxmpp.xmlstream import Callback, CoroutineCallback

from .helpers import MATCHER, handle


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
