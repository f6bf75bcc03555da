"""What a fleet looks like from above: sessions by state, restarts by kind, one row a session.

Everything here is plain data made on demand from the sessions' own status objects: nothing is kept
twice, so nothing can disagree. :class:`RestartCounter` is the one thing that listens all the time.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from actorxmpp.status import SessionState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from actorxmpp.status import SessionStatus

__all__ = ["STATES", "FleetStatus", "SessionRow", "one_line", "session_row", "summarize"]

STATES = tuple(SessionState)
"""The states in the order in which tables and progress lines show them."""


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One session, as a line of a table.

    Attributes:
        id: The JID as configured.
        state: Where it stands.
        reason: Why, in words, on one line; without secrets.
        seconds: How long it has been in that state.
        retry_in: Seconds to its next attempt to connect; None when none is planned.
        attempts: Attempts since the last established stream.
        connections: Streams established so far.
        restarts: Restarts of its actors.
    """

    id: str
    state: SessionState
    reason: str
    seconds: float
    retry_in: float | None
    attempts: int
    connections: int
    restarts: int

    def as_json(self) -> dict[str, Any]:
        """The row with JSON's types only."""
        return {
            "id": self.id,
            "state": self.state.value,
            "reason": self.reason,
            "seconds": round(self.seconds, 3),
            "retry_in": None if self.retry_in is None else round(self.retry_in, 3),
            "attempts": self.attempts,
            "connections": self.connections,
            "restarts": self.restarts,
        }


@dataclass(frozen=True, slots=True)
class FleetStatus:
    """The fleet at one moment.

    Attributes:
        states: How many sessions are in each state; every state is there.
        connections: Streams established so far, by all sessions.
        restarts: Restarts by kind of actor (``dispatcher``, ``parser``, ``session``, ...).
    """

    states: Mapping[SessionState, int] = field(default_factory=lambda: dict.fromkeys(STATES, 0))
    connections: int = 0
    restarts: Mapping[str, int] = field(default_factory=dict)

    @property
    def sessions(self) -> int:
        """How many sessions the fleet has, whatever their state."""
        return sum(self.states.values())

    @property
    def up(self) -> int:
        """How many of them are connected."""
        return self.states[SessionState.CONNECTED]

    def line(self) -> str:
        """The states with at least one session, for a progress line: ``48 connected, 2 parked``."""
        parts = [f"{count} {state.value}" for state, count in self.states.items() if count]
        return ", ".join(parts) or "no sessions"

    def as_json(self) -> dict[str, Any]:
        """The status with JSON's types only."""
        return {
            "sessions": self.sessions,
            "states": {state.value: count for state, count in self.states.items()},
            "connections": self.connections,
            "restarts": dict(self.restarts),
        }


def summarize(
    statuses: Iterable[SessionStatus], restarts: Mapping[str, int] | None = None
) -> FleetStatus:
    """Count sessions by state; linear in the sessions, so for tables and not for messages.

    Args:
        statuses: The sessions' own status objects.
        restarts: Restarts by kind, counted elsewhere; None adds up the statuses' own.
    """
    states: Counter[SessionState] = Counter()
    own: Counter[str] = Counter()
    connections = 0
    for status in statuses:
        states[status.state] += 1
        connections += status.connections
        if restarts is None and status.restarts:
            own.update(status.restarts)
    counted = own if restarts is None else restarts
    return FleetStatus(
        {state: states[state] for state in STATES}, connections, dict(sorted(counted.items()))
    )


def one_line(text: str) -> str:
    """A text that may come from a server, fit for a terminal: one line, no control characters."""
    printable = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(printable.split())


def session_row(session_id: str, status: SessionStatus, now: float) -> SessionRow:
    """One session's line.

    Args:
        session_id: The session's id.
        status: Its status.
        now: The same monotonic clock the status was written with, in seconds.
    """
    retry_at = status.next_retry_at
    return SessionRow(
        id=session_id,
        state=status.state,
        reason=one_line(status.reason),
        seconds=max(0.0, now - status.since),
        retry_in=None if retry_at is None else max(0.0, retry_at - now),
        attempts=status.attempts,
        connections=status.connections,
        restarts=sum(status.restarts.values()),
    )
