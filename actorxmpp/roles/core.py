"""What every part of a role shares: the session's context and the actor that holds the role.

The other modules of this folder build on it, one concern each; ``XMLStream`` puts them together.
"""

from __future__ import annotations

import asyncio
import secrets
import threading
import warnings
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

from actorxmpp.actors.context import BUILDING, SessionContext
from actorxmpp.plugins.base import BasePlugin
from actorxmpp.settings import SessionKind, SessionSpec

if TYPE_CHECKING:
    from collections.abc import Callable

    from actorxmpp.actors.dispatcher import DispatcherActor
    from actorxmpp.settings import SessionSettings

__all__ = ["RoleCore"]


class RoleCore:
    """Holds the session's context; knows on which thread and loop the session runs."""

    session_kind: SessionKind = SessionKind.CLIENT
    """Which composition of actors this role is for."""

    _factory: Callable[[], Any]

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        """Remember how the object was made: a dispatcher that restarts makes another."""
        role = super().__new__(cls)
        role._factory = lambda: cls(*args, **kwargs)  # a partial would show a password
        return role

    def __init__(self, session_id: str, settings: SessionSettings) -> None:
        context = BUILDING.get()
        if context is None:
            settings = replace(settings, autoconnect=False)
            context = SessionContext(
                SessionSpec(session_id, self.session_kind, self._factory, settings)
            )
            context.give_role(self)  # type: ignore[arg-type]  # every role is a BaseXMPP
        context.role = self  # type: ignore[assignment]  # every role is a BaseXMPP
        self._context = context
        self._actor: DispatcherActor | None = None
        self._owner: str | None = None
        self._thread = threading.get_ident()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._id_prefix = secrets.token_hex(4)
        self._id_count = 0

    @property
    def settings(self) -> SessionSettings:
        """How this session connects and behaves; set it before ``connect()``."""
        return self._context.settings

    @settings.setter
    def settings(self, value: SessionSettings) -> None:
        context = self._context
        if value.send_queue_limit != context.settings.send_queue_limit:
            context.outbox.limit = value.send_queue_limit
        context.settings = value

    @property
    def session_context(self) -> SessionContext:
        """What the session's actors share; for plugins and tests."""
        return self._context

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

    def _elsewhere(self) -> bool:
        """Whether the caller is on another thread than the session's loop."""
        return self._actor is not None and threading.get_ident() != self._thread

    def _on_loop(self, function: Callable[..., Any], *args: Any) -> None:
        """Run something on the loop: at once when it runs here, else when it does."""
        loop = self.loop
        try:
            running: asyncio.AbstractEventLoop | None = asyncio.get_running_loop()
        except RuntimeError:
            running = None
        if running is loop:
            function(*args)
        elif loop.is_running():
            loop.call_soon_threadsafe(function, *args)
        else:
            loop.call_soon(function, *args)

    def _owner_of(self, function: Any) -> str | None:
        """The plugin a function belongs to, or that is registering it; None is the role."""
        if self._owner is not None:
            return self._owner
        plugin = getattr(function, "__self__", None)
        return plugin.name if isinstance(plugin, BasePlugin) else None


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
