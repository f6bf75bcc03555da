"""A session's plugins as users see them: ``xmpp.plugin[...]`` and ``xmpp["xep_NNNN"]``.

What users get is a handle that survives the plugin's restarts: it looks the plugin object up anew
for each use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from actorxmpp.exceptions import PluginNotFound, PluginUnavailable
from actorxmpp.plugins.base import find_plugin
from actorxmpp.plugins.cell import Cell

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

    __slots__ = ("_cell",)

    def __init__(self, cell: Cell) -> None:
        object.__setattr__(self, "_cell", cell)

    def __getattr__(self, name: str) -> Any:
        return getattr(_instance(self._cell), name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(_instance(self._cell), name, value)

    def __getitem__(self, key: Any) -> Any:
        return _instance(self._cell)[key]

    def __repr__(self) -> str:
        return f"<plugin {self._cell.name}>"


def _instance(cell: Cell) -> Any:
    if cell.instance is None or not cell.wanted:
        raise PluginUnavailable(cell.name, "restarting" if cell.wanted else "disabled")
    return cell.instance


class PluginManager:
    """The plugins of one session."""

    __slots__ = ("_xmpp",)

    def __init__(self, xmpp: BaseXMPP) -> None:
        self._xmpp = xmpp

    def enable(
        self,
        name: str,
        config: Mapping[str, Any] | None = None,
        module: str | ModuleType | None = None,
    ) -> None:
        """Enable a plugin and, before it, what it depends on; one that is enabled stays as it is.

        Raises:
            PluginNotFound: if no plugin of this name exists.
        """
        cells = self.cells
        if name in cells:
            return
        plugin_class = find_plugin(name, module)
        for dependency in sorted(plugin_class.dependencies - {name}):
            self.enable(dependency, self._xmpp.plugin_config.get(dependency))
        cell = Cell(name, plugin_class, dict(config or {}))
        cells[name] = cell
        try:
            self._xmpp.make_plugin(cell)
        except BaseException:
            del cells[name]
            self._xmpp.session_context.index.remove_owner(name)
            self._xmpp.session_context.events.remove_owner(name)
            raise
        self._xmpp.start_plugin(cell)

    def disable(self, name: str) -> None:
        """Disable a plugin and those that depend on it.

        Raises:
            PluginNotFound: if it is not enabled.
        """
        cell = self.cells.get(name)
        if cell is None:
            raise PluginNotFound(name)
        for other in list(self.cells.values()):
            if name in other.plugin_class.dependencies and other.name in self.cells:
                self.disable(other.name)
        cell.wanted = False
        del self.cells[name]
        self._xmpp.stop_plugin(cell)

    def enabled(self, name: str) -> bool:
        """Whether a plugin is enabled."""
        return name in self.cells

    def registered(self, name: str) -> bool:
        """Whether a plugin of this name exists."""
        try:
            find_plugin(name)
        except PluginNotFound:
            return False
        return True

    def get(self, name: str, default: Any = None) -> Any:
        """Return a plugin's handle, or the default if it is not enabled."""
        return self[name] if name in self.cells else default

    @property
    def cells(self) -> dict[str, Cell]:
        """The places of the enabled plugins, in the order they were enabled."""
        return cast("dict[str, Cell]", self._xmpp.session_context.plugins)

    def __getitem__(self, name: str) -> PluginHandle:
        try:
            return PluginHandle(self.cells[name])
        except KeyError:
            raise PluginNotFound(name) from None

    def __contains__(self, name: object) -> bool:
        return name in self.cells

    def __iter__(self) -> Iterator[str]:
        return iter(self.cells)

    def __len__(self) -> int:
        return len(self.cells)
