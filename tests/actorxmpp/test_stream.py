"""XMLStream without a network: handlers, events, filters, what becomes of what is sent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from actorxmpp import ClientXMPP
from actorxmpp.actors import messages as m
from actorxmpp.exceptions import NotConnectedError, SendQueueFull, StanzaNotSent
from actorxmpp.protocol.streamevents import Outcome
from actorxmpp.settings import SessionSettings
from actorxmpp.stanza import Message
from actorxmpp.xmlstream.handler import Callback
from actorxmpp.xmlstream.matcher import MatcherId

JID = "romeo@example.net/orchard"


def role(**settings: Any) -> ClientXMPP:
    return ClientXMPP(JID, "secret", settings=SessionSettings(**settings))


def play(main: Callable[[ClientXMPP], Coroutine[Any, Any, None]], **settings: Any) -> None:
    async def begin() -> None:
        await main(role(**settings))

    asyncio.run(begin())


def waiting(stream: ClientXMPP) -> list[bytes]:
    return [item.data for item in stream.session.stream.queue.waiting]


# -- out ---------------------------------------------------------------------------------------


def test_a_stanza_is_serialised_where_it_is_sent() -> None:
    async def main(stream: ClientXMPP) -> None:
        message = stream.make_message("juliet@example.net", "now")
        stream.send(message)
        message["body"] = "later"
        assert b"now" in waiting(stream)[0]
        with pytest.raises(ValueError, match="XML"):
            stream.send_message("juliet@example.net", "\x00")
        assert len(waiting(stream)) == 1

    play(main)


def test_too_much_is_refused_and_who_waits_gets_room_in_order() -> None:
    async def main(stream: ClientXMPP) -> None:
        stream.send_raw("<message id='0'/>")
        with pytest.raises(SendQueueFull):
            stream.send_raw("<message id='1'/>")
        waits = [
            asyncio.create_task(stream.send_wait(f"<message id='{number}'/>")) for number in (2, 3)
        ]
        await asyncio.sleep(0)
        stream.session.stream.queue.set_limit(3)
        stream.session.stream.queue.wake_senders()
        await asyncio.gather(*waits)
        assert [data[13:14] for data in waiting(stream)] == [b"0", b"2", b"3"]

    play(main, send_queue_limit=1)


def test_who_gives_up_waiting_for_room_leaves_it_to_the_next() -> None:
    async def main(stream: ClientXMPP) -> None:
        stream.send_raw("<message/>")
        first = asyncio.create_task(stream.send_wait("<message id='1'/>"))
        second = asyncio.create_task(stream.send_wait("<message id='2'/>"))
        await asyncio.sleep(0)
        stream.session.stream.queue.set_limit(2)
        stream.session.stream.queue.wake_senders()  # it is the first one's turn
        first.cancel()
        await asyncio.wait((first, second))
        assert first.cancelled()
        assert b"'2'" in waiting(stream)[1]

    play(main, send_queue_limit=1)


@pytest.mark.parametrize(
    ("sent", "reported"),
    [
        (b"<message><body>hi</body></message>", "hi"),
        (b" ", b" "),
        (b"<message>", b"<message>"),
    ],
)
def test_what_was_not_sent_is_reported_whatever_it_is(sent: bytes, reported: Any) -> None:
    async def main(stream: ClientXMPP) -> None:
        seen: list[Any] = []
        stream.add_event_handler("stanza_not_sent", seen.append)
        stream.stanza_outcomes(Outcome.NOT_SENT, [m.Outgoing(None, sent)], "lost")
        stream.send_raw(sent)
        stream.session_over("done")
        assert [each["body"] if isinstance(each, Message) else each for each in seen] == [
            reported,
            reported,
        ]

    play(main)


def test_who_waits_for_a_stanza_hears_of_the_session_s_end() -> None:
    async def main(stream: ClientXMPP) -> None:
        sent = asyncio.create_task(stream.send_acked(stream.make_message("a@b", "hi")))
        await asyncio.sleep(0)
        stream.session_over("done")
        with pytest.raises(StanzaNotSent, match="done"):
            await sent

    play(main)


def test_filters_on_the_way_out() -> None:
    async def main(stream: ClientXMPP) -> None:
        def away(_stanza: Any) -> None:
            return None

        stream.add_filter("out", away)
        stream.send_message("a@b", "dropped")
        stream.send(stream.make_message("a@b", "past it"), use_filters=False)
        with pytest.raises(StanzaNotSent, match="filter"):
            await stream.send_acked(stream.make_message("a@b", "dropped"))
        assert len(waiting(stream)) == 1
        stream.del_filter("out", away)
        assert stream.filters_out == []
        with pytest.raises(ValueError, match="no filter"):
            stream.del_filter("out", away)

    play(main)


def test_what_is_sent_after_a_slow_filter_began_stays_behind() -> None:
    async def main(stream: ClientXMPP) -> None:
        gate = asyncio.get_running_loop().create_future()

        async def slow(stanza: Any) -> Any:
            await gate
            return stanza

        stream.add_filter("out", slow)
        stream.send_message("a@b", "first")
        stream.send_raw("<message id='second'/>")
        await asyncio.sleep(0)
        assert waiting(stream) == []
        gate.set_result(None)
        while len(waiting(stream)) < 2:  # noqa: ASYNC110
            await asyncio.sleep(0)
        assert [b"first" in data for data in waiting(stream)] == [True, False]

    play(main)


def test_filters_on_the_way_in() -> None:
    stream = role()
    order: list[int] = []
    stream.add_filter("in", lambda stanza: (order.append(2), stanza)[1])
    stream.add_filter("in", lambda stanza: (order.append(1), stanza)[1], 0)
    stanza = Message()
    assert stream.filter_in(stanza) is stanza
    assert order == [1, 2]
    stream.add_filter("in", lambda _stanza: None)
    assert stream.filter_in(stanza) is None
    with pytest.raises(ValueError, match="mode"):
        stream.add_filter("sideways", print)  # type: ignore[arg-type]

    async def slow(stanza: Any) -> Any:
        return stanza

    with pytest.raises(TypeError, match="coroutine"):
        stream.add_filter("in", slow)


# -- events ------------------------------------------------------------------------------------


def test_an_event_s_handlers_run_in_order_once_or_always() -> None:
    async def main(stream: ClientXMPP) -> None:
        seen: list[Any] = []
        stream.add_event_handler("hello", lambda data: seen.append(("once", data)), disposable=True)
        stream.add_event_handler("hello", seen.append)
        assert stream.event_handled("hello") == 2
        stream.event("hello", 1)
        stream.event("hello")
        assert seen == [("once", 1), 1, {}]
        stream.del_event_handler("hello", seen.append)
        assert stream.event_handled("hello") == 0

    play(main)


def test_an_event_may_be_waited_for() -> None:
    async def main(stream: ClientXMPP) -> None:
        waits = asyncio.create_task(stream.wait_until("hello"))
        await asyncio.sleep(0)
        stream.event("hello", "world")
        assert await waits == "world"
        assert stream.event_handled("hello") == 0

    play(main)


def test_coroutine_handlers_may_be_waited_for() -> None:
    async def main(stream: ClientXMPP) -> None:
        seen: list[Any] = []

        async def handler(data: Any) -> None:
            await asyncio.sleep(0)
            seen.append(data)

        stream.add_event_handler("hello", handler)
        await stream.event_async("hello", 1)
        assert seen == [1]
        stream.event("hello", 2)
        while len(seen) < 2:  # noqa: ASYNC110
            await asyncio.sleep(0)

    play(main)


# -- handlers and classes ----------------------------------------------------------------------


def test_a_handler_belongs_to_who_registers_it() -> None:
    stream = role()
    handlers = [Callback(name, MatcherId("1"), print) for name in ("mine", "a plugin's")]
    stream.register_handler(handlers[0])
    with stream.registering_for("xep_0030"):
        stream.register_handler(handlers[1])
    assert [handler.owner for handler in handlers] == [None, "xep_0030"]
    assert handlers[0].stream() is stream  # type: ignore[misc]
    assert [stream.remove_handler(name) for name in ("mine", "mine")] == [True, False]


def test_ids_are_new_each_time() -> None:
    stream = role()
    assert len({stream.new_id() for _ in range(100)}) == 100
    assert stream.new_id().split("-")[0] != role().new_id().split("-")[0]


# -- the session -------------------------------------------------------------------------------


def test_orders_before_there_is_a_session() -> None:
    async def main(stream: ClientXMPP) -> None:
        with pytest.raises(NotConnectedError):
            stream.reconnect()
        killed: list[Any] = []
        stream.add_event_handler("killed", killed.append)
        stream.abort()
        assert killed == [{}]
        assert await stream.disconnect() == "not connected"
        assert stream.is_connected() is stream.is_connecting() is stream.sessionstarted is False

    play(main)


def test_settings_are_replaced_and_the_queue_s_limit_with_them() -> None:
    stream = role(send_queue_limit=5)
    stream.settings = SessionSettings(send_queue_limit=7)
    assert stream.session.stream.queue.limit == 7
    assert stream.session.settings is stream.settings


def test_a_role_does_not_show_its_password() -> None:
    stream = role()
    assert "secret" not in repr(stream) + repr(stream.session) + repr(stream.session.spec)


@pytest.mark.parametrize(("repeat", "calls"), [(False, 1), (True, 2)])
def test_what_is_scheduled_is_called_like_a_handler(repeat: bool, calls: int) -> None:
    async def main(stream: ClientXMPP) -> None:
        seen: list[int] = []

        async def due(number: int) -> None:
            seen.append(number)

        stream.schedule("name", 0, due, (7,), repeat=repeat)
        while len(seen) < calls:  # noqa: ASYNC110
            await asyncio.sleep(0)
        stream.cancel_schedule("name")
        assert seen == [7] * calls
        assert stream.scheduled_events == {}

    play(main)
