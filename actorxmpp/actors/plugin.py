"""One enabled plugin of a session: its slot, and the actor that runs its handlers.

The slot outlives the actor. Most plugins of most sessions never have anything to do, so the actor
is started by the first stanza or event for it; the plugin's object is there from the beginning: it
registers the handlers, and calls through a handle go straight to it.

If a handler fails, an IQ is answered with ``internal-server-error``, and the plugin alone restarts:
a new object with the same configuration, its handlers registered again. The stream stays.
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
from collections import deque
from typing import TYPE_CHECKING, Any

from actorxmpp.actors import messages as m
from actorxmpp.exceptions import XMPPError
from supervisors import ActorDeadError, EventLoopActor

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    import pykka

    from actorxmpp.actors.rolestate import RoleState
    from actorxmpp.xmlstream.stanzabase import StanzaBase

__all__ = ["PluginActor", "PluginSlot"]

RESTART_LIMIT = 100
"""Stanzas and events kept for a plugin while it restarts; more are answered with an error."""

QUEUE_LIMIT = 10_000
"""Stanzas and events waiting for a plugin that runs or starts: more than one read from the socket
can bring before the actor has had its turn. More are refused, as ``RESTART_LIMIT`` says."""

NEXT = m.NEXT_FOR_PLUGIN


class PluginSlot:
    """A plugin's place in its session: where its actor, its object and what it keeps are found.

    What waits for the plugin is kept here, not in the actor's inbox, so that a failure costs only
    the stanza it happened with.

    Attributes:
        name: the plugin's name.
        plugin_class: its class.
        config: its configuration.
        instance: the plugin object; None while it restarts, and at the end.
        ref: the actor, while it runs.
        enabled: False once the plugin was disabled.
        starting: the actor is being started, or restarted.
        kept: what the plugin wants to find again after a restart; made on first use.
    """

    __slots__ = ("_waiting", "config", "enabled", "instance", "kept", "name", "plugin_class",
                 "ref", "starting")  # fmt: skip

    def __init__(self, name: str, plugin_class: type[Any], config: Mapping[str, Any]) -> None:
        self.name = name
        self.plugin_class = plugin_class
        self.config = config
        self.instance: Any = None
        self.ref: pykka.ActorRef[Any] | None = None
        self.enabled = True
        self.kept: dict[str, Any] | None = None
        self.starting = False
        self._waiting: deque[Any] | None = None

    def tell(self, message: Any) -> bool:
        """Put a message into the plugin's queue and have the actor look; start it if need be.

        Returns:
            False if the plugin is disabled or too much is waiting already.
        """
        if not self.enabled:
            return False
        if self._waiting is None:
            self._waiting = deque()
        waiting = len(self._waiting)
        if waiting >= (RESTART_LIMIT if self.instance is None else QUEUE_LIMIT):
            return False
        self._waiting.append(message)
        if self.ref is not None:
            if not waiting:
                self._look(self.ref)
        elif self.instance is not None:
            self.instance.xmpp.plugin.start(self)
        return True

    @staticmethod
    def _look(ref: pykka.ActorRef[Any]) -> None:
        with contextlib.suppress(ActorDeadError):  # it restarts, and looks by itself
            ref.tell(NEXT)

    @property
    def waiting(self) -> int:
        """How many messages wait."""
        return len(self._waiting or ())

    def next(self) -> Any:
        """Take out the message that has waited longest; None if there is none."""
        return self._waiting.popleft() if self._waiting else None

    def start(self) -> None:
        """The plugin's actor is being started."""
        self.starting = True

    def started(self, ref: pykka.ActorRef[Any]) -> None:
        """The plugin's actor runs."""
        self.ref = ref
        self.starting = False
        if self._waiting:
            self._look(ref)

    def ended(self) -> Any:
        """The plugin's actor has ended; returns the plugin object it had."""
        self.ref = None
        self.starting = False
        instance, self.instance = self.instance, None
        return instance

    def filled(self, instance: Any) -> None:
        """There is a plugin object."""
        self.instance = instance

    def keep(self) -> dict[str, Any]:
        """Return what the plugin finds again after a restart."""
        if self.kept is None:
            self.kept = {}
        return self.kept

    def disable(self) -> None:
        """Refuse messages from now on; what waits is answered."""
        self.enabled = False
        waiting, self._waiting = self._waiting, None
        for message in waiting or ():
            if type(message) is m.RunHandler:
                message.stanza.exception(XMPPError("service-unavailable"))


class PluginActor(EventLoopActor):
    """Runs one plugin.

    Args:
        slot: the plugin's slot.
        roles: the session's role and handlers.
    """

    __slots__ = ("_roles", "_slot")

    def __init__(self, slot: PluginSlot, roles: RoleState) -> None:
        super().__init__()
        self._slot = slot
        self._roles = roles

    def on_start(self) -> None:
        """Take the plugin object, or make a new one after a restart; work off what waits."""
        slot, role = self._slot, self._roles.role
        if slot.instance is None and role is not None:
            role.plugin.make(slot)
            role.event("plugin_restarted", slot.name)
        self.own(self._forget)
        slot.started(self.actor_ref)

    def on_stop(self) -> None:
        """End the plugin in order (``plugin_end``)."""
        instance = self._slot.ended()
        if instance is not None:
            instance.end()

    def _forget(self) -> None:
        """Drop the plugin object, however this actor ends; the next start makes a new one."""
        self._slot.ended()
        self._roles.index.remove_owner(self._slot.name)
        self._roles.events.remove_owner(self._slot.name)

    def on_receive(self, message: Any) -> None:
        """Run a handler of the plugin: the next one that waits."""
        if message is NEXT:
            message = self._slot.next()
            if self._slot.waiting:
                self.actor_ref.tell(NEXT)
        if type(message) is m.RunHandler:
            self._run(message.handler.run, message.stanza, message.stanza)
        elif message is not None:
            self._run(message.function, message.data, None)

    def _run(
        self, function: Callable[[Any], Any], argument: Any, stanza: StanzaBase | None
    ) -> None:
        try:
            result = function(argument)
        except Exception as error:
            self._answer(error, stanza)
            if not isinstance(error, XMPPError):
                raise
        else:
            if result is not None and inspect.isawaitable(result):
                self.create_task(self._await(result, stanza), name="plugin-handler")

    async def _await(self, result: Awaitable[Any], stanza: StanzaBase | None) -> None:
        try:
            await result
        except asyncio.CancelledError:  # the actor ends while its handler is under way
            if stanza is not None and stanza.name == "iq":  # nobody else will answer it
                self._answer(XMPPError("internal-server-error"), stanza)
            raise
        except Exception as error:
            self._answer(error, stanza)
            if not isinstance(error, XMPPError):
                raise

    @staticmethod
    def _answer(error: Exception, stanza: StanzaBase | None) -> None:
        if stanza is not None:
            stanza.exception(error)
