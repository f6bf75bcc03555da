"""A step of a command (XEP-0050 section 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from actorxmpp.plugins.xep_0004 import Form
from actorxmpp.xmlstream.stanzabase import ET, ElementBase, register_stanza_plugin

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["NS", "Command"]

NS = "http://jabber.org/protocol/commands"
ACTIONS = ("prev", "complete", "next")


class Command(ElementBase):
    """``<command xmlns='http://jabber.org/protocol/commands'/>``.

    Interfaces: ``action`` (``execute`` when there is none), ``sessionid``, ``node``, ``status``
    (``executing``, ``completed``, ``canceled``), ``actions``, a set of what may follow, ``notes``,
    a list of (type, text). Iterating gives the content, such as forms.
    """

    name = "command"
    namespace = NS
    plugin_attrib = "command"
    interfaces: ClassVar[set[str]] = {"action", "sessionid", "node", "status", "actions", "notes"}

    def get_action(self) -> str:
        """Return the action."""
        return self.xml.get("action") or "execute"

    def get_actions(self) -> set[str]:
        """Return what may follow."""
        found = self.xml.find(f"{{{NS}}}actions")
        return set() if found is None else {each.tag.partition("}")[2] for each in found}

    def set_actions(self, values: Iterable[str]) -> None:
        """Set what may follow; the last of them is what ``execute`` means."""
        self.del_actions()
        given = [each for each in values if each in ACTIONS]
        if given:
            element = ET.Element(f"{{{NS}}}actions")
            self.xml.insert(0, element)
            default = next((each for each in ("next", "complete") if each in given), None)
            if default:
                element.set("execute", default)
            for each in given:
                ET.SubElement(element, f"{{{NS}}}{each}")

    def del_actions(self) -> None:
        """Remove what may follow."""
        self._remove("actions")

    def get_notes(self) -> list[tuple[str, str]]:
        """Return the notes: (``info``, ``warn`` or ``error``, text)."""
        found = self.xml.findall(f"{{{NS}}}note")
        return [(each.get("type", "info"), each.text or "") for each in found]

    def set_notes(self, notes: Iterable[tuple[str, str]]) -> None:
        """Replace the notes."""
        self.del_notes()
        for kind, text in notes or ():
            self.add_note(text, kind)

    def del_notes(self) -> None:
        """Remove the notes."""
        self._remove("note")

    def add_note(self, msg: str = "", ntype: str = "info") -> None:
        """Add a note."""
        ET.SubElement(self.xml, f"{{{NS}}}note", type=ntype).text = msg

    def _remove(self, name: str) -> None:
        for element in self.xml.findall(f"{{{NS}}}{name}"):
            self.xml.remove(element)


register_stanza_plugin(Command, Form, iterable=True)
