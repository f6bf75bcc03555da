"""ComponentXMPP: a component's session (XEP-0114): a whole domain behind one stream."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from actorxmpp.actors.component_outbox import ComponentOutbox, OutgoingCounts, QueuePolicy
from actorxmpp.basexmpp import BaseXMPP
from actorxmpp.protocol.negotiation import ComponentNegotiation, ComponentSettings
from actorxmpp.roles.users import Users
from actorxmpp.settings import SessionKind, SessionSettings

if TYPE_CHECKING:
    import asyncio

    from actorxmpp.actors import messages as m
    from actorxmpp.jid import JID
    from actorxmpp.net.connection import Connection, ConnectionEvents
    from actorxmpp.net.tls import TlsPolicy
    from actorxmpp.protocol.negotiation import Negotiation
    from actorxmpp.settings import Connector

__all__ = ["ComponentXMPP"]

DEFAULT_PORT = 5347
"""Where servers listen for components by custom; XEP-0114 names no port."""


class ComponentXMPP(Users, BaseXMPP):
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
        self._account_for_stanzas()
        if host is not None:
            self.settings = replace(self.settings, server=(host, port or DEFAULT_PORT))
        if tls_name is not None:
            named = _NamedConnector(self.settings.connector, tls_name)
            self.settings = replace(self.settings, connector=named, direct_tls=True)

    def _account_for_stanzas(self) -> None:
        """Put an outbox that counts in the place of the other one, before anything is sent."""
        context = self._context
        if not isinstance(context.outbox, ComponentOutbox):
            context.outbox = ComponentOutbox(self.settings.send_queue_limit, self._gave_up)
        # This object may take the place of one that failed.
        context.outbox.give_up = self._gave_up

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
        outbox = self._component_outbox
        outbox.policy, outbox.max_age = policy, max_age
        outbox.limit = limit or self.settings.send_queue_limit

    @property
    def outgoing(self) -> OutgoingCounts:
        """What became of the stanzas sent so far: each is in exactly one of the counts."""
        return self._component_outbox.counts

    @property
    def _component_outbox(self) -> ComponentOutbox:
        outbox = self._context.outbox
        assert isinstance(outbox, ComponentOutbox)
        return outbox

    def _not_sent(self, item: m.Outgoing, reason: str) -> None:
        self._component_outbox.ended += 1
        super()._not_sent(item, reason)

    def _gave_up(self, item: m.Outgoing, reason: str) -> None:
        """Report a stanza the queue gave up and has counted."""
        super()._not_sent(item, reason)

    # the stream

    def connect(
        self, host: str | tuple[str, int] | None = None, port: int | None = None, **old: Any
    ) -> asyncio.Future[bool]:
        """Be connected from now on; see ``XMLStream.connect``."""
        if isinstance(host, str):
            port = port or DEFAULT_PORT
        return super().connect(host, port, **old)

    def make_negotiation(self) -> Negotiation:
        """Make the negotiation of a new stream."""
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
