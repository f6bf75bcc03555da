"""Stanzas in and out: classes, handlers, filters, sending."""

from __future__ import annotations

import inspect
import weakref
from typing import TYPE_CHECKING, Any

from actorxmpp.actors import messages as m
from actorxmpp.actors.context import OUTBOX_LIMIT
from actorxmpp.exceptions import SendQueueFull
from actorxmpp.roles.core import RoleCore
from actorxmpp.roles.events import Events
from actorxmpp.stanza import Iq, Message, Presence, StreamError
from actorxmpp.xmlstream.registry import StanzaRegistry
from actorxmpp.xmlstream.serialize import to_bytes
from actorxmpp.xmlstream.stanzabase import ElementBase, StanzaBase

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Callable
    from xml.etree.ElementTree import Element

    from actorxmpp.actors.context import SessionSettings
    from actorxmpp.xmlstream.handler import BaseHandler

__all__ = ["FILTER_MODES", "Stanzas"]

FILTER_MODES = ("in", "out", "out_sync")

ROOT_STANZAS = (Message, Presence, Iq, StreamError)
"""The stanza classes every stream knows."""

FLUSH = m.FlushOutbox()

_ROOTS = StanzaRegistry(ROOT_STANZAS)


class Stanzas(Events, RoleCore):
    """What is done with stanzas on their way in and out."""

    default_ns = "jabber:client"

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
        self._own_registry().register(stanza_class)

    def remove_stanza(self, stanza_class: type[StanzaBase]) -> None:
        """Forget a class given to ``register_stanza``."""
        self._own_registry().remove(stanza_class)

    def _own_registry(self) -> StanzaRegistry:
        if self._registry is _ROOTS:
            self._registry = StanzaRegistry(ROOT_STANZAS)
        return self._registry

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
            SendQueueFull: if too much is waiting for a connection.
            ValueError: if it can't be written as XML.
        """
        if self._elsewhere():
            self.loop.call_soon_threadsafe(self.send, data, use_filters)
            return
        if isinstance(data, (str, bytes)):
            self._send_out(None, data.encode() if isinstance(data, str) else data)
            return
        if use_filters and self.filters_out and isinstance(data, StanzaBase):
            filtered = self.apply_filters("out", data)
            if filtered is None:
                return
            data = filtered
        self._send_out(data, to_bytes(data, self.default_ns))

    def send_raw(self, data: str | bytes) -> None:
        """Send XML as it is."""
        self.send(data)

    def send_xml(self, data: Element) -> None:
        """Send an element."""
        self._send_out(None, to_bytes(data, self.default_ns))

    def _send_out(self, stanza: Any, data: bytes) -> None:
        context = self._context
        queue: list[m.Outgoing] | deque[m.Outgoing]
        queue, limit = context.waiting, context.settings.send_queue_limit
        if context.up:
            queue, limit = context.outbox, OUTBOX_LIMIT
            if not queue and context.parser is not None:
                context.parser.tell(FLUSH)
        if len(queue) >= limit:
            where = "the parser" if context.up else "a connection"
            raise SendQueueFull(f"{len(queue)} stanzas wait for {where}; the limit is {limit}")
        queue.append(m.Outgoing(stanza, data))

    def _flush_waiting(self) -> None:
        context = self._context
        if context.waiting and context.parser is not None:
            context.outbox.extend(context.waiting)
            context.waiting.clear()
            context.parser.tell(FLUSH)
