"""The link of a session to its server: its states, as one table, and what it remembers.

Rules of this file: every change of the link's state is a row of ``TRANSITIONS``; the transport
asks ``next_state`` and carries the answer out. What is not in the table is a bug of the transport
and raises, so that it costs the transport and nothing else.

::

    IDLE --WANT--> GATED --ADMITTED--> CONNECTING --SOCKET_UP--> UP
     ^               ^                     |                      |
     |  STOP         | TIMER               | RETRY                | RETRY
     +---- any    WAITING <----------------+----------------------+
                  PARKED  <---------------- PARK -----------------+
"""

from __future__ import annotations

import enum
import itertools
import random
from typing import TYPE_CHECKING, Final

from actorxmpp.protocol.errors import Decision
from actorxmpp.protocol.redirect import read_redirect
from actorxmpp.status import SessionState

if TYPE_CHECKING:
    from actorxmpp.settings import SessionSettings
    from actorxmpp.status import SessionStatus

__all__ = ["TRANSITIONS", "Link", "LinkEvent", "LinkState", "next_state"]

STABLE_AFTER: Final = 5.0
"""Seconds a stream must have been up for the delays to begin small again: a server that accepts
and drops at once must not be called in a hot loop."""

DEFAULT_PORT: Final = 5222
"""Where a server that names no port listens for clients."""


class LinkState(enum.Enum):
    """Where the link stands."""

    IDLE = "idle"
    """Not connected and not meant to be."""
    WAITING = "waiting"
    """The next attempt is scheduled."""
    GATED = "gated"
    """Waiting for the gate's permission to connect."""
    CONNECTING = "connecting"
    """DNS, TCP and direct TLS are under way."""
    UP = "up"
    """There is a socket."""
    PARKED = "parked"
    """Retrying can't help; somebody must say so, or a long timer."""


class LinkEvent(enum.Enum):
    """What can happen to the link."""

    WANT = "want"
    TIMER = "timer"
    ADMITTED = "admitted"
    SOCKET_UP = "socket_up"
    RETRY = "retry"
    PARK = "park"
    RECONNECT = "reconnect"
    STOP = "stop"


_S, _E = LinkState, LinkEvent

TRANSITIONS: dict[tuple[LinkState, LinkEvent], LinkState] = {
    (_S.IDLE, _E.WANT): _S.GATED,
    (_S.IDLE, _E.RECONNECT): _S.GATED,
    (_S.IDLE, _E.STOP): _S.IDLE,
    (_S.WAITING, _E.WANT): _S.GATED,
    (_S.WAITING, _E.TIMER): _S.GATED,
    (_S.WAITING, _E.RECONNECT): _S.GATED,
    (_S.WAITING, _E.STOP): _S.IDLE,
    (_S.GATED, _E.WANT): _S.GATED,
    (_S.GATED, _E.ADMITTED): _S.CONNECTING,
    (_S.GATED, _E.RECONNECT): _S.GATED,
    (_S.GATED, _E.STOP): _S.IDLE,
    (_S.CONNECTING, _E.WANT): _S.CONNECTING,
    (_S.CONNECTING, _E.SOCKET_UP): _S.UP,
    (_S.CONNECTING, _E.RETRY): _S.WAITING,
    (_S.CONNECTING, _E.PARK): _S.PARKED,
    (_S.CONNECTING, _E.RECONNECT): _S.GATED,
    (_S.CONNECTING, _E.STOP): _S.IDLE,
    (_S.UP, _E.WANT): _S.UP,
    (_S.UP, _E.RETRY): _S.WAITING,
    (_S.UP, _E.PARK): _S.PARKED,
    (_S.UP, _E.RECONNECT): _S.GATED,
    (_S.UP, _E.STOP): _S.IDLE,
    (_S.PARKED, _E.WANT): _S.GATED,
    (_S.PARKED, _E.TIMER): _S.GATED,
    (_S.PARKED, _E.RECONNECT): _S.GATED,
    (_S.PARKED, _E.STOP): _S.IDLE,
}


def next_state(state: LinkState, event: LinkEvent) -> LinkState:
    """Look up the state that follows.

    Raises:
        ValueError: if the event can't happen in this state.
    """
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise ValueError(f"link: {event.name} can't happen in state {state.name}") from None


class Link:
    """Where a session's link to its server stands, and what it remembers between connections.

    The transport owns it and does what it says; a transport that restarts finds it again. What an
    operator sees of it is in ``status``, which it alone changes.

    Args:
        status: where it publishes what it does.
        wanted: whether the session should be connected.
        settings: how it connects.
    """

    __slots__ = ("_decision", "_location_tried", "_redirect", "_redirects", "_up_since", "epoch",
                 "settings", "state", "status", "wanted")  # fmt: skip

    def __init__(self, settings: SessionSettings, status: SessionStatus, *, wanted: bool) -> None:
        self.settings = settings
        self.status = status
        self.wanted = wanted
        self.state = LinkState.IDLE
        self.epoch = 0
        self._decision = Decision.RETRY
        self._up_since: float | None = None
        self._redirect: tuple[str, int] | None = None
        self._redirects = 0
        self._location_tried = False

    def step(self, event: LinkEvent, now: float, reason: str = "") -> LinkState:
        """Move by one event, and publish it.

        Raises:
            ValueError: if the event can't happen in this state.
        """
        self.state = next_state(self.state, event)
        self.status.enter(_STATUS[self.state], now, reason)
        if self.state is LinkState.GATED:
            self.epoch = next(_epochs)
        return self.state

    def want(self) -> bool:
        """Be connected from now on; returns whether that was so already."""
        wanted, self.wanted = self.wanted, True
        return wanted

    def unwant(self) -> None:
        """Be connected no more."""
        self.wanted = False

    def restarted(self) -> None:
        """Another transport takes over: whatever the one before was about is over."""
        self.state = LinkState.IDLE
        self._up_since = None

    def configure(self, settings: SessionSettings) -> None:
        """Connect so from the next attempt on."""
        self.settings = settings

    # attempts

    def schedule_retry(self, now: float) -> float:
        """Say how many seconds to wait before the next attempt."""
        status = self.status
        delay = self.settings.backoff.delay(status.attempts, _RANDOM, self._decision)
        status.retry_at(now + delay)
        return delay

    def where(self, location: str | None) -> tuple[str, int] | None:
        """Say where to connect to: where the server said, once, or as the settings say.

        Args:
            location: where the server wants a session resumed (XEP-0198 section 5), if it said.
        """
        redirect, self._redirect = self._redirect, None
        if redirect is not None:
            return redirect
        if location and not self._location_tried:
            self._location_tried = True
            found = read_redirect(location)
            if found is not None:
                return found[0], found[1] or DEFAULT_PORT
        return self.settings.server

    def opened(self, now: float) -> None:
        """The stream is established."""
        self._up_since = now
        self._location_tried = False
        self.status.connected(now)

    def lost(self, decision: Decision, now: float) -> None:
        """The connection is lost, or did not come up: go on as the decision says."""
        self._decision = decision
        up_since, self._up_since = self._up_since, None
        if up_since is not None and now - up_since >= STABLE_AFTER:
            self.status.stable()
            self._redirects = 0

    def follow(self, redirect: tuple[str, int | None] | None) -> bool:
        """Whether to go at once where the server says; then ``where`` says the same."""
        if redirect is None or self._redirects >= self.settings.max_redirects:
            return False
        self._redirects += 1
        self._redirect = redirect[0], redirect[1] or DEFAULT_PORT
        return True


_STATUS: Final = {
    LinkState.IDLE: SessionState.STOPPED,
    LinkState.WAITING: SessionState.DISCONNECTED,
    LinkState.GATED: SessionState.CONNECTING,
    LinkState.CONNECTING: SessionState.CONNECTING,
    LinkState.UP: SessionState.CONNECTING,
    LinkState.PARKED: SessionState.PARKED,
}

_epochs: Final = itertools.count(1)
"""Numbers of connections: no two of a process are the same, whichever transport made them."""

_RANDOM: Final = random.Random()
