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
from typing import TYPE_CHECKING, Any, ClassVar, Final

from actorxmpp.actors import messages as m
from actorxmpp.exceptions import ActorXMPPError, XMPPError
from supervisors import (
    ChildSpec,
    Entities,
    EntityAddress,
    EventLoopActor,
    Refusal,
    RefusalReason,
    Restart,
    StartIgnored,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from actorxmpp.actors.rolestate import RoleState
    from actorxmpp.xmlstream.stanzabase import StanzaBase

__all__ = ["PluginActor", "PluginSlot", "PluginTable"]

RESTART_LIMIT: Final = 100
"""Stanzas and events kept for a plugin while it restarts; more are answered with an error. Those
that waited when it failed stay, however many they are."""

QUEUE_LIMIT: Final = 10_000
"""Stanzas and events waiting for a plugin that runs or starts: more than one read from the socket
can bring before the actor has had its turn. More are refused, as ``RESTART_LIMIT`` says."""


class PluginSlot(EntityAddress):
    """A plugin of a session: its object, what it keeps, and the address of its actor.

    Attributes:
        entities: the session's plugins.
        plugin_class: its class.
        config: its configuration; None if there is none.
        instance: the plugin object; None while it restarts, and once it was disabled.
        kept: what the plugin wants to find again after a restart; made on first use.
    """

    __slots__ = ("config", "instance", "kept", "plugin_class")

    entities: PluginTable

    def __init__(
        self,
        name: str,
        table: PluginTable,
        plugin_class: type[Any],
        config: Mapping[str, Any] | None,
    ) -> None:
        super().__init__(name, table)
        self.plugin_class = plugin_class
        self.config = config
        self.instance: Any = None
        self.kept: dict[str, Any] | None = None

    @property
    def name(self) -> str:
        """The plugin's name."""
        name: str = self.child_id
        return name

    @property
    def enabled(self) -> bool:
        """Whether the plugin was not disabled."""
        return self.entities.roles.plugins.get(self.name) is self

    @property
    def room(self) -> int:
        """How many messages may wait for the actor, which does not run."""
        return RESTART_LIMIT if self.instance is None else QUEUE_LIMIT

    def filled(self, instance: Any) -> None:
        """There is a plugin object."""
        self.instance = instance

    def ended(self) -> Any:
        """Let go of the plugin object; returns it."""
        instance, self.instance = self.instance, None
        return instance

    def keep(self) -> dict[str, Any]:
        """Return what the plugin finds again after a restart."""
        if self.kept is None:
            self.kept = {}
        return self.kept


class PluginTable(Entities):
    """The actors of a session's plugins; stanzas they can't be given are answered with an error.

    Args:
        roles: the session's role and handlers.
    """

    __slots__ = ("roles",)

    address_class: ClassVar[type[EntityAddress]] = PluginSlot

    def __init__(self, roles: RoleState) -> None:
        super().__init__(PLUGIN_SPEC, on_refused=_answer_refused)
        self.roles = roles

    def end(self, name: str) -> None:
        """Refuse what waits for a plugin, and let its actor end.

        Unlike ``stop``, which is the supervisor's turn, this leaves alone what comes afterwards: it
        is for a plugin that has been enabled again.
        """
        address = self.find(name)
        if address is not None:
            address.refuse_waiting(Refusal(RefusalReason.STOPPED))
            if address.ref is not None:
                address.ref.stop(block=False)


def _answer_refused(message: Any, _refusal: Refusal) -> None:
    if type(message) is m.RunHandler:
        with contextlib.suppress(ActorXMPPError):  # the queue is full: that sender is told
            message.stanza.exception(XMPPError("service-unavailable", text="plugin unavailable"))


class PluginActor(EventLoopActor):
    """Runs one plugin: the one that is enabled by this name when the actor starts.

    Args:
        slot: the plugin's slot.
    """

    __slots__ = ("_roles", "_slot")

    inbox_limit: ClassVar[int] = QUEUE_LIMIT

    def __init__(self, slot: PluginSlot) -> None:
        super().__init__()
        self._slot = slot
        self._roles = slot.entities.roles

    def on_start(self) -> None:
        """Take the plugin object, or make a new one after a restart.

        Raises:
            StartIgnored: the plugin was disabled meanwhile.
        """
        slot, role = self._roles.plugins.get(self._slot.name), self._roles.role
        if slot is None:
            raise StartIgnored("disabled")
        self._slot = slot  # another one, if the plugin was disabled and enabled again
        self.own(self._forget)
        if slot.instance is None and role is not None:
            role.plugin.make(slot)
            role.event("plugin_restarted", slot.name)

    def on_stop(self) -> None:
        """End the plugin in order (``plugin_end``)."""
        instance = self._slot.ended()
        if instance is not None:
            instance.end()

    def _forget(self) -> None:
        """Drop the plugin object, however this actor ends; the next start makes a new one."""
        slot = self._slot
        if slot.enabled:  # else that has happened, and the name may be another one's
            slot.ended()
            self._roles.index.remove_owner(slot.name)
            self._roles.events.remove_owner(slot.name)

    def on_receive(self, message: Any) -> None:
        """Run a handler of the plugin."""
        if self._slot.instance is None:  # disabled while this waited
            self._slot.refuse(message, Refusal(RefusalReason.STOPPED))
        elif type(message) is m.RunHandler:
            self._run(message.handler.run, message.stanza, message.stanza)
        else:
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


PLUGIN_SPEC: Final = ChildSpec(
    "plugin", PluginActor, restart=Restart.TRANSIENT, buffer=QUEUE_LIMIT, keep_waiting=True
)
"""How a plugin's actor is started, in every session."""
