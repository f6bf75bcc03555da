"""What the stages of a session tell each other, in the order a message passes them.

Rules of this file: immutable values only; no behaviour; one section for each pair of neighbours.
They are named tuples, because one of each kind is made for every read or stanza and a frozen
dataclass costs three times as much to make.

``epoch`` numbers the connections of a session. A value that carries an epoch belongs to that
connection alone; a stage drops what comes from an older one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from actorxmpp.net.tls import TlsInfo
    from actorxmpp.protocol.errors import Decision
    from actorxmpp.xmlstream.handler import BaseHandler
    from actorxmpp.xmlstream.stanzabase import StanzaBase

__all__ = [
    "BytesReceived",
    "CloseStream",
    "Connected",
    "ConnectionLost",
    "Disconnect",
    "FlushOutbox",
    "HandlersMatched",
    "Outgoing",
    "PauseReading",
    "RaiseEvent",
    "Reconnect",
    "ResumeReading",
    "RunEventHandler",
    "RunHandler",
    "SendBytes",
    "StanzasMatched",
    "StartConnecting",
    "StartTls",
    "StreamEstablished",
    "StreamFailed",
    "StreamFinished",
    "StreamOpen",
    "TlsEstablished",
]


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


# parser -> dispatcher


class HandlersMatched(NamedTuple):
    """One stanza and the registered handlers that want it."""

    stanza: StanzaBase
    handlers: list[BaseHandler]


class StanzasMatched(NamedTuple):
    """All stanzas of one read, in order."""

    items: list[HandlersMatched]


class StreamEstablished(NamedTuple):
    """Negotiation is done: the stream carries stanzas from here on."""

    epoch: int
    jid: str
    features: frozenset[str]


class StreamFinished(NamedTuple):
    """The stream carries no more stanzas."""

    epoch: int
    reason: str
    was_established: bool


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


# dispatcher -> parser


class Outgoing(NamedTuple):
    """A stanza in the outbox, serialised as it was when it was sent."""

    stanza: StanzaBase | None
    """None for raw XML."""
    data: bytes


class FlushOutbox(NamedTuple):
    """There is something in the outbox; told once, however much it is."""


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


class StreamFailed(NamedTuple):
    """The stream ended or never came up; the decision says how to go on."""

    epoch: int
    decision: Decision
    condition: str
    text: str


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
