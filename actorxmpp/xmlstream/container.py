"""Container: a stanza's sub-elements as plugins (``plugins``) and as a list (``iterables``).

Nothing is built before it is asked for. When a plugin is first touched, the sub-elements that
belong to plugins are wrapped, all of them, in order; those plugins are as lazy in turn.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, cast
from weakref import ref
from xml.etree import ElementTree as ET

from actorxmpp.xmlstream.accessors import plugin_tags
from actorxmpp.xmlstream.rawelement import RawElement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from actorxmpp.xmlstream.elementbase import ElementBase

log = logging.getLogger(__name__)


class Children:
    """What a stanza object holds of its sub-elements once one was touched."""

    __slots__ = ("iterables", "plugins")

    def __init__(self) -> None:
        self.plugins: dict[tuple[str, str | None], ElementBase] = {}
        self.iterables: list[ElementBase] = []


class Container(RawElement):
    """The sub-elements of a stanza object."""

    __slots__ = ("_children",)

    _children: Children | None

    def _load(self) -> Children:
        """Returns the plugins and substanzas, wrapping the sub-elements on first use."""
        children = self._children
        if children is None:
            children = self._children = Children()
            tags = plugin_tags(cast("type[ElementBase]", type(self)))
            if tags:
                for child in list(self.xml):
                    plugin = tags.get(child.tag)
                    if plugin is not None:
                        self._init(plugin, plugin.plugin_attrib, None, child, reuse=False)
        return children

    @property
    def plugins(self) -> dict[tuple[str, str | None], ElementBase]:
        """The plugins in use: (interface, language) -> object."""
        return (self._children or self._load()).plugins

    @property
    def iterables(self) -> list[ElementBase]:
        """The substanzas: plugins registered as iterable, and what was appended."""
        return (self._children or self._load()).iterables

    @iterables.setter
    def iterables(self, value: list[ElementBase]) -> None:
        self._load().iterables = value

    @property
    def loaded_plugins(self) -> set[str]:
        """The interfaces of the plugins in use."""
        return {attrib for attrib, _ in self.plugins}

    def enable(self, attrib: str, lang: str | None = None) -> ElementBase:
        """Puts an empty plugin into the stanza; the same as ``init_plugin``."""
        return self.init_plugin(attrib, lang)

    def init_plugin(
        self,
        attrib: str,
        lang: str | None = None,
        existing_xml: ET.Element | None = None,
        reuse: bool = True,
        element: ElementBase | None = None,
    ) -> ElementBase:
        """Returns a plugin, made if need be.

        Args:
            attrib: The plugin's interface.
            lang: Its language.
            existing_xml: The sub-element it works on; without it a new one is made.
            reuse: Whether a plugin already there is returned.
            element: The plugin object itself, when it exists.

        Raises:
            KeyError: No plugin is registered under this name.
        """
        self._load()
        plugin_class = type(element) if element is not None else self.plugin_attrib_map[attrib]
        return self._init(plugin_class, attrib, lang, existing_xml, reuse, element)

    def _init(
        self,
        plugin_class: type[ElementBase],
        attrib: str,
        lang: str | None,
        xml: ET.Element | None,
        reuse: bool,
        element: ElementBase | None = None,
    ) -> ElementBase:
        children = self._load()
        default_lang = self.get_lang()
        key = (attrib, None if plugin_class.is_extension else lang or default_lang)
        if (reuse or plugin_class.is_extension) and key in children.plugins:
            return children.plugins[key]
        plugin = (
            plugin_class(parent=cast("ElementBase", self), xml=xml) if element is None else element
        )
        if key[1] is not None and key[1] != default_lang:
            plugin["lang"] = key[1]
        children.plugins[key] = plugin
        if plugin_class in self.plugin_iterables:
            children.iterables.append(plugin)
            if plugin_class.plugin_multi_attrib:
                self.init_plugin(plugin_class.plugin_multi_attrib)
        return plugin

    def get_plugin(
        self, name: str, lang: str | None = None, check: bool = False
    ) -> ElementBase | None:
        """Returns a plugin of the stanza, or None when there is no such plugin.

        Args:
            name: The plugin's interface.
            lang: Its language.
            check: Whether to return None instead of making a new one.
        """
        plugin_class = self.plugin_attrib_map.get(name)
        if plugin_class is None:
            return None
        key = (name, None if plugin_class.is_extension else lang or self.get_lang())
        plugin = self.plugins.get(key)
        if plugin is None and not check:
            plugin = self._init(plugin_class, name, lang, None, reuse=True)
        return plugin

    def _drop_plugin(self, plugin: ElementBase) -> None:
        """Takes a plugin and its sub-element out of the stanza."""
        children = self._load()
        for key, value in list(children.plugins.items()):
            if value is plugin:
                del children.plugins[key]
        children.iterables = [item for item in children.iterables if item is not plugin]
        self._remove_xml(plugin.xml)

    def _remove_xml(self, xml: ET.Element) -> None:
        try:
            self.xml.remove(xml)
        except ValueError:
            log.debug("the sub-element %s was not in its stanza any more", xml.tag)

    # -- the substanzas as a list ------------------------------------------------------------------

    def append(self, item: ET.Element | ElementBase) -> ElementBase:
        """Puts an element or a stanza object at the end.

        A stanza object becomes a plugin when its class is registered as one, else a substanza.

        Raises:
            TypeError: ``item`` is neither.
        """
        if isinstance(item, ET.Element):
            return self.appendxml(item)
        if not isinstance(item, Container):
            raise TypeError(f"only an Element or a stanza can be appended, not {item!r:.80}")
        children = self._load()
        self.xml.append(item.xml)
        item_class = type(item)
        item.parent = ref(cast("ElementBase", self))
        if plugin_tags(cast("type[ElementBase]", type(self))).get(item.xml.tag) is item_class:
            self._init(item_class, item.plugin_attrib, None, item.xml, False, item)
            return cast("ElementBase", self)
        children.iterables.append(item)
        if item_class in self.plugin_iterables and item_class.plugin_multi_attrib:
            self.init_plugin(item_class.plugin_multi_attrib)
        return cast("ElementBase", self)

    def appendxml(self, xml: ET.Element) -> ElementBase:
        """Puts an element at the end; it does not become a substanza."""
        self.xml.append(xml)
        return cast("ElementBase", self)

    def pop(self, index: int = 0) -> ElementBase:
        """Takes a substanza out, by default the first, and returns it."""
        item = self.iterables.pop(index)
        self._remove_xml(item.xml)
        return item

    def clear(self) -> ElementBase:
        """Takes out all sub-elements and plugins; attributes stay."""
        for child in list(self.xml):
            self.xml.remove(child)
        self._children = Children()
        return cast("ElementBase", self)

    def __len__(self) -> int:
        return len(self.iterables)

    def __iter__(self) -> Iterator[ElementBase]:
        return iter(self.iterables)

    def __next__(self) -> ElementBase:
        """Returns the next substanza; kept for programs that call ``stanza.next()``."""
        index: int = self.__dict__.get("_index", 0)
        items = self.iterables
        if index >= len(items):
            self.__dict__.pop("_index", None)
            raise StopIteration
        self.__dict__["_index"] = index + 1
        return items[index]

    def next(self) -> ElementBase:
        """Returns the next substanza."""
        return self.__next__()

    def __bool__(self) -> bool:
        """A stanza is true, with or without substanzas."""
        return True
