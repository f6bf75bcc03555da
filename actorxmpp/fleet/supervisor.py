"""The fleet: a dynamic supervisor of sessions, and what an operator can ask of it.

Sessions come and go, thousands of them, and no session's failure touches another: a lost
connection is its transport's business; a crash is its session supervisor's; a session that gives up
is *parked* with its reason and started again after a cool-down that grows each time. A session
whose bot can't even be made is treated the same way.

Where it stands: ``cli/run.py`` and ``cli/demo`` make one; programs that embed a fleet do the same::

    fleet = Fleet()
    await fleet.open()
    await fleet.add_all(specs)
    ...
    await fleet.stop(timeout=4.0)

A fleet belongs to the loop it was opened on.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from typing import TYPE_CHECKING, Any

from actorxmpp.actors.composition import COMPOSITIONS
from actorxmpp.actors.session import Session, SessionSupervisor
from actorxmpp.exceptions import ActorXMPPError
from actorxmpp.fleet.errors import FleetError
from actorxmpp.fleet.status import one_line, session_row, summarize
from actorxmpp.status import SessionState
from supervisors import (
    Backoff,
    ChildSpec,
    ChildType,
    DynamicSupervisor,
    LoopClock,
    StartError,
    SupervisorsError,
    shutdown,
    telemetry,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from actorxmpp.fleet.status import FleetStatus, SessionRow
    from actorxmpp.settings import SessionSpec
    from supervisors import Clock, TimerHandle

__all__ = ["COOL_DOWN", "Fleet"]

logger = logging.getLogger(__name__)

COOL_DOWN = Backoff(min=5.0, max=300.0)
"""How long a session that gave up stays parked: first up to 5 s, then longer, at most 5 min."""

SESSION_SHUTDOWN = 2.0
"""Seconds a session's actors get once it has been told to end."""

START_BATCH = 20
"""Sessions started before the loop gets a turn for those that run already."""

CLOSE_SHARE = 0.75
"""Part of a stop's time in which streams may be closed in order; the rest ends the actors."""

STAGES = frozenset({"plugins", "dispatcher", "parser", "transport"})
"""Ids of a session's own children; others below a session are plugins."""


class Fleet:
    """Sessions under one supervisor.

    Args:
        cool_down: How long sessions that gave up stay parked.
        clock: Time and timers; by default those of the loop it is opened on.
    """

    def __init__(self, *, cool_down: Backoff = COOL_DOWN, clock: Clock | None = None) -> None:
        self._cool_down = cool_down
        self._clock = clock
        self._sessions: dict[str, Session] = {}
        self._restarts: Counter[str] = Counter()
        self._retries: dict[str, TimerHandle] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._unsubscribe: Callable[[], None] | None = None
        self._supervisor: Any = None
        self._stopping = False

    # life

    async def open(self) -> None:
        """Start the supervisor, without sessions yet."""
        if self._clock is None:
            self._clock = LoopClock(asyncio.get_running_loop())
        self._supervisor = await DynamicSupervisor.spawn(name="fleet")
        self._unsubscribe = telemetry.subscribe(self._on_event)

    async def add_all(self, specs: Iterable[SessionSpec]) -> None:
        """Start many sessions; they connect at their gate's pace.

        The loop gets a turn now and then, so that those started first are not kept waiting.
        """
        for number, spec in enumerate(specs, start=1):
            await self.add(spec)
            if number % START_BATCH == 0:
                await asyncio.sleep(0)

    async def add(self, spec: SessionSpec) -> Session:
        """Start a session.

        A bot that can't be made is no error here: its session is parked and tried again later.

        Raises:
            FleetError: The fleet is stopping, or there is a session of that id.
        """
        if self._stopping or self._supervisor is None:
            raise FleetError(f"the fleet does not run: {spec.id} is not started")
        if spec.id in self._sessions:
            raise FleetError(f"there is a session {spec.id} already")
        session = Session(spec, for_good=False)
        self._sessions[spec.id] = session
        await self._start(session, attempt=0)
        return session

    async def remove(self, session_id: str) -> None:
        """End a session in order and forget it.

        Raises:
            FleetError: There is none of that id.
        """
        session = self._sessions.get(session_id)
        if session is None:
            raise FleetError(f"there is no session {session_id}")
        await self._close_streams([session], SESSION_SHUTDOWN)
        retry = self._retries.pop(session_id, None)
        if retry is not None:
            retry.cancel()
        else:
            await self._supervisor.terminate_child(session_id)
        del self._sessions[session_id]

    async def stop(self, timeout: float) -> int:
        """End all sessions in good order: presence, end of stream, flush; then the actors.

        Args:
            timeout: Seconds it may take; what has not ended by then is cut off.

        Returns:
            How many streams had to be cut off.
        """
        self._stopping = True
        for timer in self._retries.values():
            timer.cancel()
        self._retries.clear()
        for task in self._tasks:
            task.cancel()
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout
        cut_off = await self._close_streams(self._sessions.values(), timeout * CLOSE_SHARE)
        if self._supervisor is not None:
            await shutdown(self._supervisor, timeout=max(deadline - loop.time(), 0.1))
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        return cut_off

    # what an operator sees

    @property
    def alive(self) -> bool:
        """Whether the supervisor runs."""
        return self._supervisor is not None and bool(self._supervisor.is_alive())

    def status(self) -> FleetStatus:
        """The fleet counted; linear in its sessions."""
        return summarize(
            (session.status for session in self._sessions.values()),
            dict(sorted(self._restarts.items())),
        )

    def rows(self, state: SessionState | None = None, limit: int | None = None) -> list[SessionRow]:
        """One row a session, in the order in which they were added.

        Args:
            state: Only those in this state.
            limit: At most so many.
        """
        now = self._time.time()
        found: list[SessionRow] = []
        for session_id, session in self._sessions.items():
            if limit is not None and len(found) >= limit:
                break
            if state is None or session.status.state is state:
                found.append(session_row(session_id, session.status, now))
        return found

    def session(self, session_id: str) -> Session | None:
        """The session of that id."""
        return self._sessions.get(session_id)

    @property
    def _time(self) -> Clock:
        assert self._clock is not None, "the fleet has not been opened"
        return self._clock

    # starting

    async def _start(self, session: Session, attempt: int) -> None:
        """Start a session's actors, or park it and try again after a cool-down."""
        session_id = session.spec.id
        self._retries.pop(session_id, None)
        try:
            await self._supervisor.start_child(
                ChildSpec(
                    id=session_id,
                    start=SessionSupervisor,
                    args=(session,),
                    type=ChildType.SUPERVISOR,
                    shutdown=SESSION_SHUTDOWN,
                    backoff=self._cool_down,
                )
            )
        except StartError as error:
            self._park(session, f"can't start: {_root_cause(error)}")
            self._retries[session_id] = self._time.call_later(
                self._cool_down.delay(attempt), self._start_again, session, attempt + 1
            )

    def _start_again(self, session: Session, attempt: int) -> None:
        task = asyncio.create_task(self._start(session, attempt), name="start-session")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _park(self, session: Session, reason: str) -> None:
        session.status.enter(SessionState.PARKED, self._time.time(), one_line(reason))
        logger.warning("%s is parked: %s", session.spec.id, session.status.reason)

    # stopping

    async def _close_streams(self, sessions: Iterable[Session], timeout: float) -> int:
        """Have sessions end their streams, and try no more; returns how many did not in time."""
        had_stream = []
        closing = []
        for session in sessions:
            future = (
                _disconnect(session, timeout * CLOSE_SHARE) if session.role is not None else None
            )
            if future is not None:
                closing.append(future)
                if session.stream.is_open:
                    had_stream.append(future)
        if closing:
            await asyncio.wait(closing, timeout=timeout)
        return sum(not future.done() for future in had_stream)

    # telemetry

    def _on_event(self, event: telemetry.Event) -> None:
        """Count restarts; park a session that gave up."""
        if event.kind is telemetry.EventKind.RESTARTED:
            if event.child_id in STAGES:
                self._restarts[event.child_id] += 1
            else:
                own = event.child_id in self._sessions
                # a component's users have numbers, plugins have names
                other = "user" if isinstance(event.child_id, int) else "plugin"
                self._restarts["session" if own else other] += 1
        elif event.kind is telemetry.EventKind.EXITED and event.supervisor == self._supervisor:
            session = self._sessions.get(event.child_id)
            if session is not None and not self._stopping:
                why = _root_cause(event.exception) if event.exception else str(event.reason)
                self._park(session, f"gave up: {why}")


def _disconnect(session: Session, timeout: float) -> asyncio.Future[str] | None:
    """Have a session say goodbye, end its stream and stay away."""
    role = session.role
    assert role is not None
    try:
        if session.stream.is_open and COMPOSITIONS[session.spec.kind].present:
            role.send_presence(ptype="unavailable")
        ended: asyncio.Future[str] = role.disconnect(wait=timeout, reason="the fleet stops")
    except (ActorXMPPError, SupervisorsError) as error:
        logger.debug("%s: %s", session.spec.id, error)  # its stream has just gone: nothing to end
        return None
    return ended


def _root_cause(error: BaseException) -> str:
    """What a chain of start errors began with, on one line."""
    while error.__cause__ is not None:
        error = error.__cause__
    return f"{type(error).__name__}: {error}"
