"""Kinds of stanza classes that many XEPs have."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from actorxmpp.jid import JID, InvalidJID
from actorxmpp.xmlstream import ElementBase

if TYPE_CHECKING:
    from actorxmpp.types import JidStr

__all__ = ["EmptyElement", "JidElement", "is_true"]


def is_true(text: str) -> bool:
    """Whether an attribute says yes: ``true`` or ``1`` (XML Schema part 2, section 3.2.2)."""
    return text.strip() in ("true", "1")


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
