"""Roster: the contact list in an IQ (RFC 6121 section 2)."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, ClassVar
from xml.etree import ElementTree as ET

from actorxmpp.jid import JID, InvalidJID, parse
from actorxmpp.stanza.iq import Iq
from actorxmpp.xmlstream.elementbase import ElementBase
from actorxmpp.xmlstream.stanzabase import register_stanza_plugin

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from actorxmpp.types import JidStr

log = logging.getLogger(__name__)

_NS = "jabber:iq:roster"


class Roster(ElementBase):
    """The ``<query/>`` of a roster IQ.

    Interfaces: ``items`` (JID -> name, subscription, groups and so on), ``ver`` (the version; None
    when there is none, and an empty one asks a server for versions).
    """

    __slots__ = ()

    namespace = _NS
    name = "query"
    plugin_attrib = "roster"
    interfaces: ClassVar[set[str]] = {"items", "ver"}

    def get_ver(self) -> str | None:
        """Return the version; None when there is none."""
        return self.xml.get("ver")

    def set_ver(self, ver: str | None) -> None:
        """Set the version, which may be empty; None removes it."""
        if ver is None:
            self.xml.attrib.pop("ver", None)
        else:
            self.xml.set("ver", ver)

    def get_items(self) -> dict[JID, dict[str, Any]]:
        """Return the entries by address; one that is not a JID is left out."""
        items: dict[JID, dict[str, Any]] = {}
        for item in self.iterables:
            if not isinstance(item, RosterItem):
                continue
            try:
                jid = item.get_jid()
            except InvalidJID:
                log.warning("a roster entry has an address that is not a JID")
                continue
            values = item.values
            del values["jid"], values["lang"]
            items[jid] = values
        return items

    def set_items(self, items: Mapping[JidStr, Mapping[str, Any]]) -> Roster:
        """Replace the entries by those of a dictionary."""
        self.del_items()
        for jid, values in items.items():
            item = RosterItem()
            item.values = dict(values)
            item["jid"] = jid
            self.append(item)
        return self

    def del_items(self) -> None:
        """Remove all entries."""
        for item in list(self.iterables):
            if isinstance(item, RosterItem):
                self._drop_plugin(item)


class RosterItem(ElementBase):
    """One entry: ``jid``, ``name``, ``subscription``, ``ask``, ``approved``, ``groups``."""

    __slots__ = ()

    namespace = _NS
    name = "item"
    plugin_attrib = "item"
    interfaces: ClassVar[set[str]] = {"jid", "name", "subscription", "ask", "approved", "groups"}

    def get_jid(self) -> JID:
        """Return the contact's address.

        Raises:
            InvalidJID: if the attribute is not an address.
        """
        return parse(self.xml.get("jid", ""))

    def set_jid(self, jid: JidStr) -> None:
        """Set the contact's address."""
        self._set_attr("jid", str(jid))

    def get_groups(self) -> list[str]:
        """Return the groups the contact is in."""
        return [group.text or "" for group in self.xml.findall(f"{{{_NS}}}group")]

    def set_groups(self, values: Iterable[str]) -> None:
        """Replace the groups."""
        self.del_groups()
        for name in values:
            ET.SubElement(self.xml, f"{{{_NS}}}group").text = name

    def del_groups(self) -> None:
        """Remove the contact from all groups."""
        for group in self.xml.findall(f"{{{_NS}}}group"):
            self.xml.remove(group)


register_stanza_plugin(Iq, Roster)
register_stanza_plugin(Roster, RosterItem, iterable=True)
