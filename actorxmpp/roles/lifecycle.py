"""Connecting and disconnecting, as users call them."""

from __future__ import annotations

import asyncio
import threading
import warnings
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from actorxmpp.actors import messages as m
from actorxmpp.actors.session import SessionSupervisor
from actorxmpp.exceptions import NotConnectedError, StanzaNotSent
from actorxmpp.roles.core import RoleCore
from actorxmpp.roles.events import Events
from supervisors import monitor

if TYPE_CHECKING:
    from actorxmpp.actors.dispatcher import DispatcherActor
    from actorxmpp.settings import SessionSettings
    from supervisors import Down

__all__ = ["Lifecycle"]


OLD_KEYWORDS = {
    "address": "give host and port",
    "use_ssl": "set settings.direct_tls",
    "force_starttls": "TLS is required unless settings.require_tls is off",
    "disable_starttls": "has no effect; settings.require_tls=False allows to do without TLS",
}
"""Keywords of ``connect`` that slixmpp had once, and what to write instead."""


class Lifecycle(Events, RoleCore):
    """The life of a session's connection."""

    default_port = 5222
    enable_direct_tls = True
    enable_starttls = True

    def __init__(self, session_id: str, settings: SessionSettings) -> None:
        super().__init__(session_id, settings)
        self._disconnected: asyncio.Future[str] | None = None
        self._connecting: asyncio.Future[bool] | None = None
        self.sessionstarted = False

    # the session

    @property
    def disconnected(self) -> asyncio.Future[str]:
        """Done, with the reason, when the session has ended for good."""
        if self._disconnected is None or (self._disconnected.done() and self._context.wanted):
            self._disconnected = self.loop.create_future()
        return self._disconnected

    def attach(self, actor: DispatcherActor) -> None:
        """Take the actor that holds this object; called by the dispatcher when it starts."""
        self._actor = actor
        self._thread = threading.get_ident()
        self._loop = asyncio.get_running_loop()

    def detach(self, reason: str) -> None:
        """Let go of the actor; called by the dispatcher when it ends."""
        del reason
        for handle in self._scheduled.values():
            handle.cancel()
        self._scheduled.clear()
        self._actor = None

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
        if self._connecting is None or self._connecting.done():
            self._connecting = self.loop.create_future()
        context = self._context
        if context.session is not None and context.session.is_alive():
            assert context.transport is not None
            context.transport.tell(m.StartConnecting())
        else:
            context.wanted = True
            self._on_loop(self._start_session)
        return self._connecting

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

    def _start_session(self) -> None:
        session = SessionSupervisor.start(self._context)
        monitor(session, self._session_down)

    def _session_down(self, down: Down) -> None:
        """The whole session failed too often and ended: nobody is left to reconnect."""
        self._context.wanted = False
        self._session_over(f"the session ended: {down.reason}")

    def disconnect(
        self,
        wait: float = 2.0,
        reason: str | None = None,
        ignore_send_queue: bool = False,
    ) -> asyncio.Future[str]:
        """End the session in order: what was sent goes out, then the stream is closed.

        Args:
            wait: seconds the server gets to close its side.
            reason: for the ``disconnected`` event.
            ignore_send_queue: forget stanzas that wait for a connection (they are reported as
                ``stanza_not_sent`` either way).

        Returns:
            A future that is done, with the reason, when the stream is closed.
        """
        del ignore_send_queue
        context = self._context
        future = self.disconnected
        context.wanted = False
        self.settings = replace(self.settings, close_timeout=float(wait))
        if context.session is None or not context.session.is_alive():
            self._session_over(reason or "not connected")
        elif context.parser is not None:
            context.parser.tell(m.CloseStream(reason or "disconnect requested"))
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
        if self._context.transport is None:
            raise NotConnectedError("connect() was not called")
        self._context.transport.tell(m.Reconnect(reason))

    def abort(self) -> None:
        """Drop the connection without closing the stream, and stay disconnected."""
        self.event("killed")
        if self._context.transport is not None:
            self._context.transport.tell(m.Disconnect("aborted"))

    def is_connected(self) -> bool:
        """Whether stanzas can be sent right now."""
        return self._context.up

    def _session_over(self, reason: str) -> None:
        waiting = self._context.outbox.waiting
        while waiting:
            self._not_sent(waiting.popleft(), reason)
        if not self.disconnected.done():
            self.disconnected.set_result(reason)

    def _not_sent(self, item: m.Outgoing, reason: str) -> None:
        """Report a stanza that won't be sent."""
        if item.future is not None and not item.future.done():
            item.future.set_exception(StanzaNotSent(item.stanza, reason))
        self.event("stanza_not_sent", item.stanza)
