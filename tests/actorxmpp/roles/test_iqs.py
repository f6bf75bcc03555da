"""The IQs that wait for a reply: their table, and what completes them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from actorxmpp.exceptions import IqError, IqTimeout, RequestDisconnected
from actorxmpp.roles import iqs
from actorxmpp.roles.iqs import IqTable, PendingIq, Requests, TooManyIqs
from actorxmpp.stanza import Iq
from supervisors.testing import ManualClock


def pending() -> PendingIq:
    request: Any = object()
    future: Any = object()
    return PendingIq(request, future, None)


@pytest.fixture
def table() -> IqTable:
    table = IqTable()
    table.own = frozenset(("", "romeo@example.net", "romeo@example.net/orchard", "example.net"))
    return table


def test_a_reply_from_the_peer_that_was_asked_completes(table: IqTable) -> None:
    request = pending()
    table.add(table.key("1", "juliet@example.net"), request)
    assert table.pop(table.key("1", "juliet@example.net")) is request
    assert len(table) == 0


@pytest.mark.parametrize("stranger", ["mallory@example.org", "", "romeo@example.net"])
def test_a_reply_from_another_sender_completes_nothing(table: IqTable, stranger: str) -> None:
    table.add(table.key("1", "juliet@example.net"), pending())
    assert table.pop(table.key("1", stranger)) is None
    assert len(table) == 1


@pytest.mark.parametrize("answerer", ["", "romeo@example.net", "example.net"])
def test_the_server_may_answer_for_the_account(table: IqTable, answerer: str) -> None:
    request = pending()
    table.add(table.key("1", ""), request)
    assert table.pop(table.key("1", answerer)) is request


def test_the_same_id_may_wait_for_two_peers(table: IqTable) -> None:
    table.add(table.key("1", "a@example.net"), pending())
    table.add(table.key("1", "b@example.net"), pending())
    with pytest.raises(ValueError, match=r"'1'.*b@example\.net"):
        table.add(table.key("1", "b@example.net"), pending())


def test_the_table_is_bounded(table: IqTable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(iqs, "PENDING_IQ_LIMIT", 2)
    table.add(("1", ""), pending())
    table.add(("2", ""), pending())
    with pytest.raises(TooManyIqs):
        table.add(("3", ""), pending())


def test_all_come_out_oldest_first(table: IqTable) -> None:
    requests = [pending() for _ in range(3)]
    for number, request in enumerate(requests):
        table.add((str(number), ""), request)
    assert table.pop_all() == requests
    assert len(table) == 0


def test_requests_under_way_follow_the_session_to_its_address() -> None:
    table = IqTable()
    request: Any = Iq()
    request["to"] = "romeo@example.net"
    one = PendingIq(request, object(), None)  # type: ignore[arg-type]
    table.add(table.key("1", "romeo@example.net"), one)
    table.answer_for(frozenset(("", "romeo@example.net")))
    assert table.pop(table.key("1", "")) is one


# -- sending and completing --------------------------------------------------------------------


class Desk:
    """Requests on a clock that is moved by hand."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.sent: list[Any] = []
        self.called: list[Any] = []
        self.error: Exception | None = None
        self.requests = Requests(IqTable(), self._loop, self._send, self._call)

    def _loop(self) -> Any:
        loop = asyncio.get_running_loop()

        class Loop:
            create_future = loop.create_future
            call_later = self.clock.call_later

        return Loop

    def _send(self, iq: Any) -> None:
        if self.error is not None:
            raise self.error
        self.sent.append(iq)

    def _call(self, function: Any, iq: Any) -> None:
        function(iq)

    def ask(self, kind: str = "get", id: str = "", **options: Any) -> asyncio.Future[Any]:
        iq = Iq()
        iq["type"], iq["to"] = kind, "juliet@example.net"
        iq["id"] = id
        called = options.get("callback"), options.get("timeout_callback")
        return self.requests.send(iq, lambda: "new", called[0], 30.0, called[1])

    def reply(self, kind: str = "result", id: str = "new", **attributes: str) -> bool:
        iq = Iq()
        iq["type"], iq["id"], iq["from"] = kind, id, attributes.get("sender", "juliet@example.net")
        return self.requests.complete(iq)


def play(main: Callable[[Desk], Coroutine[Any, Any, None]]) -> None:
    async def begin() -> None:
        await main(Desk())

    asyncio.run(begin())


def test_a_reply_completes_its_request_once() -> None:
    async def main(desk: Desk) -> None:
        future = desk.ask()
        assert desk.sent[0]["id"] == "new"
        assert desk.reply(sender="mallory@example.org") is False
        assert desk.reply() is True
        assert future.result()["type"] == "result"
        assert desk.reply() is False
        assert desk.clock.pending == 0

    play(main)


def test_an_error_is_raised_at_who_asked() -> None:
    async def main(desk: Desk) -> None:
        future = desk.ask(id="mine")
        assert desk.reply("error", "mine") is True
        with pytest.raises(IqError):
            await future

    play(main)


@pytest.mark.parametrize("kind", ["get", "set"])
def test_another_request_is_no_reply(kind: str) -> None:
    async def main(desk: Desk) -> None:
        future = desk.ask()
        assert desk.reply(kind) is False
        assert not future.done()
        desk.requests.end("over")
        with pytest.raises(RequestDisconnected):
            await future

    play(main)


@pytest.mark.parametrize("kind", ["result", "error"])
def test_nobody_answers_an_answer(kind: str) -> None:
    async def main(desk: Desk) -> None:
        assert desk.ask(kind).result() is None
        assert len(desk.requests.table) == 0

    play(main)


def test_who_waits_too_long_is_told() -> None:
    async def main(desk: Desk) -> None:
        future = desk.ask(timeout_callback=desk.called.append)
        desk.clock.advance(29.9)
        assert not future.done()
        desk.clock.advance(0.1)
        with pytest.raises(IqTimeout):
            await future
        assert desk.called == desk.sent
        assert desk.reply() is False

    play(main)


def test_a_callback_gets_the_reply() -> None:
    async def main(desk: Desk) -> None:
        desk.ask(callback=desk.called.append)
        desk.reply("error")
        assert desk.called[0]["type"] == "error"

    play(main)


def test_what_could_not_be_sent_waits_for_nothing() -> None:
    async def main(desk: Desk) -> None:
        desk.error = ValueError("no")
        with pytest.raises(ValueError, match="no"):
            desk.ask()
        assert len(desk.requests.table) == 0
        assert desk.clock.pending == 0

    play(main)


def test_who_has_given_up_waiting_is_left_alone() -> None:
    async def main(desk: Desk) -> None:
        future = desk.ask()
        future.cancel()
        assert desk.reply() is True
        desk.ask(id="other").cancel()
        desk.requests.end("over")
        assert future.cancelled()

    play(main)
