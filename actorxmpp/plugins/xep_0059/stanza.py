"""The set of results (XEP-0059 section 2)."""

from __future__ import annotations

from typing import ClassVar

from actorxmpp.xmlstream.stanzabase import ET, ElementBase

__all__ = ["NS", "Set"]

NS = "http://jabber.org/protocol/rsm"


class Set(ElementBase):
    """``<set xmlns='http://jabber.org/protocol/rsm'/>``.

    Interfaces, all text: ``max``, ``after``, ``before`` (True: the last page), ``index`` of a
    request; ``first``, ``first_index``, ``last``, ``count`` of an answer.
    """

    name = "set"
    namespace = NS
    plugin_attrib = "rsm"
    sub_interfaces: ClassVar[set[str]] = {
        "first",
        "after",
        "before",
        "count",
        "index",
        "last",
        "max",
    }
    interfaces: ClassVar[set[str]] = {"first_index"} | sub_interfaces

    def get_first_index(self) -> str | None:
        """Return where the page begins in the whole; None if it has no first item."""
        first = self.xml.find(f"{{{NS}}}first")
        return None if first is None else first.get("index", "")

    def set_first_index(self, value: str) -> None:
        """Set where the page begins in the whole."""
        first = self.xml.find(f"{{{NS}}}first")
        if first is None:
            first = ET.SubElement(self.xml, f"{{{NS}}}first")
        first.set("index", str(value))

    def del_first_index(self) -> None:
        """Remove where the page begins."""
        first = self.xml.find(f"{{{NS}}}first")
        if first is not None:
            first.attrib.pop("index", None)

    def get_before(self) -> str | bool | None:
        """Return before which item the page ends; True for the last page."""
        before = self.xml.find(f"{{{NS}}}before")
        return None if before is None else before.text or True

    def set_before(self, value: str | bool) -> None:
        """Set before which item the page ends; True for the last page."""
        self._del_sub("before")
        if value:
            ET.SubElement(self.xml, f"{{{NS}}}before").text = None if value is True else str(value)
