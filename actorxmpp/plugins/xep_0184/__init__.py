"""XEP-0184: Message Delivery Receipts: gives receipts, asks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from actorxmpp.plugins.base import BasePlugin
from actorxmpp.plugins.elements import OptionalElement
from actorxmpp.stanza import Message
from actorxmpp.xmlstream import register_stanza_plugin

if TYPE_CHECKING:
    from actorxmpp.xmlstream import StanzaBase

__all__ = ["XEP_0184", "Received", "Request"]

NS = "urn:xmpp:receipts"

ACK_TYPES = ("normal", "chat", "headline")
"""Types of messages that get receipts; in rooms they mean nothing (XEP-0184 section 5.3)."""


class Request(OptionalElement):
    """``message["request_receipt"]``: whether a receipt is asked for."""

    name = "request"
    namespace = NS
    plugin_attrib = "request_receipt"
    interfaces: ClassVar[set[str]] = {"request_receipt"}

    def get_request_receipt(self) -> bool:
        """Whether a receipt is asked for."""
        return self._find() is not None

    def set_request_receipt(self, value: bool) -> None:
        """Ask for a receipt, or don't."""
        if value:
            self._put()
        else:
            self._take()

    def del_request_receipt(self) -> None:
        """Don't ask for a receipt."""
        self._take()


class Received(OptionalElement):
    """``message["receipt"]``: the id of the message this one is a receipt of."""

    name = "received"
    namespace = NS
    plugin_attrib = "receipt"
    interfaces: ClassVar[set[str]] = {"receipt"}

    def get_receipt(self) -> str:
        """Return the id; empty when this is no receipt."""
        found = self._find()
        return "" if found is None else found.get("id", "")

    def set_receipt(self, value: str) -> None:
        """Make it a receipt of the message with that id."""
        if value:
            self._put().set("id", value)
        else:
            self._take()

    def del_receipt(self) -> None:
        """Make it no receipt."""
        self._take()


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
    ack_types = ACK_TYPES
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
