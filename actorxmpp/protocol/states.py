"""The states of a stream being negotiated, and the one table by which they change.

Where it stands: `client` and `component` own one `StreamStateMachine` each and report what
happened as a `StreamEvent`; the transport stage reads `StreamState` to set its timer.

Rules:

* `StreamStateMachine.advance` is the only place where a state changes.
* A pair that is not in `TRANSITIONS` fails closed: the state becomes `FAILED`.
* Every state in which we wait for somebody has a time limit in `STEP_TIMEOUT_S`.

The way of a client (RFC 6120, 4 to 7; XEP-0198 for resumption)::

    NEW > OPENING > FEATURES > STARTTLS > TLS_HANDSHAKE > OPENING > FEATURES
        > AUTHENTICATING (> DERIVING > AUTHENTICATING) > OPENING > FEATURES
        > RESUMING > ESTABLISHED, or > BINDING (> SESSION) > ESTABLISHED

The way of a component (XEP-0114)::

    NEW > OPENING > HANDSHAKE > ESTABLISHED
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final

from actorxmpp.protocol.errors import InvalidTransition

if TYPE_CHECKING:
    from collections.abc import Mapping


class StreamState(Enum):
    """Where a negotiation stands; the value is for logs and status pages."""

    NEW = "new"
    OPENING = "opening"
    FEATURES = "features"
    STARTTLS = "starttls"
    TLS_HANDSHAKE = "tls-handshake"
    AUTHENTICATING = "authenticating"
    DERIVING = "deriving"
    RESUMING = "resuming"
    BINDING = "binding"
    SESSION = "session"
    HANDSHAKE = "handshake"
    ESTABLISHED = "established"
    FAILED = "failed"


class StreamEvent(Enum):
    """What happened; the only thing that moves a `StreamState`."""

    CONNECTED = "connected"
    OPENED = "opened"
    STARTTLS_SENT = "starttls-sent"
    PROCEED = "proceed"
    TLS_UP = "tls-up"
    AUTH_SENT = "auth-sent"
    KEYS_NEEDED = "keys-needed"
    KEYS_READY = "keys-ready"
    AUTHENTICATED = "authenticated"
    RESUME_SENT = "resume-sent"
    RESUME_REFUSED = "resume-refused"
    BIND_SENT = "bind-sent"
    SESSION_SENT = "session-sent"
    HANDSHAKE_SENT = "handshake-sent"
    READY = "ready"
    FAIL = "fail"


_S, _E = StreamState, StreamEvent

TRANSITIONS: Final[Mapping[tuple[StreamState, StreamEvent], StreamState]] = {
    (_S.NEW, _E.CONNECTED): _S.OPENING,
    (_S.OPENING, _E.OPENED): _S.FEATURES,
    (_S.OPENING, _E.HANDSHAKE_SENT): _S.HANDSHAKE,
    (_S.FEATURES, _E.STARTTLS_SENT): _S.STARTTLS,
    (_S.FEATURES, _E.AUTH_SENT): _S.AUTHENTICATING,
    (_S.FEATURES, _E.RESUME_SENT): _S.RESUMING,
    (_S.FEATURES, _E.BIND_SENT): _S.BINDING,
    (_S.STARTTLS, _E.PROCEED): _S.TLS_HANDSHAKE,
    (_S.TLS_HANDSHAKE, _E.TLS_UP): _S.OPENING,
    (_S.AUTHENTICATING, _E.AUTH_SENT): _S.AUTHENTICATING,
    (_S.AUTHENTICATING, _E.KEYS_NEEDED): _S.DERIVING,
    (_S.AUTHENTICATING, _E.AUTHENTICATED): _S.OPENING,
    (_S.DERIVING, _E.KEYS_READY): _S.AUTHENTICATING,
    (_S.RESUMING, _E.READY): _S.ESTABLISHED,
    (_S.RESUMING, _E.RESUME_REFUSED): _S.FEATURES,
    (_S.BINDING, _E.SESSION_SENT): _S.SESSION,
    (_S.BINDING, _E.READY): _S.ESTABLISHED,
    (_S.SESSION, _E.READY): _S.ESTABLISHED,
    (_S.HANDSHAKE, _E.READY): _S.ESTABLISHED,
    **{(state, _E.FAIL): _S.FAILED for state in StreamState if state is not _S.ESTABLISHED},
}

FINAL: Final = frozenset({_S.ESTABLISHED, _S.FAILED})
"""States in which the negotiation takes no more part in the stream."""

STEP_TIMEOUT_S: Final[Mapping[StreamState, float]] = {
    _S.NEW: 60.0,  # DNS and TCP have their own, shorter limits in net
    _S.OPENING: 30.0,
    _S.FEATURES: 30.0,
    _S.STARTTLS: 30.0,
    _S.TLS_HANDSHAKE: 60.0,  # a server woken by 10,000 reconnects needs a while for each
    _S.AUTHENTICATING: 60.0,  # the server may ask a slow directory
    _S.DERIVING: 120.0,  # our own threads, when every session of a fleet logs in at once
    _S.RESUMING: 60.0,
    _S.BINDING: 60.0,
    _S.SESSION: 60.0,
    _S.HANDSHAKE: 60.0,
}


class StreamStateMachine:
    """Holds one stream's state and moves it by `TRANSITIONS`."""

    __slots__ = ("_state",)

    def __init__(self) -> None:
        self._state = StreamState.NEW

    @property
    def state(self) -> StreamState:
        """The present state."""
        return self._state

    def advance(self, event: StreamEvent) -> StreamState:
        """Move by one event.

        Returns:
            The new state.

        Raises:
            InvalidTransition: If the table has no such pair. The state is `FAILED` then.
        """
        before = self._state
        after = TRANSITIONS.get((before, event))
        if after is None:
            self._state = StreamState.FAILED
            raise InvalidTransition(f"event {event.value!r} in state {before.value!r}")
        self._state = after
        return after

    def __repr__(self) -> str:
        return f"<StreamStateMachine {self._state.value}>"


class Phase(Enum):
    """Where a stream stands."""

    DOWN = "down"
    """There is none."""
    NEGOTIATING = "negotiating"
    """Logging in; ``protocol/states.py`` has the steps."""
    OPEN = "open"
    """It carries stanzas."""
    CLOSING = "closing"
    """We have closed our side, and still read what the server says."""


class Step(Enum):
    """What moves a stream from phase to phase."""

    CONNECTED = "connected"
    READY = "ready"
    CLOSE = "close"
    END = "end"


PHASES: Final[Mapping[tuple[Phase, Step], Phase]] = {
    (Phase.DOWN, Step.CONNECTED): Phase.NEGOTIATING,
    (Phase.NEGOTIATING, Step.READY): Phase.OPEN,
    (Phase.NEGOTIATING, Step.END): Phase.DOWN,
    (Phase.OPEN, Step.CLOSE): Phase.CLOSING,
    (Phase.OPEN, Step.END): Phase.DOWN,
    (Phase.CLOSING, Step.END): Phase.DOWN,
}
"""Every change of a stream's phase; what is not here can't happen."""
