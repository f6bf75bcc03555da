"""What a service adds to errors: ``error["pubsub"]`` (XEP-0060 section 16.5)."""

from __future__ import annotations

from typing import ClassVar

from actorxmpp.stanza import Error
from actorxmpp.xmlstream import ET, ElementBase, register_stanza_plugin

__all__ = ["NS_ERRORS", "PubsubErrorCondition"]

NS_ERRORS = "http://jabber.org/protocol/pubsub#errors"


class PubsubErrorCondition(ElementBase):
    """``error["pubsub"]``; interfaces ``condition``, and ``unsupported``, a feature's name."""

    name = "pubsub"
    namespace = NS_ERRORS
    plugin_attrib = "pubsub"
    interfaces: ClassVar[set[str]] = {"condition", "unsupported"}
    condition_ns = NS_ERRORS

    def setup(self, xml: ET.Element | None = None) -> bool:
        """It is not an element of its own: the conditions are in the error itself."""
        if xml is None:
            self.xml = ET.Element("")
        return True

    def _error(self) -> ET.Element:
        parent = None if self.parent is None else self.parent()
        return self.xml if parent is None else parent.xml

    def _conditions(self) -> list[ET.Element]:
        prefix = f"{{{NS_ERRORS}}}"
        found = [each for each in self._error() if each.tag.startswith(prefix)]
        return [each for each in found if each.tag != f"{prefix}unsupported"]

    def get_condition(self) -> str:
        """Return what the service adds to the error's condition; empty if nothing."""
        found = self._conditions()
        if not found and self.get_unsupported():
            return "unsupported"
        return str(found[0].tag.partition("}")[2]) if found else ""

    def set_condition(self, value: str) -> None:
        """Set what is added to the error's condition."""
        self.del_condition()
        if value:
            ET.SubElement(self._error(), f"{{{NS_ERRORS}}}{value}")

    def del_condition(self) -> None:
        """Remove it."""
        for each in self._conditions():
            self._error().remove(each)

    def get_unsupported(self) -> str:
        """Return the feature that the service does not have."""
        found = self._error().find(f"{{{NS_ERRORS}}}unsupported")
        return "" if found is None else found.get("feature", "")

    def set_unsupported(self, value: str) -> None:
        """Set the feature that the service does not have."""
        self.del_unsupported()
        ET.SubElement(self._error(), f"{{{NS_ERRORS}}}unsupported", feature=value)

    def del_unsupported(self) -> None:
        """Remove it."""
        found = self._error().find(f"{{{NS_ERRORS}}}unsupported")
        if found is not None:
            self._error().remove(found)


register_stanza_plugin(Error, PubsubErrorCondition)
