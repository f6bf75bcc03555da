"""A plugin's place in its session: where its actor, its object and what it keeps are found.

Most plugins of most sessions never have anything to do, so a plugin's actor is started by the first
stanza or event for it. Its object is there from the beginning: it registers the handlers, and calls
through a handle go straight to it.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from actorxmpp.actors.context import PLUGIN_STASH_LIMIT, PluginCell

if TYPE_CHECKING:
    from collections.abc import Mapping

    from actorxmpp.plugins.base import BasePlugin

__all__ = ["WAKE_STASH_LIMIT", "Cell"]

WAKE_STASH_LIMIT = 10_000
"""Stanzas and events kept while a plugin's actor starts for the first time: what one read from the
socket can bring before the actor has had its turn."""


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
        """Pass a message to the plugin's actor; start the actor, or keep the message for it.

        Returns:
            False if the plugin is disabled or too much is waiting already.
        """
        if self.ref is not None:
            self.ref.tell(message)
            return True
        if not self.wanted:
            return False
        limit = PLUGIN_STASH_LIMIT if self.instance is None else WAKE_STASH_LIMIT
        if self.stash is None:
            self.stash = deque()
        if len(self.stash) >= limit:
            return False
        self.stash.append(message)
        if self.asleep and self.instance is not None:
            self.asleep = False
            self.instance.xmpp.wake_plugin(self)
        return True
