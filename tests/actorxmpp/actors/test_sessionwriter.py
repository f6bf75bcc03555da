"""Writing a session to its store before the network gets what it is about."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from actorxmpp.actors.rolestate import RoleState
from actorxmpp.actors.sessionwriter import SessionWriter
from actorxmpp.protocol.managed import HandledCount
from actorxmpp.protocol.smactions import SmSnapshot
from actorxmpp.protocol.stream import SendQueue, Stream
from actorxmpp.protocol.streammanagement import SmOptions
from actorxmpp.store import StoredSession
from actorxmpp.xmlstream.checks import Limits

from .neighbours import Role

JID = "romeo@example.net/orchard"
SNAPSHOT = SmSnapshot("old", handled=2, acked=1, unacked=(b"<message/>",), jid=JID)


class Store:
    """A store whose writes end when they are told to."""

    def __init__(self) -> None:
        self.saved: list[StoredSession] = []
        self.error: Exception | None = None
        self.go = asyncio.Event()
        self.go.set()
        self.has: StoredSession | None = None

    async def save(self, session_id: str, stored: StoredSession) -> None:
        assert session_id == JID
        await self.go.wait()
        if self.error is not None:
            raise self.error
        self.saved.append(stored)

    async def load(self, session_id: str) -> StoredSession | None:
        assert session_id == JID
        if self.error is not None:
            raise self.error
        return self.has


class Desk:
    """A writer with everything it needs."""

    def __init__(self) -> None:
        self.store = Store()
        self.stream = Stream(JID, SendQueue(10), Limits(), HandledCount())
        self.stream.manage(SmOptions(enabled=True))
        self.roles = RoleState()
        self.roles.give(Role())
        self.tasks: list[asyncio.Task[None]] = []
        self.failed: list[Exception] = []
        self.done: list[str] = []
        self.writer = SessionWriter(
            self.store,  # type: ignore[arg-type]
            self.stream,
            self.roles,
            self._task,
            self.failed.append,
        )

    def _task(self, work: Coroutine[Any, Any, None]) -> None:
        self.tasks.append(asyncio.get_running_loop().create_task(work))

    async def turn(self) -> None:
        for _ in range(10):
            await asyncio.sleep(0)


def play(main: Callable[[Desk], Coroutine[Any, Any, None]]) -> None:
    async def begin() -> None:
        desk = Desk()
        await main(desk)
        await asyncio.gather(*desk.tasks)

    asyncio.run(begin())


def test_something_is_done_when_the_session_is_stored_and_not_before() -> None:
    async def main(desk: Desk) -> None:
        desk.store.go.clear()
        desk.writer.then(desk.done.append, "written")
        await desk.turn()
        assert desk.done == []
        desk.store.go.set()
        await desk.turn()
        assert desk.done == ["written"]
        assert len(desk.store.saved) == 1

    play(main)


def test_one_write_at_a_time_and_what_comes_meanwhile_goes_into_the_next() -> None:
    async def main(desk: Desk) -> None:
        desk.store.go.clear()
        desk.writer.then(desk.done.append, "first")
        await desk.turn()
        for name in ("second", "third"):
            desk.writer.then(desk.done.append, name)
        desk.writer.note()
        desk.store.go.set()
        await desk.turn()
        assert desk.done == ["first", "second", "third"]
        assert (len(desk.store.saved), len(desk.tasks)) == (2, 1)

    play(main)


def test_what_is_stored_is_the_session_as_it_is_then() -> None:
    async def main(desk: Desk) -> None:
        desk.stream.restore(SNAPSHOT, "SCRAM-SHA-256", 0.0)
        desk.writer.note()
        await desk.turn()
        (stored,) = desk.store.saved
        assert (stored.sm, stored.mechanism, stored.roster) == (SNAPSHOT, "SCRAM-SHA-256", None)

    play(main)


def test_a_store_that_fails_costs_no_stanza_and_says_so_once() -> None:
    async def main(desk: Desk) -> None:
        desk.store.error = OSError("disk full")
        for name in ("first", "second"):
            desk.writer.then(desk.done.append, name)
            await desk.turn()
        assert desk.done == ["first", "second"]
        assert desk.failed == [desk.store.error]
        desk.store.error = None
        desk.writer.note()
        await desk.turn()
        desk.store.error = OSError("again")
        desk.writer.note()
        await desk.turn()
        assert len(desk.failed) == 2

    play(main)


@pytest.mark.parametrize("age", [0.0, 50.0])
def test_what_the_store_has_is_taken_up(age: float) -> None:
    async def main(desk: Desk) -> None:
        desk.store.has = StoredSession(SNAPSHOT, "SCRAM-SHA-1", None, time.time() - age)
        assert await desk.writer.load(1000.0) is desk.store.has
        assert desk.stream.restored is True
        assert desk.stream.mechanism == "SCRAM-SHA-1"
        assert desk.stream.sm is not None
        assert desk.stream.sm._lost_at == pytest.approx(1000.0 - age, abs=5.0)

    play(main)


def test_a_store_with_nothing_in_it_is_asked_once() -> None:
    async def main(desk: Desk) -> None:
        assert await desk.writer.load(0.0) is None
        assert desk.stream.restored is True

    play(main)


def test_one_that_can_t_be_read_may_be_asked_again() -> None:
    async def main(desk: Desk) -> None:
        desk.store.error = OSError("locked")
        assert await desk.writer.load(0.0) is None
        assert desk.failed == [desk.store.error]
        assert desk.stream.restored is False

    play(main)
