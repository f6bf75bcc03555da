"""The plugin: answers queries about this session, asks others."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, ClassVar

from actorxmpp.exceptions import XMPPError
from actorxmpp.jid import JID
from actorxmpp.plugins.base import BasePlugin
from actorxmpp.plugins.xep_0030.stanza import NS_INFO, NS_ITEMS, DiscoInfo, DiscoItems
from actorxmpp.plugins.xep_0030.static import StaticDisco
from actorxmpp.stanza import Iq
from actorxmpp.xmlstream import register_stanza_plugin

if TYPE_CHECKING:
    from collections.abc import Callable

    from actorxmpp.types import OptJidStr

__all__ = ["XEP_0030"]

OPERATIONS = (
    "get_info",
    "set_info",
    "set_identities",
    "set_features",
    "get_items",
    "set_items",
    "del_items",
    "add_identity",
    "del_identity",
    "add_feature",
    "del_feature",
    "add_item",
    "del_item",
    "del_identities",
    "del_features",
    "cache_info",
    "get_cached_info",
    "supports",
    "has_identity",
)

register_stanza_plugin(Iq, DiscoInfo)
register_stanza_plugin(Iq, DiscoItems)


class XEP_0030(BasePlugin):
    """Service Discovery, both roles.

    Each method that changes or asks something returns an awaitable; changes have happened when the
    call returns, awaited or not. What is said without a ``jid`` is said of the session's own JID,
    and features also of a component's other JIDs.

    Configuration: ``use_cache`` (True), keep what others answered for ``get_info(cached=True)``;
    ``wrap_results`` (False), give local answers as IQs, too.

    Events: ``disco_info`` and ``disco_items``, with the IQ, for each reply that arrives.
    """

    name = "xep_0030"
    description = "XEP-0030: Service Discovery"
    xep_version = "2.5.0"
    use_cache: bool
    wrap_results: bool
    default_config: ClassVar[dict[str, Any]] = {"use_cache": True, "wrap_results": False}
    api_handlers: ClassVar[dict[str, str]] = {op: f"static.{op}" for op in OPERATIONS}

    def plugin_init(self) -> None:
        """Answer queries."""
        self.static = StaticDisco(self)
        self.domain_infos: dict[str, list[Any]] = {}
        self.handle("Disco Info", "iq/disco_info", self._handle_info)
        self.handle("Disco Items", "iq/disco_items", self._handle_items)
        for feature in (NS_INFO, NS_ITEMS):
            self.add_feature(feature)

    # hooks

    def set_node_handler(
        self,
        htype: str,
        jid: OptJidStr = None,
        node: str | None = None,
        handler: Callable[..., Any] | None = None,
    ) -> None:
        """Have a function answer in place of the tables.

        Args:
            htype: the operation, such as ``get_info`` or ``get_items``.
            jid: for this JID alone.
            node: for this node alone; of the session's own JID if none is given.
            handler: called with JID, node, requester and arguments; returns what the operation
                returns, or raises ``XMPPError``.
        """
        self.api.register(handler, htype, self._hook_jid(jid, node), node)

    def del_node_handler(self, htype: str, jid: OptJidStr = None, node: str | None = None) -> None:
        """Remove such a function."""
        self.api.unregister(htype, self._hook_jid(jid, node), node)

    def restore_defaults(
        self, jid: OptJidStr = None, node: str | None = None, handlers: list[str] | None = None
    ) -> None:
        """Have the tables answer again, for some or all operations."""
        for op in handlers or OPERATIONS:
            self.api.restore_default(op, self._hook_jid(jid, node), node)

    def _hook_jid(self, jid: OptJidStr, node: str | None) -> OptJidStr:
        return jid if jid or node is None else None

    # what this session says of itself

    def add_feature(self, feature: str, node: str | None = None, jid: OptJidStr = None) -> Any:
        """Say that this session has a feature.

        Args:
            feature: its namespace.
            node: at a node of it.
            jid: at one of a component's JIDs; all of them by default.
        """
        return self.api.run("add_feature", jid, node, None, {"feature": feature})

    def del_feature(self, jid: OptJidStr = None, node: str | None = None, **kwargs: Any) -> Any:
        """No longer say that this session has a feature: ``feature``."""
        return self.api.run("del_feature", jid, node, None, kwargs)

    def set_features(self, jid: OptJidStr = None, node: str | None = None, **kwargs: Any) -> Any:
        """Replace the features: ``features``."""
        return self.api.run("set_features", jid, node, None, kwargs)

    def del_features(self, jid: OptJidStr = None, node: str | None = None, **kwargs: Any) -> Any:
        """Remove all features."""
        return self.api.run("del_features", jid, node, None, kwargs)

    def add_identity(
        self,
        category: str = "",
        itype: str = "",
        name: str | None = None,
        node: str | None = None,
        jid: OptJidStr = None,
        lang: str | None = None,
    ) -> Any:
        """Say what this session is (the registrar keeps the list of categories and types)."""
        data = {"category": category, "itype": itype, "name": name, "lang": lang}
        return self.api.run("add_identity", jid, node, None, data)

    def del_identity(self, jid: OptJidStr = None, node: str | None = None, **kwargs: Any) -> Any:
        """Remove an identity: ``category``, ``itype``, ``lang``, ``name``."""
        return self.api.run("del_identity", jid, node, None, kwargs)

    def set_identities(self, jid: OptJidStr = None, node: str | None = None, **kwargs: Any) -> Any:
        """Replace the identities: ``identities``, of (category, type, lang, name)."""
        return self.api.run("set_identities", jid, node, None, kwargs)

    def del_identities(self, jid: OptJidStr = None, node: str | None = None, **kwargs: Any) -> Any:
        """Remove all identities."""
        return self.api.run("del_identities", jid, node, None, kwargs)

    def set_info(
        self, jid: OptJidStr = None, node: str | None = None, info: Iq | DiscoInfo | None = None
    ) -> Any:
        """Say exactly what a stanza says, nothing added."""
        return self.api.run("set_info", jid, node, None, info)

    def add_item(
        self,
        jid: str | JID = "",
        name: str | None = None,
        node: str | None = None,
        subnode: str | None = None,
        ijid: OptJidStr = None,
    ) -> Any:
        """Add an item: ``jid`` (and ``subnode``) belongs to ``node`` of ``ijid``."""
        data = {"ijid": jid or self.xmpp.boundjid.full, "name": name, "inode": subnode}
        return self.api.run("add_item", ijid, node, None, data)

    def del_item(self, jid: OptJidStr = None, node: str | None = None, **kwargs: Any) -> Any:
        """Remove an item: ``ijid``, ``inode``."""
        return self.api.run("del_item", jid, node, None, kwargs)

    def set_items(self, jid: OptJidStr = None, node: str | None = None, **kwargs: Any) -> Any:
        """Replace the items: ``items``, of (JID, node, name)."""
        return self.api.run("set_items", jid, node, None, kwargs)

    def del_items(self, jid: OptJidStr = None, node: str | None = None, **kwargs: Any) -> Any:
        """Remove all items."""
        return self.api.run("del_items", jid, node, None, kwargs)

    # answering

    async def _handle_info(self, iq: Iq) -> None:
        if iq["type"] == "get":
            node = iq["disco_info"]["node"]
            info = await self.api.run("get_info", iq["to"], node, iq["from"], iq)
            self._answer(iq, info)
        elif iq["type"] == "result":
            if self.use_cache:
                await self.api.run("cache_info", iq["from"], iq["disco_info"]["node"], None, iq)
            self.xmpp.event("disco_info", iq)
        elif iq["type"] == "set":
            raise XMPPError("bad-request")

    async def _handle_items(self, iq: Iq) -> None:
        if iq["type"] == "get":
            node = iq["disco_items"]["node"]
            items = await self.api.run("get_items", iq["to"], node, iq["from"], iq)
            self._answer(iq, items)
        elif iq["type"] == "result":
            self.xmpp.event("disco_items", iq)
        elif iq["type"] == "set":
            raise XMPPError("bad-request")

    def _answer(self, iq: Iq, content: Any) -> None:
        if content is None:
            raise XMPPError("item-not-found")
        if isinstance(content, Iq):
            content.send()
            return
        reply = iq.reply()
        reply.append(content)
        reply.send()

    # asking

    async def get_info(
        self,
        jid: OptJidStr = None,
        node: str | None = None,
        local: bool | None = None,
        cached: bool | None = None,
        **kwargs: Any,
    ) -> Any:
        """Ask somebody what it is and does (XEP-0030 section 3).

        Args:
            jid: whom; None asks this session itself.
            node: which node of it.
            local: answer from what is known here; found out by the JID by default.
            cached: take an earlier answer if there is one.
            kwargs: ``ifrom``, and what ``Iq.send`` takes.

        Returns:
            An IQ; for this session itself a ``DiscoInfo``. Both have ``["disco_info"]``'s content
            under that name when ``wrap_results`` is set.

        Raises:
            IqError: if the answer is an error.
            IqTimeout: if there is none.
        """
        ifrom = kwargs.pop("ifrom", None) or kwargs.pop("dfrom", None)
        if ifrom is None and self.xmpp.is_component:
            ifrom = self.xmpp.boundjid
        if local is None:
            local = self._is_local(jid)
        if local:
            info = await self.api.run("get_info", jid, node, ifrom, kwargs)
            return self._wrap(ifrom, jid, info)
        if cached:
            info = await self.api.run("get_cached_info", jid, node, ifrom, kwargs)
            if info is not None:
                return self._wrap(ifrom, jid, info, force=True)
        iq = self._request("disco_info", jid, node, ifrom)
        return await iq.send(**kwargs)

    def _is_local(self, jid: OptJidStr) -> bool:
        if not jid:
            return True
        if self.xmpp.is_component:
            return JID(jid).domain == self.xmpp.boundjid.domain
        return str(jid) == str(self.xmpp.boundjid)

    async def get_info_from_domain(
        self,
        domain: OptJidStr = None,
        timeout: float | None = None,
        cached: bool = True,
        callback: Callable[[list[Any]], Any] | None = None,
        **iqkwargs: Any,
    ) -> list[Any]:
        """Ask a domain and each of its items what they are and do.

        Args:
            domain: the session's own by default.
            timeout: seconds for each request.
            cached: take the earlier answers if there are any.
            callback: called with the answers.
            iqkwargs: what ``get_info`` takes.

        Returns:
            The answers; items that answer with an error or not at all are left out.
        """
        key = str(domain or self.xmpp.boundjid.domain)
        if not cached or key not in self.domain_infos:
            reply = await self.get_items(key, timeout=timeout, **iqkwargs)
            jids = [key, *(str(item[0]) for item in reply["disco_items"]["items"])]
            answers = await asyncio.gather(
                *(self.get_info(jid, timeout=timeout, **iqkwargs) for jid in jids),
                return_exceptions=True,
            )
            self.domain_infos[key] = [each for each in answers if not isinstance(each, Exception)]
        if callback is not None:
            callback(self.domain_infos[key])
        return self.domain_infos[key]

    async def get_items(
        self,
        jid: OptJidStr = None,
        node: str | None = None,
        local: bool = False,
        iterator: bool = False,
        ifrom: OptJidStr = None,
        **kwargs: Any,
    ) -> Any:
        """Ask somebody what belongs to it (XEP-0030 section 4).

        Args:
            jid: whom; the server by default.
            node: which node of it.
            local: answer from what is known here.
            iterator: return an iterator over pages of items (XEP-0059) if that plugin is enabled.
            ifrom: from which of a component's JIDs.
            kwargs: what ``Iq.send`` takes.

        Raises:
            IqError: if the answer is an error.
            IqTimeout: if there is none.
        """
        if ifrom is None and self.xmpp.is_component:
            ifrom = self.xmpp.boundjid.bare
        if local:
            items = await self.api.run("get_items", jid, node, ifrom, kwargs)
            return self._wrap(ifrom, jid, items)
        iq = self._request("disco_items", jid or self.xmpp.boundjid.domain, node, ifrom)
        if iterator and "xep_0059" in self.xmpp.plugin:
            return self.xmpp.plugin["xep_0059"].iterate(iq, "disco_items")
        return await iq.send(**kwargs)

    def _request(self, query: str, jid: OptJidStr, node: str | None, ifrom: OptJidStr) -> Iq:
        iq = self.xmpp.make_iq_get(ito=jid, ifrom=ifrom)
        iq.enable(query)
        if node:
            iq[query]["node"] = node
        return iq

    def _wrap(self, ito: OptJidStr, ifrom: OptJidStr, payload: Any, force: bool = False) -> Any:
        if payload is None or isinstance(payload, Iq) or not (force or self.wrap_results):
            return payload
        iq = self.xmpp.make_iq_result(ito=ito or self.xmpp.boundjid, ifrom=ifrom)
        iq.append(payload)
        return iq

    def supports(
        self,
        jid: OptJidStr = None,
        node: str | None = None,
        feature: str | None = None,
        local: bool = False,
        cached: bool = True,
        ifrom: OptJidStr = None,
    ) -> Any:
        """Whether somebody has a feature; awaitable, of None if it does not answer."""
        data = {"feature": feature, "local": local, "cached": cached}
        return self.api.run("supports", jid, node, ifrom, data)

    def has_identity(
        self,
        jid: OptJidStr = None,
        node: str | None = None,
        category: str | None = None,
        itype: str | None = None,
        lang: str | None = None,
        local: bool = False,
        cached: bool = True,
        ifrom: OptJidStr = None,
    ) -> Any:
        """Whether somebody has an identity; awaitable, of None if it does not answer."""
        data = {"category": category, "itype": itype, "lang": lang}
        return self.api.run(
            "has_identity", jid, node, ifrom, {**data, "local": local, "cached": cached}
        )
