"""Registering (XEP-0077 section 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from actorxmpp.plugins.elements import EmptyElement
from actorxmpp.plugins.xep_0004 import Form
from actorxmpp.plugins.xep_0066 import OOB
from actorxmpp.xmlstream.stanzabase import ET, ElementBase, register_stanza_plugin

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["FORM_FIELDS", "NS", "NS_FEATURE", "Register", "RegisterFeature"]

NS = "jabber:iq:register"
NS_FEATURE = "http://jabber.org/features/iq-register"

FORM_FIELDS = (
    "username",
    "nick",
    "password",
    "name",
    "first",
    "last",
    "email",
    "address",
    "city",
    "state",
    "zip",
    "phone",
    "url",
    "date",
    "misc",
    "text",
    "key",
)
"""The fields the XEP knows by itself (section 14.1); others go into a form."""


class Register(ElementBase):
    """``<query xmlns='jabber:iq:register'/>``.

    Interfaces: the texts in FORM_FIELDS, ``instructions``; ``registered`` and ``remove`` (bool);
    ``fields``, the set of the fields that are there. ``["form"]`` and ``["oob"]`` are the other
    ways to register.
    """

    name = "query"
    namespace = NS
    plugin_attrib = "register"
    interfaces: ClassVar[set[str]] = {
        *FORM_FIELDS,
        "instructions",
        "registered",
        "remove",
        "fields",
    }
    sub_interfaces: ClassVar[set[str]] = {*FORM_FIELDS, "instructions"}

    def get_registered(self) -> bool:
        """Whether somebody is registered already."""
        return self.xml.find(f"{{{NS}}}registered") is not None

    def set_registered(self, value: bool) -> None:
        """Say whether somebody is registered already."""
        self._flag("registered", value)

    def get_remove(self) -> bool:
        """Whether the registration shall end."""
        return self.xml.find(f"{{{NS}}}remove") is not None

    def set_remove(self, value: bool) -> None:
        """Say whether the registration shall end."""
        self._flag("remove", value)

    def _flag(self, name: str, value: bool) -> None:
        self._del_sub(name)
        if value:
            ET.SubElement(self.xml, f"{{{NS}}}{name}")

    def add_field(self, value: str) -> None:
        """Add an empty field, to be filled in."""
        if self.xml.find(f"{{{NS}}}{value}") is None:
            ET.SubElement(self.xml, f"{{{NS}}}{value}")

    def get_fields(self) -> set[str]:
        """Return the fields that are there."""
        names = (each.tag.rpartition("}") for each in self.xml)
        return {name for space, _, name in names if space == f"{{{NS}" and name in FORM_FIELDS}

    def set_fields(self, fields: Iterable[str]) -> None:
        """Replace the fields by empty ones."""
        self.del_fields()
        for each in fields:
            self.add_field(each)

    def del_fields(self) -> None:
        """Remove the fields."""
        for each in self.get_fields():
            self._del_sub(each)


class RegisterFeature(EmptyElement):
    """``<register/>``, the stream feature of servers that register accounts."""

    name = plugin_attrib = "register"
    namespace = NS_FEATURE


register_stanza_plugin(Register, Form)
register_stanza_plugin(Register, OOB)
