"""XEP-0380: Explicit Message Encryption: how a message is encrypted, for who can't read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from actorxmpp.plugins.base import BasePlugin
from actorxmpp.stanza import Message
from actorxmpp.xmlstream import ElementBase, register_stanza_plugin

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["XEP_0380", "Encryption"]

NS = "urn:xmpp:eme:0"

MECHANISMS: Final[Mapping[str, str]] = {
    "urn:xmpp:otr:0": "OTR",
    "jabber:x:encrypted": "Legacy OpenPGP",
    "urn:xmpp:ox:0": "OpenPGP for XMPP",
    "eu.siacs.conversations.axolotl": "Legacy OMEMO",
    "urn:xmpp:omemo:0": "OMEMO",
    "urn:xmpp:omemo:1": "OMEMO",
    "urn:xmpp:omemo:2": "OMEMO",
}
"""Namespaces of the ways to encrypt, and what people call them (section 4)."""


class Encryption(ElementBase):
    """``message["eme"]``; interfaces ``namespace`` and ``name``."""

    name = "encryption"
    namespace = NS
    plugin_attrib = "eme"
    interfaces: ClassVar[set[str]] = {"namespace", "name"}


register_stanza_plugin(Message, Encryption)


class XEP_0380(BasePlugin):
    """Explicit Message Encryption, both roles.

    Configuration: ``template``, the text of messages that can't be read: ``{name}`` and
    ``{namespace}`` are filled in.

    Events: ``message_encryption``, with the message.
    """

    name = "xep_0380"
    description = "XEP-0380: Explicit Message Encryption"
    xep_version = "0.4.0"
    dependencies: ClassVar[set[str]] = {"xep_0030"}
    features = (NS,)
    mechanisms = MECHANISMS
    template: str
    default_config: ClassVar[dict[str, Any]] = {
        "template": "This message is encrypted with {name} ({namespace})"
    }

    def plugin_init(self) -> None:
        """Hear of encrypted messages."""
        self.handle("Explicit Message Encryption", "message/eme", self._handle_eme)

    def _handle_eme(self, message: Message) -> None:
        if message["type"] != "error":
            self.xmpp.event("message_encryption", message)

    def has_eme(self, msg: Message) -> bool:
        """Whether a message says how it is encrypted."""
        return msg.get_plugin("eme", check=True) is not None

    def add_eme(self, msg: Message, namespace: str) -> Message:
        """Say how a message is encrypted (section 3); returns it.

        Args:
            msg: the message.
            namespace: the way it is encrypted.
        """
        msg["eme"]["namespace"] = namespace
        msg["eme"]["name"] = self.mechanisms.get(namespace)
        return msg

    def replace_body_with_eme(self, msg: Message) -> None:
        """Set the text of a message that can't be read to one that says why."""
        namespace = msg["eme"]["namespace"]
        name = self.mechanisms.get(namespace) or msg["eme"]["name"] or namespace
        msg["body"] = self.template.format(name=name, namespace=namespace)
