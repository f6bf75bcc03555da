"""The states of a session's link to its server, as one table.

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

__all__ = ["TRANSITIONS", "LinkEvent", "LinkState", "next_state"]


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
