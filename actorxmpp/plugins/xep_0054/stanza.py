"""A vCard: the card itself and its parts (XEP-0054 section 3)."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
from typing import TYPE_CHECKING, Any, ClassVar

from actorxmpp.jid import JID
from actorxmpp.plugins.xep_0054.fields import NS, name_part, text_field
from actorxmpp.plugins.xep_0082 import format_date, format_datetime, parse
from actorxmpp.xmlstream.stanzabase import ET, ElementBase, register_stanza_plugin

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["NS", "PARTS", "VCardTemp"]

WHERE = ("HOME", "WORK")
ADDRESS_KINDS = (*WHERE, "POSTAL", "PARCEL", "DOM", "INTL", "PREF")
ADDRESS_PARTS = ("POBOX", "EXTADD", "STREET", "LOCALITY", "REGION", "PCODE", "CTRY")
PHONE_KINDS = (
    *WHERE,
    "VOICE",
    "FAX",
    "PAGER",
    "MSG",
    "CELL",
    "VIDEO",
    "BBS",
    "MODEM",
    "ISDN",
    "PCS",
    "PREF",
)
MAIL_KINDS = (*WHERE, "INTERNET", "PREF", "X400")


class VCardTemp(ElementBase):
    """``iq["vcard_temp"]``: interfaces ``FN``, ``VERSION``, and each part of PARTS by its name."""

    name = "vCard"
    namespace = NS
    plugin_attrib = "vcard_temp"
    interfaces: ClassVar[set[str]] = {"FN", "VERSION"}
    sub_interfaces: ClassVar[set[str]] = {"FN", "VERSION"}


class Name(ElementBase):
    """The name in its parts; a part of several is a list, with commas on the wire."""

    name = "N"
    namespace = NS
    plugin_attrib = "N"
    interfaces: ClassVar[set[str]] = {"FAMILY", "GIVEN", "MIDDLE", "PREFIX", "SUFFIX"}
    sub_interfaces: ClassVar[set[str]] = {"FAMILY", "GIVEN", "MIDDLE", "PREFIX", "SUFFIX"}

    get_family, set_family = name_part("FAMILY")
    get_given, set_given = name_part("GIVEN")
    get_middle, set_middle = name_part("MIDDLE")
    get_prefix, set_prefix = name_part("PREFIX")
    get_suffix, set_suffix = name_part("SUFFIX")


class Email(ElementBase):
    """An address for mail: ``USERID``, and what kind it is as flags."""

    name = "EMAIL"
    namespace = NS
    plugin_attrib = "EMAIL"
    plugin_multi_attrib = "emails"
    interfaces: ClassVar[set[str]] = {"USERID", *MAIL_KINDS}
    sub_interfaces: ClassVar[set[str]] = {"USERID"}
    bool_interfaces: ClassVar[set[str]] = set(MAIL_KINDS)


class Address(ElementBase):
    """An address for letters, in parts, and what kind it is as flags."""

    name = "ADR"
    namespace = NS
    plugin_attrib = "ADR"
    plugin_multi_attrib = "addresses"
    interfaces: ClassVar[set[str]] = {*ADDRESS_KINDS, *ADDRESS_PARTS}
    sub_interfaces: ClassVar[set[str]] = set(ADDRESS_PARTS)
    bool_interfaces: ClassVar[set[str]] = set(ADDRESS_KINDS)


class Telephone(ElementBase):
    """A number: ``NUMBER``, and what kind it is as flags."""

    name = "TEL"
    namespace = NS
    plugin_attrib = "TEL"
    plugin_multi_attrib = "telephone_numbers"
    interfaces: ClassVar[set[str]] = {"NUMBER", *PHONE_KINDS}
    sub_interfaces: ClassVar[set[str]] = {"NUMBER"}
    bool_interfaces: ClassVar[set[str]] = set(PHONE_KINDS)


class Label(ElementBase):
    """A label for letters: ``lines``, and what kind it is as flags."""

    name = "LABEL"
    namespace = NS
    plugin_attrib = "LABEL"
    plugin_multi_attrib = "labels"
    interfaces: ClassVar[set[str]] = {"lines", *ADDRESS_KINDS}
    bool_interfaces: ClassVar[set[str]] = set(ADDRESS_KINDS)

    def add_line(self, value: str) -> None:
        """Add a line."""
        ET.SubElement(self.xml, f"{{{NS}}}LINE").text = value

    def get_lines(self) -> list[str]:
        """Return the lines."""
        return [each.text or "" for each in self.xml.findall(f"{{{NS}}}LINE")]

    def set_lines(self, values: Iterable[str]) -> None:
        """Replace the lines."""
        self.del_lines()
        for value in values:
            self.add_line(value)

    def del_lines(self) -> None:
        """Remove the lines."""
        for each in self.xml.findall(f"{{{NS}}}LINE"):
            self.xml.remove(each)


class Geo(ElementBase):
    """A place: ``LAT`` and ``LON``, in degrees."""

    name = "GEO"
    namespace = NS
    plugin_attrib = "GEO"
    plugin_multi_attrib = "geolocations"
    interfaces: ClassVar[set[str]] = {"LAT", "LON"}
    sub_interfaces: ClassVar[set[str]] = {"LAT", "LON"}


class Org(ElementBase):
    """An organization: ``ORGNAME``, ``orgunits``, a list, and the first of them, ``ORGUNIT``."""

    name = "ORG"
    namespace = NS
    plugin_attrib = "ORG"
    plugin_multi_attrib = "organizations"
    interfaces: ClassVar[set[str]] = {"ORGNAME", "ORGUNIT", "orgunits"}
    sub_interfaces: ClassVar[set[str]] = {"ORGNAME", "ORGUNIT"}

    def add_orgunit(self, value: str) -> None:
        """Add a unit."""
        ET.SubElement(self.xml, f"{{{NS}}}ORGUNIT").text = value

    def get_orgunits(self) -> list[str]:
        """Return the units."""
        return [each.text or "" for each in self.xml.findall(f"{{{NS}}}ORGUNIT")]

    def set_orgunits(self, values: Iterable[str]) -> None:
        """Replace the units."""
        self.del_orgunits()
        for value in values:
            self.add_orgunit(value)

    def del_orgunits(self) -> None:
        """Remove the units."""
        for each in self.xml.findall(f"{{{NS}}}ORGUNIT"):
            self.xml.remove(each)


class _Media(ElementBase):
    """A picture: ``TYPE`` with ``["BINVAL"]``, its bytes, or ``EXTVAL``, its URL."""

    namespace = NS
    interfaces: ClassVar[set[str]] = {"TYPE", "EXTVAL"}
    sub_interfaces: ClassVar[set[str]] = {"TYPE", "EXTVAL"}


class Photo(_Media):
    """A picture of the person."""

    name = plugin_attrib = "PHOTO"
    plugin_multi_attrib = "photos"


class Logo(_Media):
    """A picture of the organization."""

    name = plugin_attrib = "LOGO"
    plugin_multi_attrib = "logos"


class Sound(ElementBase):
    """How the name sounds: ``PHONETC``, ``["BINVAL"]`` or ``EXTVAL``."""

    name = "SOUND"
    namespace = NS
    plugin_attrib = "SOUND"
    plugin_multi_attrib = "sounds"
    interfaces: ClassVar[set[str]] = {"PHONETC", "EXTVAL"}
    sub_interfaces: ClassVar[set[str]] = {"PHONETC", "EXTVAL"}


class BinVal(ElementBase):
    """Bytes, in base64 on the wire; empty if they are broken."""

    name = "BINVAL"
    namespace = NS
    plugin_attrib = "BINVAL"
    interfaces: ClassVar[set[str]] = {"BINVAL"}
    is_extension = True

    def get_binval(self) -> bytes:
        """Return the bytes."""
        try:
            return base64.b64decode(self.xml.text or "")
        except (binascii.Error, ValueError):
            return b""

    def set_binval(self, value: bytes) -> None:
        """Set the bytes."""
        self.xml.text = base64.b64encode(value).decode()

    def del_binval(self) -> None:
        """Remove the bytes."""
        self.xml.text = None


class Classification(ElementBase):
    """Who may see the card, as flags."""

    name = "CLASS"
    namespace = NS
    plugin_attrib = "CLASS"
    plugin_multi_attrib = "classifications"
    interfaces: ClassVar[set[str]] = {"PUBLIC", "PRIVATE", "CONFIDENTIAL"}
    bool_interfaces: ClassVar[set[str]] = {"PUBLIC", "PRIVATE", "CONFIDENTIAL"}


class Categories(ElementBase):
    """Keywords, a list."""

    name = "CATEGORIES"
    namespace = NS
    plugin_attrib = "CATEGORIES"
    plugin_multi_attrib = "categories"
    interfaces: ClassVar[set[str]] = {"CATEGORIES"}
    is_extension = True

    def get_categories(self) -> list[str]:
        """Return the keywords."""
        return [each.text or "" for each in self.xml.findall(f"{{{NS}}}KEYWORD")]

    def set_categories(self, values: Iterable[str]) -> None:
        """Replace the keywords."""
        self.del_categories()
        for value in values:
            ET.SubElement(self.xml, f"{{{NS}}}KEYWORD").text = value

    def del_categories(self) -> None:
        """Remove the keywords."""
        for each in self.xml.findall(f"{{{NS}}}KEYWORD"):
            self.xml.remove(each)


class Agent(ElementBase):
    """Somebody who acts for the person: ``EXTVAL``, or a card of its own."""

    name = "AGENT"
    namespace = NS
    plugin_attrib = "AGENT"
    plugin_multi_attrib = "agents"
    interfaces: ClassVar[set[str]] = {"EXTVAL"}
    sub_interfaces: ClassVar[set[str]] = {"EXTVAL"}


def _date(value: Any) -> str:
    return format_date(value) if isinstance(value, dt.date) else str(value)


def _moment(value: Any) -> str:
    return format_datetime(value) if isinstance(value, dt.datetime) else str(value)


def _read_date(text: str) -> Any:
    try:
        return parse(text)
    except ValueError:
        return text


def _read_jid(text: str) -> Any:
    return JID(text) if text else None


Nickname = text_field("NICKNAME", "nicknames")
Title = text_field("TITLE", "titles")
Role = text_field("ROLE", "roles")
Note = text_field("NOTE", "notes")
Desc = text_field("DESC", "descriptions")
URL = text_field("URL", "urls")
UID = text_field("UID", "uids")
ProdID = text_field("PRODID", "product_ids")
Mailer = text_field("MAILER", "mailers")
TimeZone = text_field("TZ", "timezones")
SortString = text_field("SORT-STRING", "sort_strings", "SORT_STRING")
JabberID = text_field("JABBERID", "jids", read=_read_jid)
Birthday = text_field("BDAY", "birthdays", read=_read_date, write=_date)
Rev = text_field("REV", "revision_dates", read=_read_date, write=_moment)

PARTS: tuple[type[ElementBase], ...] = (
    Address,
    Agent,
    Birthday,
    Categories,
    Classification,
    Desc,
    Email,
    Geo,
    JabberID,
    Label,
    Logo,
    Mailer,
    Nickname,
    Note,
    Org,
    Photo,
    ProdID,
    Rev,
    Role,
    SortString,
    Sound,
    Telephone,
    TimeZone,
    Title,
    UID,
    URL,
)
"""What a card may have any number of; ``N`` it has once."""

register_stanza_plugin(VCardTemp, Name)
for _part in PARTS:
    register_stanza_plugin(VCardTemp, _part, iterable=True)
for _media in (Photo, Logo, Sound):
    register_stanza_plugin(_media, BinVal)
register_stanza_plugin(Agent, VCardTemp)
