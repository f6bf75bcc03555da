"""XEP-0424: Message Retraction: taking back what one said."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from actorxmpp.plugins.base import BasePlugin
from actorxmpp.stanza import Message
from actorxmpp.xmlstream import ElementBase, register_stanza_plugin

if TYPE_CHECKING:
    from actorxmpp.types import JidStr, MessageTypes, OptJidStr

__all__ = ["XEP_0424", "Retract", "Retracted"]

NS = "urn:xmpp:message-retract:1"

FALLBACK = (
    "The sender took back an earlier message, but your client does not support message retraction."
)
"""What a client shows that knows nothing of retraction."""


class Retract(ElementBase):
    """``message["retract"]``; interfaces ``id``, of the message taken back, and ``reason``."""

    name = plugin_attrib = "retract"
    namespace = NS
    interfaces: ClassVar[set[str]] = {"id", "reason"}
    sub_interfaces: ClassVar[set[str]] = {"reason"}


class Retracted(ElementBase):
    """``message["retracted"]``: what an archive has in place of a message that was taken back.

    Interfaces: ``id``, of the message that took it back, ``stamp``, when, and ``reason``.
    """

    name = plugin_attrib = "retracted"
    namespace = NS
    interfaces: ClassVar[set[str]] = {"id", "stamp", "reason"}
    sub_interfaces: ClassVar[set[str]] = {"reason"}


register_stanza_plugin(Message, Retract)
register_stanza_plugin(Message, Retracted)


class XEP_0424(BasePlugin):
    """Message Retraction, both roles.

    Who keeps messages checks that it comes from the author: the same bare JID, in rooms the same
    occupant (section 5).

    Events: ``message_retract``, with the message.
    """

    name = "xep_0424"
    description = "XEP-0424: Message Retraction"
    xep_version = "0.4.2"
    dependencies: ClassVar[set[str]] = {
        "xep_0030",
        "xep_0334",
        "xep_0359",
        "xep_0422",
        "xep_0428",
    }
    features = (NS,)
    namespace = NS

    def plugin_init(self) -> None:
        """Take retractions."""
        self.handle("Message Retracted", "message/retract", self._handle_retract)

    def _handle_retract(self, message: Message) -> None:
        if message["type"] != "error" and message["retract"]["id"]:
            self.xmpp.event("message_retract", message)

    def send_retraction(
        self,
        mto: JidStr,
        id: str,
        mtype: MessageTypes = "chat",
        include_fallback: bool = True,
        fallback_text: str | None = None,
        *,
        mfrom: OptJidStr = None,
    ) -> Message:
        """Take a message back (section 3.1); returns what was sent.

        Args:
            mto: its recipient.
            id: its ``origin-id``, or its id; in rooms the ``stanza-id`` the room gave it.
            mtype: its type.
            include_fallback: add a text for clients that don't know of it.
            fallback_text: that text.
            mfrom: from which of a component's JIDs.
        """
        message = self.xmpp.make_message(mto, mtype=mtype, mfrom=mfrom)
        if include_fallback:
            message["body"] = fallback_text or FALLBACK
            message["fallback"]["for"] = NS
        message["retract"]["id"] = id
        message.enable("store")
        message.send()
        return message
