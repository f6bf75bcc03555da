"""What rooms and their occupants say (XEP-0045)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from actorxmpp.jid import JID
from actorxmpp.plugins.elements import EmptyElement
from actorxmpp.plugins.xep_0004 import Form
from actorxmpp.stanza import Iq, Message, Presence
from actorxmpp.xmlstream.stanzabase import ET, ElementBase, register_stanza_plugin

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "NS",
    "NS_ADMIN",
    "NS_OWNER",
    "NS_USER",
    "MUCActor",
    "MUCAdminItem",
    "MUCAdminQuery",
    "MUCDecline",
    "MUCDestroy",
    "MUCHistory",
    "MUCInvite",
    "MUCJoin",
    "MUCMessage",
    "MUCOwnerDestroy",
    "MUCOwnerQuery",
    "MUCPresence",
    "MUCStatus",
    "MUCUserItem",
]

NS = "http://jabber.org/protocol/muc"
NS_USER = "http://jabber.org/protocol/muc#user"
NS_ADMIN = "http://jabber.org/protocol/muc#admin"
NS_OWNER = "http://jabber.org/protocol/muc#owner"

ITEM = f"{{{NS_USER}}}item"
STATUS = f"{{{NS_USER}}}status"


class MUCBase(ElementBase):
    """``<x xmlns='http://jabber.org/protocol/muc#user'/>``: what a room says of an occupant.

    Interfaces: ``affiliation``, ``role``, ``jid`` (the real one, if the room tells), ``nick`` and
    ``room`` (of the stanza's sender), ``item_nick`` (the new one in a change), ``status_codes``, a
    set of numbers (XEP-0045 section 15.6.2).
    """

    name = "x"
    namespace = NS_USER
    plugin_attrib = "muc"
    interfaces: ClassVar[set[str]] = {
        "affiliation",
        "role",
        "jid",
        "nick",
        "room",
        "status_codes",
        "item_nick",
    }

    def get_status_codes(self) -> set[int]:
        """Return the status codes."""
        found = (each.get("code", "") for each in self.xml.findall(STATUS))
        return {int(code) for code in found if code.isascii() and code.isdigit()}

    def set_status_codes(self, codes: Iterable[int]) -> None:
        """Replace the status codes."""
        self.del_status_codes()
        for code in codes:
            ET.SubElement(self.xml, STATUS, code=str(code))

    def del_status_codes(self) -> None:
        """Remove the status codes."""
        for element in self.xml.findall(STATUS):
            self.xml.remove(element)

    def get_item_attr(self, attr: str, default: Any = "") -> Any:
        """Return an attribute of the item."""
        item = self.xml.find(ITEM)
        return default if item is None else item.get(attr, default)

    def set_item_attr(self, attr: str, value: Any) -> None:
        """Set an attribute of the item."""
        item = self.xml.find(ITEM)
        if item is None:
            item = ET.SubElement(self.xml, ITEM)
        item.set(attr, str(value))

    def del_item_attr(self, attr: str) -> None:
        """Remove an attribute of the item."""
        item = self.xml.find(ITEM)
        if item is not None:
            item.attrib.pop(attr, None)

    def get_item_nick(self) -> str:
        """Return the nickname in the item."""
        return str(self.get_item_attr("nick"))

    def set_item_nick(self, value: str) -> None:
        """Set the nickname in the item."""
        self.set_item_attr("nick", value)

    def get_affiliation(self) -> str:
        """Return the affiliation."""
        return str(self.get_item_attr("affiliation"))

    def set_affiliation(self, value: str) -> None:
        """Set the affiliation."""
        self.set_item_attr("affiliation", value)

    def del_affiliation(self) -> None:
        """Remove the affiliation."""
        self.del_item_attr("affiliation")

    def get_role(self) -> str:
        """Return the role."""
        return str(self.get_item_attr("role"))

    def set_role(self, value: str) -> None:
        """Set the role."""
        self.set_item_attr("role", value)

    def del_role(self) -> None:
        """Remove the role."""
        self.del_item_attr("role")

    def get_jid(self) -> JID:
        """Return the real address; an empty JID if the room does not tell."""
        return JID(self.get_item_attr("jid"))

    def set_jid(self, value: JID | str) -> None:
        """Set the real address."""
        self.set_item_attr("jid", value)

    def del_jid(self) -> None:
        """Remove the real address."""
        self.del_item_attr("jid")

    def _sender(self) -> JID:
        parent = None if self.parent is None else self.parent()
        found: JID = JID("") if parent is None else parent["from"]
        return found

    def get_nick(self) -> str:
        """Return the nickname of the stanza's sender."""
        return self._sender().resource

    def get_room(self) -> str:
        """Return the room of the stanza's sender."""
        return self._sender().bare

    def set_nick(self, value: Any) -> None:
        """Does nothing: it is the sender's address."""

    def set_room(self, value: Any) -> None:
        """Does nothing: it is the sender's address."""

    def del_nick(self) -> None:
        """Does nothing: it is the sender's address."""

    def del_room(self) -> None:
        """Does nothing: it is the sender's address."""


class MUCPresence(MUCBase):
    """``presence["muc"]``."""


class MUCMessage(MUCBase):
    """``message["muc"]``."""


class MUCJoin(ElementBase):
    """``presence["muc_join"]``: what somebody who enters says; interface ``password``."""

    name = "x"
    namespace = NS
    plugin_attrib = "muc_join"
    interfaces: ClassVar[set[str]] = {"password"}
    sub_interfaces: ClassVar[set[str]] = {"password"}


class MUCHistory(ElementBase):
    """How much history somebody who enters wants (section 7.2.13)."""

    name = "history"
    namespace = NS
    plugin_attrib = "history"
    interfaces: ClassVar[set[str]] = {"maxchars", "maxstanzas", "since", "seconds"}


class _Invitation(ElementBase):
    """From whom to whom, and why."""

    namespace = NS_USER

    def get_to(self) -> JID:
        """Return to whom."""
        return JID(self._get_attr("to"))

    def set_to(self, value: JID | str) -> None:
        """Set to whom."""
        self._set_attr("to", str(value))

    def get_from(self) -> JID:
        """Return from whom."""
        return JID(self._get_attr("from"))

    def set_from(self, value: JID | str) -> None:
        """Set from whom."""
        self._set_attr("from", str(value))


class MUCInvite(_Invitation):
    """``message["muc"]["invite"]`` (section 7.8.2)."""

    name = "invite"
    plugin_attrib = "invite"
    interfaces: ClassVar[set[str]] = {"to", "from", "reason", "password"}
    sub_interfaces: ClassVar[set[str]] = {"reason", "password"}


class MUCDecline(_Invitation):
    """``message["muc"]["decline"]`` (section 7.8.2)."""

    name = "decline"
    plugin_attrib = "decline"
    interfaces: ClassVar[set[str]] = {"to", "from", "reason"}
    sub_interfaces: ClassVar[set[str]] = {"reason"}


class MUCOwnerQuery(EmptyElement):
    """``iq["mucowner_query"]`` (section 10)."""

    name = "query"
    namespace = NS_OWNER
    plugin_attrib = "mucowner_query"


class MUCOwnerDestroy(ElementBase):
    """``iq["mucowner_query"]["destroy"]`` (section 10.9)."""

    name = "destroy"
    namespace = NS_OWNER
    plugin_attrib = "destroy"
    interfaces: ClassVar[set[str]] = {"reason", "jid"}
    sub_interfaces: ClassVar[set[str]] = {"reason"}


class MUCAdminQuery(EmptyElement):
    """``iq["mucadmin_query"]``; iterating gives the items (section 9)."""

    name = "query"
    namespace = NS_ADMIN
    plugin_attrib = "mucadmin_query"


class MUCAdminItem(ElementBase):
    """One change of a role or affiliation, or one entry of a list."""

    name = "item"
    namespace = NS_ADMIN
    plugin_attrib = "item"
    interfaces: ClassVar[set[str]] = {"role", "affiliation", "nick", "jid", "reason"}
    sub_interfaces: ClassVar[set[str]] = {"reason"}


class MUCStatus(ElementBase):
    """``<status code=.../>``."""

    name = "status"
    namespace = NS_USER
    plugin_attrib = "status"
    interfaces: ClassVar[set[str]] = {"code"}

    def set_code(self, code: int) -> None:
        """Set the code."""
        self._set_attr("code", str(code))


class MUCUserItem(ElementBase):
    """What a room says of an occupant, with the reason of a change."""

    name = "item"
    namespace = NS_USER
    plugin_attrib = "item"
    plugin_multi_attrib = "items"
    interfaces: ClassVar[set[str]] = {"role", "affiliation", "jid", "reason", "nick"}
    sub_interfaces: ClassVar[set[str]] = {"reason"}

    def get_jid(self) -> JID:
        """Return the real address; an empty JID if the room does not tell."""
        return JID(self._get_attr("jid"))


class MUCActor(ElementBase):
    """Who made a change."""

    name = "actor"
    namespace = NS_USER
    plugin_attrib = "actor"
    interfaces: ClassVar[set[str]] = {"jid", "nick"}

    def get_jid(self) -> JID:
        """Return the real address."""
        return JID(self._get_attr("jid"))


class MUCDestroy(ElementBase):
    """What is said when a room ends (section 10.9)."""

    name = "destroy"
    namespace = NS_USER
    plugin_attrib = "destroy"
    interfaces: ClassVar[set[str]] = {"reason", "jid"}
    sub_interfaces: ClassVar[set[str]] = {"reason"}


def register_plugins() -> None:
    """Make the classes known to the stanzas they are in; done when this module is imported."""
    register_stanza_plugin(Presence, MUCPresence)
    register_stanza_plugin(Presence, MUCJoin)
    register_stanza_plugin(MUCJoin, MUCHistory)
    register_stanza_plugin(Message, MUCMessage)
    for base in (MUCPresence, MUCMessage):
        register_stanza_plugin(base, MUCUserItem, iterable=True)
        register_stanza_plugin(base, MUCStatus)
        register_stanza_plugin(base, MUCDestroy)
    register_stanza_plugin(MUCMessage, MUCInvite)
    register_stanza_plugin(MUCMessage, MUCDecline)
    register_stanza_plugin(MUCUserItem, MUCActor)
    register_stanza_plugin(Iq, MUCAdminQuery)
    register_stanza_plugin(MUCAdminQuery, MUCAdminItem, iterable=True)
    register_stanza_plugin(Iq, MUCOwnerQuery)
    register_stanza_plugin(MUCOwnerQuery, MUCOwnerDestroy)
    register_stanza_plugin(MUCOwnerQuery, Form)


register_plugins()
