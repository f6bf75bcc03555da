"""What the stages of one session share: its specification, its settings, its status.

Rules of this file: values and addresses, no behaviour beyond keeping them consistent. A stage
changes only what its section says is its own. Everything here lives as long as the session,
longer than any single actor of it, so it is what survives a restart.
"""

from __future__ import annotations

import enum
import time
from collections import deque
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from actorxmpp.actors.events import EventTable
from actorxmpp.actors.outbox import OUTBOX_LIMIT, Outbox
from actorxmpp.actors.poison import Blame
from actorxmpp.net.dial import dial
from actorxmpp.net.tls import TlsPolicy
from actorxmpp.protocol.actions import StreamLimits
from actorxmpp.protocol.backoff import FullJitter
from actorxmpp.protocol.streammanagement import StreamManagement
from actorxmpp.xmlstream.index import HandlerIndex
from actorxmpp.xmlstream.tokenizer import Limits

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    import pykka

    from actorxmpp.actors.users_table import UserTable
    from actorxmpp.basexmpp import BaseXMPP
    from actorxmpp.net.connection import Connection, ConnectionEvents
    from actorxmpp.plugins.base import BasePlugin
    from actorxmpp.protocol.negotiation import Negotiation
    from actorxmpp.protocol.settings import ResumeRequest
    from actorxmpp.store import SessionStore, StoredSession
    from supervisors import Address

__all__ = [
    "BUILDING",
    "OUTBOX_LIMIT",
    "ConnectGate",
    "Connector",
    "LostStanzas",
    "OnHandlerError",
    "PluginCell",
    "Role",
    "SessionContext",
    "SessionSettings",
    "SessionSpec",
    "SessionState",
    "SessionStatus",
    "SmOptions",
]

SEND_QUEUE_LIMIT = 1_000
"""Stanzas kept for a session that is not connected; the next one is refused."""

PLUGIN_STASH_LIMIT = 100
"""Stanzas and events kept for a plugin while it restarts; more are answered with an error."""


BUILDING: ContextVar[SessionContext | None] = ContextVar("actorxmpp_session", default=None)
"""The session whose role object is being made: how a role made by a factory finds its session."""


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


class Role(enum.Enum):
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


class ConnectGate(Protocol):
    """Paces new connections over all sessions that share it."""

    async def acquire(self, domain: str) -> None:
        """Wait until one more connection to ``domain`` may be made."""

    def release(self, domain: str) -> None:
        """Say that the connection's login is over, well or badly."""


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
        negotiation: makes the negotiation of each stream in the role's place; tests skip the login.
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
    negotiation: Callable[[BaseXMPP], Negotiation] | None = None
    autoconnect: bool = True


@dataclass(frozen=True, slots=True)
class SmOptions:
    """How stream management (XEP-0198) is used.

    Attributes:
        enabled: begin it on new sessions.
        resume: ask for sessions that can be resumed.
        max_seconds: how long we would like the server to keep them.
    """

    enabled: bool = False
    resume: bool = True
    max_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class SessionSpec:
    """What a supervisor needs to start a session.

    Attributes:
        id: unique in the fleet; the JID as configured.
        role: client or component.
        factory: makes the role object; called again when the dispatcher restarts.
        settings: how it connects and behaves.
    """

    id: str
    role: Role
    factory: Callable[[], BaseXMPP] = field(repr=False)
    settings: SessionSettings = field(default_factory=SessionSettings)


@dataclass(slots=True)
class SessionStatus:
    """Where a session stands; written by its transport and parser, read by anyone.

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


class PluginCell:
    """A plugin's place in its session: survives the restarts of the plugin's actor.

    Owned by the plugin's actor, which fills ``ref`` and ``instance`` while it runs.
    """

    __slots__ = ("config", "instance", "name", "plugin_class", "ref", "stash", "wanted")

    def __init__(self, name: str, plugin_class: type[BasePlugin], config: Mapping[str, Any]):
        self.name = name
        self.plugin_class = plugin_class
        self.config = config
        self.instance: BasePlugin | None = None
        self.ref: pykka.ActorRef[Any] | None = None
        self.stash: deque[Any] | None = None
        self.wanted = True

    def tell(self, message: Any) -> bool:
        """Pass a message to the plugin's actor, or keep it until the actor is up again.

        Returns:
            False if the plugin is disabled or too much is waiting already.
        """
        if self.ref is not None:
            self.ref.tell(message)
            return True
        if not self.wanted:
            return False
        if self.stash is None:
            self.stash = deque()
        if len(self.stash) >= PLUGIN_STASH_LIMIT:
            return False
        self.stash.append(message)
        return True


class SessionContext:
    """Everything the actors of one session share.

    Attributes:
        spec: what the session was started from.
        settings: the spec's settings (standalone roles may replace them before connecting).
        status: where the session stands.
        epoch: counts connections; the transport's.
        events: event handlers by event name; the role's and the plugins'.
        role: the current role object; made by the dispatcher, None while there is none.
        index: handlers by what they match; the parser reads it, the role writes it.
        plugins: the enabled plugins by name.
        wanted: whether the session should be connected.
        outbox: stanzas on their way to the parser.
        sm: stream management (XEP-0198), if it was ever enabled; it outlives connections.
        sm_options: how it is used.
        resume: what the next login asks to resume.
        stream_epoch: the connection whose stanzas count as handled.
        stale_before: stanzas of connections before this one are sent again by the server.
        blame: stanzas that made an actor fail.
        store_loaded: the store was asked.
        stored: what it knew when the session began, until the role has taken it.
        stream_id: the stream's id, as the server gave it.
        stream_limits: what the server said it accepts (XEP-0478).
        stream_open: the dispatcher was told of a stream, and not yet of its end.
        redirect: where the next attempt goes instead (see-other-host, XEP-0198's location).
        parser, transport, dispatcher, plugin_supervisor: addresses of the actors.
        mechanism: the SASL mechanism of the last login; a weaker one is refused next time.
        users: a component's users; None unless it has any.
    """

    __slots__ = (
        "_ready_role",
        "blame",
        "dispatcher",
        "epoch",
        "events",
        "index",
        "mechanism",
        "outbox",
        "parser",
        "pending_in",
        "plugin_supervisor",
        "plugins",
        "reading_paused",
        "redirect",
        "resume",
        "role",
        "session",
        "settings",
        "sm",
        "sm_options",
        "spec",
        "stale_before",
        "status",
        "store_loaded",
        "stored",
        "stream_epoch",
        "stream_id",
        "stream_limits",
        "stream_open",
        "transport",
        "users",
        "wanted",
    )

    def __init__(self, spec: SessionSpec) -> None:
        self.spec = spec
        self.settings = spec.settings
        self.status = SessionStatus()
        self.epoch = 0
        self.role: BaseXMPP | None = None
        self._ready_role: BaseXMPP | None = None
        self.events = EventTable()
        self.index = HandlerIndex()
        self.plugins: dict[str, PluginCell] = {}
        self.wanted = spec.settings.autoconnect
        self.outbox = Outbox(spec.settings.send_queue_limit)
        self.sm: StreamManagement | None = None
        self.sm_options = SmOptions()
        self.resume: ResumeRequest | None = None
        self.stream_open = False
        self.stream_epoch = 0
        self.stale_before = 0
        self.blame = Blame()
        self.store_loaded = False
        self.stored: StoredSession | None = None
        self.redirect: tuple[str, int] | None = None
        self.stream_id = ""
        self.stream_limits = StreamLimits()
        self.pending_in = 0
        self.reading_paused = False
        self.mechanism = ""
        self.users: UserTable | None = None
        self.session: pykka.ActorRef[Any] | None = None
        self.parser: Address | None = None
        self.transport: Address | None = None
        self.dispatcher: Address | None = None
        self.plugin_supervisor: Address | None = None

    @property
    def up(self) -> bool:
        """Whether there is a stream that carries stanzas."""
        return self.outbox.up

    def enable_sm(self, options: SmOptions, *, window: int, limit: int) -> None:
        """Use stream management from the next new session on.

        Args:
            options: how.
            window: stanzas after which an acknowledgement is asked for.
            limit: stanzas that may wait for one.
        """
        self.sm_options = options
        if self.sm is None:
            self.sm = StreamManagement(window=window, limit=limit)

    def restore(self, stored: StoredSession, now: float) -> None:
        """Take up what another process has stored of this session."""
        self.stored = stored
        self.mechanism = stored.mechanism
        if stored.sm is not None and self.sm is not None:
            age = max(0.0, time.time() - stored.saved_at)
            self.sm.restore(stored.sm, now - age)

    def take_role(self) -> BaseXMPP | None:
        """Return the role object that was made before the session started, once."""
        role, self._ready_role = self._ready_role, None
        return role

    def give_role(self, role: BaseXMPP) -> None:
        """Set the role object that the dispatcher's first start takes."""
        self.role = self._ready_role = role

    def make_role(self) -> BaseXMPP:
        """Make a role object from the session's factory; it finds this context by itself."""
        token = BUILDING.set(self)
        try:
            return self.spec.factory()
        finally:
            BUILDING.reset(token)

    def __repr__(self) -> str:
        return f"<SessionContext {self.spec.id} {self.status.state.value}>"
