"""Stanzas in and out: classes, handlers, filters, sending."""

from __future__ import annotations

import inspect
import weakref
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import ParseError, fromstring

from actorxmpp.actors import messages as m
from actorxmpp.exceptions import StanzaNotSent
from actorxmpp.roles.core import RoleCore
from actorxmpp.roles.events import Events
from actorxmpp.roles.filters import FILTER_MODES, Filter, OutChain, OutFilters
from actorxmpp.stanza import Iq, Message, Presence, StreamError
from actorxmpp.xmlstream.registry import StanzaRegistry
from actorxmpp.xmlstream.serialize import to_bytes
from actorxmpp.xmlstream.stanzabase import ElementBase, StanzaBase

if TYPE_CHECKING:
    import asyncio
    from xml.etree.ElementTree import Element

    from actorxmpp.settings import SessionSettings
    from actorxmpp.xmlstream.handler import BaseHandler

__all__ = ["FILTER_MODES", "Stanzas"]

ROOT_STANZAS = (Message, Presence, Iq, StreamError)
"""The stanza classes every stream knows."""


@lru_cache(maxsize=256)
def _registry_of(classes: tuple[type[StanzaBase], ...]) -> StanzaRegistry:
    """The registry of these classes, shared by all sessions that know the same ones."""
    return StanzaRegistry(classes)


_ROOTS = _registry_of(ROOT_STANZAS)


class Stanzas(Events, RoleCore):
    """What is done with stanzas on their way in and out."""

    default_ns = "jabber:client"
    stream_ns = "http://etherx.jabber.org/streams"

    def __init__(self, session_id: str, settings: SessionSettings) -> None:
        super().__init__(session_id, settings)
        self._registry = _ROOTS
        self.filters_in: list[Filter] = []
        self._out: OutFilters | None = None
        self._chain: OutChain | None = None

    # stanzas in

    def build_stanza(self, element: Element) -> StanzaBase:
        """Make the stanza object for an element from the stream."""
        return self._registry.build(element, self)

    def register_stanza(self, stanza_class: type[StanzaBase]) -> None:
        """Make objects of this class for the elements it names, on this stream alone."""
        self._registry = _registry_of((*self._registry.classes, stanza_class))

    def remove_stanza(self, stanza_class: type[StanzaBase]) -> None:
        """Forget a class given to ``register_stanza``."""
        kept = tuple(each for each in self._registry.classes if each is not stanza_class)
        self._registry = _registry_of(kept)

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
        self._context.index.add(handler)

    def remove_handler(self, name: str) -> bool:
        """Remove the handler of that name; False if there is none."""
        return self._context.index.remove(name)

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
        if self._is_in(mode):
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
        if self._is_in(mode):
            self.filters_in.remove(handler)
        elif self._out is None:
            raise ValueError(f"there is no filter {handler!r}")
        else:
            self._out.remove(mode, handler)
            if not self._out.all:
                self._out = None

    @staticmethod
    def _is_in(mode: str) -> bool:
        if mode not in FILTER_MODES:
            raise ValueError(f"filter mode {mode!r} is not one of {', '.join(FILTER_MODES)}")
        return mode == "in"

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
        if self._elsewhere():
            self.loop.call_soon_threadsafe(self.send, data, use_filters)
            return
        if self._chain is not None and self._chain.busy:
            self._chain.put(data, use_filters, None)  # after what is waiting for filters
        elif isinstance(data, (str, bytes)):
            self._send_raw(data)
        else:
            self._send_tracked(data, use_filters, None)

    def _send_raw(self, data: str | bytes) -> None:
        for part in self._parts(data.encode() if isinstance(data, str) else data):
            self._send_out(None, part)

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
                self._filtered_away(data, future, "a filter dropped it")
                return
            data = filtered
        self._send_out(data, to_bytes(data, self.default_ns), future)

    def _filter_slowly(
        self, filters: OutFilters, data: StanzaBase, future: asyncio.Future[m.Outcome] | None
    ) -> None:
        if self._chain is None:
            limit = self._context.settings.send_queue_limit
            self._chain = OutChain(filters, limit, self._send_filtered, self._filtered_away)
        self._chain.put(data, True, future)

    def _send_filtered(self, data: Any, future: asyncio.Future[m.Outcome] | None) -> None:
        if isinstance(data, (str, bytes)):
            self._send_raw(data)
        else:
            self._send_out(data, to_bytes(data, self.default_ns), future)

    def _filtered_away(
        self, data: Any, future: asyncio.Future[m.Outcome] | None, reason: str
    ) -> None:
        if future is not None and not future.done():
            future.set_exception(StanzaNotSent(data, reason))

    def _parts(self, data: bytes) -> list[bytes]:
        """Part raw XML into stanzas where stream management counts them, if it is any."""
        if self._context.sm is None:
            return [data]
        opening = f"<raw xmlns='{self.default_ns}' xmlns:stream='{self.stream_ns}'>".encode()
        try:
            elements = list(fromstring(opening + data + b"</raw>"))
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
        self._send_out(None, to_bytes(data, self.default_ns))

    def _send_out(
        self, stanza: Any, data: bytes, future: asyncio.Future[m.Outcome] | None = None
    ) -> None:
        self._context.outbox.put(m.new(m.Outgoing, (stanza, data, future)))
