"""XEP-0297: Stanza Forwarding: stanzas passed on by others, and passing them on."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, ClassVar

from actorxmpp.plugins.base import BasePlugin
from actorxmpp.plugins.xep_0203 import Delay
from actorxmpp.stanza import Iq, Message, Presence
from actorxmpp.xmlstream import ElementBase, register_stanza_plugin

if TYPE_CHECKING:
    import datetime as dt

    from actorxmpp.types import JidStr, OptJidStr
    from actorxmpp.xmlstream import StanzaBase

__all__ = ["XEP_0297", "Forwarded"]

NS = "urn:xmpp:forward:0"
STANZAS = ("message", "presence", "iq")


class Forwarded(ElementBase):
    """``<forwarded xmlns='urn:xmpp:forward:0'/>``.

    Interfaces: ``stanza``, what is inside, empty if nothing is; ``delay``, when it was sent.
    """

    name = "forwarded"
    namespace = NS
    plugin_attrib = "forwarded"
    interfaces: ClassVar[set[str]] = {"stanza"}

    def get_stanza(self) -> Any:
        """Return the stanza inside."""
        for name in STANZAS:
            found = self.get_plugin(name, check=True)
            if found is not None:
                return found
        return ""

    def set_stanza(self, value: Any) -> None:
        """Put a stanza inside in place of the one there."""
        self.del_stanza()
        self.append(value)

    def del_stanza(self) -> None:
        """Take the stanza out."""
        found = self.get_stanza()
        if found:
            self._drop_plugin(found)


register_stanza_plugin(Message, Forwarded)
register_stanza_plugin(Forwarded, Delay)
for _class in (Message, Presence, Iq):
    register_stanza_plugin(Forwarded, _class)


class XEP_0297(BasePlugin):
    """Stanza Forwarding, both roles.

    What is inside was written by whoever forwards it: its sender is a claim (XEP-0297 section 7).

    Events: ``forwarded_stanza``, with the message that carries it.
    """

    name = "xep_0297"
    description = "XEP-0297: Stanza Forwarding"
    xep_version = "1.0"
    dependencies: ClassVar[set[str]] = {"xep_0030", "xep_0203"}
    features = (NS,)

    def plugin_init(self) -> None:
        """Take forwarded stanzas."""
        self.handle("Forwarded Stanza", "message/forwarded", self._handle_forwarded)

    def forward(
        self,
        stanza: StanzaBase,
        mto: JidStr,
        mbody: str | None = None,
        mfrom: OptJidStr = None,
        delay: dt.datetime | None = None,
    ) -> None:
        """Pass a stanza on.

        Args:
            stanza: what to pass on; it is copied.
            mto: to whom.
            mbody: what to say about it.
            mfrom: from which of a component's JIDs.
            delay: when it was sent.
        """
        message = self.xmpp.make_message(mto, mbody=mbody, mfrom=mfrom)
        message["forwarded"]["stanza"] = copy.copy(stanza)
        if delay is not None:
            message["forwarded"]["delay"]["stamp"] = delay
        message.send()

    def _handle_forwarded(self, message: Message) -> None:
        if message["type"] != "error":
            self.xmpp.event("forwarded_stanza", message)
