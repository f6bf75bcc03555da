"""A plugin's place in its session: where its actor, its object and what it keeps are found.

Most plugins of most sessions never have anything to do, so a plugin's actor is started by the first
stanza or event for it. Its object is there from the beginning: it registers the handlers, and calls
through a handle go straight to it.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from actorxmpp.actors.context import PLUGIN_STASH_LIMIT, PluginCell
from actorxmpp.actors.messages import NEXT_FOR_PLUGIN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from actorxmpp.plugins.base import BasePlugin

__all__ = ["QUEUE_LIMIT", "Cell"]

QUEUE_LIMIT = 10_000
"""Stanzas and events waiting for a plugin that runs or starts: more than one read from the socket
can bring before the actor has had its turn. More are refused, as ``PLUGIN_STASH_LIMIT`` says."""


class Cell(PluginCell):
    """A plugin's place, with an actor that starts when it is needed.

    Attributes:
        asleep: the object is there and the actor was not needed yet.
        kept: what the plugin wants to find again after a restart; made on first use.
    """

    __slots__ = ("asleep", "kept")

    def __init__(
        self, name: str, plugin_class: type[BasePlugin], config: Mapping[str, Any]
    ) -> None:
        super().__init__(name, plugin_class, config)
        self.asleep = False
        self.kept: dict[str, Any] | None = None

    def tell(self, message: Any) -> bool:
        """Put a message into the plugin's queue and have the actor look; start it if need be.

        Returns:
            False if the plugin is disabled or too much is waiting already.
        """
        if not self.wanted:
            return False
        if self.stash is None:
            self.stash = deque()
        waiting = len(self.stash)
        if waiting >= (PLUGIN_STASH_LIMIT if self.instance is None else QUEUE_LIMIT):
            return False
        self.stash.append(message)
        if self.ref is not None:
            if not waiting:
                self.ref.tell(NEXT_FOR_PLUGIN)
        elif self.asleep and self.instance is not None:
            self.asleep = False
            self.instance.xmpp.wake_plugin(self)
        return True
