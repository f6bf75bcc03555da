"""Kinds of stanza classes that many XEPs have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from actorxmpp.jid import JID, InvalidJID
from actorxmpp.xmlstream import ET, ElementBase

if TYPE_CHECKING:
    from actorxmpp.types import JidStr

__all__ = ["EmptyElement", "JidElement", "OptionalElement", "is_true", "read_number"]


def is_true(text: str) -> bool:
    """Whether an attribute says yes: ``true`` or ``1`` (XML Schema part 2, section 3.2.2)."""
    return text.strip() in ("true", "1")


def read_number(text: str) -> int | None:
    """Read a number of pixels or bytes; None where it is missing, or none."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() else None


class EmptyElement(ElementBase):
    """An element with nothing to read but its being there, or the stanza plugins in it.

    A subclass has ``name``, ``namespace`` and ``plugin_attrib``. ``stanza.enable(plugin_attrib)``
    puts the element in, ``del stanza[plugin_attrib]`` takes it out.
    """

    __slots__ = ()

    interfaces: ClassVar[set[str]] = set()


class JidElement(ElementBase):
    """An element with an attribute ``jid``, read as a JID."""

    __slots__ = ()

    def get_jid(self) -> JID:
        """Return the JID; an empty one where it is missing or none."""
        try:
            return JID(self._get_attr("jid"))
        except InvalidJID:
            return JID()

    def set_jid(self, value: JidStr) -> None:
        """Set the JID."""
        self._set_attr("jid", str(value))


class OptionalElement(ElementBase):
    """An element that reading does not put in: its interface says whether, or what, it is.

    A subclass writes its accessors with ``_find``, ``_put`` and ``_take``.
    """

    __slots__ = ()

    is_extension = True

    def setup(self, xml: ET.Element | None = None) -> bool:
        """There is no element before one is set."""
        if xml is None:
            self.xml = ET.Element("")
        return True

    def _stanza(self) -> Any:
        assert self.parent is not None
        return self.parent()

    def _find(self) -> ET.Element | None:
        """Return the element; None if there is none."""
        found: ET.Element | None = self._stanza().xml.find(self.tag_name())
        return found

    def _put(self) -> ET.Element:
        """Put a new element in, in place of the one there."""
        self._take()
        self.xml = ET.SubElement(self._stanza().xml, self.tag_name())
        return self.xml

    def _take(self) -> None:
        """Take the element out."""
        found = self._find()
        if found is not None:
            self._stanza().xml.remove(found)
            self.xml = ET.Element("")
