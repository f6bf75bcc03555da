"""Where a session stands: what its actors publish and anyone may read."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

__all__ = ["SessionState", "SessionStatus"]


class SessionState(enum.Enum):
    """Where a session stands, for operators."""

    STARTING = "starting"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    DISCONNECTED = "disconnected"
    """Connection lost; the next attempt is scheduled (``next_retry_at``)."""
    PARKED = "parked"
    """Not trying: retrying can't help or would do harm. ``reason`` says why."""
    STOPPED = "stopped"


@dataclass(slots=True)
class SessionStatus:
    """Where a session stands; read by anyone.

    Attributes:
        state: see SessionState.
        reason: why it is in this state, in words; never contains secrets.
        since: monotonic seconds at which the state was entered.
        next_retry_at: monotonic seconds of the next attempt, while DISCONNECTED.
        attempts: connection attempts since the last established stream.
        connections: streams established so far.
        restarts: restarts of the session's actors, by kind (``parser``, ``plugins``, ...).
    """

    state: SessionState = SessionState.STARTING
    reason: str = ""
    since: float = 0.0
    next_retry_at: float | None = None
    attempts: int = 0
    connections: int = 0
    restarts: dict[str, int] = field(default_factory=dict)

    def enter(self, state: SessionState, now: float, reason: str = "") -> None:
        """Enter a state.

        The session's link says so while there is a transport, and else whoever starts the session.

        Args:
            state: the state.
            now: monotonic seconds.
            reason: why, in words.
        """
        self.state, self.reason, self.since = state, reason, now
        self.next_retry_at = None

    def retry_at(self, when: float) -> None:
        """Note that the next attempt is at this time, in monotonic seconds."""
        self.attempts += 1
        self.next_retry_at = when

    def connected(self, now: float) -> None:
        """Note that a stream is established."""
        self.connections += 1
        self.enter(SessionState.CONNECTED, now)

    def stable(self) -> None:
        """Note that the last stream was good for long enough: attempts count anew."""
        self.attempts = 0
