"""Error: the stanza error (RFC 6120 section 8.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self, get_args
from xml.etree import ElementTree as ET

from actorxmpp.types import ErrorConditions, ErrorTypes
from actorxmpp.xmlstream.elementbase import ElementBase

if TYPE_CHECKING:
    from actorxmpp.types import JidStr


class Error(ElementBase):
    """The ``<error/>`` of a stanza.

    Interfaces: ``type`` (the error type), ``condition`` (the defined condition), ``text`` (the
    human-readable text), ``by`` (the entity that generated it), ``code`` (the number older programs
    use), ``gone`` and ``redirect`` (the new address those conditions carry). Putting one into a
    stanza makes the stanza's type ``error``.
    """

    __slots__ = ()

    namespace = "jabber:client"
    name = "error"
    plugin_attrib = "error"
    interfaces: ClassVar[set[str]] = {
        "code",
        "condition",
        "text",
        "type",
        "gone",
        "redirect",
        "by",
    }
    sub_interfaces: ClassVar[set[str]] = {"text"}
    plugin_attrib_map: ClassVar[dict[str, type[ElementBase]]] = {}
    plugin_tag_map: ClassVar[dict[str, type[ElementBase]]] = {}
    conditions: ClassVar[set[str]] = set(get_args(ErrorConditions))
    condition_ns: ClassVar[str] = "urn:ietf:params:xml:ns:xmpp-stanzas"
    types: ClassVar[set[str]] = set(get_args(ErrorTypes))

    def setup(self, xml: ET.Element | None = None) -> bool:
        """Give a new error its defaults, and its stanza the type ``error``."""
        made = ElementBase.setup(self, xml)
        if made:
            self.set_defaults()
        parent = self._get_parent()
        if parent is not None:
            parent.xml.set("type", "error")
        return made

    def set_defaults(self) -> None:
        """Set the type and the condition that a stanza error must have."""
        self["type"] = "cancel"
        self["condition"] = "feature-not-implemented"

    def _condition_elements(self) -> list[ET.Element]:
        prefix = f"{{{self.condition_ns}}}"
        return [
            child
            for child in self.xml
            if child.tag.startswith(prefix) and child.tag[len(prefix) :] in self.conditions
        ]

    def get_condition(self) -> str:
        """Return the name of the condition; empty when there is none that is defined."""
        found = self._condition_elements()
        return found[0].tag.rpartition("}")[2] if found else ""

    def set_condition(self, value: str) -> Self:
        """Replace the condition; a name that is not defined is ignored."""
        if value in self.conditions:
            self.del_condition()
            ET.SubElement(self.xml, f"{{{self.condition_ns}}}{value}")
        return self

    def del_condition(self) -> Self:
        """Remove the condition."""
        for child in self._condition_elements():
            self.xml.remove(child)
        return self

    def get_text(self) -> str:
        """Return the human-readable text."""
        text: str = self._get_sub_text(f"{{{self.condition_ns}}}text")
        return text

    def set_text(self, value: str) -> Self:
        """Set the human-readable text; an empty one removes it."""
        self._set_sub_text(f"{{{self.condition_ns}}}text", text=value)
        return self

    def del_text(self) -> Self:
        """Remove the human-readable text."""
        self._del_sub(f"{{{self.condition_ns}}}text")
        return self

    def set_by(self, value: JidStr) -> None:
        """Set the address of the entity that generated the error."""
        self._set_attr("by", str(value))

    def get_gone(self) -> str:
        """Return the new address of one that is gone."""
        return self._get_carried("gone")

    def set_gone(self, value: str) -> None:
        """Make the condition ``gone``, with the new address."""
        self._set_carried("gone", value)

    def del_gone(self) -> None:
        """Remove ``gone``."""
        self._del_sub(f"{{{self.condition_ns}}}gone")

    def get_redirect(self) -> str:
        """Return the address to use instead."""
        return self._get_carried("redirect")

    def set_redirect(self, value: str) -> None:
        """Make the condition ``redirect``, with the address to use instead."""
        self._set_carried("redirect", value)

    def del_redirect(self) -> None:
        """Remove ``redirect``."""
        self._del_sub(f"{{{self.condition_ns}}}redirect")

    def _get_carried(self, condition: str) -> str:
        text: str = self._get_sub_text(f"{{{self.condition_ns}}}{condition}")
        return text

    def _set_carried(self, condition: str, value: str) -> Any:
        """Set a condition that carries text; without text the condition is removed."""
        if value:
            self.del_condition()
            self._set_sub_text(f"{{{self.condition_ns}}}{condition}", text=value)
        elif self.get_condition() == condition:
            self.del_condition()
