"""XEP-0308: Last Message Correction: corrections of messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from actorxmpp.plugins.base import BasePlugin
from actorxmpp.stanza import Message
from actorxmpp.xmlstream import ElementBase, register_stanza_plugin

if TYPE_CHECKING:
    from actorxmpp.types import JidStr, MessageTypes, OptJidStr

__all__ = ["XEP_0308", "Replace"]

NS = "urn:xmpp:message-correct:0"


class Replace(ElementBase):
    """``<replace xmlns='urn:xmpp:message-correct:0'/>``; interface ``id``: what is corrected."""

    name = "replace"
    namespace = NS
    plugin_attrib = "replace"
    interfaces: ClassVar[set[str]] = {"id"}


register_stanza_plugin(Message, Replace)


class XEP_0308(BasePlugin):
    """Last Message Correction, both roles.

    Who keeps messages checks that a correction comes from the author: the same full JID, in rooms
    the same occupant (XEP-0308 section 4).

    Events: ``message_correction``, with the message.
    """

    name = "xep_0308"
    description = "XEP-0308: Last Message Correction"
    xep_version = "1.2.1"
    dependencies: ClassVar[set[str]] = {"xep_0030"}
    features = (NS,)

    def plugin_init(self) -> None:
        """Take corrections."""
        self.handle("Message Correction", "message/replace", self._handle_correction)

    def is_correction(self, msg: Message) -> bool:
        """Whether a message corrects another."""
        return msg.get_plugin("replace", check=True) is not None and bool(msg["replace"]["id"])

    def _handle_correction(self, message: Message) -> None:
        if message["type"] != "error" and message["replace"]["id"]:
            self.xmpp.event("message_correction", message)

    def build_correction(
        self,
        id_to_replace: str,
        mto: JidStr,
        mfrom: OptJidStr = None,
        mtype: MessageTypes = "chat",
        mbody: str = "",
    ) -> Message:
        """Make a correction.

        Args:
            id_to_replace: the id of the message as it was sent first.
            mto: its recipient.
            mfrom: its sender; for components.
            mtype: its type.
            mbody: the new text.
        """
        message = self.xmpp.make_message(mto, mbody=mbody, mtype=mtype, mfrom=mfrom)
        message["replace"]["id"] = id_to_replace
        return message

    def correct_message(self, msg: Message, body: str) -> Message:
        """Send a correction of a message that was sent; returns it.

        Raises:
            ValueError: if the message has no id to correct it by.
        """
        wanted = msg["replace"]["id"] if self.is_correction(msg) else msg["id"]
        if not wanted:
            raise ValueError("a message without an id can't be corrected")
        sender = msg["from"] if msg["from"].bare else None
        correction = self.build_correction(wanted, msg["to"], sender, msg["type"], body)
        correction.send()
        return correction
