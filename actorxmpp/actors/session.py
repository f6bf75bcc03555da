"""A session: the supervisor of one connection's actors.

The children start against the direction of the data (plugins, dispatcher, parser, transport), and
``rest_for_one`` restarts what depends on the one that failed: a transport alone, a parser with its
transport, a dispatcher with parser and transport, never a plugin for any of them.

The compositions are data: a third role is written by listing other children.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from actorxmpp.actors.context import SessionContext
from actorxmpp.actors.dispatcher import DispatcherActor
from actorxmpp.actors.parser import ParserActor
from actorxmpp.actors.transport import TransportActor
from actorxmpp.actors.users_table import users_spec
from actorxmpp.settings import SessionKind
from supervisors import ChildSpec, ChildType, DynamicSupervisor, Strategy, Supervisor

if TYPE_CHECKING:
    from actorxmpp.settings import SessionSpec

__all__ = ["COMPOSITIONS", "SessionSupervisor", "session_children"]

INTENSITY = 5
"""Restarts of a session's actors allowed within PERIOD before the session gives up."""

PERIOD = 10.0
"""Seconds."""

PLUGIN_INTENSITY = 20
"""Restarts of plugins allowed within PERIOD before their supervisor gives up."""

COMPOSITIONS: dict[SessionKind, tuple[tuple[str, Any], ...]] = {
    SessionKind.CLIENT: (
        ("dispatcher", DispatcherActor),
        ("parser", ParserActor),
        ("transport", TransportActor),
    ),
    SessionKind.COMPONENT: (
        ("dispatcher", DispatcherActor),
        ("parser", ParserActor),
        ("transport", TransportActor),
    ),
}
"""The stages of each role after the plugins, in start order."""


def session_children(context: SessionContext) -> list[ChildSpec]:
    """List the children of a session in start order."""
    children = [
        ChildSpec(
            id="plugins",
            start=DynamicSupervisor,
            kwargs={"intensity": PLUGIN_INTENSITY, "period": PERIOD},
            type=ChildType.SUPERVISOR,
        )
    ]
    if context.users is not None:
        children.append(users_spec(context.users))
    children += [
        ChildSpec(id=name, start=actor_class, args=(context,))
        for name, actor_class in COMPOSITIONS[context.spec.kind]
    ]
    return children


class SessionSupervisor(Supervisor):
    """Supervises the actors of one connection."""

    def __init__(self, context_or_spec: SessionContext | SessionSpec) -> None:
        context = (
            context_or_spec
            if isinstance(context_or_spec, SessionContext)
            else SessionContext(context_or_spec)
        )
        self.context = context
        if context.spec.kind is SessionKind.COMPONENT and context.role is None:
            context.give_role(context.make_role())  # it says whether there are users
        super().__init__(
            session_children(context),
            strategy=Strategy.REST_FOR_ONE,
            intensity=INTENSITY,
            period=PERIOD,
        )
        context.session = self.actor_ref
        context.plugin_supervisor = self.address("plugins")
        context.dispatcher = self.address("dispatcher")
        context.parser = self.address("parser")
        context.transport = self.address("transport")
