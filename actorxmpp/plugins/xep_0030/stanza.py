"""The two queries of service discovery (XEP-0030 sections 3 and 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from actorxmpp.jid import JID
from actorxmpp.xmlstream.stanzabase import ET, ElementBase

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["NS_INFO", "NS_ITEMS", "DiscoInfo", "DiscoItems", "Identity"]

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


class DiscoItems(ElementBase):
    """``<query xmlns='http://jabber.org/protocol/disco#items'/>``: what belongs to somebody.

    Interfaces: ``node``; ``items``, a set of (JID, node, name).
    """

    name = "query"
    namespace = NS_ITEMS
    plugin_attrib = "disco_items"
    interfaces: ClassVar[set[str]] = {"node", "items"}

    def get_items(self) -> set[tuple[JID, str | None, str | None]]:
        """Return the items."""
        return {
            (JID(element.get("jid", "")), element.get("node"), element.get("name"))
            for element in self.xml.findall(f"{{{NS_ITEMS}}}item")
        }

    def set_items(self, items: Iterable[tuple[str | JID, str | None, str | None]]) -> None:
        """Replace the items."""
        self.del_items()
        for jid, node, name in items:
            self.add_item(jid, node, name)

    def del_items(self) -> None:
        """Remove all items."""
        for element in self.xml.findall(f"{{{NS_ITEMS}}}item"):
            self.xml.remove(element)

    def add_item(self, jid: str | JID, node: str | None = None, name: str | None = None) -> None:
        """Add an item."""
        element = ET.SubElement(self.xml, f"{{{NS_ITEMS}}}item", jid=str(jid))
        if node:
            element.set("node", node)
        if name:
            element.set("name", name)
