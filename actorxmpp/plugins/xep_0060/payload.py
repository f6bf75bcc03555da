"""Items: elements that carry one element of any kind."""

from __future__ import annotations

from actorxmpp.xmlstream import ET, ElementBase

__all__ = ["PayloadElement"]


class PayloadElement(ElementBase):
    """An element whose interface ``payload`` is the element in it.

    A stanza class registered as a plugin of this one is found under its own name as well.
    """

    __slots__ = ()

    def get_payload(self) -> ET.Element | None:
        """Return the element; None if there is none."""
        return self.xml[0] if len(self.xml) else None

    def set_payload(self, value: ET.Element | ElementBase) -> None:
        """Set the element."""
        self.del_payload()
        if isinstance(value, ElementBase) and self.plugin_tag_map.get(value.xml.tag) is type(value):
            self.append(value)
        else:
            self.appendxml(value.xml if isinstance(value, ElementBase) else value)

    def del_payload(self) -> None:
        """Remove the element."""
        self.clear()
