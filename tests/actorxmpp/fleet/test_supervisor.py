"""The fleet: sessions come and go, and one that fails is alone with it."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from actorxmpp.clientxmpp import ClientXMPP
from actorxmpp.fleet.errors import FleetError
from actorxmpp.fleet.supervisor import Fleet
from actorxmpp.settings import SessionKind, SessionSettings, SessionSpec
from actorxmpp.status import SessionState
from supervisors import Backoff
from supervisors.testing import Crash, ManualClock, run_until_idle, use_clock

IDLE = SessionSettings(autoconnect=False)
COOL_DOWN = Backoff(min=10.0, max=80.0, random=lambda: 0.999999)


def spec(number: int, factory: Callable[[], Any] | None = None) -> SessionSpec:
    """A session that doesn't connect."""
    jid = f"bot{number}@example.net"
    return SessionSpec(
        jid, SessionKind.CLIENT, factory or (lambda: ClientXMPP(jid, "secret")), IDLE
    )


class Stand:
    """A fleet and a clock moved by hand."""

    def __init__(self) -> None:
        self.clock = use_clock(ManualClock())
        self.fleet = Fleet(cool_down=COOL_DOWN, clock=self.clock)

    async def advance(self, seconds: float) -> None:
        self.clock.advance(seconds)
        await run_until_idle()

    def state(self, number: int) -> SessionState:
        context = self.fleet.session(f"bot{number}@example.net")
        assert context is not None
        return context.status.state

    async def crash(self, number: int, stage: str = "dispatcher") -> None:
        """Have a stage of a session fail on a message it doesn't know."""
        context = self.fleet.session(f"bot{number}@example.net")
        assert context is not None
        getattr(context, stage).tell(Crash())
        await run_until_idle()


def play(scene: Callable[[Stand], Awaitable[None]]) -> None:
    """Play a scene on a loop of its own, and end the fleet."""

    async def main() -> None:
        stand = Stand()
        await stand.fleet.open()
        await scene(stand)
        stopping = asyncio.create_task(stand.fleet.stop(1.0))
        while not stopping.done():
            await stand.advance(0.1)
        await stopping

    asyncio.run(main())


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    """Crashes are wanted here, their reports are not."""
    caplog.set_level(logging.CRITICAL)


def test_sessions_are_started_and_counted() -> None:
    async def scene(stand: Stand) -> None:
        await stand.fleet.add_all(spec(number) for number in range(100))
        await run_until_idle()
        status = stand.fleet.status()
        assert status.sessions == 100
        assert status.restarts == {}
        rows = stand.fleet.rows(limit=3)
        assert [row.id for row in rows] == [f"bot{number}@example.net" for number in range(3)]

    play(scene)


def test_a_session_twice_is_refused() -> None:
    async def scene(stand: Stand) -> None:
        await stand.fleet.add(spec(1))
        with pytest.raises(FleetError, match=r"there is a session bot1@example\.net already"):
            await stand.fleet.add(spec(1))

    play(scene)


def test_a_crash_restarts_its_session_alone() -> None:
    async def scene(stand: Stand) -> None:
        await stand.fleet.add_all(map(spec, range(3)))
        before = [stand.fleet.session(f"bot{number}@example.net").role for number in range(3)]
        await stand.crash(1)
        after = [stand.fleet.session(f"bot{number}@example.net").role for number in range(3)]
        assert [old is new for old, new in zip(before, after, strict=True)] == [True, False, True]
        assert stand.fleet.status().restarts["dispatcher"] == 1

    play(scene)


def test_a_session_that_keeps_crashing_is_parked_and_comes_back_after_a_cool_down() -> None:
    async def scene(stand: Stand) -> None:
        await stand.fleet.add_all(map(spec, range(2)))
        for _ in range(6):
            await stand.crash(1)
        assert stand.state(1) is SessionState.PARKED
        (row,) = stand.fleet.rows(SessionState.PARKED)
        assert row.reason.startswith("gave up: KeyError: ")
        assert stand.state(0) is not SessionState.PARKED
        await stand.advance(9.0)
        assert stand.state(1) is SessionState.PARKED
        await stand.advance(1.0)
        assert stand.state(1) is not SessionState.PARKED
        assert stand.fleet.status().restarts["session"] == 1

    play(scene)


def test_a_bot_that_can_not_be_made_is_parked_and_tried_again_ever_later() -> None:
    async def scene(stand: Stand) -> None:
        tries = []

        def broken() -> ClientXMPP:
            tries.append(stand.clock.time())
            if len(tries) < 4:
                raise LookupError("no such table")
            return ClientXMPP("bot1@example.net", "secret")

        await stand.fleet.add(spec(1, broken))
        await stand.fleet.add(spec(2))
        (row,) = stand.fleet.rows(SessionState.PARKED)
        assert row.id == "bot1@example.net"
        assert "LookupError: no such table" in row.reason
        for _ in range(100):
            await stand.advance(1.0)
        waits = [round(later - earlier) for earlier, later in itertools.pairwise(tries)]
        assert waits == [10, 20, 40]
        assert stand.fleet.rows(SessionState.PARKED) == []

    play(scene)


def test_a_session_can_be_removed() -> None:
    async def scene(stand: Stand) -> None:
        await stand.fleet.add_all(map(spec, range(2)))
        removing = asyncio.create_task(stand.fleet.remove("bot1@example.net"))
        while not removing.done():
            await stand.advance(0.1)
        await removing
        assert stand.fleet.session("bot1@example.net") is None
        assert stand.fleet.status().sessions == 1
        with pytest.raises(FleetError, match="there is no session bot1"):
            await stand.fleet.remove("bot1@example.net")
        await stand.fleet.add(spec(1))

    play(scene)


def test_a_parked_session_can_be_removed() -> None:
    async def scene(stand: Stand) -> None:
        def broken() -> ClientXMPP:
            raise LookupError("no")

        await stand.fleet.add(spec(1, broken))
        await stand.fleet.remove("bot1@example.net")
        await stand.advance(100.0)
        assert stand.fleet.status().sessions == 0

    play(scene)


def test_a_fleet_that_stops_starts_nothing() -> None:
    async def main() -> None:
        fleet = Fleet()
        with pytest.raises(FleetError, match="does not run"):
            await fleet.add(spec(1))
        assert not fleet.alive
        await fleet.open()
        assert fleet.alive
        await fleet.add(spec(1))
        assert await fleet.stop(1.0) == 0
        assert not fleet.alive
        with pytest.raises(FleetError, match="does not run"):
            await fleet.add(spec(2))

    asyncio.run(main())
