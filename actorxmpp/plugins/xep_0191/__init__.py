"""XEP-0191: Blocking Command: whose stanzas the server drops."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from actorxmpp.exceptions import XMPPError
from actorxmpp.jid import JID, InvalidJID
from actorxmpp.plugins.base import BasePlugin
from actorxmpp.plugins.elements import EmptyElement
from actorxmpp.stanza import Iq
from actorxmpp.xmlstream import ElementBase, register_stanza_plugin

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterable

    from actorxmpp.types import JidStr, OptJidStr

__all__ = ["XEP_0191", "Block", "BlockItem", "BlockList", "Unblock"]

NS = "urn:xmpp:blocking"


class BlockList(EmptyElement):
    """``iq["blocklist"]``: everybody who is blocked; ``items`` lists them."""

    name = plugin_attrib = "blocklist"
    namespace = NS


class Block(BlockList):
    """``iq["block"]``: who is blocked from now on; ``items`` lists them."""

    name = plugin_attrib = "block"


class Unblock(BlockList):
    """``iq["unblock"]``: who is blocked no longer; without ``items``, everybody."""

    name = plugin_attrib = "unblock"


class BlockItem(ElementBase):
    """One address; interface ``jid``: a person, a resource, or a whole domain."""

    name = plugin_attrib = "item"
    namespace = NS
    plugin_multi_attrib = "items"
    interfaces: ClassVar[set[str]] = {"jid"}


for _class in (BlockList, Block, Unblock):
    register_stanza_plugin(Iq, _class)
    register_stanza_plugin(_class, BlockItem, iterable=True)


class XEP_0191(BasePlugin):
    """Blocking Command, for clients.

    Events: ``blocked`` and ``unblocked``, with the IQ by which the server tells that another client
    of the account, or this one, changed the list; sent only to who has read it (section 3.2).
    """

    name = "xep_0191"
    description = "XEP-0191: Blocking Command"
    xep_version = "1.3"
    dependencies: ClassVar[set[str]] = {"xep_0030"}

    def plugin_init(self) -> None:
        """Hear of changes."""
        self.handle("Blocked Contact", "iq@type=set/block", self._handle_blocked)
        self.handle("Unblocked Contact", "iq@type=set/unblock", self._handle_unblocked)

    def get_blocked(self, ifrom: OptJidStr = None, **iqkwargs: Any) -> Awaitable[Iq]:
        """Read the list: ``answer["blocklist"]["items"]`` (section 3.2)."""
        iq = self.xmpp.make_iq_get(ifrom=ifrom)
        iq.enable("blocklist")
        return iq.send(**iqkwargs)

    async def get_blocked_jids(self, ifrom: OptJidStr = None, **iqkwargs: Any) -> set[JID]:
        """Read the list, as JIDs; what is none is left out."""
        answer = await self.get_blocked(ifrom, **iqkwargs)
        blocked = set()
        for item in answer["blocklist"]["items"]:
            try:
                blocked.add(JID(item["jid"]))
            except InvalidJID:
                continue
        return blocked

    def block(
        self, jids: JidStr | Iterable[JidStr], ifrom: OptJidStr = None, **iqkwargs: Any
    ) -> Awaitable[Iq]:
        """Block somebody, or several (section 3.3).

        Args:
            jids: whom.
            ifrom: from which of a component's JIDs.
            iqkwargs: what ``Iq.send`` takes.
        """
        return self._send("block", jids, ifrom, iqkwargs)

    def unblock(
        self, jids: JidStr | Iterable[JidStr], ifrom: OptJidStr = None, **iqkwargs: Any
    ) -> Awaitable[Iq]:
        """No longer block somebody, or several (section 3.4); nobody given: everybody."""
        return self._send("unblock", jids, ifrom, iqkwargs)

    def _send(
        self,
        command: str,
        jids: JidStr | Iterable[JidStr],
        ifrom: OptJidStr,
        iqkwargs: dict[str, Any],
    ) -> Awaitable[Iq]:
        iq = self.xmpp.make_iq_set(ifrom=ifrom)
        iq.enable(command)
        for jid in [jids] if isinstance(jids, (str, JID)) else jids:
            item = BlockItem()
            item["jid"] = str(jid)
            iq[command].append(item)
        return iq.send(**iqkwargs)

    def _handle_blocked(self, iq: Iq) -> None:
        self._told("blocked", iq)

    def _handle_unblocked(self, iq: Iq) -> None:
        self._told("unblocked", iq)

    def _told(self, event: str, iq: Iq) -> None:
        """Take what the own server says, and nobody else (RFC 6121 section 2.1.6, for pushes)."""
        own = self.xmpp.boundjid
        if self.xmpp.is_component or iq["from"] not in ("", own.bare, own.full, own.domain):
            raise XMPPError("service-unavailable")
        iq.reply().send()
        self.xmpp.event(event, iq)
