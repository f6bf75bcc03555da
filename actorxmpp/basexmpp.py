"""BaseXMPP: what clients and components have in common. Start reading the public API here.

The public API is put together from the modules in ``actorxmpp/roles``: the stream (handlers,
events, filters, sending, connecting), requests, stanza makers, presences. This module adds the JID,
the rosters and the plugins.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, cast

from actorxmpp.actors.plugin import PluginActor
from actorxmpp.api import APIRegistry
from actorxmpp.exceptions import IqError, IqTimeout
from actorxmpp.jid import JID
from actorxmpp.plugins import PLUGINS
from actorxmpp.plugins.manager import PluginHandle, PluginManager
from actorxmpp.roles.makers import Makers
from actorxmpp.roles.names import Names, with_short_names
from actorxmpp.roles.presences import Presences
from actorxmpp.roster import Roster
from actorxmpp.stream import XMLStream
from supervisors import ChildSpec, Restart

if TYPE_CHECKING:
    import asyncio
    from types import ModuleType

    from actorxmpp.actors.context import PluginCell
    from actorxmpp.actors.dispatcher import DispatcherActor
    from actorxmpp.plugins.cell import Cell
    from actorxmpp.protocol.actions import Resumed
    from actorxmpp.protocol.negotiation import Negotiation
    from actorxmpp.settings import SessionSettings
    from supervisors.handle import SupervisorRef

__all__ = ["BaseXMPP"]

logger = logging.getLogger(__name__)


class BaseXMPP(XMLStream, Presences, Makers, Names):
    """The base of ``ClientXMPP`` and ``ComponentXMPP``.

    Attributes:
        boundjid: the JID of this session, as the server bound it.
        requested_jid: the JID as configured.
        is_component: whether this is a component.
        roster: the rosters of all the JIDs this session speaks for.
        client_roster: the roster of ``boundjid``.
        plugin: the enabled plugins.
        api: hooks by which the program takes over what plugins store or decide.
        plugin_config: configuration of plugins that are enabled without one.
        plugin_whitelist: what ``register_plugins`` enables.
        use_message_ids: give messages an id.
        use_presence_ids: give presences an id.
        use_origin_id: give messages an ``origin-id`` (XEP-0359) as well.
        features: names, ``{namespace}name`` and slixmpp's, of the features the server offered.
    """

    use_message_ids = True
    use_presence_ids = True
    use_origin_id = False

    def __init__(
        self, jid: str | JID, default_ns: str, settings: SessionSettings, **_kwargs: Any
    ) -> None:
        self.requested_jid = JID(jid)
        self.boundjid = JID(jid)
        super().__init__(self.requested_jid.full, settings)
        self.default_ns = default_ns
        self.stream_ns = "http://etherx.jabber.org/streams"
        self.plugin = PluginManager(self)
        self.api = APIRegistry(self)
        self.plugin_config: dict[str, dict[str, Any]] = {}
        self.plugin_whitelist: list[str] = []
        self.roster = Roster(self)
        self.roster.add(self.boundjid)
        self.client_roster = self.roster[self.boundjid]
        self.features: frozenset[str] = frozenset()
        self._use_incoming_filter()
        self.add_event_handler("roster_subscription_request", self.handle_new_subscription)

    # what the actors call

    def stream_established(
        self, jid: str, features: frozenset[str], resumed: Resumed | None = None
    ) -> None:
        """The stream carries stanzas from now on."""
        self._note_stream(None)
        features = with_short_names(features)
        if resumed is None:
            self._run_feature_handlers(features)
        super().stream_established(jid, features, resumed)

    def stream_finished(self, reason: str, was_established: bool, resumable: bool = False) -> None:
        """The stream, or the attempt to get one, is over."""
        self._note_stream(reason)
        super().stream_finished(reason, was_established, resumable)

    def make_negotiation(self) -> Negotiation:
        """Make the negotiation of a new stream."""
        raise NotImplementedError

    def attach(self, actor: DispatcherActor) -> None:
        """Take the actor that holds this object, and the plugins that are there already."""
        super().attach(actor)
        for cell in list(self.plugin.cells.values()):
            if cell.instance is not None and cell.instance.xmpp is not self:
                cell.instance.adopted(self)
            self.start_plugin(cell)

    def detach(self, reason: str) -> None:
        """Let go of the actor; requests that wait for a reply fail."""
        self.end_requests(reason)
        super().detach(reason)

    # plugins

    def register_plugin(
        self,
        plugin: str,
        pconfig: dict[str, Any] | None = None,
        module: str | ModuleType | None = None,
    ) -> None:
        """Enable a plugin.

        Args:
            plugin: its name, ``xep_NNNN``.
            pconfig: its configuration.
            module: where it is, if it is not one of ours.

        Raises:
            PluginNotFound: if there is no such plugin.
        """
        self.plugin.enable(plugin, pconfig or self.plugin_config.get(plugin), module)

    def register_plugins(self) -> None:
        """Enable all plugins in ``plugin_whitelist``, or all there are."""
        for name in self.plugin_whitelist or PLUGINS:
            self.register_plugin(name)

    def make_plugin(self, cell: PluginCell) -> None:
        """Make a plugin's object; what it registers belongs to it."""
        outer, self._owner = self._owner, cell.name
        try:
            cell.instance = cell.plugin_class(self, dict(cell.config))
            cell.instance.init()
        finally:
            self._owner = outer

    def start_plugin(self, cell: Cell) -> None:
        """Give a plugin its actor; one that is made already gets it when it is needed."""
        if cell.instance is not None and cell.ref is None and not cell.stash:
            cell.asleep = True
        else:
            self.wake_plugin(cell)

    def wake_plugin(self, cell: Cell) -> None:
        """Start a plugin's actor, once there is a session."""
        supervisor = self._context.plugin_supervisor
        if self._actor is None or supervisor is None or cell.ref is not None:
            return
        spec = ChildSpec(
            id=cell.name,
            start=PluginActor,
            args=(self._context, cell),
            restart=Restart.TRANSIENT,
        )
        if supervisor.ref is not None:
            cast("SupervisorRef", supervisor.ref).start_child(spec)

    def stop_plugin(self, cell: Cell) -> None:
        """End a plugin that was disabled."""
        if cell.ref is not None:
            cell.ref.stop(block=False)
        elif cell.instance is not None:
            instance, cell.instance = cell.instance, None
            instance.end()
            self._context.index.remove_owner(cell.name)
            self._context.events.remove_owner(cell.name)

    def __getitem__(self, key: str) -> PluginHandle:
        """Return a plugin's handle.

        Raises:
            PluginNotFound: if it is not enabled.
        """
        return self.plugin[key]

    def get(self, key: str, default: Any = None) -> Any:
        """Return a plugin's handle, or the default if it is not enabled."""
        return self.plugin.get(key, default)

    # the JID

    @property
    def jid(self) -> str:
        """The bare JID."""
        return self.boundjid.bare

    @property
    def fulljid(self) -> str:
        """The full JID."""
        return self.boundjid.full

    @property
    def resource(self) -> str:
        """The resource of the JID."""
        return self.boundjid.resource

    @property
    def username(self) -> str:
        """The local part of the JID."""
        return self.boundjid.local

    @property
    def server(self) -> str:
        """The domain of the JID."""
        return self.boundjid.domain

    def set_jid(self, jid: str | JID) -> None:
        """Claim another JID; before connecting."""
        self.boundjid = JID(jid)

    # rosters

    @property
    def auto_authorize(self) -> bool | None:
        """Whether subscription requests are approved (True), refused (False) or left (None)."""
        return self.roster.auto_authorize

    @auto_authorize.setter
    def auto_authorize(self, value: bool | None) -> None:
        self.roster.auto_authorize = value

    @property
    def auto_subscribe(self) -> bool:
        """Whether an approved contact is asked for a subscription in turn."""
        return self.roster.auto_subscribe

    @auto_subscribe.setter
    def auto_subscribe(self, value: bool) -> None:
        self.roster.auto_subscribe = value

    # failures

    def exception(self, exception: BaseException) -> None:
        """Called with each exception a handler of the role did not catch; logs it."""
        if isinstance(exception, IqTimeout):
            logger.error("%s: a request timed out and nobody caught it", self.boundjid)
        elif isinstance(exception, IqError):
            logger.error("%s: a request failed and nobody caught it: %s", self.boundjid, exception)
        else:
            logger.error("%s: a handler failed", self.boundjid, exc_info=exception)

    def run(self, host: str | None = None, port: int | None = None) -> None:
        """Connect and run until the session ends, or the process is told to stop.

        SIGINT and SIGTERM end the session in order; a second signal ends it at once.

        Args:
            host: where to connect instead of what DNS says.
            port: the port there.
        """
        from actorxmpp.roles.running import run  # the only part that takes over the process

        run(self, host, port)

    async def serve(self, host: str | None = None, port: int | None = None) -> str:
        """Connect and wait until the session has ended for good; returns the reason."""
        self.connect(host, port)
        ended: asyncio.Future[str] = self.disconnected
        return await ended
