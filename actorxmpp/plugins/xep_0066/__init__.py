"""XEP-0066: Out of Band Data: URLs somebody is asked to fetch, and URLs in messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from actorxmpp.exceptions import XMPPError
from actorxmpp.plugins.base import BasePlugin
from actorxmpp.stanza import Iq, Message, Presence
from actorxmpp.xmlstream import ElementBase, register_stanza_plugin

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from actorxmpp.types import JidStr, OptJidStr

__all__ = ["OOB", "XEP_0066", "OOBTransfer"]

NS = "jabber:x:oob"
NS_IQ = "jabber:iq:oob"


class OOBTransfer(ElementBase):
    """``iq["oob_transfer"]``; interfaces ``url``, ``desc``, ``sid``."""

    name = "query"
    namespace = NS_IQ
    plugin_attrib = "oob_transfer"
    interfaces: ClassVar[set[str]] = {"url", "desc", "sid"}
    sub_interfaces: ClassVar[set[str]] = {"url", "desc"}


class OOB(ElementBase):
    """``message["oob"]``; interfaces ``url``, ``desc``."""

    name = "x"
    namespace = NS
    plugin_attrib = "oob"
    interfaces: ClassVar[set[str]] = {"url", "desc"}
    sub_interfaces: ClassVar[set[str]] = {"url", "desc"}


register_stanza_plugin(Iq, OOBTransfer)
register_stanza_plugin(Message, OOB)
register_stanza_plugin(Presence, OOB)


class XEP_0066(BasePlugin):
    """Out of Band Data, both roles.

    Nothing is fetched by itself: a URL from a stranger is a trap (XEP-0066 section 6). A handler
    the program registers decides; without one, requests are refused.
    """

    name = "xep_0066"
    description = "XEP-0066: Out of Band Data"
    xep_version = "1.5"
    dependencies: ClassVar[set[str]] = {"xep_0030"}
    features = (NS_IQ, NS)

    def plugin_init(self) -> None:
        """Take requests to fetch something."""
        self.handle("OOB Transfer", "iq@type=set/oob_transfer", self._handle_transfer)

    def register_url_handler(
        self, jid: OptJidStr = None, handler: Callable[[Iq], Any] | None = None
    ) -> None:
        """Have a function called with requests to fetch a URL.

        Args:
            jid: those to this of our JIDs, full or bare; all by default.
            handler: takes the IQ and answers it, at once or later; ``XMPPError`` refuses. None
                removes the handler that is there.
        """
        handlers = self.kept.setdefault("handlers", {})
        if handler is None:
            handlers.pop(str(jid or ""), None)
        else:
            handlers[str(jid or "")] = handler

    def send_oob(
        self,
        to: JidStr,
        url: str,
        desc: str | None = None,
        ifrom: OptJidStr = None,
        **iqargs: Any,
    ) -> Awaitable[Iq]:
        """Ask somebody to fetch a URL (XEP-0066 section 2).

        Args:
            to: whom.
            url: what.
            desc: a sentence about it.
            ifrom: from which of a component's JIDs.
            iqargs: what ``Iq.send`` takes.
        """
        iq = self.xmpp.make_iq_set(ito=to, ifrom=ifrom)
        iq["oob_transfer"]["url"] = url
        iq["oob_transfer"]["desc"] = desc
        return iq.send(**iqargs)

    def _handle_transfer(self, iq: Iq) -> Any:
        handlers = self.kept.get("handlers", {})
        to = iq["to"]
        for key in (to.full, to.bare, ""):
            if key in handlers:
                return handlers[key](iq)
        raise XMPPError("service-unavailable")
