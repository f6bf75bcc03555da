"""What the stages of a session tell each other, in the order a message passes them.

Rules of this file: immutable values only; no behaviour; one section for each pair of neighbours.
They are named tuples, because one of each kind is made for every read or stanza and a frozen
dataclass costs three times as much to make. Where even that counts they are made with ``new``.

``epoch`` numbers the connections of a session. A value that carries an epoch belongs to that
connection alone; a stage drops what comes from an older one.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from actorxmpp.net.tls import TlsInfo
    from actorxmpp.protocol.actions import Resumed
    from actorxmpp.protocol.errors import Decision
    from actorxmpp.protocol.smactions import Unacked
    from actorxmpp.xmlstream.handler import BaseHandler
    from actorxmpp.xmlstream.stanzabase import StanzaBase

__all__ = [
    "NEXT_FOR_PLUGIN",
    "AckDue",
    "AckRequested",
    "BytesReceived",
    "CloseStream",
    "Connected",
    "ConnectionLost",
    "Disconnect",
    "FlushOutbox",
    "HandlersMatched",
    "NextForPlugin",
    "Outcome",
    "Outcomes",
    "Outgoing",
    "PauseReading",
    "Probe",
    "RaiseEvent",
    "Reconnect",
    "ResumeReading",
    "RunEventHandler",
    "RunHandler",
    "SendBytes",
    "SessionLost",
    "StanzasMatched",
    "StartConnecting",
    "StartTls",
    "StreamEstablished",
    "StreamFailed",
    "StreamFinished",
    "StreamOpen",
    "TlsEstablished",
    "new",
]


class Outcome(enum.Enum):
    """What became of a stanza."""

    SENT = "sent"
    """It was written to a stream without acknowledgements: nobody knows more."""
    ACKED = "acked"
    """The server has handled it."""
    RESENT = "resent"
    """It was written once more; another outcome follows."""
    NOT_SENT = "not-sent"
    """As far as anybody knows the server has not handled it, and it won't be sent again."""


new = tuple.__new__
"""``new(BytesReceived, (epoch, data))`` makes what ``BytesReceived(epoch, data)`` makes, in a third
of the time: for what is made for every read and every stanza."""


# transport -> parser


class Connected(NamedTuple):
    """The socket is up; a new stream begins."""

    epoch: int
    tls: TlsInfo | None
    """The TLS layer that is already there (direct TLS), or None."""


class BytesReceived(NamedTuple):
    """One read from the socket, decrypted."""

    epoch: int
    data: bytes


class TlsEstablished(NamedTuple):
    """STARTTLS is done; the stream restarts."""

    epoch: int
    info: TlsInfo


class ConnectionLost(NamedTuple):
    """The socket is gone."""

    epoch: int
    reason: str


class Probe(NamedTuple):
    """Nothing was heard for a while: have the server say something."""

    epoch: int


# parser -> dispatcher


HandlersMatched: TypeAlias = "tuple[StanzaBase | None, list[BaseHandler]]"
"""One stanza and the registered handlers that want it; None stands for one that is not to be
dispatched but counts as handled. A plain tuple: one is made for every stanza."""


class StanzasMatched(NamedTuple):
    """All stanzas of one read, in order."""

    items: list[HandlersMatched]
    epoch: int = 0
    counted: bool = False
    """Each counts as handled once it has been dealt with (XEP-0198)."""


class AckRequested(NamedTuple):
    """The server asks how many stanzas were handled: answered when those before this were."""

    epoch: int


class StreamEstablished(NamedTuple):
    """Negotiation is done: the stream carries stanzas from here on."""

    epoch: int
    jid: str
    features: frozenset[str]
    resumed: Resumed | None = None
    """Set when the server took up the earlier session."""


class SessionLost(NamedTuple):
    """The session that was to be resumed is gone."""

    reason: str


class Outcomes(NamedTuple):
    """What became of stanzas that were sent with stream management."""

    outcome: Outcome
    stanzas: tuple[Unacked, ...]
    reason: str = ""


class StreamFinished(NamedTuple):
    """The stream carries no more stanzas."""

    epoch: int
    reason: str
    was_established: bool
    resumable: bool = False
    """The session outlives its stream."""


class RaiseEvent(NamedTuple):
    """Raise an event at the role (``connected``, ``failed_auth``, ...)."""

    name: str
    data: Any


# dispatcher -> plugin


class RunHandler(NamedTuple):
    """Run a plugin's stanza handler in the plugin's actor."""

    handler: BaseHandler
    stanza: StanzaBase


class RunEventHandler(NamedTuple):
    """Run a plugin's event handler in the plugin's actor."""

    function: Callable[[Any], Any]
    data: Any


class NextForPlugin(NamedTuple):
    """There is something in the plugin's queue; told once, however much it is."""


NEXT_FOR_PLUGIN = NextForPlugin()


# dispatcher -> parser


class Outgoing(NamedTuple):
    """A stanza in the outbox, serialised as it was when it was sent."""

    stanza: StanzaBase | None
    """None for raw XML."""
    data: bytes
    future: asyncio.Future[Outcome] | None = None
    """Who waits for its outcome."""


class FlushOutbox(NamedTuple):
    """There is something in the outbox; told once, however much it is."""


class AckDue(NamedTuple):
    """Tell the server how many stanzas were handled."""

    epoch: int


class CloseStream(NamedTuple):
    """Close the stream in order: everything sent before still goes out."""

    reason: str


# parser -> transport


class SendBytes(NamedTuple):
    """Write to the socket."""

    epoch: int
    data: bytes


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


# anyone -> transport


class StartConnecting(NamedTuple):
    """Be connected from now on (also leaves the parked state)."""


class Disconnect(NamedTuple):
    """Be disconnected from now on: close the socket once what was written is out."""

    reason: str


class Reconnect(NamedTuple):
    """Drop the connection and make a new one at once."""

    reason: str


class PauseReading(NamedTuple):
    """Stop reading: the session has more stanzas than it can handle."""


class ResumeReading(NamedTuple):
    """Read again."""
