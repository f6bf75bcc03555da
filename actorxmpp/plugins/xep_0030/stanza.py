"""The two queries of service discovery (XEP-0030 sections 3 and 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from actorxmpp.jid import JID, InvalidJID
from actorxmpp.xmlstream.stanzabase import ET, ElementBase, register_stanza_plugin

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "NS_INFO",
    "NS_ITEMS",
    "DiscoInfo",
    "DiscoItem",
    "DiscoItems",
    "Identity",
]

NS_INFO = "http://jabber.org/protocol/disco#info"
NS_ITEMS = "http://jabber.org/protocol/disco#items"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

Identity = tuple[str, str, str | None, str | None]
"""Category, type, language, name."""


class DiscoInfo(ElementBase):
    """``<query xmlns='http://jabber.org/protocol/disco#info'/>``: who somebody is and what it does.

    Interfaces: ``node``; ``identities``, a set of (category, type, lang, name); ``features``, a set
    of namespaces.
    """

    name = "query"
    namespace = NS_INFO
    plugin_attrib = "disco_info"
    interfaces: ClassVar[set[str]] = {"node", "features", "identities"}
    lang_interfaces: ClassVar[set[str]] = {"identities"}

    def get_identities(self, lang: str | None = None, dedupe: bool = True) -> Any:
        """Return the identities; only those in ``lang`` if it is given."""
        found = [
            (
                element.get("category", ""),
                element.get("type", ""),
                element.get(XML_LANG),
                element.get("name"),
            )
            for element in self.xml.findall(f"{{{NS_INFO}}}identity")
        ]
        kept = [identity for identity in found if lang is None or identity[2] == lang]
        return set(kept) if dedupe else kept

    def set_identities(self, identities: Iterable[Identity], lang: str | None = None) -> None:
        """Replace the identities."""
        self.del_identities(lang)
        for category, itype, ilang, name in identities:
            self.add_identity(category, itype, name, ilang)

    def del_identities(self, lang: str | None = None) -> None:
        """Remove the identities; only those in ``lang`` if it is given."""
        for element in self.xml.findall(f"{{{NS_INFO}}}identity"):
            if lang is None or element.get(XML_LANG) == lang:
                self.xml.remove(element)

    def dict_identities(self, lang: str | None = None) -> list[dict[str, str | None]]:
        """Return the identities as ``category``, ``type``, ``xml_lang`` and ``name``."""
        names = ("category", "type", "xml_lang", "name")
        return [dict(zip(names, each, strict=True)) for each in self.get_identities(lang)]

    def del_identity(
        self, category: str, itype: str, name: str | None = None, lang: str | None = None
    ) -> bool:
        """Remove an identity; False if it is not there. ``name`` is not looked at."""
        del name
        for element in self.xml.findall(f"{{{NS_INFO}}}identity"):
            found = (element.get("category"), element.get("type"), element.get(XML_LANG))
            if found == (category, itype, lang):
                self.xml.remove(element)
                return True
        return False

    def add_identity(
        self, category: str, itype: str, name: str | None = None, lang: str | None = None
    ) -> bool:
        """Add an identity; False if it is there already."""
        if (category, itype, lang, name) in self.get_identities():
            return False
        element = ET.SubElement(self.xml, f"{{{NS_INFO}}}identity", category=category, type=itype)
        if lang:
            element.set(XML_LANG, lang)
        if name:
            element.set("name", name)
        return True

    def get_features(self, dedupe: bool = True) -> Any:
        """Return the features."""
        found = [element.get("var", "") for element in self.xml.findall(f"{{{NS_INFO}}}feature")]
        return set(found) if dedupe else found

    def set_features(self, features: Iterable[str]) -> None:
        """Replace the features."""
        self.del_features()
        for feature in features:
            ET.SubElement(self.xml, f"{{{NS_INFO}}}feature", var=feature)

    def del_features(self) -> None:
        """Remove all features."""
        for element in self.xml.findall(f"{{{NS_INFO}}}feature"):
            self.xml.remove(element)

    def add_feature(self, feature: str) -> bool:
        """Add a feature; False if it is there already."""
        if feature in self.get_features():
            return False
        ET.SubElement(self.xml, f"{{{NS_INFO}}}feature", var=feature)
        return True

    def del_feature(self, feature: str) -> bool:
        """Remove a feature; False if it is not there."""
        for element in self.xml.findall(f"{{{NS_INFO}}}feature"):
            if element.get("var") == feature:
                self.xml.remove(element)
                return True
        return False


class DiscoItem(ElementBase):
    """One item; interfaces ``jid``, ``node`` and ``name``, the last two None when not there."""

    name = "item"
    namespace = NS_ITEMS
    plugin_attrib = "item"
    interfaces: ClassVar[set[str]] = {"jid", "node", "name"}

    def get_node(self) -> str | None:
        """Return the item's node."""
        return self.xml.get("node")

    def get_name(self) -> str | None:
        """Return the item's name."""
        return self.xml.get("name")


class DiscoItems(ElementBase):
    """``<query xmlns='http://jabber.org/protocol/disco#items'/>``: what belongs to somebody.

    Interfaces: ``node``; ``items``, a set of (JID, node, name).
    """

    name = "query"
    namespace = NS_ITEMS
    plugin_attrib = "disco_items"
    interfaces: ClassVar[set[str]] = {"node", "items"}

    def get_items(self) -> set[tuple[JID, str | None, str | None]]:
        """Return the items; those whose address is no JID are left out."""
        found: set[tuple[JID, str | None, str | None]] = set()
        for element in self.xml.findall(f"{{{NS_ITEMS}}}item"):
            try:
                jid = JID(element.get("jid", ""))
            except InvalidJID:
                continue
            found.add((jid, element.get("node"), element.get("name")))
        return found

    def set_items(self, items: Iterable[Any]) -> None:
        """Replace the items, given as (JID, node, name) or as ``DiscoItem``."""
        self.del_items()
        for item in items:
            if isinstance(item, DiscoItem):
                self.add_item(item["jid"], item["node"], item["name"])
            else:
                self.add_item(*item)

    def del_items(self) -> None:
        """Remove all items."""
        self.iterables = [each for each in self.iterables if not isinstance(each, DiscoItem)]
        for element in self.xml.findall(f"{{{NS_ITEMS}}}item"):
            self.xml.remove(element)

    def add_item(self, jid: str | JID, node: str | None = None, name: str | None = None) -> bool:
        """Add an item; False if one with this JID and node is there."""
        if self._find(str(jid), node or None) is not None:
            return False
        item = DiscoItem(parent=self)
        item["jid"] = str(jid)
        item["node"] = node
        item["name"] = name
        self.iterables.append(item)
        return True

    def del_item(self, jid: str | JID, node: str | None = None) -> bool:
        """Remove an item; False if it is not there."""
        element = self._find(str(jid), node or None)
        if element is None:
            return False
        self.iterables = [each for each in self.iterables if each.xml is not element]
        self.xml.remove(element)
        return True

    def _find(self, jid: str, node: str | None) -> ET.Element | None:
        for element in self.xml.findall(f"{{{NS_ITEMS}}}item"):
            if (element.get("jid"), element.get("node")) == (jid, node):
                return element
        return None


register_stanza_plugin(DiscoItems, DiscoItem, iterable=True)
