"""The plugin: answers queries about this session, asks others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from actorxmpp.exceptions import XMPPError
from actorxmpp.plugins.base import BasePlugin
from actorxmpp.plugins.xep_0030 import stanza
from actorxmpp.plugins.xep_0030.stanza import NS_INFO, NS_ITEMS, DiscoInfo, DiscoItems, Identity
from actorxmpp.stanza import Iq
from actorxmpp.xmlstream import Callback, StanzaPath, register_stanza_plugin

if TYPE_CHECKING:
    from actorxmpp.jid import JID

__all__ = ["FEATURES", "NS", "PATTERNS", "XEP_0030"]

NS = NS_INFO
FEATURES = (NS_INFO, NS_ITEMS)
PATTERNS = {"Disco Info": "iq/disco_info", "Disco Items": "iq/disco_items"}

DEFAULT_IDENTITIES: dict[bool, Identity] = {
    False: ("client", "bot", None, None),
    True: ("component", "generic", None, None),
}
"""What a session says it is until told otherwise, by whether it is a component."""

register_stanza_plugin(Iq, DiscoInfo)
register_stanza_plugin(Iq, DiscoItems)


class _Node(NamedTuple):
    """What is known of one (JID, node) of this session."""

    identities: set[Identity]
    features: set[str]
    items: set[tuple[str, str | None, str | None]]


class XEP_0030(BasePlugin):  # noqa: N801  plugin classes are named after their XEP
    """Service Discovery, both roles.

    Events: ``disco_info`` and ``disco_items``, with the IQ, for each reply that arrives.
    """

    name = "xep_0030"
    description = "XEP-0030: Service Discovery"
    stanza = stanza

    def plugin_init(self) -> None:
        """Answer queries."""
        self._nodes: dict[tuple[str, str], _Node] = {}
        handlers = {"Disco Info": self._handle_info, "Disco Items": self._handle_items}
        for name, pattern in PATTERNS.items():
            self.xmpp.register_handler(Callback(name, StanzaPath(pattern), handlers[name]))
        for feature in FEATURES:
            self.add_feature(feature)

    # what this session says of itself

    def add_feature(
        self, feature: str, node: str | None = None, jid: str | JID | None = None
    ) -> None:
        """Say that this session has a feature.

        Args:
            feature: its namespace.
            node: at a node of it.
            jid: at one of a component's JIDs; all of them by default.
        """
        self._node(jid, node).features.add(feature)

    def del_feature(
        self, feature: str, node: str | None = None, jid: str | JID | None = None
    ) -> None:
        """No longer say that this session has a feature."""
        self._node(jid, node).features.discard(feature)

    def add_identity(
        self,
        category: str = "",
        itype: str = "",
        name: str | None = None,
        node: str | None = None,
        jid: str | JID | None = None,
        lang: str | None = None,
    ) -> None:
        """Say what this session is (the registry of categories and types is XEP-0030's)."""
        self._node(jid, node).identities.add((category, itype, lang, name))

    def del_identity(
        self,
        jid: str | JID | None = None,
        node: str | None = None,
        category: str = "",
        itype: str = "",
        name: str | None = None,
        lang: str | None = None,
    ) -> None:
        """No longer say that this session is something."""
        self._node(jid, node).identities.discard((category, itype, lang, name))

    def add_item(
        self,
        jid: str | JID = "",
        name: str | None = None,
        node: str | None = None,
        subnode: str | None = None,
        ijid: str | JID | None = None,
    ) -> None:
        """Add an item: ``jid`` (and ``subnode``) belongs to ``node`` of ``ijid``."""
        owner = self._node(ijid, node)
        owner.items.add((str(jid or self.xmpp.boundjid.full), subnode, name))

    def _node(self, jid: str | JID | None, node: str | None) -> _Node:
        key = (str(jid or ""), node or "")
        found = self._nodes.get(key)
        if found is None:
            found = self._nodes[key] = _Node(set(), set(), set())
        return found

    def _own(self, jid: str | JID, node: str) -> list[_Node]:
        """What is known of a JID and node, from the most particular to the general."""
        keys = dict.fromkeys(((str(jid), node), ("", node)))
        found = [self._nodes[key] for key in keys if key in self._nodes]
        if node and not found:
            raise XMPPError("item-not-found")
        return found

    # answering

    def _handle_info(self, iq: Iq) -> None:
        if iq["type"] != "get":
            self.xmpp.event("disco_info", iq)
            return
        reply = iq.reply()
        self._fill_info(reply["disco_info"], iq["to"], iq["disco_info"]["node"])
        reply.send()

    def _fill_info(self, info: DiscoInfo, jid: str | JID, node: str) -> None:
        nodes = self._own(jid, node)
        if node:
            info["node"] = node
        identities = set().union(*(each.identities for each in nodes))
        if not identities and not node:
            identities = {DEFAULT_IDENTITIES[self.xmpp.is_component]}
        info["identities"] = sorted(identities, key=str)
        info["features"] = sorted(set().union(*(each.features for each in nodes)))

    def _handle_items(self, iq: Iq) -> None:
        if iq["type"] != "get":
            self.xmpp.event("disco_items", iq)
            return
        node = iq["disco_items"]["node"]
        reply = iq.reply()
        items = reply["disco_items"]
        if node:
            items["node"] = node
        nodes = self._own(iq["to"], node)
        items["items"] = sorted(set().union(*(each.items for each in nodes)), key=str)
        reply.send()

    # asking

    async def get_info(
        self,
        jid: str | JID | None = None,
        node: str | None = None,
        local: bool | None = None,
        cached: bool | None = None,
        **kwargs: Any,
    ) -> Iq:
        """Ask somebody what it is and does (XEP-0030 section 3).

        Args:
            jid: whom; None asks this session itself.
            node: which node of it.
            local: answer from what is known here.
            cached: accepted for compatibility; nothing is cached.
            kwargs: ``ifrom``, and what ``Iq.send`` takes.

        Raises:
            IqError: if the answer is an error.
            IqTimeout: if there is none.
        """
        del cached
        if local or jid is None:
            iq = self.xmpp.make_iq_result()
            self._fill_info(iq["disco_info"], jid or "", node or "")
            return iq
        return await self._ask("disco_info", jid, node, kwargs)

    async def get_items(
        self,
        jid: str | JID | None = None,
        node: str | None = None,
        local: bool = False,
        **kwargs: Any,
    ) -> Iq:
        """Ask somebody what belongs to it (XEP-0030 section 4); arguments as ``get_info``."""
        del local
        return await self._ask("disco_items", jid or self.xmpp.boundjid.domain, node, kwargs)

    async def _ask(
        self, query: str, jid: str | JID, node: str | None, kwargs: dict[str, Any]
    ) -> Iq:
        iq = self.xmpp.make_iq_get(ito=jid, ifrom=kwargs.pop("ifrom", None))
        iq.enable(query)
        if node:
            iq[query]["node"] = node
        kwargs.pop("iterator", None)
        reply: Iq = await iq.send(**kwargs)
        return reply

    async def supports(
        self, jid: str | JID | None = None, node: str | None = None, feature: str = "", **kw: Any
    ) -> bool:
        """Ask whether somebody has a feature."""
        info = await self.get_info(jid, node, **kw)
        return feature in info["disco_info"]["features"]
