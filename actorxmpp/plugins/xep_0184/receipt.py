"""The plugin: gives receipts, asks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from actorxmpp.plugins.base import BasePlugin
from actorxmpp.plugins.xep_0184.stanza import NS, Received, Request
from actorxmpp.stanza import Message
from actorxmpp.xmlstream import register_stanza_plugin

if TYPE_CHECKING:
    from actorxmpp.xmlstream import StanzaBase

__all__ = ["XEP_0184"]

ACK_TYPES = frozenset(("normal", "chat", "headline"))
"""Types of messages that get receipts; in rooms they mean nothing (XEP-0184 section 5.3)."""

register_stanza_plugin(Message, Request)
register_stanza_plugin(Message, Received)


class XEP_0184(BasePlugin):
    """Message Delivery Receipts, both roles.

    Configuration: ``auto_ack`` (True), give receipts; ``auto_request`` (False), ask for one with
    each message that has a body.

    Events: ``receipt_received``, with the message that is the receipt.
    """

    name = "xep_0184"
    description = "XEP-0184: Message Delivery Receipts"
    xep_version = "1.4.0"
    dependencies: ClassVar[set[str]] = {"xep_0030"}
    features = (NS,)
    auto_ack: bool
    auto_request: bool
    default_config: ClassVar[dict[str, Any]] = {"auto_ack": True, "auto_request": False}

    def plugin_init(self) -> None:
        """Give receipts, and ask for them if configured."""
        self.handle("Message Receipt", "message/receipt", self._handle_received)
        self.handle("Message Receipt Request", "message/request_receipt", self._handle_request)
        if self.auto_request:
            self.add_filter("out", self._add_request)

    def ack(self, msg: Message) -> None:
        """Give a receipt for a message (XEP-0184 section 5.4)."""
        receipt = self.xmpp.make_message(msg["from"], mtype=msg["type"])
        if self.xmpp.is_component:
            receipt["from"] = msg["to"]
        receipt["receipt"] = msg["id"]
        if msg["thread"]:
            receipt["thread"] = msg["thread"]
        receipt.send()

    def _handle_received(self, message: Message) -> None:
        if message["type"] != "error" and message["receipt"]:
            self.xmpp.event("receipt_received", message)

    def _handle_request(self, message: Message) -> None:
        wanted = self.auto_ack and message["type"] in ACK_TYPES and not message["receipt"]
        if wanted and message["id"] and message["from"] != message["to"]:
            self.ack(message)

    def _add_request(self, stanza: StanzaBase) -> StanzaBase:
        if (
            isinstance(stanza, Message)
            and stanza["type"] in ACK_TYPES
            and stanza["body"]
            and not stanza["receipt"]
        ):
            if not stanza["id"]:
                stanza["id"] = self.xmpp.new_id()
            stanza["request_receipt"] = True
        return stanza
