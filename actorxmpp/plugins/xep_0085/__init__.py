"""XEP-0085: Chat State Notifications: ``message["chat_state"]``, and events for each state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from actorxmpp.plugins.base import BasePlugin
from actorxmpp.stanza import Message
from actorxmpp.xmlstream import ET, ElementBase, register_stanza_plugin

if TYPE_CHECKING:
    from actorxmpp.types import JidStr, MessageTypes, OptJidStr

__all__ = ["XEP_0085", "ChatState"]

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


for _state in (Composing, Gone, Inactive, Paused, Active):
    register_stanza_plugin(Message, _state)


class XEP_0085(BasePlugin):
    """Chat State Notifications, both roles.

    Events: ``chatstate`` and one of ``chatstate_active``, ``chatstate_composing``,
    ``chatstate_gone``, ``chatstate_inactive``, ``chatstate_paused``, with the message.
    """

    name = "xep_0085"
    description = "XEP-0085: Chat State Notifications"
    xep_version = "2.1"
    dependencies: ClassVar[set[str]] = {"xep_0030"}
    features = (NS,)

    def plugin_init(self) -> None:
        """Take chat states."""
        self.handle("Chat State", "message/chat_state", self._handle_chat_state)

    def _handle_chat_state(self, message: Message) -> None:
        state = message["chat_state"]
        if state in STATES and message["type"] != "error":
            self.xmpp.event("chatstate", message)
            self.xmpp.event(f"chatstate_{state}", message)

    def send_state(
        self,
        mto: JidStr,
        state: str,
        mfrom: OptJidStr = None,
        mtype: MessageTypes = "chat",
        thread: str | None = None,
    ) -> None:
        """Send a state on its own (XEP-0085 section 5.1).

        Raises:
            ValueError: if it is none of the states.
        """
        message = self.xmpp.make_message(mto, mtype=mtype, mfrom=mfrom)
        message["chat_state"] = state
        if thread:
            message["thread"] = thread
        message.send()
