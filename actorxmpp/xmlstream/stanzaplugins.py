"""Registering stanza classes as plugins of others.

The tables filled here belong to the classes and are the same for every session of the process; a
session changes nothing of them by using them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, cast
from xml.etree import ElementTree as ET

from actorxmpp.xmlstream.accessors import StanzaType, forget
from actorxmpp.xmlstream.elementbase import ElementBase

if TYPE_CHECKING:
    from collections.abc import Iterable

_TABLES = ("plugin_attrib_map", "plugin_tag_map", "plugin_iterables", "plugin_overrides")


def register_stanza_plugin(
    stanza: type[ElementBase],
    plugin: type[ElementBase],
    iterable: bool = False,
    overrides: bool = False,
) -> None:
    """Makes a stanza class a plugin of another, which then finds it as an interface.

    Registering the same plugin again changes nothing, so each session may do it.

    Args:
        stanza: The class that gets the plugin.
        plugin: The plugin.
        iterable: Whether its elements are also listed as substanzas, under ``stanza["substanzas"]``
            and, if the plugin has a ``plugin_multi_attrib``, under that name.
        overrides: Whether the accesses named in ``plugin.overrides`` go to the plugin.
    """
    for table in _TABLES:
        if table not in stanza.__dict__:
            setattr(stanza, table, getattr(stanza, table).copy())
    tag = plugin.tag_name()
    if (
        stanza.plugin_attrib_map.get(plugin.plugin_attrib) is plugin
        and stanza.plugin_tag_map.get(tag) is plugin
        and (not iterable or plugin in stanza.plugin_iterables)
        and not overrides
    ):
        return
    stanza.plugin_attrib_map[plugin.plugin_attrib] = plugin
    stanza.plugin_tag_map[tag] = plugin
    if iterable:
        stanza.plugin_iterables.add(plugin)
        if plugin.plugin_multi_attrib:
            register_stanza_plugin(stanza, multifactory(plugin, plugin.plugin_multi_attrib))
    if overrides:
        for access in plugin.overrides:
            stanza.plugin_overrides[access] = plugin.plugin_attrib
    forget(stanza)


class MultiBase(ElementBase):
    """All plugins of one class in a stanza, as a list: what ``plugin_multi_attrib`` names."""

    is_extension = True
    multi_class: ClassVar[type[ElementBase]] = ElementBase

    def setup(self, xml: ET.Element | None = None) -> bool:
        """Uses an element that is never put into the stanza: this is a view of it."""
        del xml
        self.xml = ET.Element("")
        return False

    def _parent(self) -> ElementBase:
        parent = None if self.parent is None else self.parent()
        if parent is None:
            raise ValueError("the stanza this list belongs to is gone")
        return parent

    def get_items(self, lang: str | None = None) -> list[ElementBase]:
        """Returns the plugins, all or those in one language."""
        return [
            item
            for item in self._parent().iterables
            if isinstance(item, self.multi_class)
            and (lang in (None, "", "*") or item["lang"] == lang)
        ]

    def set_items(self, items: Iterable[ElementBase], lang: str | None = None) -> None:
        """Replaces the plugins."""
        new = list(items)
        self.del_items(lang)
        for item in new:
            self._parent().append(item)

    def del_items(self, lang: str | None = None) -> None:
        """Takes the plugins out."""
        parent = self._parent()
        for item in self.get_items(lang):
            parent._drop_plugin(item)  # noqa: SLF001 - a view of its parent


def multifactory(stanza: type[ElementBase], plugin_attrib: str) -> type[ElementBase]:
    """Returns a plugin class that lists all plugins of a class.

    Args:
        stanza: The class of the plugins.
        plugin_attrib: The interface the list gets.
    """
    body: dict[str, Any] = {
        "__doc__": f"All {stanza.__name__} plugins of a stanza.",
        "multi_class": stanza,
        "plugin_attrib": plugin_attrib,
        "interfaces": {plugin_attrib},
        "lang_interfaces": {plugin_attrib},
        f"get_{plugin_attrib.lower()}": MultiBase.get_items,
        f"set_{plugin_attrib.lower()}": MultiBase.set_items,
        f"del_{plugin_attrib.lower()}": MultiBase.del_items,
    }
    made = StanzaType(f"Multi{stanza.__name__}", (MultiBase,), body)
    return cast("type[ElementBase]", made)
