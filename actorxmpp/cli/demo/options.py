"""How big a demo is, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["MAX_COMPONENTS", "MAX_DURATION", "MAX_SESSIONS", "DemoOptions"]

MAX_SESSIONS = 20_000
"""Sessions and server share this machine's 28,000 local ports."""

MAX_COMPONENTS = 1_000
MAX_DURATION = 3600.0
"""Seconds."""

TROUBLE_AT_LEAST = 20
"""Connections cut, and handlers crashed, by a demo of 20 sessions or more."""

TROUBLE_PART = 10
"""In a big demo one session in this many is cut, and one in this many has its handler crashed."""

MESSAGES_A_SECOND = 2.5
"""New messages a second and session, as long as the whole stays below MOST_MESSAGES."""

MOST_MESSAGES = 500.0
"""New messages a second of the whole demo: each of them is read and written four times, and two
small cores have logins to do beside."""

MAX_OUTSTANDING = 5_000
"""Messages without an answer at which no new ones are sent until answers come."""

HANDSHAKES = 32
"""Logins under way at once: more only makes each of them slower."""

LOGINS_A_SECOND = 500.0
"""New connections a second; the handshakes under way are the limit that counts."""

UP_TIMEOUT = 30.0
UP_TIMEOUT_PER_SESSION = 0.05
"""Seconds until all sessions must be up for the first time."""

SETTLE_TIMEOUT = 25.0
"""Seconds after the traffic in which every session must be up and every message answered."""

STOP_TIMEOUT = 4.0
"""Seconds in which the fleet ends."""


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """What the user asked for.

    Attributes:
        sessions: Client sessions.
        components: Components beside them.
        duration: Seconds of traffic and trouble.
        seed: Decides who talks to whom and what fails when.
    """

    sessions: int = 200
    components: int = 2
    duration: float = 20.0
    seed: int = 1

    @property
    def total(self) -> int:
        """Clients and components."""
        return self.sessions + self.components

    @property
    def trouble(self) -> int:
        """How many connections are cut and how many handlers crashed."""
        return max(min(TROUBLE_AT_LEAST, self.total), self.total // TROUBLE_PART)

    @property
    def rate(self) -> float:
        """New messages a second."""
        return min(self.total * MESSAGES_A_SECOND, MOST_MESSAGES)

    @property
    def up_timeout(self) -> float:
        """Seconds until all sessions must be up for the first time."""
        return UP_TIMEOUT + UP_TIMEOUT_PER_SESSION * self.total
