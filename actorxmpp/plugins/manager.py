"""A session's plugins as users see them: ``xmpp.plugin[...]`` and ``xmpp["xep_NNNN"]``.

What users get is a handle that survives the plugin's restarts: it looks the plugin object up anew
for each use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from actorxmpp.actors.plugin import PluginSlot
from actorxmpp.exceptions import PluginNotFound, PluginUnavailable
from actorxmpp.plugins.base import find_plugin

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import ModuleType

    from actorxmpp.basexmpp import BaseXMPP

__all__ = ["PluginHandle", "PluginManager"]


class PluginHandle:
    """Stands for a plugin, whichever object it is at the moment.

    Raises:
        PluginUnavailable: from any use while the plugin restarts or after it was disabled.
    """

    __slots__ = ("_slot",)

    def __init__(self, slot: PluginSlot) -> None:
        object.__setattr__(self, "_slot", slot)

    def __getattr__(self, name: str) -> Any:
        return getattr(_instance(self._slot), name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(_instance(self._slot), name, value)

    def __getitem__(self, key: Any) -> Any:
        return _instance(self._slot)[key]

    def __repr__(self) -> str:
        return f"<plugin {self._slot.name}>"


def _instance(slot: PluginSlot) -> Any:
    if slot.instance is None:
        raise PluginUnavailable(slot.name, "restarting" if slot.enabled else "disabled")
    return slot.instance


class PluginManager:
    """The plugins of one session.

    Args:
        xmpp: the role they serve.

    Attributes:
        slots: the slots of the enabled plugins, in the order they were enabled.
    """

    __slots__ = ("_xmpp", "slots")

    def __init__(self, xmpp: BaseXMPP) -> None:
        self._xmpp = xmpp
        self.slots: dict[str, PluginSlot] = xmpp.session.roles.plugins

    def enable(
        self,
        name: str,
        config: Mapping[str, Any] | None = None,
        module: str | ModuleType | None = None,
    ) -> None:
        """Enable a plugin and, before it, what it depends on; one that is enabled stays as it is.

        Whoever enables one may use it at once: if its object is gone and its actor has not made a
        new one yet, that is made now.

        Raises:
            PluginNotFound: if no plugin of this name exists.
        """
        present = self.slots.get(name)
        if present is not None:
            if present.instance is None:
                self._make_again(present)
            return
        plugin_class = find_plugin(name, module)
        for dependency in sorted(plugin_class.dependencies - {name}):
            self.enable(dependency, self._xmpp.plugin_config.get(dependency))
        table, own = self._xmpp.session.plugin_table, dict(config) if config else None
        slot = self.slots[name] = PluginSlot(name, table, plugin_class, own)
        try:
            self.make(slot)
        except BaseException:
            del self.slots[name]
            self._forget_handlers(name)
            raise

    def _make_again(self, slot: PluginSlot) -> None:
        try:
            self.make(slot)
        except BaseException:
            slot.ended()
            self._forget_handlers(slot.name)
            raise

    def make(self, slot: PluginSlot) -> None:
        """Make a plugin's object; what it registers belongs to it."""
        with self._xmpp.registering_for(slot.name):
            slot.filled(slot.plugin_class(self._xmpp, dict(slot.config or {})))
            slot.instance.init()

    def adopt(self) -> None:
        """Serve another role object: the one before it failed."""
        for slot in list(self.slots.values()):
            if slot.instance is None:
                slot.start()
            elif slot.instance.xmpp is not self._xmpp:
                slot.instance.adopted(self._xmpp)

    def disable(self, name: str) -> None:
        """Disable a plugin and those that depend on it.

        Raises:
            PluginNotFound: if it is not enabled.
        """
        slot = self.slots.get(name)
        if slot is None:
            raise PluginNotFound(name)
        for other in list(self.slots.values()):
            if name in other.plugin_class.dependencies and other.name in self.slots:
                self.disable(other.name)
        del self.slots[name]
        instance = slot.ended()
        self._xmpp.session.plugin_table.end(name)
        try:
            if instance is not None:
                instance.end()
        finally:
            self._forget_handlers(name)

    def _forget_handlers(self, name: str) -> None:
        roles = self._xmpp.session.roles
        roles.index.remove_owner(name)
        roles.events.remove_owner(name)

    def enabled(self, name: str) -> bool:
        """Whether a plugin is enabled."""
        return name in self.slots

    def registered(self, name: str) -> bool:
        """Whether a plugin of this name exists."""
        try:
            find_plugin(name)
        except PluginNotFound:
            return False
        return True

    def get(self, name: str, default: Any = None) -> Any:
        """Return a plugin's handle, or the default if it is not enabled."""
        return self[name] if name in self.slots else default

    def __getitem__(self, name: str) -> PluginHandle:
        try:
            return PluginHandle(self.slots[name])
        except KeyError:
            raise PluginNotFound(name) from None

    def __contains__(self, name: object) -> bool:
        return name in self.slots

    def __iter__(self) -> Iterator[str]:
        return iter(self.slots)

    def __len__(self) -> int:
        return len(self.slots)
