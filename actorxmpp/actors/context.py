"""What the stages of one session share: its specification, its settings, its status.

Rules of this file: values and addresses, no behaviour beyond keeping them consistent. A stage
changes only what its section says is its own. Everything here lives as long as the session,
longer than any single actor of it, so it is what survives a restart.
"""

from __future__ import annotations

import time
from collections import deque
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from actorxmpp.actors.events import EventTable
from actorxmpp.actors.outbox import Outbox
from actorxmpp.actors.poison import Blame
from actorxmpp.protocol.actions import StreamLimits
from actorxmpp.protocol.streammanagement import StreamManagement
from actorxmpp.settings import SmOptions
from actorxmpp.status import SessionStatus
from actorxmpp.xmlstream.index import HandlerIndex

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pykka

    from actorxmpp.actors.users_table import UserTable
    from actorxmpp.basexmpp import BaseXMPP
    from actorxmpp.plugins.base import BasePlugin
    from actorxmpp.protocol.settings import ResumeRequest
    from actorxmpp.settings import SessionSpec
    from actorxmpp.store import StoredSession
    from supervisors import Address

__all__ = ["BUILDING", "PLUGIN_STASH_LIMIT", "PluginCell", "SessionContext"]


PLUGIN_STASH_LIMIT = 100
"""Stanzas and events kept for a plugin while it restarts; more are answered with an error."""


BUILDING: ContextVar[SessionContext | None] = ContextVar("actorxmpp_session", default=None)
"""The session whose role object is being made: how a role made by a factory finds its session."""


class PluginCell:
    """A plugin's place in its session: survives the restarts of the plugin's actor.

    Owned by the plugin's actor, which fills ``ref`` and ``instance`` while it runs.
    """

    __slots__ = ("config", "instance", "name", "plugin_class", "ref", "stash", "wanted")

    def __init__(self, name: str, plugin_class: type[BasePlugin], config: Mapping[str, Any]):
        self.name = name
        self.plugin_class = plugin_class
        self.config = config
        self.instance: BasePlugin | None = None
        self.ref: pykka.ActorRef[Any] | None = None
        self.stash: deque[Any] | None = None
        self.wanted = True

    def tell(self, message: Any) -> bool:
        """Pass a message to the plugin's actor, or keep it until the actor is up again.

        Returns:
            False if the plugin is disabled or too much is waiting already.
        """
        if self.ref is not None:
            self.ref.tell(message)
            return True
        if not self.wanted:
            return False
        if self.stash is None:
            self.stash = deque()
        if len(self.stash) >= PLUGIN_STASH_LIMIT:
            return False
        self.stash.append(message)
        return True


class SessionContext:
    """Everything the actors of one session share.

    Attributes:
        spec: what the session was started from.
        settings: the spec's settings (standalone roles may replace them before connecting).
        status: where the session stands.
        epoch: counts connections; the transport's.
        events: event handlers by event name; the role's and the plugins'.
        role: the current role object; made by the dispatcher, None while there is none.
        index: handlers by what they match; the parser reads it, the role writes it.
        plugins: the enabled plugins by name.
        wanted: whether the session should be connected.
        outbox: stanzas on their way to the parser.
        sm: stream management (XEP-0198), if it was ever enabled; it outlives connections.
        sm_options: how it is used.
        resume: what the next login asks to resume.
        stream_epoch: the connection whose stanzas count as handled.
        stale_before: stanzas of connections before this one are sent again by the server.
        blame: stanzas that made an actor fail.
        store_loaded: the store was asked.
        stored: what it knew when the session began, until the role has taken it.
        stream_id: the stream's id, as the server gave it.
        stream_limits: what the server said it accepts (XEP-0478).
        stream_open: the dispatcher was told of a stream, and not yet of its end.
        redirect: where the next attempt goes instead (see-other-host, XEP-0198's location).
        parser, transport, dispatcher, plugin_supervisor: addresses of the actors.
        mechanism: the SASL mechanism of the last login; a weaker one is refused next time.
        users: a component's users; None unless it has any.
    """

    __slots__ = (
        "_ready_role",
        "blame",
        "dispatcher",
        "epoch",
        "events",
        "index",
        "mechanism",
        "outbox",
        "parser",
        "pending_in",
        "plugin_supervisor",
        "plugins",
        "reading_paused",
        "redirect",
        "resume",
        "role",
        "session",
        "settings",
        "sm",
        "sm_options",
        "spec",
        "stale_before",
        "status",
        "store_loaded",
        "stored",
        "stream_epoch",
        "stream_id",
        "stream_limits",
        "stream_open",
        "transport",
        "users",
        "wanted",
    )

    def __init__(self, spec: SessionSpec) -> None:
        self.spec = spec
        self.settings = spec.settings
        self.status = SessionStatus()
        self.epoch = 0
        self.role: BaseXMPP | None = None
        self._ready_role: BaseXMPP | None = None
        self.events = EventTable()
        self.index = HandlerIndex()
        self.plugins: dict[str, PluginCell] = {}
        self.wanted = spec.settings.autoconnect
        self.outbox = Outbox(spec.settings.send_queue_limit)
        self.sm: StreamManagement | None = None
        self.sm_options = SmOptions()
        self.resume: ResumeRequest | None = None
        self.stream_open = False
        self.stream_epoch = 0
        self.stale_before = 0
        self.blame = Blame()
        self.store_loaded = False
        self.stored: StoredSession | None = None
        self.redirect: tuple[str, int] | None = None
        self.stream_id = ""
        self.stream_limits = StreamLimits()
        self.pending_in = 0
        self.reading_paused = False
        self.mechanism = ""
        self.users: UserTable | None = None
        self.session: pykka.ActorRef[Any] | None = None
        self.parser: Address | None = None
        self.transport: Address | None = None
        self.dispatcher: Address | None = None
        self.plugin_supervisor: Address | None = None

    @property
    def up(self) -> bool:
        """Whether there is a stream that carries stanzas."""
        return self.outbox.up

    def enable_sm(self, options: SmOptions, *, window: int, limit: int) -> None:
        """Use stream management from the next new session on.

        Args:
            options: how.
            window: stanzas after which an acknowledgement is asked for.
            limit: stanzas that may wait for one.
        """
        self.sm_options = options
        if self.sm is None:
            self.sm = StreamManagement(window=window, limit=limit)

    def restore(self, stored: StoredSession, now: float) -> None:
        """Take up what another process has stored of this session."""
        self.stored = stored
        self.mechanism = stored.mechanism
        if stored.sm is not None and self.sm is not None:
            age = max(0.0, time.time() - stored.saved_at)
            self.sm.restore(stored.sm, now - age)

    def take_role(self) -> BaseXMPP | None:
        """Return the role object that was made before the session started, once."""
        role, self._ready_role = self._ready_role, None
        return role

    def give_role(self, role: BaseXMPP) -> None:
        """Set the role object that the dispatcher's first start takes."""
        self.role = self._ready_role = role

    def make_role(self) -> BaseXMPP:
        """Make a role object from the session's factory; it finds this context by itself."""
        token = BUILDING.set(self)
        try:
            role: BaseXMPP = self.spec.factory()
        finally:
            BUILDING.reset(token)
        return role

    def __repr__(self) -> str:
        return f"<SessionContext {self.spec.id} {self.status.state.value}>"
