"""ComponentXMPP: a component's session (XEP-0114): a whole domain behind one stream."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from actorxmpp.actors.users_table import (
    IDLE_AFTER,
    USERS_LIMIT,
    UserAddress,
    UserCounts,
    UsersSettings,
    UserTable,
)
from actorxmpp.basexmpp import BaseXMPP
from actorxmpp.exceptions import ActorXMPPError, NotConnectedError
from actorxmpp.jid import JID
from actorxmpp.protocol.countingqueue import CountingQueue, OutgoingCounts, QueuePolicy
from actorxmpp.protocol.negotiation import ComponentNegotiation, ComponentSettings
from actorxmpp.settings import SessionKind, SessionSettings
from actorxmpp.stanza import Iq, Message, Presence
from supervisors import MaxChildren

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from actorxmpp.actors.users import UserActor
    from actorxmpp.net.connection import Connection, ConnectionEvents
    from actorxmpp.net.tls import TlsPolicy
    from actorxmpp.protocol.negotiation import Negotiation
    from actorxmpp.protocol.settings import ResumeRequest
    from actorxmpp.settings import Connector
    from actorxmpp.xmlstream.stanzabase import StanzaBase

__all__ = ["ComponentXMPP"]

DEFAULT_PORT = 5347
"""Where servers listen for components by custom; XEP-0114 names no port."""


class ComponentXMPP(BaseXMPP):
    """A component.

    ``users()`` gives each of its addresses an actor of its own.

    Args:
        jid: the component's own address, ``gateway.example.net``.
        secret: what it shares with the server.
        host: where the server listens for components.
        port: the port there, 5347 by default.
        plugin_config: configuration of plugins that are enabled without one.
        plugin_whitelist: what ``register_plugins`` enables.
        use_jc_ns: make stanzas in the namespace ``jabber:client``; a few servers want it.
        fix_error_ns: accepted for compatibility; errors always have the right namespace here.
        settings: how to connect.
        tls_name: begin with TLS, and accept only a certificate for this name; the server's own
            domain, usually. Without it the stream is in the clear (XEP-0114 has no STARTTLS), and
            belongs on the loopback or in a tunnel.

    Raises:
        InvalidJID: if ``jid`` is none.
    """

    session_kind = SessionKind.COMPONENT
    is_component = True

    def __init__(
        self,
        jid: str | JID,
        secret: str,
        host: str | None = None,
        port: int | None = None,
        plugin_config: dict[str, dict[str, Any]] | None = None,
        plugin_whitelist: list[str] | None = None,
        use_jc_ns: bool = False,
        fix_error_ns: bool = False,
        settings: SessionSettings | None = None,
        tls_name: str | None = None,
        **kwargs: Any,
    ) -> None:
        del fix_error_ns
        namespace = "jabber:client" if use_jc_ns else "jabber:component:accept"
        super().__init__(jid, namespace, settings or SessionSettings(), **kwargs)
        self.plugin_config = plugin_config or {}
        self.plugin_whitelist = plugin_whitelist or []
        self.secret = secret
        self.auto_authorize = None
        if host is not None:
            self.settings = replace(self.settings, server=(host, port or DEFAULT_PORT))
        if tls_name is not None:
            named = _NamedConnector(self.settings.connector, tls_name)
            self.settings = replace(self.settings, connector=named, direct_tls=True)

    @property
    def server_host(self) -> str | None:
        """Where the server is, if it was said."""
        return None if self.settings.server is None else self.settings.server[0]

    @property
    def server_port(self) -> int | None:
        """The port there."""
        return None if self.settings.server is None else self.settings.server[1]

    # what is sent

    def outgoing_queue(
        self,
        policy: QueuePolicy = QueuePolicy.REFUSE,
        *,
        limit: int | None = None,
        max_age: float | None = None,
    ) -> None:
        """Say what becomes of stanzas while they can't be sent.

        Whatever is given up is reported as ``stanza_not_sent``, with the stanza. ``outgoing``
        counts.

        Args:
            policy: what happens to one more when the queue is full.
            limit: how many stanzas may wait; by default ``settings.send_queue_limit``.
            max_age: seconds after which a stanza that waits is given up; None is never.

        Raises:
            ValueError: if a number makes no sense.
        """
        if (limit is not None and limit < 1) or (max_age is not None and not max_age > 0):
            raise ValueError(f"limit and max_age must be above 0, not {limit!r} and {max_age!r}")
        self._counts.configure(policy, limit or self.settings.send_queue_limit, max_age)

    @property
    def outgoing(self) -> OutgoingCounts:
        """What became of the stanzas sent so far: each is in exactly one of the counts."""
        return self._counts.counts

    @property
    def _counts(self) -> CountingQueue:
        queue = self._queue
        assert isinstance(queue, CountingQueue)
        return queue

    # users: each address of the component an actor of its own

    def users(
        self,
        user_class: type[UserActor],
        *,
        idle: float = IDLE_AFTER,
        limit: int = USERS_LIMIT,
        admit: Callable[[JID], bool] | None = None,
    ) -> None:
        """Give each address of this component an actor of its own, from its first stanza on.

        To be called before the session starts, best in ``__init__``.

        Args:
            user_class: what a user is.
            idle: seconds without a stanza after which a user's actor stops; it may take twice that.
            limit: actors there may be at once; a stanza for one more is answered with an error.
            admit: whether there is a user of that bare address; it must not block. Stanzas for
                others are answered with ``item-not-found``.

        Raises:
            ValueError: if ``idle`` or ``limit`` is not above 0.
            ActorXMPPError: if the session runs and has no users.
        """
        if not idle > 0 or limit < 1:
            raise ValueError(f"idle and limit must be above 0, not {idle!r} and {limit!r}")
        settings = UsersSettings(user_class, idle, limit, admit)
        session = self._session
        if session.users is not None:  # this object takes the place of one that failed
            session.users.change(settings)
        elif session.runs:
            raise ActorXMPPError("users() has to be called before the session starts")
        else:
            session.use_users(UserTable(self._state, settings))

    async def user(self, jid: JID | str) -> UserAddress:
        """The user of an address; its actor runs when this returns.

        Args:
            jid: the address; its resource is left out.

        Returns:
            The user's address: ``tell``, ``ask``, ``ref``. It stays good when the actor restarts,
            and when it stopped for being idle, ``tell`` and ``ask`` start it again.

        Raises:
            InvalidJID: if ``jid`` is no address.
            NotConnectedError: if the session has not been started.
            ActorXMPPError: if ``users`` was not called, or there is no such user or no room.
            StartError: if the actor can't be started.
        """
        table = self._user_table()
        if not table.supervised:
            raise NotConnectedError("connect() was not called: there are no actors yet")
        address = table.user(JID(jid).bare)
        if address is None:
            raise ActorXMPPError(f"{jid}: there is no such user")
        try:
            await address.start()
        except MaxChildren as error:
            raise ActorXMPPError(f"{jid}: there are too many users") from error
        return address

    @property
    def user_counts(self) -> UserCounts:
        """What has happened to the users so far."""
        return self._user_table().counts

    @property
    def active_users(self) -> int:
        """How many users have an actor now."""
        return len(self._user_table())

    def _user_table(self) -> UserTable:
        table = self._session.users
        if table is None:
            raise ActorXMPPError("users() was not called")
        return table

    def handle_builtin(self, stanza: StanzaBase) -> bool:
        """Give stanzas for users to their actors; the rest is the component's own."""
        table = self._session.users
        if table is not None:
            kind = type(stanza)
            if kind is Message or kind is Presence:
                if table.take(stanza):  # type: ignore[arg-type]  # both are root stanzas
                    return True
            elif kind is Iq and self._is_for_user(stanza):
                return table.take(stanza)  # type: ignore[arg-type]  # an IQ is one, too
        return super().handle_builtin(stanza)

    def _is_for_user(self, iq: StanzaBase) -> bool:
        """Whether an IQ is a request that no handler takes: plugins answer for all addresses."""
        if iq.xml.get("type") not in ("get", "set") or "@" not in iq.xml.get("to", ""):
            return False
        return not self._state.index.match(iq)

    def handle_presence(self, presence: Presence) -> Any:
        """Keep the roster of the address a presence is for, and raise the events."""
        return super().handle_builtin(presence)

    # the stream

    def connect(
        self, host: str | tuple[str, int] | None = None, port: int | None = None, **old: Any
    ) -> asyncio.Future[bool]:
        """Be connected from now on; see ``XMLStream.connect``."""
        if isinstance(host, str):
            port = port or DEFAULT_PORT
        return super().connect(host, port, **old)

    def make_negotiation(
        self,
        mechanism: str = "",  # noqa: ARG002  for clients
        resume: ResumeRequest | None = None,  # noqa: ARG002  the same
    ) -> Negotiation:
        """Say how to log in on a new stream."""
        return ComponentNegotiation(ComponentSettings(self.requested_jid.full, self.secret))


class _NamedConnector:
    """A connector that expects a certificate for another name than the component's."""

    __slots__ = ("_name", "inner")

    inner: Connector

    def __init__(self, connector: Connector, name: str) -> None:
        # A component that is made anew finds the settings it had changed before.
        self.inner = connector.inner if isinstance(connector, _NamedConnector) else connector
        self._name = name

    async def __call__(
        self,
        events: ConnectionEvents,
        domain: str,  # noqa: ARG002  this one's whole purpose
        server: tuple[str, int] | None = None,
        timeout: float = 30.0,
        *,
        policy: TlsPolicy | None = None,
        direct_tls: bool = False,
    ) -> Connection:
        return await self.inner(
            events, self._name, server, timeout, policy=policy, direct_tls=direct_tls
        )
