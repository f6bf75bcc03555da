"""What a `Stream` asks its owner to do or to tell others: its events, and what becomes of stanzas.

Where it stands: `stream` makes these; the parser actor carries out some and passes the others on,
unchanged, as the messages they are.

Rules: immutable values without behaviour. What belongs to one connection carries its epoch.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence
    from xml.etree.ElementTree import Element

    from actorxmpp.protocol.actions import Resumed
    from actorxmpp.protocol.errors import Decision

__all__ = [
    "AckRequested",
    "CountingBegins",
    "Disconnect",
    "Nonza",
    "Outcome",
    "Outcomes",
    "Outgoing",
    "RaiseEvent",
    "SessionLost",
    "StartTls",
    "StreamEstablished",
    "StreamFailed",
    "StreamFinished",
    "StreamOpen",
]


class Outcome(enum.Enum):
    """What became of a stanza."""

    SENT = "sent"
    """It left this process on a stream without acknowledgements: nobody knows more."""
    ACKED = "acked"
    """The server has handled it."""
    RESENT = "resent"
    """It was written once more; another outcome follows."""
    NOT_SENT = "not-sent"
    """As far as anybody knows the server has not handled it, and it won't be sent again."""


class Outgoing(NamedTuple):
    """A stanza in the send queue, serialised as it was when it was sent."""

    stanza: Any
    """The stanza object; None for raw XML."""
    data: bytes
    future: Any = None
    """Who waits for its outcome."""

    def __repr__(self) -> str:
        return f"Outgoing({len(self.data)} bytes)"


class Outcomes(NamedTuple):
    """What became of stanzas that were sent."""

    outcome: Outcome
    stanzas: Sequence[Outgoing]
    reason: str = ""


# for the owner


class Nonza(NamedTuple):
    """An element that is neither a stanza nor the stream's own: for handlers, never counted."""

    element: Element


class CountingBegins(NamedTuple):
    """From here on each stanza counts as handled once it has been dealt with (XEP-0198)."""

    session: int
    """The number of the managed session they belong to; never 0."""


# for the role


class StreamEstablished(NamedTuple):
    """Negotiation is done: the stream carries stanzas from here on."""

    epoch: int
    jid: str
    features: frozenset[str]
    resumed: Resumed | None = None
    """Set when the server took up the earlier session."""


class StreamFinished(NamedTuple):
    """The stream carries no more stanzas."""

    epoch: int
    reason: str
    was_established: bool
    resumable: bool = False
    """The session outlives its stream."""


class SessionLost(NamedTuple):
    """The session that was to be resumed is gone."""

    reason: str


class AckRequested(NamedTuple):
    """The server asks how many stanzas were handled: answered when those before this were."""

    epoch: int


class RaiseEvent(NamedTuple):
    """Raise an event at the role (``connected``, ``failed_auth``, ...)."""

    name: str
    data: Any


# for the transport


class StartTls(NamedTuple):
    """Begin TLS on the connection of this epoch."""

    epoch: int
    server_name: str


class StreamOpen(NamedTuple):
    """The stream is established: the next attempt starts with a short delay again."""

    epoch: int
    idle_seconds: int | None = None
    """After how much silence the server drops the connection, if it said (XEP-0478)."""


class StreamFailed(NamedTuple):
    """The stream ended or never came up; the decision says how to go on."""

    epoch: int
    decision: Decision
    condition: str
    text: str
    redirect: tuple[str, int | None] | None = None
    """Where the server says to go instead."""


class Disconnect(NamedTuple):
    """Be disconnected from now on: close the socket once what was written is out."""

    reason: str
