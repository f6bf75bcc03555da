"""The plugin: ``message["chat_state"]``, and events for each state."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from actorxmpp.plugins.base import BasePlugin
from actorxmpp.plugins.xep_0085.stanza import (
    NS,
    STATES,
    Active,
    ChatState,
    Composing,
    Gone,
    Inactive,
    Paused,
)
from actorxmpp.stanza import Message
from actorxmpp.xmlstream import register_stanza_plugin

if TYPE_CHECKING:
    from actorxmpp.types import JidStr, MessageTypes, OptJidStr

__all__ = ["XEP_0085", "ChatState"]

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
