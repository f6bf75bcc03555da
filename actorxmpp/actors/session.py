"""A session: what outlives its actors, each part with one owner, and the supervisor of the actors.

The children start against the direction of the data (plugins, dispatcher, parser, transport), and
``rest_for_one`` restarts what depends on the one that failed: a transport alone, a parser with its
transport, a dispatcher with parser and transport, never a plugin for any of them.

========== ============== ==========================================================
part       owner          who else looks at it
========== ============== ==========================================================
stream     parser         the transport, the dispatcher and the role read it; anyone
                          puts stanzas into its queue
link       transport      nobody
status     the link       anyone
roles      dispatcher     the parser and the plugins read it; plugins register in it
========== ============== ==========================================================

A part is handed to its owner when the owner starts, and to the next one when that is restarted:
an actor that is killed can't hand over anything itself. While no actor runs, before the session
and after it, the session itself owns them all.
"""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Any

from actorxmpp.actors import messages as m
from actorxmpp.actors.composition import COMPOSITIONS
from actorxmpp.actors.dispatcher import DispatcherActor
from actorxmpp.actors.link import Link
from actorxmpp.actors.parser import ParserActor, settle
from actorxmpp.actors.plugin import PluginTable
from actorxmpp.actors.rolestate import RoleState, building, notify
from actorxmpp.actors.transport import TransportActor
from actorxmpp.actors.users_table import users_spec
from actorxmpp.protocol import streamevents as e
from actorxmpp.protocol.stream import Stream
from actorxmpp.status import SessionState, SessionStatus
from supervisors import ChildSpec, DynamicSupervisor, Strategy, Supervisor, monitor

if TYPE_CHECKING:
    from actorxmpp.actors.users_table import UserTable
    from actorxmpp.protocol.streammanagement import SmOptions
    from actorxmpp.settings import SessionSettings, SessionSpec
    from supervisors import Address, Down, LoopRef

__all__ = ["Session", "SessionSupervisor"]

INTENSITY = 5
"""Restarts of a session's actors allowed within PERIOD before the session gives up."""

PERIOD = 10.0
"""Seconds."""

PLUGIN_INTENSITY = 20
"""Restarts of plugins allowed within PERIOD before their supervisor gives up."""

DISPATCHER_BUFFER = 1_000
"""Messages kept for a dispatcher that restarts: what the parser has to say of the stream's end, and
what became of stanzas."""

ORDERS_BUFFER = 100
"""Messages kept for a parser or a transport that restarts: orders of the program are among them.
What belongs to the connection before, its successor drops."""


class Session:
    """One session, from before its first actor starts until after its last one has ended.

    Args:
        spec: what it is.
        for_good: nobody starts the actors again when they have ended.

    Attributes:
        spec: what it is.
        settings: how it connects and behaves, now.
        status: where it stands.
        stream: its stream.
        roles: its role and handlers.
        plugin_table: the plugins' actors.
        for_good: nobody starts the actors again when they have ended.
        users: a component's users; None unless it has any.
        supervisor: its supervisor, once there was one.
        plugins, dispatcher, parser, transport: addresses of the actors, once there were any.
    """

    __slots__ = (
        "dispatcher",
        "for_good",
        "parser",
        "plugin_table",
        "plugins",
        "roles",
        "settings",
        "spec",
        "status",
        "stream",
        "supervisor",
        "transport",
        "users",
    )

    def __init__(self, spec: SessionSpec, *, for_good: bool = True) -> None:
        self.spec = spec
        self.settings = spec.settings
        self.status = SessionStatus()
        self.roles = RoleState()
        self.plugin_table = PluginTable(self.roles)
        queue = COMPOSITIONS[spec.kind].queue(spec.settings.send_queue_limit)
        self.stream = Stream(spec.id, queue, spec.settings.limits, self.roles.handled)
        self.for_good = for_good
        self.users: UserTable | None = None
        self.supervisor: LoopRef[Any] | None = None
        self.plugins: Address | None = None
        self.dispatcher: Address | None = None
        self.parser: Address | None = None
        self.transport: Address | None = None

    def __repr__(self) -> str:
        return f"<Session {self.spec.id} {self.status.state.value}>"

    @property
    def runs(self) -> bool:
        """Whether its actors run."""
        return self.supervisor is not None and self.supervisor.is_alive()

    @property
    def role(self) -> Any:
        """The role object at this moment; None before the first is made."""
        return self.roles.role

    def make_role(self) -> Any:
        """Make a role object by the session's factory; it finds the session by itself."""
        with building(self):
            return self.spec.factory()

    def present_settings(self) -> SessionSettings:
        """Return the settings as they are now; one who restarts goes by them."""
        return self.settings

    # orders, to the actors if there are any

    def configure(self, settings: SessionSettings) -> None:
        """Go by these settings from now on."""
        if settings.send_queue_limit != self.settings.send_queue_limit:
            self.stream.queue.set_limit(settings.send_queue_limit)
        self.settings = settings
        if self.runs:
            message = m.Configure(settings)
            self._tell(self.parser, message)
            self._tell(self.transport, message)

    def manage_stream(self, options: SmOptions) -> None:
        """Use stream management so from the next new session on (XEP-0198)."""
        if self.runs:
            self._tell(self.parser, m.ManageStream(options))
        else:
            self.stream.manage(options)

    def use_users(self, users: UserTable) -> None:
        """Have an actor for each user of a component; before the actors start."""
        self.users = users

    def start(self) -> None:
        """Start the actors, and be connected."""
        SessionSupervisor.start(self, wanted=True)

    @staticmethod
    def _tell(address: Address | None, message: Any) -> None:
        assert address is not None
        address.tell(message)

    # the supervisor

    def children(self, supervisor: Supervisor, *, wanted: bool) -> list[ChildSpec]:
        """List the children in start order, each with what it owns."""
        spec, stream, roles = self.spec, self.stream, self.roles
        self.plugins, self.dispatcher, self.parser, self.transport = (
            supervisor.address(name) for name in ("plugins", "dispatcher", "parser", "transport")
        )
        self.status.enter(SessionState.STARTING, time.monotonic())
        if wanted:
            roles.want()
        link = Link(self.settings, self.status, wanted=wanted)
        children = [
            ChildSpec(
                id="plugins",
                start=DynamicSupervisor,
                kwargs={
                    "intensity": PLUGIN_INTENSITY,
                    "period": PERIOD,
                    "on_demand": self.plugin_table,
                },
            )
        ]
        if self.users is not None:
            children.append(users_spec(self.users))
        return [
            *children,
            ChildSpec(
                id="dispatcher",
                start=DispatcherActor,
                args=(self.make_role, roles, stream, self.parser, self.transport),
                buffer=DISPATCHER_BUFFER,
                keep_waiting=True,
            ),
            ChildSpec(
                id="parser",
                start=ParserActor,
                args=(stream, roles, self.present_settings, self.dispatcher, self.transport),
                buffer=ORDERS_BUFFER,
                keep_waiting=True,
            ),
            ChildSpec(
                id="transport",
                start=TransportActor,
                args=(spec, link, stream, self.parser, self.dispatcher),
                buffer=ORDERS_BUFFER,
                keep_waiting=True,
            ),
        ]

    def supervised(self, supervisor: LoopRef[Any]) -> None:
        """Its actors run under this supervisor from now on."""
        self.supervisor = supervisor
        monitor(supervisor, self._ended)

    def _ended(self, down: Down) -> None:
        """The actors have ended, all of them: say so, and take back what they owned."""
        if self.supervisor is not down.ref:
            return
        reason = f"the session ended: {down.reason}"
        final = self.for_good and self.settings.store is None
        events = self.stream.connection_lost(reason, final=final)
        if self.for_good:
            self.status.enter(SessionState.STOPPED, time.monotonic(), reason)
        for event in events:
            if isinstance(event, e.Outcomes):
                for item in event.stanzas:
                    if item.future is not None:
                        settle(item, event.outcome, event.reason)
        role = self.role
        if role is None:
            return
        while self.roles.notices:
            notify(role, self.roles.next_notice())
        role.session_ended(events, reason, for_good=self.for_good)


class SessionSupervisor(Supervisor):
    """Supervises the actors of one session.

    Args:
        session: the session.
        wanted: whether it is to connect at once; by default as its settings say.
    """

    def __init__(self, session: Session, *, wanted: bool | None = None) -> None:
        if COMPOSITIONS[session.spec.kind].role_first and session.role is None:
            session.roles.give(session.make_role())
        if wanted is None:
            wanted = session.settings.autoconnect
        super().__init__(
            partial(session.children, wanted=wanted),
            strategy=Strategy.REST_FOR_ONE,
            intensity=INTENSITY,
            period=PERIOD,
        )
        session.supervised(self.actor_ref)
