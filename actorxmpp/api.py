"""API hooks: how a program takes over what a plugin stores or decides.

A plugin asks its hooks (``self.api["get_vcard"](jid, node, ifrom, args)``) instead of deciding by
itself; a program registers a handler for an operation, for one JID, for one node of it, or for all.
Without one, the plugin's own handler answers, which the plugin's class names in ``api_handlers``.
"""

from __future__ import annotations

import inspect
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from actorxmpp.jid import JID

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Generator

    from actorxmpp.basexmpp import BaseXMPP
    from actorxmpp.types import OptJidStr

    APIHandler = Callable[..., Any]

__all__ = ["APIRegistry", "APIWrapper", "Done"]


class Done:
    """A result that is there already and may be awaited all the same.

    What costs nothing to make for each of a plugin's many calls that change a table; callers that
    were written for futures await it.
    """

    __slots__ = ("_value",)

    def __init__(self, value: Any = None) -> None:
        self._value = value

    def __await__(self) -> Generator[Any, None, Any]:
        """Give the value without waiting."""
        yield from ()
        return self._value

    def result(self) -> Any:
        """Return the value."""
        return self._value

    def done(self) -> bool:
        """True: there is nothing to wait for."""
        return True

    def __bool__(self) -> bool:
        return bool(self._value)


class APIRegistry:
    """The handlers of all plugins of one session.

    The more particular handler wins: JID and node, then JID, then all, then the plugin's own.

    Attributes:
        settings: by plugin; ``component_bare`` and ``client_bare`` make handlers be found by, and
            called with, the bare JID.
    """

    __slots__ = ("_handlers", "settings", "xmpp")

    def __init__(self, xmpp: BaseXMPP) -> None:
        self.xmpp = xmpp
        self.settings: dict[str, dict[str, bool]] = {}
        self._handlers: dict[tuple[str, str, str, str | None], APIHandler] = {}

    def wrap(self, ctype: str) -> APIWrapper:
        """Return the hooks of one plugin."""
        return APIWrapper(self, ctype)

    def purge(self, ctype: str) -> None:
        """Forget all that was registered for a plugin."""
        self.settings.pop(ctype, None)
        for key in [key for key in self._handlers if key[0] == ctype]:
            del self._handlers[key]

    def register(
        self,
        handler: APIHandler | None,
        ctype: str,
        op: str,
        jid: OptJidStr = None,
        node: str | None = None,
        default: bool = False,
    ) -> None:
        """Register a handler.

        Args:
            handler: called with JID, node, requester and arguments; may be a coroutine function.
                None removes the handler that is there.
            ctype: the plugin's name.
            op: the operation.
            jid: for this JID alone.
            node: for this node of the JID alone.
            default: make it what answers where nothing else is registered.
        """
        key = (ctype, op, str(jid or ""), node)
        if handler is None:
            self._handlers.pop(key, None)
        else:
            self._handlers[key] = handler
            if default:
                self.register_default(handler, ctype, op)

    def register_default(self, handler: APIHandler, ctype: str, op: str) -> None:
        """Set what answers where nothing else is registered."""
        self._handlers[ctype, op, "*", None] = handler

    def unregister(
        self, ctype: str, op: str, jid: OptJidStr = None, node: str | None = None
    ) -> None:
        """Remove a handler; none there is no error."""
        self.register(None, ctype, op, jid, node)

    def restore_default(
        self, ctype: str, op: str, jid: OptJidStr = None, node: str | None = None
    ) -> None:
        """Have the default answer again."""
        self.unregister(ctype, op, jid, node)

    def find(self, ctype: str, op: str, jid: JID, node: str | None) -> APIHandler | None:
        """Return the handler for a JID and node, or None."""
        handlers = self._handlers
        if handlers:
            own = str(jid)
            keys = ((own, node), ("", node), (own, None), ("", None), ("*", None))
            for where, at in keys if node else keys[2:]:
                handler = handlers.get((ctype, op, where, at))
                if handler is not None:
                    return handler
        slot = self.xmpp.plugin.slots.get(ctype)
        if slot is None or slot.instance is None:
            return None
        method = type(slot.instance).api_handlers.get(op)
        return None if method is None else attrgetter(method)(slot.instance)

    def call(
        self,
        ctype: str,
        op: str,
        jid: OptJidStr = None,
        node: str | None = None,
        ifrom: OptJidStr = None,
        args: Any = None,
    ) -> Any:
        """Call the handler; what it returns may be awaitable. None if there is no handler."""
        owner = JID(jid) if jid else self.xmpp.boundjid
        kind = "component_bare" if self.xmpp.is_component else "client_bare"
        if self.settings.get(ctype, {}).get(kind):
            owner = JID(owner.bare)
        handler = self.find(ctype, op, owner, node)
        return None if handler is None else handler(owner, node or "", ifrom, args)

    def run(
        self,
        ctype: str,
        op: str,
        jid: OptJidStr = None,
        node: str | None = None,
        ifrom: OptJidStr = None,
        args: Any = None,
    ) -> asyncio.Future[Any] | Done:
        """Call the handler; returns an awaitable of its result."""
        result = self.call(ctype, op, jid, node, ifrom, args)
        if inspect.isawaitable(result):
            return self.xmpp.wrap(result)
        return Done(result)


class APIWrapper:
    """The hooks of one plugin: ``api["get_info"](jid, node, ifrom, args)``."""

    __slots__ = ("api", "name")

    def __init__(self, api: APIRegistry, name: str) -> None:
        self.api = api
        self.name = name

    @property
    def settings(self) -> dict[str, bool]:
        """See ``APIRegistry.settings``."""
        return self.api.settings.setdefault(self.name, {})

    def register(
        self,
        handler: APIHandler | None,
        op: str,
        jid: OptJidStr = None,
        node: str | None = None,
        default: bool = False,
    ) -> None:
        """See ``APIRegistry.register``."""
        self.api.register(handler, self.name, op, jid, node, default)

    def register_default(
        self, handler: APIHandler, op: str, jid: OptJidStr = None, node: str | None = None
    ) -> None:
        """See ``APIRegistry.register_default``; ``jid`` and ``node`` have no meaning."""
        del jid, node
        self.api.register_default(handler, self.name, op)

    def run(
        self,
        op: str,
        jid: OptJidStr = None,
        node: str | None = None,
        ifrom: OptJidStr = None,
        args: Any = None,
    ) -> asyncio.Future[Any] | Done:
        """See ``APIRegistry.run``."""
        return self.api.run(self.name, op, jid, node, ifrom, args)

    def restore_default(self, op: str, jid: OptJidStr = None, node: str | None = None) -> None:
        """See ``APIRegistry.restore_default``."""
        self.api.restore_default(self.name, op, jid, node)

    def unregister(self, op: str, jid: OptJidStr = None, node: str | None = None) -> None:
        """See ``APIRegistry.unregister``."""
        self.api.unregister(self.name, op, jid, node)

    def __getitem__(self, op: str) -> APIHandler:
        """Return a function that runs an operation."""

        def run(
            jid: OptJidStr = None,
            node: str | None = None,
            ifrom: OptJidStr = None,
            args: Any = None,
        ) -> Any:
            return self.run(op, jid, node, ifrom, args)

        return run
