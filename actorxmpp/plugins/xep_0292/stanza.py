"""A card in the fourth version (XEP-0292, RFC 6351), as far as programs write it."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from actorxmpp.plugins.elements import EmptyElement
from actorxmpp.plugins.xep_0060 import EventItem, Item
from actorxmpp.stanza import Iq
from actorxmpp.xmlstream import ElementBase, register_stanza_plugin

__all__ = [
    "NS",
    "Adr",
    "BDay",
    "Email",
    "Fn",
    "Impp",
    "N",
    "Nickname",
    "Note",
    "Parameters",
    "Pronouns",
    "Tel",
    "Type",
    "Url",
    "VCard4",
]

NS = "urn:ietf:params:xml:ns:vcard-4.0"


class _Text(ElementBase):
    """A property that is a text; interface ``text``."""

    namespace = NS
    interfaces: ClassVar[set[str]] = {"text"}
    sub_interfaces: ClassVar[set[str]] = {"text"}


class _Uri(ElementBase):
    """A property that is a URI; interface ``uri``."""

    namespace = NS
    interfaces: ClassVar[set[str]] = {"uri"}
    sub_interfaces: ClassVar[set[str]] = {"uri"}


class Fn(_Text):
    """The whole name; interface ``text``."""

    name = plugin_attrib = "fn"


class Nickname(_Text):
    """What friends say; interface ``text``."""

    name = plugin_attrib = "nickname"


class Note(_Text):
    """Some words; interface ``text``."""

    name = plugin_attrib = "note"


class Pronouns(_Text):
    """Pronouns; interface ``text``."""

    name = plugin_attrib = "pronouns"


class Email(_Text):
    """A mail address; interface ``text``."""

    name = plugin_attrib = "email"


class Url(_Uri):
    """A page; interface ``uri``."""

    name = plugin_attrib = "url"


class Impp(_Uri):
    """An address for instant messages; interface ``uri``."""

    name = plugin_attrib = "impp"


class Tel(_Uri):
    """A telephone number; interface ``uri``; ``["parameters"]["type_"]["text"]`` is its kind."""

    name = plugin_attrib = "tel"


class Parameters(EmptyElement):
    """What is said of a property."""

    name = plugin_attrib = "parameters"
    namespace = NS


class Type(_Text):
    """Its kind, ``work`` or ``home``; interface ``text``."""

    name = "type"
    plugin_attrib = "type_"


class N(ElementBase):
    """The parts of the name; interfaces ``given``, ``surname``, ``additional``."""

    name = plugin_attrib = "n"
    namespace = NS
    interfaces: ClassVar[set[str]] = {"given", "surname", "additional"}
    sub_interfaces = interfaces


class Adr(ElementBase):
    """An address; interfaces ``street code locality region country``."""

    name = plugin_attrib = "adr"
    namespace = NS
    interfaces: ClassVar[set[str]] = {"street", "code", "locality", "region", "country"}
    sub_interfaces = interfaces


class BDay(ElementBase):
    """The birthday; interface ``date``, a date or None where it is missing or not a whole one."""

    name = plugin_attrib = "bday"
    namespace = NS
    interfaces: ClassVar[set[str]] = {"date"}
    sub_interfaces = interfaces

    def get_date(self) -> dt.date | None:
        """Return the date."""
        try:
            return dt.date.fromisoformat(self._get_sub_text("date"))
        except ValueError:
            return None

    def set_date(self, value: dt.date | str) -> None:
        """Set the date."""
        text = value.isoformat() if isinstance(value, dt.date) else value
        self._set_sub_text("date", text)


class VCard4(ElementBase):
    """``iq["vcard"]``, and what is published; interfaces ``full_name given surname birthday``.

    All properties are stanza plugins: ``["fn"]["text"]``; iterating gives each.
    """

    name = plugin_attrib = "vcard"
    namespace = NS
    interfaces: ClassVar[set[str]] = {"full_name", "given", "surname", "birthday"}

    def get_full_name(self) -> str:
        """Return the whole name."""
        return str(self["fn"]["text"])

    def set_full_name(self, value: str) -> None:
        """Set the whole name."""
        self["fn"]["text"] = value

    def get_given(self) -> str:
        """Return the given name."""
        return str(self["n"]["given"])

    def set_given(self, value: str) -> None:
        """Set the given name."""
        self["n"]["given"] = value

    def get_surname(self) -> str:
        """Return the family name."""
        return str(self["n"]["surname"])

    def set_surname(self, value: str) -> None:
        """Set the family name."""
        self["n"]["surname"] = value

    def get_birthday(self) -> dt.date | None:
        """Return the birthday."""
        date: dt.date | None = self["bday"]["date"]
        return date

    def set_birthday(self, value: dt.date | str) -> None:
        """Set the birthday."""
        self["bday"]["date"] = value

    def add_nickname(self, nick: str) -> None:
        """Add what friends say."""
        self._add(Nickname(), text=nick)

    def add_note(self, note: str) -> None:
        """Add some words."""
        self._add(Note(), text=note)

    def add_email(self, email: str) -> None:
        """Add a mail address."""
        self._add(Email(), text=email)

    def add_url(self, url: str) -> None:
        """Add a page."""
        self._add(Url(), uri=url)

    def add_impp(self, impp: str) -> None:
        """Add an address for instant messages, a URI."""
        self._add(Impp(), uri=impp)

    def add_tel(self, number: str, name: str | None = None) -> None:
        """Add a telephone number.

        Args:
            number: the number.
            name: its kind, ``work`` or ``home``.
        """
        tel = Tel()
        if name:
            tel["parameters"]["type_"]["text"] = name
        self._add(tel, uri=f"tel:{number}")

    def add_address(self, country: str | None = None, locality: str | None = None) -> None:
        """Add an address."""
        self._add(Adr(), locality=locality, country=country)

    def _add(self, element: ElementBase, **values: str | None) -> None:
        for key, value in values.items():
            element[key] = value
        self.append(element)


for _property in (Adr, BDay, Email, Fn, Impp, N, Nickname, Note, Pronouns, Tel, Url):
    register_stanza_plugin(VCard4, _property, iterable=True)
register_stanza_plugin(Tel, Parameters)
register_stanza_plugin(Parameters, Type)
for _carrier in (Iq, Item, EventItem):
    register_stanza_plugin(_carrier, VCard4)
