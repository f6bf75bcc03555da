"""The plugin: cards of others, and one's own."""

from __future__ import annotations

import copy
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, ClassVar

from actorxmpp.exceptions import XMPPError
from actorxmpp.jid import JID
from actorxmpp.plugins.base import BasePlugin
from actorxmpp.plugins.xep_0054.stanza import NS, VCardTemp
from actorxmpp.stanza import Iq
from actorxmpp.xmlstream import register_stanza_plugin

if TYPE_CHECKING:
    from actorxmpp.types import OptJidStr

__all__ = ["XEP_0054"]

CACHE_LIMIT = 100
"""Cards of others kept by one session (they may carry pictures); the oldest goes."""

register_stanza_plugin(Iq, VCardTemp)


class XEP_0054(BasePlugin):
    """vcard-temp, both roles: a client reads and publishes cards, a component has its own.

    The program may take over (``api``) ``get_vcard``, ``set_vcard`` and ``del_vcard``, called with
    (JID, node, requester, card).
    """

    name = "xep_0054"
    description = "XEP-0054: vcard-temp"
    xep_version = "1.3.0"
    dependencies: ClassVar[set[str]] = {"xep_0030", "xep_0082"}
    features = (NS,)
    api_handlers: ClassVar[dict[str, str]] = {
        "set_vcard": "_set_vcard",
        "get_vcard": "_get_vcard",
        "del_vcard": "_del_vcard",
    }

    def plugin_init(self) -> None:
        """Take cards, and questions for ours."""
        self._own: dict[str, VCardTemp] = self.kept.setdefault("own", {})
        self._others: OrderedDict[str, VCardTemp] = OrderedDict()
        self.handle("VCardTemp", "iq/vcard_temp", self._handle_vcard)

    def make_vcard(self) -> VCardTemp:
        """Make an empty card."""
        return VCardTemp()

    async def get_vcard(
        self,
        jid: OptJidStr = None,
        *,
        local: bool | None = None,
        cached: bool = False,
        ifrom: OptJidStr = None,
        **iqkwargs: Any,
    ) -> Iq:
        """Fetch somebody's card (XEP-0054 section 3.3).

        Args:
            jid: whose, by the bare JID; None is what we published last.
            local: take it from our own tables; found out by the JID by default.
            cached: take one that was fetched before if there is one.
            ifrom: from which of a component's JIDs.
            iqkwargs: what ``Iq.send`` takes.

        Returns:
            An IQ: ``["vcard_temp"]``.

        Raises:
            IqError: if there is none, or we may not see it.
        """
        if local is None:
            local = self._is_ours(jid)
        if local or cached:
            card = await self.api.run("get_vcard", jid, None, ifrom)
            if isinstance(card, Iq):
                return card
            if local or card is not None:
                iq = self.xmpp.Iq()
                iq.append(VCardTemp() if card is None else copy.copy(card))
                return iq
        iq = self.xmpp.make_iq_get(ito=jid, ifrom=ifrom)
        iq.enable("vcard_temp")
        reply: Iq = await iq.send(**iqkwargs)
        return reply

    async def publish_vcard(
        self,
        vcard: VCardTemp | None = None,
        jid: OptJidStr = None,
        ifrom: OptJidStr = None,
        **iqkwargs: Any,
    ) -> None:
        """Publish our card (XEP-0054 section 3.2); a component shows it from now on.

        Args:
            vcard: the card; an empty one by default.
            jid: of which of a component's JIDs.
            ifrom: from which of a component's JIDs.
            iqkwargs: what ``Iq.send`` takes.
        """
        card = VCardTemp() if vcard is None else vcard
        await self.api.run("set_vcard", jid, None, ifrom, card)
        if not self.xmpp.is_component:
            iq = self.xmpp.make_iq_set(copy.copy(card), ito=jid, ifrom=ifrom)
            await iq.send(**iqkwargs)

    def _is_ours(self, jid: OptJidStr) -> bool:
        if not jid:
            return True
        if self.xmpp.is_component:
            return JID(jid).domain == self.xmpp.boundjid.domain
        return str(jid) == self.xmpp.boundjid.full

    async def _handle_vcard(self, iq: Iq) -> None:
        if iq["type"] == "result":
            sender = iq["from"] if iq["from"].bare else self.xmpp.boundjid
            card = VCardTemp(xml=copy.deepcopy(iq["vcard_temp"].xml))
            await self.api.run("set_vcard", sender, None, None, card)
        elif iq["type"] == "get" and self.xmpp.is_component:
            card = await self.api.run("get_vcard", iq["to"].bare, None, iq["from"])
            if card is None:
                raise XMPPError("item-not-found")
            answer = card if isinstance(card, Iq) else iq.reply()
            if answer is not card:
                answer.append(copy.copy(card))
            answer.send()
        elif iq["type"] in ("get", "set"):
            raise XMPPError("service-unavailable")

    def _table(self, jid: JID) -> dict[str, VCardTemp]:
        bound = self.xmpp.boundjid
        own = jid.domain == bound.domain if self.xmpp.is_component else jid.bare == bound.bare
        return self._own if own else self._others

    def _set_vcard(self, jid: JID, _node: Any, _ifrom: Any, vcard: VCardTemp) -> None:
        table = self._table(jid)
        table[jid.bare] = vcard
        if table is self._others and len(table) > CACHE_LIMIT:
            self._others.popitem(last=False)

    def _get_vcard(self, jid: JID, *_: Any) -> VCardTemp | None:
        return self._table(jid).get(jid.bare)

    def _del_vcard(self, jid: JID, *_: Any) -> None:
        self._table(jid).pop(jid.bare, None)
