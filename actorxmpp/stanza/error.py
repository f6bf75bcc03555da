"""Error: what is wrong with a stanza (RFC 6120 section 8.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self, get_args
from xml.etree import ElementTree as ET

from actorxmpp.types import ErrorConditions, ErrorTypes
from actorxmpp.xmlstream.elementbase import ElementBase

if TYPE_CHECKING:
    from actorxmpp.types import JidStr


class Error(ElementBase):
    """The ``<error/>`` of a stanza.

    Interfaces: ``type`` (what to do about it), ``condition`` (which defined condition), ``text`` (a
    sentence for people), ``by`` (who found it), ``code`` (the number older programs use), ``gone``
    and ``redirect`` (the new address those conditions carry). Putting one into a stanza makes the
    stanza's type ``error``.
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
        """Gives a new error its defaults, and its stanza the type ``error``."""
        made = ElementBase.setup(self, xml)
        if made:
            self.set_defaults()
        parent = self._get_parent()
        if parent is not None:
            parent.xml.set("type", "error")
        return made

    def set_defaults(self) -> None:
        """Fills a new error in: a stanza error must have a type and a condition."""
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
        """Returns the name of the condition; empty when there is none that is defined."""
        found = self._condition_elements()
        return found[0].tag.rpartition("}")[2] if found else ""

    def set_condition(self, value: str) -> Self:
        """Replaces the condition; a name that is not defined is ignored."""
        if value in self.conditions:
            self.del_condition()
            ET.SubElement(self.xml, f"{{{self.condition_ns}}}{value}")
        return self

    def del_condition(self) -> Self:
        """Takes the condition out."""
        for child in self._condition_elements():
            self.xml.remove(child)
        return self

    def get_text(self) -> str:
        """Returns the sentence for people."""
        text: str = self._get_sub_text(f"{{{self.condition_ns}}}text")
        return text

    def set_text(self, value: str) -> Self:
        """Sets the sentence for people; an empty one takes it out."""
        self._set_sub_text(f"{{{self.condition_ns}}}text", text=value)
        return self

    def del_text(self) -> Self:
        """Takes the sentence out."""
        self._del_sub(f"{{{self.condition_ns}}}text")
        return self

    def set_by(self, value: JidStr) -> None:
        """Sets who found the error."""
        self._set_attr("by", str(value))

    def get_gone(self) -> str:
        """Returns the new address of one that is gone."""
        return self._get_carried("gone")

    def set_gone(self, value: str) -> None:
        """Makes the condition ``gone``, with the new address."""
        self._set_carried("gone", value)

    def del_gone(self) -> None:
        """Takes ``gone`` out."""
        self._del_sub(f"{{{self.condition_ns}}}gone")

    def get_redirect(self) -> str:
        """Returns the address to use instead."""
        return self._get_carried("redirect")

    def set_redirect(self, value: str) -> None:
        """Makes the condition ``redirect``, with the address to use instead."""
        self._set_carried("redirect", value)

    def del_redirect(self) -> None:
        """Takes ``redirect`` out."""
        self._del_sub(f"{{{self.condition_ns}}}redirect")

    def _get_carried(self, condition: str) -> str:
        text: str = self._get_sub_text(f"{{{self.condition_ns}}}{condition}")
        return text

    def _set_carried(self, condition: str, value: str) -> Any:
        """Sets a condition that carries text; without text the condition is taken out."""
        if value:
            self.del_condition()
            self._set_sub_text(f"{{{self.condition_ns}}}{condition}", text=value)
        elif self.get_condition() == condition:
            self.del_condition()
