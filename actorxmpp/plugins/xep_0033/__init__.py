"""XEP-0033: Extended Stanza Addressing: to whom else a stanza goes, and where answers go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from actorxmpp.plugins.base import BasePlugin
from actorxmpp.plugins.elements import JidElement, is_true
from actorxmpp.stanza import Message, Presence
from actorxmpp.xmlstream import ElementBase, register_stanza_plugin

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from actorxmpp.types import JidStr

__all__ = ["XEP_0033", "Address", "Addresses"]

NS = "http://jabber.org/protocol/address"
TYPES = ("bcc", "cc", "noreply", "ofrom", "replyroom", "replyto", "to")


class Addresses(ElementBase):
    """``message["addresses"]``; iterating gives each ``Address``.

    Interfaces: lists of addresses by type, ``to cc bcc replyto replyroom noreply ofrom``, and all
    of them, ``addresses`` or ``all``; set as addresses or as dictionaries.
    """

    name = plugin_attrib = "addresses"
    namespace = NS
    interfaces: ClassVar[set[str]] = {"addresses", "all", *TYPES}

    def add_address(
        self,
        atype: str = "to",
        jid: JidStr = "",
        node: str = "",
        uri: str = "",
        desc: str = "",
        delivered: bool = False,
    ) -> Address:
        """Add an address (section 4).

        Args:
            atype: its type.
            jid: whose it is.
            node: at a node there.
            uri: elsewhere than on this network; in place of ``jid`` and ``node``.
            desc: some words about it.
            delivered: whether the stanza has been sent there.
        """
        address = Address()
        address["type"] = atype
        address["jid"] = str(jid)
        address["node"] = node
        if uri:
            address["uri"] = uri
        address["desc"] = desc
        address["delivered"] = delivered
        self.append(address)
        return address

    def _get(self, atype: str | None) -> list[Address]:
        found = (each for each in self.iterables if isinstance(each, Address))
        return [each for each in found if atype in (None, each["type"])]

    def _set(self, atype: str | None, value: Iterable[Address | Mapping[str, Any]]) -> None:
        given = list(value)
        self._del(atype)
        for each in given:
            said = {name: each.get(name) or "" for name in ("jid", "node", "uri", "desc")}
            delivered = bool(each.get("delivered"))
            self.add_address(atype or each["type"], **said, delivered=delivered)

    def _del(self, atype: str | None) -> None:
        for each in self._get(atype):
            self._drop_plugin(each)


def _add_accessors(name: str, atype: str | None) -> None:
    """Give the class the methods of an interface."""

    def read(self: Addresses) -> list[Address]:
        return self._get(atype)

    def write(self: Addresses, value: Iterable[Address | Mapping[str, Any]]) -> None:
        self._set(atype, value)

    def remove(self: Addresses) -> None:
        self._del(atype)

    for operation, function in (("get", read), ("set", write), ("del", remove)):
        function.__doc__ = f"{operation.title()} the addresses of interface {name}."
        setattr(Addresses, f"{operation}_{name}", function)


for _name in ("addresses", "all"):
    _add_accessors(_name, None)
for _name in TYPES:
    _add_accessors(_name, _name)


class Address(JidElement):
    """One address; interfaces ``type jid node uri desc``, and ``delivered`` (bool)."""

    name = plugin_attrib = "address"
    namespace = NS
    interfaces: ClassVar[set[str]] = {"type", "jid", "node", "uri", "desc", "delivered"}

    def set_jid(self, value: JidStr) -> None:
        """Set whose it is; then it is not elsewhere."""
        super().set_jid(value)
        if value:
            self._del_attr("uri")

    def set_uri(self, value: str) -> None:
        """Set where it is elsewhere; then it is nobody's on this network."""
        self._set_attr("uri", value)
        if value:
            self._del_attr("jid")
            self._del_attr("node")

    def get_delivered(self) -> bool:
        """Whether the stanza has been sent there."""
        return is_true(self._get_attr("delivered"))

    def set_delivered(self, value: bool) -> None:
        """Say whether the stanza has been sent there."""
        self._set_attr("delivered", "true" if value else None)


register_stanza_plugin(Addresses, Address, iterable=True)
register_stanza_plugin(Message, Addresses)
register_stanza_plugin(Presence, Addresses)


class XEP_0033(BasePlugin):
    """Extended Stanza Addressing, both roles: of messages and presences.

    Sending to several is a service's work: the stanza goes to it (section 3).
    """

    name = "xep_0033"
    description = "XEP-0033: Extended Stanza Addressing"
    xep_version = "1.2.1"
    dependencies: ClassVar[set[str]] = {"xep_0030"}
    features = (NS,)
