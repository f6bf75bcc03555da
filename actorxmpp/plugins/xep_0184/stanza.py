"""Asking for receipts, and giving them (XEP-0184 section 4)."""

from __future__ import annotations

from typing import Any, ClassVar

from actorxmpp.xmlstream.stanzabase import ET, ElementBase

__all__ = ["NS", "Received", "Request"]

NS = "urn:xmpp:receipts"


class _Extension(ElementBase):
    """An element that is there or not; it is put into the message when it is set."""

    namespace = NS
    is_extension = True

    def setup(self, xml: ET.Element | None = None) -> bool:
        """There is no element before it is set."""
        if xml is None:
            self.xml = ET.Element("")
        return True

    def _message(self) -> Any:
        assert self.parent is not None
        return self.parent()

    def _find(self) -> ET.Element | None:
        found: ET.Element | None = self._message().xml.find(f"{{{NS}}}{self.name}")
        return found

    def _put(self) -> ET.Element:
        self._take()
        self.xml = ET.SubElement(self._message().xml, f"{{{NS}}}{self.name}")
        return self.xml

    def _take(self) -> None:
        found = self._find()
        if found is not None:
            self._message().xml.remove(found)
            self.xml = ET.Element("")


class Request(_Extension):
    """``message["request_receipt"]``: whether a receipt is asked for."""

    name = "request"
    plugin_attrib = "request_receipt"
    interfaces: ClassVar[set[str]] = {"request_receipt"}

    def get_request_receipt(self) -> bool:
        """Whether a receipt is asked for."""
        return self._find() is not None

    def set_request_receipt(self, value: bool) -> None:
        """Ask for a receipt, or don't."""
        if value:
            self._put()
        else:
            self._take()

    def del_request_receipt(self) -> None:
        """Don't ask for a receipt."""
        self._take()


class Received(_Extension):
    """``message["receipt"]``: the id of the message this one is a receipt of."""

    name = "received"
    plugin_attrib = "receipt"
    interfaces: ClassVar[set[str]] = {"receipt"}

    def get_receipt(self) -> str:
        """Return the id; empty when this is no receipt."""
        found = self._find()
        return "" if found is None else found.get("id", "")

    def set_receipt(self, value: str) -> None:
        """Make it a receipt of the message with that id."""
        if value:
            self._put().set("id", value)
        else:
            self._take()

    def del_receipt(self) -> None:
        """Make it no receipt."""
        self._take()
