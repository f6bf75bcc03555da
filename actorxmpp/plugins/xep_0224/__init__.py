"""XEP-0224: Attention: asking somebody to look."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from actorxmpp.plugins.base import BasePlugin
from actorxmpp.plugins.elements import OptionalElement
from actorxmpp.stanza import Message
from actorxmpp.xmlstream import register_stanza_plugin

if TYPE_CHECKING:
    from actorxmpp.types import JidStr, OptJidStr

__all__ = ["XEP_0224", "Attention"]

NS = "urn:xmpp:attention:0"


class Attention(OptionalElement):
    """``message["attention"]``: whether it asks for attention."""

    name = plugin_attrib = "attention"
    namespace = NS
    interfaces: ClassVar[set[str]] = {"attention"}

    def get_attention(self) -> bool:
        """Whether it asks for attention."""
        return self._find() is not None

    def set_attention(self, value: bool) -> None:
        """Ask for attention, or don't."""
        if value:
            self._put()
        else:
            self._take()

    def del_attention(self) -> None:
        """Don't ask for attention."""
        self._take()


register_stanza_plugin(Message, Attention)


class XEP_0224(BasePlugin):
    """Attention, both roles.

    Strangers can ask for it, too: what happens then is for the program to limit (section 5).

    Events: ``attention``, with the message.
    """

    name = "xep_0224"
    description = "XEP-0224: Attention"
    xep_version = "1.0"
    dependencies: ClassVar[set[str]] = {"xep_0030"}
    features = (NS,)

    def plugin_init(self) -> None:
        """Hear who asks."""
        self.handle("Attention", "message/attention", self._handle_attention)

    def _handle_attention(self, message: Message) -> None:
        if message["type"] != "error":
            self.xmpp.event("attention", message)

    def request_attention(
        self, to: JidStr, mfrom: OptJidStr = None, mbody: str | None = ""
    ) -> None:
        """Ask somebody to look (section 3).

        Args:
            to: whom.
            mfrom: from which of a component's JIDs.
            mbody: some words.
        """
        message = self.xmpp.make_message(to, mtype="headline", mfrom=mfrom)
        message["attention"] = True
        message["body"] = mbody
        message.send()
