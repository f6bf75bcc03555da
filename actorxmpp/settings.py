"""How a session connects and behaves: frozen values, shared by any number of sessions.

Rules of this file: values and the interfaces of what a program may put in; no behaviour. What a
session *is doing* is in ``status.py``.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from actorxmpp.net.dial import dial
from actorxmpp.net.tls import TlsPolicy
from actorxmpp.protocol.backoff import FullJitter
from actorxmpp.xmlstream.tokenizer import Limits

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from actorxmpp.net.connection import Connection, ConnectionEvents
    from actorxmpp.protocol.negotiation import Negotiation
    from actorxmpp.protocol.settings import ResumeRequest
    from actorxmpp.store import SessionStore

__all__ = [
    "ConnectGate",
    "Connector",
    "LostStanzas",
    "OnHandlerError",
    "SessionKind",
    "SessionSettings",
    "SessionSpec",
]

SEND_QUEUE_LIMIT = 1_000
"""Stanzas kept for a session that is not connected; the next one is refused."""


class Connector(Protocol):
    """Makes connections; ``actorxmpp.net.dial.dial`` is one, tests give another."""

    def __call__(
        self,
        events: ConnectionEvents,
        domain: str,
        server: tuple[str, int] | None = None,
        timeout: float = ...,
        *,
        policy: TlsPolicy | None = None,
        direct_tls: bool = False,
    ) -> Awaitable[Connection]:
        """Make a connection, or raise NetError.

        Args:
            events: who gets the connection's events.
            domain: the domain part of the JID.
            server: host and port to use instead of what DNS says.
            timeout: seconds it may take.
            policy: which certificates are trusted, where TLS begins before the stream.
            direct_tls: TLS begins before the stream at ``server`` (XEP-0368).
        """


class ConnectGate(Protocol):
    """Paces new connections over all sessions that share it."""

    async def acquire(self, domain: str) -> None:
        """Wait until one more connection to ``domain`` may be made."""

    def release(self, domain: str) -> None:
        """Say that the connection's login is over, well or badly."""


class SessionKind(enum.Enum):
    """The two compositions of a session."""

    CLIENT = "client"
    COMPONENT = "component"


class OnHandlerError(enum.Enum):
    """What an exception in one of the role's own handlers does."""

    LOG = "log"
    """It is logged, an IQ is answered with an error, and the session goes on."""

    RESTART = "restart"
    """The dispatcher and what is below it restart: a new role object, a new stream."""


class LostStanzas(enum.Enum):
    """What becomes of stanzas the server has not acknowledged when it has lost the session."""

    REPORT = "report"
    """They are reported (``stanza_not_sent``): the server may have delivered some of them."""

    RESEND = "resend"
    """Messages are sent again on the new session, perhaps twice in all; the rest is reported."""


@dataclass(frozen=True, slots=True)
class SessionSettings:
    """How a session connects and behaves; shared by any number of sessions.

    Attributes:
        server: host and port to connect to; None asks DNS for the JID's domain.
        tls: which certificates are trusted.
        require_tls: refuse to go on without TLS (clients; RFC 6120 section 5.3.1).
        direct_tls: TLS begins before the stream at ``server`` (XEP-0368).
        connect_timeout: seconds for DNS and TCP together.
        close_timeout: seconds the server gets to close its side of the stream.
        backoff: delays between connection attempts.
        unpark_after: seconds after which a parked session tries again; None is never.
        on_handler_error: what an exception in the role's own handlers does.
        plugins: plugins to enable beside those the role registers, with their configuration.
        send_queue_limit: stanzas kept while nothing can be sent.
        lost_stanzas: what becomes of unacknowledged stanzas of a session the server has lost.
        store: keeps the session over the end of the process.
        whitespace_interval: seconds between single spaces that keep NAT entries alive
            (RFC 6120 section 4.6.1); None sends none.
        probe_after: seconds of silence after which a client asks the server for a sign of life
            (XEP-0198, XEP-0199); None never asks.
        probe_timeout: seconds it gets for that; then the connection is made anew.
        max_redirects: how often in a row a server's ``see-other-host`` is followed at once; then
            the backoff decides.
        limits: bounds on what the peer may send.
        gate: paces connections; None connects at once.
        connector: makes the connection.
        negotiation: makes the negotiation of each stream in the role's place, from the role and
            what is to be resumed; tests skip the login.
        autoconnect: connect as soon as the session starts.
    """

    server: tuple[str, int] | None = None
    tls: TlsPolicy = field(default_factory=TlsPolicy)
    require_tls: bool = True
    direct_tls: bool = False
    connect_timeout: float = 30.0
    close_timeout: float = 2.0
    backoff: FullJitter = field(default_factory=FullJitter)
    unpark_after: float | None = 3600.0
    on_handler_error: OnHandlerError = OnHandlerError.LOG
    plugins: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    send_queue_limit: int = SEND_QUEUE_LIMIT
    lost_stanzas: LostStanzas = LostStanzas.REPORT
    store: SessionStore | None = None
    whitespace_interval: float | None = 300.0
    probe_after: float | None = 120.0
    probe_timeout: float = 30.0
    max_redirects: int = 5
    limits: Limits = field(default_factory=Limits)
    gate: ConnectGate | None = None
    connector: Connector = dial
    negotiation: Callable[[Any, ResumeRequest | None], Negotiation] | None = None
    autoconnect: bool = True


@dataclass(frozen=True, slots=True)
class SessionSpec:
    """What a supervisor needs to start a session.

    Attributes:
        id: unique in the fleet; the JID as configured.
        kind: client or component.
        factory: makes the role object; called again when the dispatcher restarts.
        settings: how it connects and behaves.
    """

    id: str
    kind: SessionKind
    factory: Callable[[], Any] = field(repr=False)
    settings: SessionSettings = field(default_factory=SessionSettings)
