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
from actorxmpp.stanza import Iq, Message, Presence, StreamError
from actorxmpp.xmlstream.registry import StanzaRegistry
from actorxmpp.xmlstream.serialize import to_bytes
from actorxmpp.xmlstream.stanzabase import ElementBase, StanzaBase

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable
    from xml.etree.ElementTree import Element

    from actorxmpp.actors.context import SessionSettings
    from actorxmpp.xmlstream.handler import BaseHandler

__all__ = ["FILTER_MODES", "Stanzas"]

FILTER_MODES = ("in", "out", "out_sync")

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
        self.filters_in: list[Callable[[StanzaBase], StanzaBase | None]] = []
        self.filters_out: list[Callable[[StanzaBase], StanzaBase | None]] = []

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

    def add_filter(
        self,
        mode: str,
        handler: Callable[[StanzaBase], StanzaBase | None],
        order: int | None = None,
    ) -> None:
        """Have each stanza pass a function, which may change or (with None) drop it.

        Args:
            mode: ``in``, ``out`` or ``out_sync``.
            handler: a plain function; it runs before handlers and before serialising.
            order: its place among the filters, the end by default.

        Raises:
            ValueError: if the mode is none of these.
            TypeError: if the handler is a coroutine function.
        """
        if inspect.iscoroutinefunction(handler):
            raise TypeError(f"filter {handler!r}: coroutine functions can't filter")
        filters = self._filters(mode)
        filters.insert(len(filters) if order is None else order, handler)

    def del_filter(self, mode: str, handler: Callable[[StanzaBase], StanzaBase | None]) -> None:
        """Remove a filter.

        Raises:
            ValueError: if the mode is unknown or the filter is not there.
        """
        self._filters(mode).remove(handler)

    def _filters(self, mode: str) -> list[Callable[[StanzaBase], StanzaBase | None]]:
        if mode not in FILTER_MODES:
            raise ValueError(f"filter mode {mode!r} is not one of {', '.join(FILTER_MODES)}")
        return self.filters_in if mode == "in" else self.filters_out

    def apply_filters(self, mode: str, stanza: StanzaBase) -> StanzaBase | None:
        """Pass a stanza through the filters of a mode; None if one dropped it."""
        current: StanzaBase | None = stanza
        for function in list(self._filters(mode)):
            if current is None:
                break
            current = function(current)
        return current

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
        if isinstance(data, (str, bytes)):
            for part in self._parts(data.encode() if isinstance(data, str) else data):
                self._send_out(None, part)
            return
        self._send_tracked(data, use_filters, None)

    def _send_tracked(
        self,
        data: StanzaBase | ElementBase,
        use_filters: bool,
        future: asyncio.Future[m.Outcome] | None,
    ) -> None:
        if use_filters and self.filters_out and isinstance(data, StanzaBase):
            filtered = self.apply_filters("out", data)
            if filtered is None:
                if future is not None:
                    future.set_exception(StanzaNotSent(data, "a filter dropped it"))
                return
            data = filtered
        self._send_out(data, to_bytes(data, self.default_ns), future)

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
        self._context.outbox.put(m.Outgoing(stanza, data, future))
