"""RawElement: an XML element with its class's description, and plain access to attributes and text.

The lowest of three layers of a stanza object: ``RawElement`` (the element itself), ``Container``
(its sub-elements as plugins and as a list), ``ElementBase`` (the dictionary interface). The methods
with a leading underscore are what ``get_x``/``set_x``/``del_x`` methods of stanza classes are
written with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from actorxmpp.jid import JID
from actorxmpp.xmlstream import paths
from actorxmpp.xmlstream.accessors import StanzaType
from actorxmpp.xmlstream.namespaces import XML_LANG, XML_NS
from actorxmpp.xmlstream.paths import fix_ns, split_path

if TYPE_CHECKING:
    from weakref import ReferenceType
    from xml.etree import ElementTree as ET

    from actorxmpp.types import JidStr
    from actorxmpp.xmlstream.elementbase import ElementBase


class RawElement(metaclass=StanzaType):
    """An XML element, its place in a stanza, and what its class says of it."""

    __slots__ = ("__dict__", "__weakref__", "parent", "xml")

    #: The element's name; ``a/b`` makes two elements, one in the other.
    name: ClassVar[str] = "stanza"
    #: The element's namespace. On an object it may be another content namespace than the class's.
    namespace: str = "jabber:client"
    #: The interface under which the parent finds this class when it is a plugin.
    plugin_attrib: ClassVar[str] = "plugin"
    #: The interface under which the parent lists all plugins of this class.
    plugin_multi_attrib: ClassVar[str] = ""
    interfaces: ClassVar[set[str]] = {"type", "to", "from", "id", "payload"}
    sub_interfaces: ClassVar[set[str]] = set()
    bool_interfaces: ClassVar[set[str]] = set()
    #: Interfaces that exist once per language: ``stanza["body|fr"]``, ``stanza["body|*"]``.
    lang_interfaces: ClassVar[set[str]] = set()
    #: Accesses of the parent this plugin takes over, such as ``set_condition``.
    overrides: ClassVar[list[str]] = []
    #: Whether the parent passes the interface ``plugin_attrib`` straight to this plugin.
    is_extension: ClassVar[bool] = False
    #: Whether an unknown interface raises instead of giving an empty string and a warning.
    strict_interface: ClassVar[bool] = False

    plugin_overrides: ClassVar[dict[str, str]] = {}
    plugin_attrib_map: ClassVar[dict[str, type[ElementBase]]] = {}
    plugin_tag_map: ClassVar[dict[str, type[ElementBase]]] = {}
    plugin_iterables: ClassVar[set[type[ElementBase]]] = set()
    xml_ns: ClassVar[str] = XML_NS

    # compiled by the metaclass
    _getters: ClassVar[dict[str, Any]]
    _setters: ClassVar[dict[str, Any]]
    _deleters: ClassVar[dict[str, Any]]

    #: The element (``xml.etree.ElementTree.Element``).
    xml: ET.Element
    #: A weak reference to the stanza this one is part of, or None.
    parent: ReferenceType[ElementBase] | None

    @property
    def tag(self) -> str:
        """The element's name: ``{namespace}name``."""
        return f"{{{self.namespace}}}{self.name}"

    @classmethod
    def tag_name(cls) -> str:
        """Returns the name of the class's element: ``{namespace}name``."""
        return f"{{{cls.namespace}}}{cls.name}"

    def get_lang(self, lang: str | None = None) -> str:
        """Returns the language of the element: its own xml:lang, or its parent's."""
        del lang
        own = self.xml.get(XML_LANG)
        if own or self.parent is None:
            return own or ""
        parent = self.parent()
        return "" if parent is None else parent.get_lang()

    def set_lang(self, lang: str | None) -> None:
        """Sets or removes the element's xml:lang."""
        self.del_lang()
        if lang:
            self.xml.set(XML_LANG, lang)

    def del_lang(self) -> None:
        """Removes the element's xml:lang."""
        self.xml.attrib.pop(XML_LANG, None)

    def _get_attr(self, name: str, default: str = "") -> str:
        """Returns an attribute of the element."""
        return self.xml.get(name, default)

    get_toplevel_attr = _get_attr

    def _set_attr(self, name: str, value: JidStr | None) -> None:
        """Sets an attribute; nothing removes it."""
        if value is None or value == "":
            self._del_attr(name)
        else:
            self.xml.set(name, value.full if isinstance(value, JID) else value)

    def _del_attr(self, name: str) -> None:
        """Removes an attribute."""
        self.xml.attrib.pop(name, None)

    def _get_sub_text(self, name: str, default: str = "", lang: str | None = None) -> Any:
        """Returns a sub-element's text; with ``lang="*"`` a dictionary of all languages."""
        path = split_path(name, self.namespace)
        if lang == "*":
            return paths.get_all_text(self.xml, path, default, self.get_lang())
        own = self.get_lang()
        return paths.get_text(self.xml, path, default, lang or own, own)

    def _get_all_sub_text(
        self, name: str, default: str = "", lang: str | None = None
    ) -> dict[str, str]:
        """Returns language -> text of a sub-element."""
        path = split_path(name, self.namespace)
        texts = paths.get_all_text(self.xml, path, default, self.get_lang())
        if lang and lang != "*":
            return {key: text for key, text in texts.items() if key == lang}
        return texts

    def _set_sub_text(
        self, name: str, text: str | None = None, keep: bool = False, lang: str | None = None
    ) -> ET.Element | None:
        """Sets a sub-element's text; an empty one removes it unless ``keep``."""
        own = self.get_lang()
        if not text and not keep:
            self._del_sub(name, lang=own if lang is None else lang)
            return None
        path = split_path(name, self.namespace)
        return paths.set_text(self.xml, path, text or "", own if lang is None else lang, own)

    def _set_all_sub_text(
        self, name: str, values: dict[str, str], keep: bool = False, lang: str | None = None
    ) -> None:
        """Replaces a sub-element's texts by language -> text."""
        del keep
        chosen = {key: text for key, text in values.items() if lang in (None, "", "*", key)}
        paths.set_all_text(self.xml, split_path(name, self.namespace), chosen, self.get_lang())

    def _del_sub(self, name: str, all: bool = False, lang: str | None = None) -> None:
        """Removes sub-elements; with ``all`` also those above that become empty."""
        own = self.get_lang()
        path = split_path(name, self.namespace)
        paths.delete(self.xml, path, lang or own, own, prune=all)

    def _fix_ns(
        self, xpath: str, split: bool = False, propagate_ns: bool = True
    ) -> str | list[str]:
        return fix_ns(xpath, split, propagate_ns, self.namespace)
