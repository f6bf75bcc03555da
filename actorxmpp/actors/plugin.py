"""One enabled plugin of a session, as an actor.

It holds the plugin object and runs its stanza handlers and event handlers. If one of them fails,
an IQ is answered with ``internal-server-error``, and this actor alone restarts: a new plugin
object with the same configuration, its handlers registered again. The stream stays.
"""

from __future__ import annotations

import inspect
import logging
from typing import TYPE_CHECKING, Any

from actorxmpp.actors import messages as m
from actorxmpp.exceptions import XMPPError
from supervisors import EventLoopActor

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from actorxmpp.actors.context import PluginCell, SessionContext
    from actorxmpp.xmlstream.stanzabase import StanzaBase

__all__ = ["PluginActor"]

logger = logging.getLogger(__name__)

NEXT = m.NEXT_FOR_PLUGIN


class PluginActor(EventLoopActor):
    """Runs one plugin."""

    def __init__(self, context: SessionContext, cell: PluginCell) -> None:
        super().__init__()
        self.context = context
        self.cell = cell

    def on_start(self) -> None:
        """Take the plugin object, or make a new one after a restart; work off the stash."""
        cell = self.cell
        if cell.instance is None and self.context.role is not None:
            self.context.role.make_plugin(cell)
            self.context.role.event("plugin_restarted", cell.name)
        cell.ref = self.actor_ref
        if cell.stash:
            self.actor_ref.tell(NEXT)

    def on_stop(self) -> None:
        """End the plugin in order (``plugin_end``)."""
        self.cell.ref = None
        instance, self.cell.instance = self.cell.instance, None
        if instance is not None:
            instance.end()
        self._forget_handlers()
        stash, self.cell.stash = self.cell.stash, None
        for message in stash or ():
            if not self.cell.wanted and type(message) is m.RunHandler:
                message.stanza.exception(XMPPError("service-unavailable"))

    def on_failure(self, *_exc_info: Any) -> None:
        """Drop the broken plugin object; the next start makes a new one."""
        self.cell.ref = None
        self.cell.instance = None
        self._forget_handlers()

    def on_receive(self, message: Any) -> None:
        """Run a handler of the plugin: the next one that waits.

        What waits is kept in the plugin's place, not in this actor's inbox, so that a failure
        costs only the stanza it happened with.
        """
        if message is not NEXT:
            self._handle(message)
        elif self.cell.stash:
            self._handle(self.cell.stash.popleft())
            if self.cell.stash:
                self.actor_ref.tell(NEXT)

    def _handle(self, message: Any) -> None:
        if type(message) is m.RunHandler:
            self._run(message.handler.run, message.stanza, message.stanza)
        else:
            self._run(message.function, message.data, None)

    def _forget_handlers(self) -> None:
        self.context.index.remove_owner(self.cell.name)
        self.context.events.remove_owner(self.cell.name)

    def _run(self, function: Any, argument: Any, stanza: StanzaBase | None) -> None:
        try:
            result = function(argument)
        except XMPPError as error:
            self._answer(error, stanza)
        except Exception as error:
            self._answer(error, stanza)
            raise
        else:
            if result is not None and inspect.isawaitable(result):
                self.create_task(self._await(result, stanza), name="plugin-handler")

    async def _await(self, result: Awaitable[Any], stanza: StanzaBase | None) -> None:
        try:
            await result
        except XMPPError as error:
            self._answer(error, stanza)
        except Exception as error:
            self._answer(error, stanza)
            raise

    def _answer(self, error: Exception, stanza: StanzaBase | None) -> None:
        if stanza is not None:
            stanza.exception(error)
