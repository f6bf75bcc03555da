"""XMLStream: a stream of XML in both directions, with handlers, events, filters and timers.

The part of the public API that knows no addresses and no rosters. It owns no socket and no parser:
it is held by the session's dispatcher, puts what is sent into the stream's queue, and tells the
other actors what a program wants. All methods may be called before the session exists; ``connect``
starts it. From another thread than the loop's, ``send`` and ``event`` hand over to the loop;
everything else is for the loop's own thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import secrets
import threading
import warnings
import weakref
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar, Self
from xml.etree.ElementTree import Element, ParseError, SubElement, fromstring

from actorxmpp.actors import messages as m
from actorxmpp.actors.events import EventEntry
from actorxmpp.actors.rolestate import session_being_built
from actorxmpp.actors.session import Session
from actorxmpp.exceptions import NotConnectedError, StanzaNotSent
from actorxmpp.net import dns
from actorxmpp.protocol import namespaces as ns
from actorxmpp.roles.aliases import Setting
from actorxmpp.roles.filters import FILTER_MODES, OutChain, OutFilters
from actorxmpp.roles.schedules import Schedules
from actorxmpp.settings import SessionKind, SessionSpec
from actorxmpp.stanza import Iq, Message, Presence, StreamError, StreamFeatures
from actorxmpp.status import SessionState
from actorxmpp.xmlstream.index import StanzaRegistry
from actorxmpp.xmlstream.serialize import to_bytes
from actorxmpp.xmlstream.stanzabase import ElementBase, StanzaBase

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence

    from actorxmpp.actors.rolestate import RoleHost
    from actorxmpp.protocol.actions import StreamLimits
    from actorxmpp.roles.filters import Filter
    from actorxmpp.settings import SessionSettings
    from actorxmpp.xmlstream.handler import BaseHandler

__all__ = ["XMLStream"]

ROOT_STANZAS = (Message, Presence, Iq, StreamError)
"""The stanza classes every stream knows."""

OLD_KEYWORDS = {
    "address": "give host and port",
    "use_ssl": "set settings.direct_tls",
    "force_starttls": "TLS is required unless settings.require_tls is off",
    "disable_starttls": "has no effect; settings.require_tls=False allows to do without TLS",
}
"""Keywords of ``connect`` that slixmpp had once, and what to write instead."""

OUTCOME_EVENTS = {
    m.Outcome.ACKED: "stanza_acked",
    m.Outcome.RESENT: "stanza_resent",
    m.Outcome.NOT_SENT: "stanza_not_sent",
}

XML = "http://www.w3.org/XML/1998/namespace"

WHITESPACE_INTERVAL = 300.0
"""Seconds between spaces, when they are switched on without saying how often."""


@lru_cache(maxsize=256)
def _registry_of(classes: tuple[type[StanzaBase], ...]) -> StanzaRegistry:
    """The registry of these classes, shared by all sessions that know the same ones."""
    return StanzaRegistry(classes)


class XMLStream:
    """A stream of XML.

    Attributes:
        default_ns: the namespace of stanzas on this stream.
        filters_in: the filters on the way in.
        disconnect_reason: why the last connection ended; None before that.
        escape_quotes, use_ipv6, use_aiodns, use_cdata: accepted; nothing depends on them here.
        enable_direct_tls, enable_starttls: which kinds of TLS a custom address is tried with.
        default_port: the port of a custom address that names none.
    """

    session_kind: ClassVar[SessionKind] = SessionKind.CLIENT
    """Which composition of actors this role is for."""

    default_ns = "jabber:client"
    stream_ns = "http://etherx.jabber.org/streams"
    stream_footer = "</stream:stream>"
    default_port = 5222
    default_lang: str | None = None
    peer_default_lang: str | None = None
    disconnect_reason: str | None = None
    enable_direct_tls = True
    enable_starttls = True
    escape_quotes = True
    use_ipv6 = True
    use_aiodns = True
    use_cdata = False
    bindfail = False

    custom_address = Setting("server")
    max_redirects = Setting("max_redirects")
    ca_certs = Setting("tls.ca_file", write=lambda value, _: None if value is None else str(value))
    certfile = Setting("tls.client_cert", write=lambda value, _: value and str(value))
    enable_plaintext = Setting("require_tls", lambda value: not value, lambda value, _: not value)
    whitespace_keepalive = Setting(
        "whitespace_interval",
        lambda value: value is not None,
        lambda value, old: (old or WHITESPACE_INTERVAL) if value else None,
    )
    whitespace_keepalive_interval = Setting(
        "whitespace_interval",
        lambda value: value or WHITESPACE_INTERVAL,
        lambda value, _: float(value),
    )

    _factory: Callable[[], Any]
    _bind_event: asyncio.Event | None = None
    _feature_handlers: list[tuple[int, str, Callable[..., Any]]] | None = None

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        """Remember how the object was made: a dispatcher that restarts makes another."""
        role = super().__new__(cls)
        role._factory = lambda: cls(*args, **kwargs)  # a partial would show a password
        return role

    def __init__(self, session_id: str, settings: SessionSettings) -> None:
        session: Session | None = session_being_built()
        if session is None:
            settings = replace(settings, autoconnect=False)
            session = Session(SessionSpec(session_id, self.session_kind, self._factory, settings))
            session.roles.give(self)
        self._session = session
        self._state = session.roles
        self._stream = session.stream
        self._queue = session.stream.queue
        self._actor: RoleHost | None = None
        self._owner: str | None = None
        self._thread = threading.get_ident()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._id_prefix = secrets.token_hex(4)
        self._id_count = 0
        self._schedules = Schedules(lambda: self.loop, self._run)
        self.filters_in: list[Filter] = []
        self._out: OutFilters | None = None
        self._chain: OutChain | None = None
        index, own = self._state.index, type(self).incoming_filter
        index.prepare(None if own is XMLStream.incoming_filter else self.incoming_filter)
        if not index.classes.classes:
            index.use(_registry_of(ROOT_STANZAS))

    # the session

    @property
    def session(self) -> Session:
        """The session: its status, its actors' addresses; for plugins and tests."""
        return self._session

    @property
    def settings(self) -> SessionSettings:
        """How this session connects and behaves; set it before ``connect()``."""
        return self._session.settings

    @settings.setter
    def settings(self, value: SessionSettings) -> None:
        self._session.configure(value)

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The event loop the session runs on; made when there is none yet."""
        if self._loop is None:
            try:
                self._loop = asyncio.get_running_loop()
            except RuntimeError:
                self._loop = _thread_loop()
        return self._loop

    @loop.setter
    def loop(self, value: asyncio.AbstractEventLoop) -> None:
        self._loop = value

    def new_id(self) -> str:
        """Make an id no other stanza of this object has."""
        self._id_count += 1
        return f"{self._id_prefix}-{self._id_count:x}"

    def is_connected(self) -> bool:
        """Whether stanzas can be sent right now."""
        return self._stream.is_open

    authenticated = bound = property(is_connected, doc="Whether the login is done.")

    @property
    def sessionstarted(self) -> bool:
        """Whether stanzas can be exchanged, and this object was told so."""
        return self._stream.is_open and self._state.established == self._stream.epoch

    def is_connecting(self) -> bool:
        """Whether a connection is being made, the login included."""
        return self._session.status.state is SessionState.CONNECTING

    @property
    def end_session_on_disconnect(self) -> bool:
        """Whether the session ends with its connection: not if it can be resumed (XEP-0198)."""
        return not self._stream.resumable

    @property
    def session_bind_event(self) -> asyncio.Event:
        """Set while the session has its address and a stream."""
        if self._bind_event is None:
            self._bind_event = asyncio.Event()
            if self.sessionstarted:
                self._bind_event.set()
        return self._bind_event

    @property
    def disconnected(self) -> asyncio.Future[str]:
        """Done, with the reason, when the session has ended for good."""
        state = self._state
        if state.disconnected is None or (state.disconnected.done() and state.wanted):
            state.wait_for_end(self.loop.create_future())
        assert state.disconnected is not None
        return state.disconnected

    @property
    def stream_id(self) -> str:
        """The stream's id, as the server gave it; empty before that."""
        return self._stream.stream_id

    @property
    def limits(self) -> StreamLimits:
        """What the server said it accepts (XEP-0478)."""
        return self._stream.peer_limits

    # connecting

    def connect(
        self, host: str | tuple[str, int] | None = None, port: int | None = None, **old: Any
    ) -> asyncio.Future[bool]:
        """Be connected from now on: the session starts, and reconnects by itself.

        Args:
            host: where to connect instead of what DNS says; also ``(host, port)``.
            port: the port there, 5222 by default.
            old: ``address``, ``use_ssl``, ``force_starttls``, ``disable_starttls`` as slixmpp had
                them before 1.8; a DeprecationWarning says what to write instead.

        Returns:
            A future that is done, with True, when the first session is up.

        Raises:
            TypeError: for other keywords.
        """
        if old:
            host = self._old_keywords(old) or host
        if isinstance(host, tuple):
            host, port = host
        if host:
            self.settings = replace(self.settings, server=(host, int(port or self.default_port)))
        if self.settings.server is not None and not self.enable_starttls:
            self.settings = replace(self.settings, direct_tls=self.enable_direct_tls)
        up = self._state.wait_for_start(self.loop.create_future)
        if self._session.runs:
            self._tell_transport(m.StartConnecting())
        else:
            self._on_loop(self._start)
        return up

    def _start(self) -> None:
        """Start the session, if it is still wanted, and not started by now."""
        if self._state.wanted and not self._session.runs:
            self._session.start()

    def _old_keywords(self, old: dict[str, Any]) -> tuple[str, int] | None:
        for name in old:
            if name not in OLD_KEYWORDS:
                raise TypeError(f"connect() got an unexpected keyword argument {name!r}")
            text = f"connect({name}=...): {OLD_KEYWORDS[name]}"
            warnings.warn(text, DeprecationWarning, stacklevel=3)
        if old.get("use_ssl"):
            self.settings = replace(self.settings, direct_tls=True)
        address: tuple[str, int] | None = old.get("address")
        return address or None

    def disconnect(
        self,
        wait: float | None = None,
        reason: str | None = None,
        ignore_send_queue: bool = False,
    ) -> asyncio.Future[str]:
        """End the session in order: what was sent goes out, then the stream is closed.

        Args:
            wait: seconds the server gets to close its side; by default as the settings say
                (``close_timeout``).
            reason: for the ``disconnected`` event.
            ignore_send_queue: forget stanzas that wait for a connection (they are reported as
                ``stanza_not_sent`` either way).

        Returns:
            A future that is done, with the reason, when the stream is closed.
        """
        del ignore_send_queue
        future = self.disconnected
        self._state.unwanted()
        session = self._session
        if session.runs and session.parser is not None:
            seconds = self.settings.close_timeout if wait is None else float(wait)
            session.parser.tell(m.CloseStream(reason or "disconnect requested", seconds))
        else:
            self.session_over(reason or "not connected")
        return future

    def reconnect(self, wait: float = 2.0, reason: str = "Reconnecting") -> None:
        """Drop the connection and make a new one at once.

        Args:
            wait: accepted for compatibility; the old stream is closed without waiting.
            reason: for the ``disconnected`` event.

        Raises:
            NotConnectedError: if the session was never started.
        """
        del wait
        if self._session.transport is None:
            raise NotConnectedError("connect() was not called")
        self._state.want()
        self._tell_transport(m.Reconnect(reason))

    def abort(self) -> None:
        """Drop the connection without closing the stream, and stay disconnected."""
        self.event("killed")
        if self._session.transport is not None:
            self._state.unwanted()
            self._tell_transport(m.Disconnect("aborted"))

    def cancel_connection_attempt(self) -> None:
        """Stop trying to connect."""
        self.abort()

    def _tell_transport(self, message: Any) -> None:
        transport = self._session.transport
        assert transport is not None
        transport.tell(message)

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

    @property
    def keyfile(self) -> str | None:
        """The PEM file with the key of our own certificate."""
        return self.settings.tls.client_key

    @keyfile.setter
    def keyfile(self, value: Any) -> None:
        tls = self.settings.tls
        path = None if value is None else str(value)
        # Without a certificate's file yet, the key's may hold it.
        tls = replace(tls, client_cert=tls.client_cert or path, client_key=path)
        self.settings = replace(self.settings, tls=tls)

    # what the dispatcher calls

    def attach(self, actor: RoleHost) -> None:
        """Take the actor that holds this object."""
        self._actor = actor
        self._thread = threading.get_ident()
        self._loop = asyncio.get_running_loop()

    def detach(self, reason: str) -> None:
        """Let go of the actor."""
        del reason
        self._schedules.cancel_all()
        if self._chain is not None:
            self._chain.cancel()
        self._actor = None

    def stream_established(self, message: m.StreamEstablished) -> None:
        """The stream carries stanzas from now on."""
        self._state.told_of_stream(message.epoch)
        if self._bind_event is not None:
            self._bind_event.set()

    def stream_finished(self, message: m.StreamFinished) -> None:
        """The stream, or the attempt to get one, is over."""
        self._state.told_of_end()
        self.disconnect_reason = message.reason
        if self._bind_event is not None:
            self._bind_event.clear()
        self.event("disconnected", message.reason)

    def session_over(self, reason: str) -> None:
        """The session has ended for good: what waits won't be sent."""
        if self._state.wanted:  # connect() was called again since disconnect()
            self._state.over(reason)
            self.connect()
            return
        waiting = self._queue.take_waiting()
        for item in waiting:
            self._settle_not_sent(item, reason)
        self._state.over(reason)
        for item in waiting:
            self.event("stanza_not_sent", self._stanza_of(item))

    def session_ended(self, events: Sequence[Any], reason: str, *, for_good: bool) -> None:
        """The session's actors have all ended.

        Args:
            events: what the stream had to say then.
            reason: why, in words.
            for_good: nobody will start them again.
        """
        if for_good:  # a handler may want it again
            self._state.unwanted()
        told = False
        for event in events:
            if isinstance(event, m.Outcomes):
                self.stanza_outcomes(event.outcome, event.stanzas, event.reason)
            elif isinstance(event, m.StreamFinished):
                self.stream_finished(event)
                told = True
        if self._state.in_stream and not told:
            self.stream_finished(m.StreamFinished(self._stream.epoch, reason, True))
        if for_good:
            self.session_over(reason)

    def stanza_outcomes(self, outcome: m.Outcome, items: Sequence[m.Outgoing], reason: str) -> None:
        """Raise the events of what became of stanzas."""
        del reason
        name = OUTCOME_EVENTS[outcome]
        if self.event_handled(name):
            for item in items:
                self.event(name, self._stanza_of(item))

    def _not_sent(self, item: m.Outgoing, reason: str) -> None:
        """Report a stanza that won't be sent."""
        self._settle_not_sent(item, reason)
        self.event("stanza_not_sent", self._stanza_of(item))

    @staticmethod
    def _settle_not_sent(item: m.Outgoing, reason: str) -> None:
        if item.future is not None and not item.future.done():
            item.future.set_exception(StanzaNotSent(item.stanza, reason))

    def _stanza_of(self, item: m.Outgoing) -> Any:
        """The stanza as it was sent, or made again from its bytes; these if they are none."""
        if item.stanza is not None:
            return item.stanza
        try:
            element = fromstring(self._as_document(item.data))[0]
        except (ParseError, IndexError):  # the program's own bytes: no element, or not a whole one
            return item.data
        return self.build_stanza(element)

    def _as_document(self, data: bytes) -> bytes:
        opening = f"<raw xmlns='{self.default_ns}' xmlns:stream='{self.stream_ns}'>"
        return opening.encode() + data + b"</raw>"

    # stanzas in

    def build_stanza(self, element: Element) -> StanzaBase:
        """Make the stanza object for an element from the stream."""
        return self._state.index.build(element, self)

    def incoming_filter(self, xml: Element) -> Element:
        """Change an element before it becomes a stanza; for subclasses to override."""
        return xml

    def register_stanza(self, stanza_class: type[StanzaBase]) -> None:
        """Make objects of this class for the elements it names, on this stream alone."""
        index = self._state.index
        index.use(_registry_of((*index.classes.classes, stanza_class)))

    def remove_stanza(self, stanza_class: type[StanzaBase]) -> None:
        """Forget a class given to ``register_stanza``."""
        index = self._state.index
        index.use(
            _registry_of(tuple(each for each in index.classes.classes if each is not stanza_class))
        )

    def register_handler(
        self,
        handler: BaseHandler,
        before: BaseHandler | None = None,
        after: BaseHandler | None = None,
    ) -> None:
        """Have a handler called for the stanzas it matches.

        It runs in the actor that registers it: the dispatcher, or a plugin.
        """
        del before, after
        if handler.owner is None:
            handler.owner = self._owner_of(getattr(handler, "pointer", None))
        handler.stream = weakref.ref(self)
        self._state.index.add(handler)

    def remove_handler(self, name: str) -> bool:
        """Remove the handler of that name; False if there is none."""
        return self._state.index.remove(name)

    def recv_stanza(self, stanza: StanzaBase) -> None:
        """Handle a stanza as if it had come from the server."""
        dispatcher = self._session.dispatcher
        if dispatcher is not None:
            dispatcher.tell(m.StanzasMatched([(stanza, self._state.index.match(stanza))]))

    # filters

    def add_filter(self, mode: str, handler: Filter, order: int | None = None) -> None:
        """Have each stanza pass a function, which may change or (with None) drop it.

        Args:
            mode: ``in`` before handlers; ``out``, ``out_sync`` and ``out_sce``, in this order,
                before serialising.
            handler: a plain function; on the way out also a coroutine function.
            order: its place among the filters of its mode, the end by default.

        Raises:
            ValueError: if the mode is none of these.
            TypeError: if a coroutine function is to filter what comes in.
        """
        if _is_in(mode):
            if inspect.iscoroutinefunction(handler):
                raise TypeError(f"filter {handler!r}: coroutine functions can't filter what comes")
            filters = self.filters_in
            filters.insert(len(filters) if order is None else order, handler)
            return
        if self._out is None:
            self._out = OutFilters()
        self._out.add(mode, handler, order)

    def del_filter(self, mode: str, handler: Filter) -> None:
        """Remove a filter.

        Raises:
            ValueError: if the mode is unknown or the filter is not there.
        """
        if _is_in(mode):
            self.filters_in.remove(handler)
        elif self._out is None:
            raise ValueError(f"there is no filter {handler!r}")
        else:
            self._out.remove(mode, handler)
            if not self._out.all:
                self._out = None

    @property
    def filters_out(self) -> list[Filter]:
        """The filters on the way out, in the order in which they run."""
        return [] if self._out is None else self._out.all

    def filter_in(self, stanza: StanzaBase) -> StanzaBase | None:
        """Pass a stanza that came through the filters; None if one dropped it."""
        current: Any = stanza
        for function in list(self.filters_in):
            current = function(current)
            if current is None:
                return None
        return current  # type: ignore[no-any-return]  # a filter returns what it is to return

    # stanzas out

    def send(self, data: StanzaBase | ElementBase | str | bytes, use_filters: bool = True) -> None:
        """Send a stanza, or raw XML.

        A stanza is serialised here and now; changing it later changes nothing on the wire. While
        there is no connection it is kept, and sent when there is one.

        Args:
            data: what to send.
            use_filters: whether it passes the ``out`` filters.

        Raises:
            SendQueueFull: if too much is waiting to be sent; ``send_wait`` waits for room.
            StanzaTooLarge: if the server would not take it.
            ValueError: if it can't be written as XML.
        """
        if self._actor is not None and threading.get_ident() != self._thread:
            self.loop.call_soon_threadsafe(self.send, data, use_filters)
        elif self._chain is not None and self._chain.busy:
            self._chain.put(data, use_filters, None)  # after what is waiting for filters
        elif isinstance(data, (str, bytes)):
            self._send_raw(data)
        else:
            self._send_tracked(data, use_filters, None)

    def _send_raw(self, data: str | bytes) -> None:
        for part in self._parts(data.encode() if isinstance(data, str) else data):
            self._put(None, part, None)

    def _send_tracked(
        self,
        data: StanzaBase | ElementBase,
        use_filters: bool,
        future: asyncio.Future[m.Outcome] | None,
    ) -> None:
        filters = self._out
        if use_filters and filters is not None and isinstance(data, StanzaBase):
            if filters.slow:
                self._filter_slowly(filters, data, future)
                return
            filtered = filters.apply(data)
            if filtered is None:
                _filtered_away(data, future, "a filter dropped it")
                return
            data = filtered
        self._put(data, to_bytes(data, self.default_ns), future)

    def _put(self, stanza: Any, data: bytes, future: asyncio.Future[m.Outcome] | None) -> None:
        for item in self._queue.put(m.new(m.Outgoing, (stanza, data, future))) or ():
            self._not_sent(item, "newer stanzas needed its place")

    def _filter_slowly(
        self, filters: OutFilters, data: StanzaBase, future: asyncio.Future[m.Outcome] | None
    ) -> None:
        if self._chain is None:
            limit = self.settings.send_queue_limit
            self._chain = OutChain(filters, limit, self._send_filtered, _filtered_away)
        self._chain.put(data, True, future)

    def _send_filtered(self, data: Any, future: asyncio.Future[m.Outcome] | None) -> None:
        if isinstance(data, (str, bytes)):
            self._send_raw(data)
        else:
            self._put(data, to_bytes(data, self.default_ns), future)

    def _parts(self, data: bytes) -> list[bytes]:
        """Part raw XML into stanzas where stream management counts them, if it is any."""
        if self._stream.managed is None:
            return [data]
        try:
            elements = list(fromstring(self._as_document(data)))
        except ParseError:
            return [data]
        if len(elements) < 2:
            return [data.strip()]
        return [to_bytes(element, self.default_ns) for element in elements]

    def send_raw(self, data: str | bytes) -> None:
        """Send XML as it is."""
        self.send(data)

    def send_xml(self, data: Element) -> None:
        """Send an element."""
        self._put(None, to_bytes(data, self.default_ns), None)

    async def send_wait(
        self, data: StanzaBase | ElementBase | str | bytes, use_filters: bool = True
    ) -> None:
        """Send, and wait for room first if too much is waiting; see ``send``.

        Raises:
            StanzaNotSent: the session ended before there was room.
        """
        await self._room(data)
        self.send(data, use_filters)

    async def send_acked(
        self, stanza: StanzaBase, use_filters: bool = True, timeout: float | None = None
    ) -> m.Outcome:
        """Send a stanza and wait until it is known what became of it.

        Args:
            stanza: what to send.
            use_filters: whether it passes the ``out`` filters.
            timeout: seconds; None waits as long as it takes. The stanza stays sent after it.

        Returns:
            ``Outcome.ACKED``: the server has handled it. ``Outcome.SENT``: it has left this
            process, and there is no stream management (XEP-0198) to tell more.

        Raises:
            StanzaNotSent: the session was lost, and as far as is known the server has not
                handled it; or a filter dropped it.
            TimeoutError: if neither is known in time.
        """
        await self._room(stanza)
        future: asyncio.Future[m.Outcome] = self.loop.create_future()
        self._send_tracked(stanza, use_filters, future)
        return await asyncio.wait_for(future, timeout)

    async def _room(self, data: Any) -> None:
        """Wait until a stanza would be taken. Those who wait get their turn in order."""
        queue = self._queue
        while not queue.has_room:
            room: asyncio.Future[None] = self.loop.create_future()

            def take(there_is: bool, room: asyncio.Future[None] = room) -> bool:
                if room.done():
                    return False
                if there_is:
                    room.set_result(None)
                else:
                    room.set_exception(StanzaNotSent(data, "the session ended"))
                return there_is

            queue.when_room(take)
            try:
                await room
            except asyncio.CancelledError:
                queue.wake_senders()
                raise

    @property
    def namespace_map(self) -> dict[str, str]:
        """The prefixes that every stream has."""
        return {XML: "xml", self.stream_ns: "stream"}

    # events

    def add_event_handler(
        self, name: str, pointer: Callable[..., Any], disposable: bool = False
    ) -> None:
        """Have a function or coroutine function called when an event is raised.

        It runs in the actor that adds it: the dispatcher, or a plugin.

        Args:
            name: the event.
            pointer: takes the event's data.
            disposable: call it for the first occurrence only.
        """
        entry = EventEntry(pointer, disposable, self._owner_of(pointer))
        self._state.events.add(name, entry)

    def del_event_handler(self, name: str, pointer: Callable[..., Any]) -> None:
        """Remove each registration of a function for an event."""
        self._state.events.remove(name, pointer)

    def event_handled(self, name: str) -> int:
        """Count the handlers of an event."""
        return self._state.events.count(name)

    def event(self, name: str, data: Any = None) -> None:
        """Raise an event.

        The role's handlers have run when this returns (coroutines have begun); a plugin's run in
        the plugin's actor.

        Args:
            name: the event.
            data: given to each handler; an empty dictionary by default.
        """
        data = {} if data is None else data
        actor = self._actor
        if actor is None:
            for entry in self._state.events.take(name):
                try:
                    result = entry.function(data)
                except Exception as error:  # noqa: BLE001  there is no actor to fail, and others wait
                    self.exception(error)
                    continue
                if inspect.isawaitable(result):
                    self.loop.create_task(result)  # type: ignore[arg-type]
        elif threading.get_ident() != self._thread:
            self.loop.call_soon_threadsafe(self.event, name, data)
        else:
            actor.raise_event(name, data)

    async def event_async(self, name: str, data: Any = None) -> None:
        """Raise an event and wait for the role's coroutine handlers, in order."""
        data = {} if data is None else data
        for entry in self._state.events.take(name):
            result = entry.function(data)
            if inspect.isawaitable(result):
                await result

    async def wait_until(self, event: str, timeout: float = 30.0) -> Any:
        """Wait for the next occurrence of an event.

        Args:
            event: the event.
            timeout: seconds.

        Returns:
            The event's data.

        Raises:
            TimeoutError: if it does not occur in time.
        """
        future: asyncio.Future[Any] = self.loop.create_future()

        def occurred(data: Any) -> None:
            if not future.done():
                future.set_result(data)

        with self.event_handler(event, occurred):
            return await asyncio.wait_for(future, timeout)

    @contextlib.contextmanager
    def event_handler(self, event: str, handler: Callable[..., Any]) -> Iterator[None]:
        """Have a handler called for an event while the ``with`` block runs."""
        self.add_event_handler(event, handler)
        try:
            yield
        finally:
            self.del_event_handler(event, handler)

    def exception(self, exception: BaseException) -> None:
        """Called with each exception a handler of the role did not catch."""
        raise NotImplementedError

    # time

    def schedule(
        self,
        name: str,
        seconds: float,
        callback: Callable[..., Any],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
        repeat: bool = False,
    ) -> None:
        """Call a function later.

        Args:
            name: for ``cancel_schedule``; unique.
            seconds: how much later.
            callback: what to call; may be a coroutine function.
            args: its positional arguments.
            kwargs: its keyword arguments.
            repeat: call it every ``seconds`` until cancelled.

        Raises:
            ValueError: if something of this name is scheduled.
        """
        self._schedules.add(name, seconds, callback, args, kwargs, repeat)

    def cancel_schedule(self, name: str) -> None:
        """Cancel what was scheduled under a name; nothing there is no error."""
        self._schedules.cancel(name)

    @property
    def scheduled_events(self) -> dict[str, asyncio.TimerHandle]:
        """What ``schedule`` has planned, by name."""
        return self._schedules.pending

    def wrap(self, coroutine: Coroutine[Any, Any, Any] | Awaitable[Any]) -> asyncio.Future[Any]:
        """Run a coroutine on the session's loop."""
        return asyncio.ensure_future(coroutine, loop=self.loop)

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
        offered = StreamFeatures(self, element)
        for _, name, handler in self._feature_handlers:
            if name in features:
                self._actor.run_guarded(handler, offered, None)

    # helpers

    def _run(self, function: Callable[[], Any]) -> None:
        """Call something of the program's, as if it were a handler."""
        if self._actor is not None:
            self._actor.run_guarded(lambda _: function(), None, None)
            return
        result = function()
        if inspect.isawaitable(result):
            self.wrap(result)

    def _on_loop(self, function: Callable[[], Any]) -> None:
        """Run something on the loop: at once when it runs here, else when it does."""
        loop = self.loop
        try:
            running: asyncio.AbstractEventLoop | None = asyncio.get_running_loop()
        except RuntimeError:
            running = None
        if running is loop:
            function()
        elif loop.is_running():
            loop.call_soon_threadsafe(function)
        else:
            loop.call_soon(function)

    @contextlib.contextmanager
    def registering_for(self, owner: str) -> Iterator[None]:
        """Have what is registered meanwhile belong to a plugin."""
        outer, self._owner = self._owner, owner
        try:
            yield
        finally:
            self._owner = outer

    def _owner_of(self, function: Any) -> str | None:
        """The plugin a function belongs to, or that is registering it; None is the role."""
        if self._owner is not None:
            return self._owner
        plugin = getattr(function, "__self__", None)
        name = getattr(plugin, "name", None)
        slot = self._state.plugins.get(name) if isinstance(name, str) else None
        return name if slot is not None and slot.instance is plugin else None


def _is_in(mode: str) -> bool:
    if mode not in FILTER_MODES:
        raise ValueError(f"filter mode {mode!r} is not one of {', '.join(FILTER_MODES)}")
    return mode == "in"


def _filtered_away(data: Any, future: asyncio.Future[m.Outcome] | None, reason: str) -> None:
    if future is not None and not future.done():
        future.set_exception(StanzaNotSent(data, reason))


def _thread_loop() -> asyncio.AbstractEventLoop:
    """The loop this thread will run: the one that was set, or a new one that is set now."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # 3.12 warns when it makes one
        try:
            loop = asyncio.get_event_loop()
        except RuntimeError:
            loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    return loop
