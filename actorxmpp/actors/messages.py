"""What the stages of a session tell each other, in the order a message passes them.

Rules of this file: immutable values only; no behaviour; one section for each pair of neighbours.
They are named tuples, because one of each kind is made for every read or stanza and a frozen
dataclass costs three times as much to make. Where even that counts they are made with ``new``.
What a stream asks for (``protocol/streamevents.py``) is passed on as it is.

``epoch`` numbers the connections of a process. A value that carries one belongs to that connection
alone; the transport and the parser, between whom the boundary runs, drop what comes from another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from actorxmpp.protocol.streamevents import (
    AckRequested,
    Disconnect,
    Outcome,
    Outcomes,
    Outgoing,
    RaiseEvent,
    SessionLost,
    StartTls,
    StreamEstablished,
    StreamFailed,
    StreamFinished,
    StreamOpen,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from actorxmpp.net.connection import Connection
    from actorxmpp.net.tls import TlsInfo
    from actorxmpp.protocol.streammanagement import SmOptions
    from actorxmpp.settings import SessionSettings
    from actorxmpp.store import RosterSnapshot
    from actorxmpp.xmlstream.handler import BaseHandler
    from actorxmpp.xmlstream.stanzabase import StanzaBase

__all__ = [
    "NOTICE_WAITS",
    "AckRequested",
    "BytesReceived",
    "CaughtUp",
    "CloseStream",
    "Configure",
    "Connected",
    "ConnectionLost",
    "Disconnect",
    "FlushQueue",
    "HandlersMatched",
    "LinkStopped",
    "LoadSession",
    "ManageStream",
    "NoticeWaits",
    "Outcome",
    "Outcomes",
    "Outgoing",
    "PauseReading",
    "Probe",
    "RaiseEvent",
    "Reconnect",
    "RestoreRoster",
    "ResumeReading",
    "RunEventHandler",
    "RunHandler",
    "SendAck",
    "SessionLost",
    "SessionOver",
    "StanzasMatched",
    "StartConnecting",
    "StartTls",
    "StreamEstablished",
    "StreamFailed",
    "StreamFinished",
    "StreamOpen",
    "TlsEstablished",
    "WritePaused",
    "WriteResumed",
    "new",
]


new = tuple.__new__
"""``new(BytesReceived, (epoch, data))`` makes what ``BytesReceived(epoch, data)`` makes, in a third
of the time: for what is made for every read and every stanza."""


# transport -> parser


class LoadSession(NamedTuple):
    """Ask the store for the session, if that was not done; answered when it was."""


class Connected(NamedTuple):
    """The socket is up; a new stream begins."""

    epoch: int
    connection: Connection
    """The right to write to it goes with this message; its life stays with the transport."""


class BytesReceived(NamedTuple):
    """One read from the socket, decrypted."""

    epoch: int
    data: bytes


class TlsEstablished(NamedTuple):
    """STARTTLS is done; the stream restarts."""

    epoch: int
    info: TlsInfo


class WritePaused(NamedTuple):
    """The peer reads too slowly: not all that was written has left."""

    epoch: int


class WriteResumed(NamedTuple):
    """The peer has caught up: all that was written has left."""

    epoch: int


class ConnectionLost(NamedTuple):
    """The socket is gone."""

    epoch: int
    reason: str


class LinkStopped(NamedTuple):
    """There is no connection, and nobody wants another one."""

    reason: str


class Probe(NamedTuple):
    """Nothing was heard for a while: have the server say something."""


# parser -> dispatcher


HandlersMatched: TypeAlias = "tuple[StanzaBase | None, list[BaseHandler]]"
"""One stanza and the registered handlers that want it; None stands for one that is not to be
dispatched but counts as handled. A plain tuple: one is made for every stanza."""


class StanzasMatched(NamedTuple):
    """All stanzas of one read, in order."""

    items: list[HandlersMatched]
    epoch: int = 0
    session: int = 0
    """The managed session (XEP-0198) they count for; 0 is none."""
    report: bool = False
    """The parser wants to hear when these have been dealt with."""


class NoticeWaits(NamedTuple):
    """There is one more notice for the role (``RoleState.notices``)."""


NOTICE_WAITS = NoticeWaits()


class RestoreRoster(NamedTuple):
    """The roster as a store has it."""

    roster: RosterSnapshot


class SessionOver(NamedTuple):
    """The session has ended for good: nobody wants it any more."""

    reason: str


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


class FlushQueue(NamedTuple):
    """There is something in the send queue; told once, however much it is."""


class SendAck(NamedTuple):
    """Tell the server how many stanzas were handled."""

    epoch: int


class CaughtUp(NamedTuple):
    """The stanzas of a read whose end was to be reported have been dealt with."""


class ManageStream(NamedTuple):
    """Use stream management so from the next new session on."""

    options: SmOptions


class CloseStream(NamedTuple):
    """Close the stream in order: everything sent before still goes out."""

    reason: str
    seconds: float
    """How long the server gets to close its side."""


# anyone -> transport


class StartConnecting(NamedTuple):
    """Be connected from now on (also leaves the parked state)."""


class Reconnect(NamedTuple):
    """Drop the connection and make a new one at once."""

    reason: str


class PauseReading(NamedTuple):
    """Stop reading: the session has more to do than it can handle."""

    who: str
    """Who can't go on; reading resumes when all who have said so take it back."""


class ResumeReading(NamedTuple):
    """Read again, as far as this one is concerned."""

    who: str


# anyone -> transport, parser


class Configure(NamedTuple):
    """Go by these settings from now on."""

    settings: SessionSettings
