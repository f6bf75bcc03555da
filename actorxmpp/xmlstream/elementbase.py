"""ElementBase: an XML element used like a dictionary, and the plugins that extend it.

A stanza class names its element (``name``, ``namespace``), what can be read and written of it
(``interfaces``), and how: by a method ``get_x``/``set_x``/``del_x``, as the text of a sub-element
(``sub_interfaces``), as its presence (``bool_interfaces``), or as an attribute. Other stanza
classes become its plugins with ``register_stanza_plugin``; ``stanza["plugin"]`` is then an object
of that class.

Rules: how an interface is read and written is compiled once per class (``accessors``). No plugin
object is built before one is asked for; then all sub-elements that belong to plugins are wrapped,
in order, and those plugins are as lazy in turn. The tables of plugins belong to the classes and are
the same for every session of the process; a session changes nothing of them by using them.
"""

from __future__ import annotations

import copy
import logging
from typing import TYPE_CHECKING, Any, ClassVar
from weakref import ReferenceType, ref
from xml.etree import ElementTree as ET

from actorxmpp.jid import JID, InvalidJID
from actorxmpp.xmlstream import paths
from actorxmpp.xmlstream.accessors import (
    DELETE,
    GET,
    SET,
    StanzaType,
    find_accessor,
    plugin_tags,
    split_key,
)
from actorxmpp.xmlstream.namespaces import CONTENT_NAMESPACES, XML_LANG, XML_NS
from actorxmpp.xmlstream.tostring import tostring

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Self

    from actorxmpp.types import JidStr

log = logging.getLogger(__name__)

CHILD_TAG = "__childtag__"
"""In the dictionary of a substanza: the name of its element."""


class Children:
    """The plugins and substanzas of a stanza object, once one was asked for."""

    __slots__ = ("iterables", "plugins")

    def __init__(self) -> None:
        self.plugins: dict[tuple[str, str | None], ElementBase] = {}
        self.iterables: list[ElementBase] = []


class ElementBase(metaclass=StanzaType):
    """An XML element with named interfaces.

    Subclasses set the class attributes below; docs/stanzas.md tells how they work together. The
    methods with a leading underscore are what their ``get_x``/``set_x``/``del_x`` are written with.

    Args:
        xml: the element to work on; without it a new one is made.
        parent: the stanza this element belongs to; a new element is put into it.

    Attributes:
        xml: the element (``xml.etree.ElementTree.Element``).
        parent: a weak reference to the stanza this one is part of, or None.
    """

    __slots__ = ("__dict__", "__weakref__", "_children", "parent", "xml")

    name: ClassVar[str] = "stanza"
    """The element's name; ``a/b`` makes two elements, one in the other."""
    namespace: str = "jabber:client"
    """The element's namespace. On an object it may be another content namespace."""
    plugin_attrib: ClassVar[str] = "plugin"
    """The interface under which the parent finds this class when it is a plugin."""
    plugin_multi_attrib: ClassVar[str] = ""
    """The interface under which the parent lists all plugins of this class."""
    interfaces: ClassVar[set[str]] = {"type", "to", "from", "id", "payload"}
    sub_interfaces: ClassVar[set[str]] = set()
    bool_interfaces: ClassVar[set[str]] = set()
    lang_interfaces: ClassVar[set[str]] = set()
    """Interfaces that exist once per language: ``stanza["body|fr"]``, ``stanza["body|*"]``."""
    overrides: ClassVar[list[str]] = []
    """Accesses of the parent this plugin takes over, such as ``set_condition``."""
    is_extension: ClassVar[bool] = False
    """Whether the parent passes the interface ``plugin_attrib`` straight to this plugin."""
    strict_interface: ClassVar[bool] = False
    """Whether an unknown interface raises instead of giving an empty string and a warning."""

    plugin_overrides: ClassVar[dict[str, str]] = {}
    plugin_attrib_map: ClassVar[dict[str, type[ElementBase]]] = {}
    plugin_tag_map: ClassVar[dict[str, type[ElementBase]]] = {}
    plugin_iterables: ClassVar[set[type[ElementBase]]] = set()
    xml_ns: ClassVar[str] = XML_NS

    # compiled by the metaclass
    _getters: ClassVar[dict[str, Any]]
    _setters: ClassVar[dict[str, Any]]
    _deleters: ClassVar[dict[str, Any]]

    xml: ET.Element
    parent: ReferenceType[ElementBase] | None
    _children: Children | None

    def __init__(
        self,
        xml: ET.Element | None = None,
        parent: ElementBase | ReferenceType[ElementBase] | None = None,
    ) -> None:
        self._children = None
        if parent is None or isinstance(parent, ReferenceType):
            self.parent = parent
        else:
            self.parent = ref(parent)
        if xml is not None:
            self.xml = xml
        self._adopt_namespace(xml)
        self.setup(xml)

    def _adopt_namespace(self, xml: ET.Element | None) -> None:
        """Take the content namespace of the element, or of the parent when the element is new."""
        own = self.namespace
        if own not in CONTENT_NAMESPACES:
            return
        if xml is not None:
            actual = xml.tag[1:].partition("}")[0]
        else:
            parent = self._get_parent()
            actual = own if parent is None else parent.namespace
        if actual != own and actual in CONTENT_NAMESPACES:
            self.namespace = actual

    def setup(self, xml: ET.Element | None = None) -> bool:
        """Give the object its element. Plugins extend this to set defaults.

        Args:
            xml: the element, when there is one.

        Returns:
            Whether a new element was made.
        """
        if xml is not None or hasattr(self, "xml"):
            if xml is not None and not hasattr(self, "xml"):
                self.xml = xml
            return False
        names = self.name.split("/")
        self.xml = inner = ET.Element(f"{{{self.namespace}}}{names[0]}")
        for name in names[1:]:
            inner = ET.SubElement(inner, f"{{{self.namespace}}}{name}")
        parent = self._get_parent()
        if parent is not None:
            parent.xml.append(self.xml)
        return True

    def _get_parent(self) -> ElementBase | None:
        """Return the stanza this one is part of, while it exists."""
        return None if self.parent is None else self.parent()

    @property
    def tag(self) -> str:
        """The element's name: ``{namespace}name``."""
        return f"{{{self.namespace}}}{self.name}"

    @classmethod
    def tag_name(cls) -> str:
        """Return the name of the class's element: ``{namespace}name``."""
        return f"{{{cls.namespace}}}{cls.name}"

    # -- interfaces, like a dictionary -----------------------------------------------------------

    def __getitem__(self, full_attrib: str) -> Any:
        """Return an interface's value; an empty string where there is nothing."""
        getter = self._getters.get(full_attrib) or find_accessor(type(self), GET, full_attrib)
        if getter is not None:
            return getter(self)
        if self.strict_interface:
            raise ValueError(f"unknown stanza interface {full_attrib!r} of {type(self).__name__}")
        log.warning("unknown stanza interface %r of %s", full_attrib, type(self).__name__)
        return ""

    def __setitem__(self, attrib: str, value: Any) -> None:
        """Set an interface; ``None`` deletes it. A name the class doesn't know is ignored."""
        if value is None and self._is_interface(attrib):
            del self[attrib]
            return
        setter = self._setters.get(attrib) or find_accessor(type(self), SET, attrib)
        if setter is not None:
            setter(self, value)

    def __delitem__(self, attrib: str) -> None:
        """Delete an interface's value, or a plugin with its sub-element."""
        deleter = self._deleters.get(attrib) or find_accessor(type(self), DELETE, attrib)
        if deleter is not None:
            deleter(self)

    def _is_interface(self, key: str) -> bool:
        attrib = split_key(key)[0]
        return attrib in self.interfaces or attrib == "lang"

    def __contains__(self, name: str) -> bool:
        """Tell whether the stanza has an interface with a value, or a plugin in use."""
        if name == "substanzas":
            return bool(self.iterables)
        if self._is_interface(name) and self[name] is not None:
            return True
        attrib, lang = split_key(name)
        return self.get_plugin(attrib, lang, check=True) is not None

    def get(self, key: str, default: Any = None) -> Any:
        """Return an interface's value, or ``default`` when it is empty."""
        value = self[key]
        return default if value is None or value == "" else value

    def keys(self) -> list[str]:
        """Return the names of all interfaces and of the plugins in use."""
        names = [*self.interfaces, *self.loaded_plugins, "lang"]
        if self.iterables:
            names.append("substanzas")
        return names

    # -- attributes, and the text of sub-elements ------------------------------------------------

    def get_lang(self, lang: str | None = None) -> str:
        """Return the language of the element: its own xml:lang, or its parent's."""
        del lang
        own = self.xml.get(XML_LANG)
        if own or self.parent is None:
            return own or ""
        parent = self.parent()
        return "" if parent is None else parent.get_lang()

    def set_lang(self, lang: str | None) -> None:
        """Set or remove the element's xml:lang."""
        self.del_lang()
        if lang:
            self.xml.set(XML_LANG, lang)

    def del_lang(self) -> None:
        """Remove the element's xml:lang."""
        self.xml.attrib.pop(XML_LANG, None)

    def _get_attr(self, name: str, default: str = "") -> str:
        """Return an attribute of the element."""
        return self.xml.get(name, default)

    get_toplevel_attr = _get_attr

    def _set_attr(self, name: str, value: JidStr | None) -> None:
        """Set an attribute; an empty value removes it."""
        if value is None or value == "":
            self._del_attr(name)
        else:
            self.xml.set(name, value.full if isinstance(value, JID) else value)

    def _del_attr(self, name: str) -> None:
        """Remove an attribute."""
        self.xml.attrib.pop(name, None)

    def _get_sub_text(self, name: str, default: str = "", lang: str | None = None) -> Any:
        """Return a sub-element's text; with ``lang="*"`` a dictionary of all languages."""
        path = paths.split_path(name, self.namespace)
        if lang == "*":
            return paths.get_all_text(self.xml, path, default, self.get_lang())
        own = self.get_lang()
        return paths.get_text(self.xml, path, default, lang or own, own)

    def _get_all_sub_text(
        self, name: str, default: str = "", lang: str | None = None
    ) -> dict[str, str]:
        """Return language -> text of a sub-element."""
        path = paths.split_path(name, self.namespace)
        texts = paths.get_all_text(self.xml, path, default, self.get_lang())
        if lang and lang != "*":
            return {key: text for key, text in texts.items() if key == lang}
        return texts

    def _set_sub_text(
        self, name: str, text: str | None = None, keep: bool = False, lang: str | None = None
    ) -> ET.Element | None:
        """Set a sub-element's text; an empty one removes it unless ``keep``."""
        own = self.get_lang()
        if not text and not keep:
            self._del_sub(name, lang=own if lang is None else lang)
            return None
        path = paths.split_path(name, self.namespace)
        return paths.set_text(self.xml, path, text or "", own if lang is None else lang, own)

    def _set_all_sub_text(
        self, name: str, values: dict[str, str], keep: bool = False, lang: str | None = None
    ) -> None:
        """Replace a sub-element's texts by language -> text."""
        del keep
        chosen = {key: text for key, text in values.items() if lang in (None, "", "*", key)}
        path = paths.split_path(name, self.namespace)
        paths.set_all_text(self.xml, path, chosen, self.get_lang())

    def _del_sub(self, name: str, all: bool = False, lang: str | None = None) -> None:
        """Remove sub-elements; with ``all`` also those above that become empty."""
        own = self.get_lang()
        path = paths.split_path(name, self.namespace)
        paths.delete(self.xml, path, lang or own, own, prune=all)

    def _fix_ns(
        self, xpath: str, split: bool = False, propagate_ns: bool = True
    ) -> str | list[str]:
        return paths.fix_ns(xpath, split, propagate_ns, self.namespace)

    # -- plugins ---------------------------------------------------------------------------------

    def _load(self) -> Children:
        """Return the plugins and substanzas, wrapping the sub-elements on first use."""
        children = self._children
        if children is None:
            children = self._children = Children()
            tags = plugin_tags(type(self))
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
    def loaded_plugins(self) -> set[str]:
        """The interfaces of the plugins in use."""
        return {attrib for attrib, _ in self.plugins}

    def enable(self, attrib: str, lang: str | None = None) -> ElementBase:
        """Put an empty plugin into the stanza; the same as ``init_plugin``."""
        return self.init_plugin(attrib, lang)

    def init_plugin(
        self,
        attrib: str,
        lang: str | None = None,
        existing_xml: ET.Element | None = None,
        reuse: bool = True,
        element: ElementBase | None = None,
    ) -> ElementBase:
        """Return a plugin, made if need be.

        Args:
            attrib: the plugin's interface.
            lang: its language.
            existing_xml: the sub-element it works on; without it a new one is made.
            reuse: whether a plugin already there is returned.
            element: the plugin object itself, when it exists.

        Raises:
            KeyError: if no plugin is registered under this name.
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
        plugin = plugin_class(parent=self, xml=xml) if element is None else element
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
        """Return a plugin of the stanza, or None when there is no such plugin.

        Args:
            name: the plugin's interface.
            lang: its language.
            check: whether to return None instead of making a new one.
        """
        plugin_class = self.plugin_attrib_map.get(name)
        if plugin_class is None:
            return None
        key = (name, None if plugin_class.is_extension else lang or self.get_lang())
        plugin = self.plugins.get(key)
        if plugin is None and not check:
            plugin = self._init(plugin_class, name, lang, None, reuse=True)
        return plugin

    _get_plugin = get_plugin

    def _drop_plugin(self, plugin: ElementBase) -> None:
        """Remove a plugin and its sub-element from the stanza."""
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

    # -- the substanzas as a list ----------------------------------------------------------------

    @property
    def iterables(self) -> list[ElementBase]:
        """The substanzas: plugins registered as iterable, and what was appended."""
        return (self._children or self._load()).iterables

    @iterables.setter
    def iterables(self, value: list[ElementBase]) -> None:
        self._load().iterables = value

    def append(self, item: ET.Element | ElementBase) -> Self:
        """Put an element or a stanza object at the end.

        A stanza object becomes a plugin when its class is registered as one, else a substanza.

        Raises:
            TypeError: if ``item`` is neither.
        """
        if isinstance(item, ET.Element):
            return self.appendxml(item)
        if not isinstance(item, ElementBase):
            raise TypeError(f"only an Element or a stanza can be appended, not {item!r:.80}")
        children = self._load()
        self.xml.append(item.xml)
        item_class = type(item)
        item.parent = ref(self)
        if plugin_tags(type(self)).get(item.xml.tag) is item_class:
            self._init(item_class, item.plugin_attrib, None, item.xml, False, item)
            return self
        children.iterables.append(item)
        if item_class in self.plugin_iterables and item_class.plugin_multi_attrib:
            self.init_plugin(item_class.plugin_multi_attrib)
        return self

    def appendxml(self, xml: ET.Element) -> Self:
        """Put an element at the end; it does not become a substanza."""
        self.xml.append(xml)
        return self

    def pop(self, index: int = 0) -> ElementBase:
        """Remove a substanza, by default the first, and return it."""
        item = self.iterables.pop(index)
        self._remove_xml(item.xml)
        return item

    def clear(self) -> Self:
        """Remove all sub-elements and plugins; attributes stay."""
        for child in list(self.xml):
            self.xml.remove(child)
        self._children = Children()
        return self

    def __len__(self) -> int:
        return len(self.iterables)

    def __iter__(self) -> Iterator[ElementBase]:
        return iter(self.iterables)

    def __next__(self) -> ElementBase:
        """Return the next substanza; kept for programs that call ``stanza.next()``."""
        index: int = self.__dict__.get("_index", 0)
        items = self.iterables
        if index >= len(items):
            self.__dict__.pop("_index", None)
            raise StopIteration
        self.__dict__["_index"] = index + 1
        return items[index]

    def next(self) -> ElementBase:
        """Return the next substanza."""
        return self.__next__()

    def __bool__(self) -> bool:
        """Return True: a stanza is true, with or without substanzas."""
        return True

    # -- as nested dictionaries ------------------------------------------------------------------

    @property
    def values(self) -> dict[str, Any]:
        """All interfaces and plugins as nested dictionaries; assigning sets them."""
        return self._get_stanza_values()

    @values.setter
    def values(self, new: dict[str, Any]) -> None:
        self._set_stanza_values(new)

    def get_stanza_values(self) -> dict[str, Any]:
        """Return all interfaces and plugins as nested dictionaries."""
        return self._get_stanza_values()

    def set_stanza_values(self, values: dict[str, Any]) -> ElementBase:
        """Set interfaces and plugins from nested dictionaries."""
        return self._set_stanza_values(values)

    def _get_stanza_values(self) -> dict[str, Any]:
        """Return interfaces, plugins and substanzas; an address that is no JID as its text."""
        result: dict[str, Any] = {"lang": self["lang"]}
        for interface in self.interfaces:
            try:
                result[interface] = self[interface]
            except InvalidJID:
                result[interface] = self.xml.get(interface, "")
            if interface in self.lang_interfaces:
                result[f"{interface}|*"] = self[f"{interface}|*"]
        for (attrib, _), plugin in list(self.plugins.items()):
            lang = plugin["lang"]
            result[f"{attrib}|{lang}" if lang else attrib] = plugin.values
        if self.iterables:
            result["substanzas"] = [{**item.values, CHILD_TAG: item.tag} for item in self.iterables]
        return result

    def _set_stanza_values(self, values: dict[str, Any]) -> ElementBase:
        """Set interfaces, plugins and substanzas; unknown names are ignored."""
        if "lang" in values:
            self["lang"] = values["lang"]
        if "substanzas" in values:
            self._set_substanzas(values["substanzas"])
        iterable = {plugin.plugin_attrib for plugin in self.plugin_iterables}
        for key, value in values.items():
            attrib, lang = split_key(key)
            if attrib in ("lang", "substanzas"):
                continue
            if attrib in self.interfaces:
                self[key] = value
            elif attrib in self.plugin_attrib_map and attrib not in iterable:
                plugin = self.get_plugin(attrib, lang)
                if plugin is not None:
                    plugin.values = value
        return self

    def _set_substanzas(self, items: list[dict[str, Any]]) -> None:
        """Replace the substanzas by those of the dictionaries whose class is known."""
        for old in self.iterables:
            if old.xml in list(self.xml):
                self.xml.remove(old.xml)
        self.iterables = []
        classes = {plugin.tag_name(): plugin for plugin in self.plugin_iterables}
        for item in items:
            plugin = classes.get(item.get(CHILD_TAG, ""))
            if plugin is not None:
                substanza = plugin(parent=self)
                substanza.values = item
                self.iterables.append(substanza)

    # -- patterns --------------------------------------------------------------------------------

    def match(self, xpath: str | list[str]) -> bool:
        """Tell whether a pattern, or a list of its steps, fits: ``presence@show=xa/status``.

        Each step names an element, or the interface of a plugin; ``@interface=value`` compares an
        interface of that step. ``iq@type=set/roster/item`` fits an IQ of type set whose plugin
        ``roster`` has a substanza ``item``.
        """
        if isinstance(xpath, str):
            return self.match_steps(paths.compile_path(xpath))
        return self.match_steps([paths.compile_step(text) for text in xpath])

    def match_steps(self, steps: Sequence[paths.Step], index: int = 0) -> bool:
        """Tell whether the compiled steps from ``index`` on fit."""
        step = steps[index]
        if step.name not in (self.name, self.tag, self.plugin_attrib) and (
            step.name not in self.loaded_plugins
        ):
            return False
        for interface, wanted in step.attributes:
            value = self[interface]
            if not value if wanted is None else (value != wanted and str(value) != wanted):
                return False
        if index + 1 == len(steps):
            return True
        following = steps[index + 1]
        if following.text in self.sub_interfaces and self[following.text]:
            return True
        if any(item.match_steps(steps, index + 1) for item in self.iterables):
            return True
        name = paths.local_name(following.name)
        return any(
            plugin.match_steps(steps, index + 1)
            for (attrib, _), plugin in self.plugins.items()
            if attrib == name
        )

    # -- as a Python object ----------------------------------------------------------------------

    def __eq__(self, other: object) -> bool:
        """Tell whether both have the same interfaces, plugins and substanzas."""
        if not isinstance(other, ElementBase):
            return NotImplemented
        if self is other:
            return True
        ours, theirs = self.values, other.values
        names = {*self.keys(), *other.keys()}
        return all(name in ours and ours[name] == theirs.get(name) for name in names)

    __hash__ = None  # type: ignore[assignment]  # stanzas change

    def __copy__(self) -> ElementBase:
        """Return an object with an element of its own and the same parent."""
        return type(self)(xml=copy.deepcopy(self.xml), parent=self.parent)

    def __deepcopy__(self, memo: dict[int, Any]) -> ElementBase:
        return self.__copy__()

    def __str__(self, top_level_ns: bool = True) -> str:
        """Return the element as XML text."""
        return tostring(self.xml, top_level=top_level_ns)

    def __repr__(self) -> str:
        return self.__str__()
