"""Chat states (XEP-0085 section 4)."""

from __future__ import annotations

from typing import Any, ClassVar

from actorxmpp.xmlstream.stanzabase import ET, ElementBase

__all__ = ["NS", "STATES", "Active", "ChatState", "Composing", "Gone", "Inactive", "Paused"]

NS = "http://jabber.org/protocol/chatstates"
STATES = ("active", "composing", "gone", "inactive", "paused")


class ChatState(ElementBase):
    """What the other person is doing: ``message["chat_state"]`` is one of STATES, or empty."""

    name = ""
    namespace = NS
    plugin_attrib = "chat_state"
    interfaces: ClassVar[set[str]] = {"chat_state"}
    is_extension = True

    def setup(self, xml: ET.Element | None = None) -> bool:
        """There is no element before a state is set."""
        if xml is None:
            self.xml = ET.Element("")
        return True

    def _message(self) -> Any:
        assert self.parent is not None
        return self.parent()

    def get_chat_state(self) -> str:
        """Return the state."""
        for child in self._message().xml:
            namespace, _, state = child.tag[1:].partition("}")
            if namespace == NS and state in STATES:
                return str(state)
        return ""

    def set_chat_state(self, state: str) -> None:
        """Set the state.

        Raises:
            ValueError: if it is none of STATES.
        """
        if state and state not in STATES:
            raise ValueError(f"{state!r} is not one of the chat states {', '.join(STATES)}")
        self.del_chat_state()
        if state:
            self.xml = ET.SubElement(self._message().xml, f"{{{NS}}}{state}")

    def del_chat_state(self) -> None:
        """Remove the state."""
        parent = self._message().xml
        for child in [each for each in parent if each.tag.startswith(f"{{{NS}}}")]:
            parent.remove(child)
        self.xml = ET.Element("")


class Active(ChatState):
    """Takes part in the chat."""

    name = "active"


class Composing(ChatState):
    """Is writing."""

    name = "composing"


class Gone(ChatState):
    """Has left the chat."""

    name = "gone"


class Inactive(ChatState):
    """Does not look at the chat."""

    name = "inactive"


class Paused(ChatState):
    """Was writing and stopped."""

    name = "paused"
