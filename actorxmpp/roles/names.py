"""The rest of slixmpp's public names, said in this framework's terms.

Only what means something here. Sockets, parsers and TLS contexts are none of a program's business:
a program that touches them is told so by an ``AttributeError``; ``docs/sessions.md`` lists them.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element, SubElement

from actorxmpp import stanza as stanzas
from actorxmpp.actors import messages as m
from actorxmpp.net import dns
from actorxmpp.protocol import namespaces as ns
from actorxmpp.roles.lifecycle import Lifecycle
from actorxmpp.roles.stanzas import Stanzas
from actorxmpp.status import SessionState

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from actorxmpp.jid import JID
    from actorxmpp.protocol.actions import StreamLimits
    from actorxmpp.xmlstream.stanzabase import StanzaBase

__all__ = ["Names", "with_short_names"]

XML = "http://www.w3.org/XML/1998/namespace"

SHORT_NAMES = {
    "{urn:ietf:params:xml:ns:xmpp-tls}starttls": "starttls",
    "{urn:ietf:params:xml:ns:xmpp-sasl}mechanisms": "mechanisms",
    "{urn:ietf:params:xml:ns:xmpp-bind}bind": "bind",
    "{urn:ietf:params:xml:ns:xmpp-session}session": "session",
    "{urn:xmpp:features:rosterver}ver": "rosterver",
    "{urn:xmpp:features:pre-approval}sub": "preapproval",
    "{urn:xmpp:sm:3}sm": "stream_management",
    "{urn:xmpp:stream-limits:0}limits": "limits",
    "{urn:xmpp:csi:0}csi": "csi",
    "{http://jabber.org/features/compress}compression": "compression",
    "{http://jabber.org/protocol/caps}c": "caps",
}
"""What slixmpp calls stream features."""


@lru_cache(maxsize=64)
def with_short_names(features: frozenset[str]) -> frozenset[str]:
    """Add slixmpp's names to those of features; one set serves all sessions of a server."""
    short = {SHORT_NAMES[name] for name in features if name in SHORT_NAMES}
    return frozenset(features | short)


class Names(Lifecycle, Stanzas):
    """The names.

    Attributes:
        disconnect_reason: why the last connection ended; None before that.
        sentpresence: whether a presence was broadcast in this session.
        escape_quotes, use_ipv6, use_aiodns, use_cdata: accepted; nothing depends on them here.
        enable_direct_tls, enable_starttls: which kinds of TLS a custom address is tried with.
        default_port: the port of a custom address that names none.
        stanza: the module of the stanza classes.
    """

    boundjid: JID
    requested_jid: JID
    stanza: ModuleType = stanzas
    disconnect_reason: str | None = None
    sentpresence = False
    escape_quotes = True
    use_ipv6 = True
    use_aiodns = True
    use_cdata = False
    enable_direct_tls = True
    enable_starttls = True
    default_port = 5222
    peer_default_lang: str | None = None
    stream_footer = "</stream:stream>"
    bindfail = False
    _bind_event: asyncio.Event | None = None
    _feature_handlers: list[tuple[int, str, Callable[..., Any]]] | None = None

    # where the session stands

    @property
    def session_bind_event(self) -> asyncio.Event:
        """Set while the session has its JID and a stream."""
        if self._bind_event is None:
            self._bind_event = asyncio.Event()
            if self.sessionstarted:
                self._bind_event.set()
        return self._bind_event

    def _note_stream(self, reason: str | None) -> None:
        """The stream is up, or down for a reason."""
        if reason is None:
            if self._bind_event is not None:
                self._bind_event.set()
            return
        self.disconnect_reason = reason
        if self._bind_event is not None:
            self._bind_event.clear()

    @property
    def authenticated(self) -> bool:
        """Whether the login is done: stanzas can be sent."""
        return self.is_connected()

    @property
    def bound(self) -> bool:
        """Whether the session has its JID: stanzas can be sent."""
        return self.is_connected()

    def is_connecting(self) -> bool:
        """Whether a connection is being made, the login included."""
        return self._context.status.state is SessionState.CONNECTING

    @property
    def end_session_on_disconnect(self) -> bool:
        """Whether the session ends with its connection: not if it can be resumed (XEP-0198)."""
        sm = self._context.sm
        return sm is None or not sm.resumable

    @property
    def stream_id(self) -> str:
        """The stream's id, as the server gave it; empty before that."""
        return self._context.stream_id

    @property
    def limits(self) -> StreamLimits:
        """What the server said it accepts (XEP-0478)."""
        return self._context.stream_limits

    @property
    def scheduled_events(self) -> dict[str, asyncio.TimerHandle]:
        """What ``schedule`` has planned, by name."""
        return self._scheduled

    def cancel_connection_attempt(self) -> None:
        """Stop trying to connect."""
        self.abort()

    # how it connects

    @property
    def default_domain(self) -> str:
        """The domain of the JID."""
        return self.requested_jid.domain

    @property
    def custom_address(self) -> tuple[str, int] | None:
        """Where to connect instead of what DNS says."""
        return self.settings.server

    @custom_address.setter
    def custom_address(self, value: tuple[str, int] | None) -> None:
        self.settings = replace(self.settings, server=value)

    @property
    def enable_plaintext(self) -> bool:
        """Whether a connection without TLS is accepted."""
        return not self.settings.require_tls

    @enable_plaintext.setter
    def enable_plaintext(self, value: bool) -> None:
        self.settings = replace(self.settings, require_tls=not value)

    @property
    def ca_certs(self) -> str | None:
        """A file with the certificates of the authorities to trust instead of the system's."""
        return self.settings.tls.ca_file

    @ca_certs.setter
    def ca_certs(self, value: Any) -> None:
        path = None if value is None else str(value)
        self.settings = replace(self.settings, tls=replace(self.settings.tls, ca_file=path))

    @property
    def certfile(self) -> str | None:
        """A PEM file with our own certificate."""
        return self.settings.tls.client_cert

    @certfile.setter
    def certfile(self, value: Any) -> None:
        path = None if value is None else str(value)
        self.settings = replace(self.settings, tls=replace(self.settings.tls, client_cert=path))

    @property
    def keyfile(self) -> str | None:
        """The PEM file with its key."""
        return self.settings.tls.client_key

    @keyfile.setter
    def keyfile(self, value: Any) -> None:
        tls = self.settings.tls
        path = None if value is None else str(value)
        # Without a certificate's file yet, the key's may hold it.
        tls = replace(tls, client_cert=tls.client_cert or path, client_key=path)
        self.settings = replace(self.settings, tls=tls)

    @property
    def whitespace_keepalive(self) -> bool:
        """Whether a space is sent now and then."""
        return self.settings.whitespace_interval is not None

    @whitespace_keepalive.setter
    def whitespace_keepalive(self, value: bool) -> None:
        interval = self.whitespace_keepalive_interval if value else None
        self.settings = replace(self.settings, whitespace_interval=interval)

    @property
    def whitespace_keepalive_interval(self) -> float:
        """Seconds between spaces."""
        return self.settings.whitespace_interval or 300.0

    @whitespace_keepalive_interval.setter
    def whitespace_keepalive_interval(self, value: float) -> None:
        self.settings = replace(self.settings, whitespace_interval=float(value))

    @property
    def max_redirects(self) -> int:
        """How often in a row ``see-other-host`` is followed."""
        return self.settings.max_redirects

    @max_redirects.setter
    def max_redirects(self, value: int) -> None:
        self.settings = replace(self.settings, max_redirects=value)

    async def get_dns_records(
        self, domain: str, port: int | None = None
    ) -> list[tuple[str, str, str, int]]:
        """Ask DNS where a domain's clients connect.

        Returns:
            For each place, best first: the service, the domain, the host, the port.

        Raises:
            DnsError: if there is no answer; the text says what was asked.
        """
        del port
        return [
            ("xmpps-client" if each.direct_tls else "xmpp-client", domain, each.host, each.port)
            for each in await dns.resolve(domain, "xmpp-client")
        ]

    # stanzas

    @property
    def namespace_map(self) -> dict[str, str]:
        """The prefixes that every stream has."""
        return {XML: "xml", self.stream_ns: "stream"}

    @property
    def stream_header(self) -> str:
        """The opening tag of a stream, as it was before TLS."""
        return (
            f"<stream:stream to='{self.requested_jid.domain}' xmlns:stream='{self.stream_ns}' "
            f"xmlns='{self.default_ns}' version='1.0'>"
        )

    def incoming_filter(self, xml: Element) -> Element:
        """Change an element before it becomes a stanza; for subclasses to override."""
        return xml

    def _use_incoming_filter(self) -> None:
        """Have an overridden ``incoming_filter`` called; others cost nothing."""
        if type(self).incoming_filter is not Names.incoming_filter:
            build = self.build_stanza
            self.build_stanza = (  # type: ignore[method-assign]  # this one object's
                lambda element: build(self.incoming_filter(element))
            )

    def recv_stanza(self, stanza: StanzaBase) -> None:
        """Handle a stanza as if it had come from the server."""
        context = self._context
        if context.dispatcher is not None:
            item = (stanza, context.index.match(stanza))
            context.pending_in += 1
            context.dispatcher.tell(m.StanzasMatched([item]))

    def make_query_roster(self, iq: stanzas.Iq | None = None) -> Element:
        """Make a roster query, inside an IQ if one is given."""
        query = Element("{jabber:iq:roster}query")
        if iq is not None:
            iq.xml.append(query)
        return query

    # stream features

    def register_feature(
        self,
        name: str,
        handler: Callable[..., Any],
        restart: bool = False,
        order: int = 5000,
    ) -> None:
        """Have a function called with the server's features when it offers one of this name.

        It is called when the login is done and before ``session_start``: the login's own features
        are negotiated as data (``actorxmpp/protocol/features``), no handler can get in between.

        Args:
            name: slixmpp's name of the feature, or ``{namespace}name``.
            handler: takes the ``StreamFeatures`` stanza; may be a coroutine function.
            restart: accepted for compatibility.
            order: handlers with lower numbers come first.
        """
        del restart
        handlers = [*(self._feature_handlers or ()), (order, name, handler)]
        self._feature_handlers = sorted(handlers, key=lambda each: each[:2])

    def unregister_feature(self, name: str, order: int) -> None:
        """Forget handlers given to ``register_feature``."""
        kept = [each for each in self._feature_handlers or () if each[:2] != (order, name)]
        self._feature_handlers = kept or None

    def _run_feature_handlers(self, features: frozenset[str]) -> None:
        if not self._feature_handlers or self._actor is None:
            return
        element = Element(ns.clark(ns.STREAMS, "features"))
        for name in sorted(features):
            if name.startswith("{"):
                SubElement(element, name)
        offered = stanzas.StreamFeatures(self, element)
        for _, name, handler in self._feature_handlers:
            if name in features:
                self._actor.run_guarded(handler, offered, None)

    # small things

    def init_plugins(self) -> None:
        """Nothing to do: plugins are complete when they are registered."""

    def getjidbare(self, fulljid: str) -> str:
        """Return an address without its resource."""
        return fulljid.partition("/")[0]

    def getjidresource(self, fulljid: str) -> str:
        """Return an address's resource."""
        return fulljid.partition("/")[2]
