"""The plugin: says in presence what this session can do, and learns it of others."""

from __future__ import annotations

import inspect
import logging
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, ClassVar

from actorxmpp.exceptions import XMPPError
from actorxmpp.jid import JID
from actorxmpp.plugins.base import BasePlugin
from actorxmpp.plugins.xep_0030 import DiscoInfo
from actorxmpp.plugins.xep_0115.cache import SHARED
from actorxmpp.plugins.xep_0115.stanza import NS, Capabilities
from actorxmpp.plugins.xep_0115.verstring import HASHES, generate, is_wellformed
from actorxmpp.stanza import Iq, Presence
from actorxmpp.xmlstream import register_stanza_plugin

if TYPE_CHECKING:
    from actorxmpp.types import OptJidStr
    from actorxmpp.xmlstream import StanzaBase

__all__ = ["XEP_0115"]

CONTACTS_LIMIT = 20_000
"""Addresses whose string one session remembers; a component may see many. The oldest goes."""

AVAILABLE = frozenset(("available", "chat", "away", "dnd", "xa"))
DEFAULT_NODE = "urn:actorxmpp"

OWN_LIMIT = 1_000
"""Strings of our own sessions kept in the process: one for each set of plugins."""

_OWN: dict[tuple[Any, ...], str | None] = {}

logger = logging.getLogger(__name__)

register_stanza_plugin(Presence, Capabilities)


class XEP_0115(BasePlugin):
    """Entity Capabilities, both roles.

    What strings stand for is kept once for the whole process.

    Configuration: ``hash`` ("sha-1"), ``caps_node``, an URI that names the program, ``broadcast``
    (True), say it in presences, ``cache`` (None: the process's), an object like ``CapsCache``.

    Events: ``entity_caps``, with each presence that says something new; ``entity_caps_legacy`` with
    those of the old form, which says nothing that can be verified.
    """

    name = "xep_0115"
    description = "XEP-0115: Entity Capabilities"
    xep_version = "1.6.0"
    dependencies: ClassVar[set[str]] = {"xep_0004", "xep_0030", "xep_0128"}
    features = (NS,)
    hash: str
    caps_node: str
    broadcast: bool
    cache: Any
    default_config: ClassVar[dict[str, Any]] = {
        "hash": "sha-1",
        "caps_node": None,
        "broadcast": True,
        "cache": None,
    }
    api_handlers: ClassVar[dict[str, str]] = {
        "cache_caps": "_cache_caps",
        "get_caps": "_get_caps",
        "assign_verstring": "_assign_verstring",
        "get_verstring": "_get_verstring",
    }

    def plugin_init(self) -> None:
        """Say and learn capabilities."""
        self.caps_node = self.caps_node or DEFAULT_NODE
        self.cache = SHARED if self.cache is None else self.cache
        self._vers: OrderedDict[str, str] = self.kept.setdefault("vers", OrderedDict())
        self._asked: set[str] = set()
        disco = self.xmpp.plugin["xep_0030"]
        disco.static.aliases = (f"{self.caps_node}#",)
        disco.api.register(self._supports, "supports")
        disco.api.register(self._has_identity, "has_identity")
        self.handle("Entity Capabilities", "presence/caps", self._handle_caps)
        self.xmpp.add_event_handler("presence_unavailable", self._forget)
        self.add_filter("out", self._add_caps)

    def plugin_end(self) -> None:
        """Leave service discovery as it was."""
        disco = self.other("xep_0030")
        if disco is not None:
            disco.static.aliases = ()
            for op in ("supports", "has_identity"):
                disco.api.unregister(op)

    # saying

    def _add_caps(self, stanza: StanzaBase) -> StanzaBase:
        if isinstance(stanza, Presence) and self.broadcast and stanza["type"] in AVAILABLE:
            ver = self._own_verstring(stanza["from"].full)
            if ver:
                caps = stanza["caps"]
                caps["node"] = self.caps_node
                caps["hash"] = self.hash
                caps["ver"] = ver
        return stanza

    def _own_verstring(self, jid: OptJidStr) -> str | None:
        api: Any = self.xmpp.api
        static: Any = self.xmpp.plugin["xep_0030"].static
        owner = JID(jid) if jid else self.xmpp.boundjid
        get_info: Any = api.find("xep_0030", "get_info", owner, None)
        if get_info != static.get_info:
            return self._answered(api.call("xep_0030", "get_info", jid or None))
        key = (self.hash, static.fingerprint(owner))
        found = _OWN.get(key)
        if found is None:
            if len(_OWN) >= OWN_LIMIT:
                _OWN.clear()
            found = _OWN[key] = self._answered(get_info(owner, None, None, None))
        return found

    def _answered(self, info: Any) -> str | None:
        """The string of what a program's own handler says; None if it can't say it at once."""
        if inspect.iscoroutine(info):
            info.close()
        if isinstance(info, Iq):
            info = info["disco_info"]
        return generate(info, self.hash) if isinstance(info, DiscoInfo) else None

    async def update_caps(
        self,
        jid: OptJidStr = None,
        node: str | None = None,
        preserve: bool = False,
        broadcast: bool = True,
    ) -> None:
        """Tell contacts that what this session can do has changed: the last presence, again.

        Args:
            jid: which of a component's JIDs.
            node: accepted for compatibility.
            preserve: send it to each contact of the roster instead of broadcasting.
            broadcast: whether to send it at all.
        """
        del node
        if not (broadcast and self.broadcast and self.xmpp.sessionstarted):
            return
        roster = self.xmpp.roster[jid or self.xmpp.boundjid]
        if self.xmpp.is_component or preserve:
            for contact in roster:
                roster[contact].send_last_presence()
        else:
            roster.send_last_presence()

    def generate_verstring(self, info: DiscoInfo, hash: str) -> str | None:
        """Make the verification string of info (XEP-0115 section 5.1)."""
        return generate(info, hash)

    # learning

    async def _handle_caps(self, presence: Presence) -> None:
        sender, caps = presence["from"], presence["caps"]
        if presence["type"] not in AVAILABLE or sender == self.xmpp.boundjid:
            return
        if not caps["hash"]:
            self.xmpp.event("entity_caps_legacy", presence)
            return
        ver = caps["ver"]
        if self._vers.get(sender.full) == ver and self.cache.retrieve(ver) is not None:
            return
        self.xmpp.event("entity_caps", presence)
        await self.assign_verstring(sender, ver)
        if await self.get_caps(verstring=ver) is None and ver not in self._asked:
            self._asked.add(ver)
            try:
                await self._learn(presence)
            except XMPPError as error:
                logger.debug("%s did not say what it can do: %s", sender, error)
            finally:
                self._asked.discard(ver)

    async def _learn(self, presence: Presence) -> None:
        sender, caps = presence["from"], presence["caps"]
        ifrom = presence["to"] if self.xmpp.is_component else None
        known = caps["hash"] in HASHES
        node = f"{caps['node']}#{caps['ver']}" if known else None
        reply = await self.xmpp.plugin["xep_0030"].get_info(sender, node, ifrom=ifrom, local=False)
        info = reply["disco_info"] if isinstance(reply, Iq) else reply
        if known and is_wellformed(info) and generate(info, caps["hash"]) == caps["ver"]:
            await self.cache_caps(caps["ver"], info)
        elif known:
            logger.info("what %s says it can do does not fit its verification string", sender)
            self._vers.pop(sender.full, None)

    def _forget(self, presence: Presence) -> None:
        self._vers.pop(presence["from"].full, None)

    # the tables

    def get_verstring(self, jid: OptJidStr = None) -> Any:
        """Return the string somebody said last; awaitable."""
        return self.api.run("get_verstring", jid or "")

    def assign_verstring(self, jid: OptJidStr = None, verstring: str | None = None) -> Any:
        """Note the string somebody said; awaitable."""
        return self.api.run("assign_verstring", jid or "", args={"verstring": verstring})

    def cache_caps(self, verstring: str | None = None, info: DiscoInfo | None = None) -> Any:
        """Note what a string stands for; awaitable."""
        return self.api.run("cache_caps", args={"verstring": verstring, "info": info})

    def get_caps(self, jid: OptJidStr = None, verstring: str | None = None) -> Any:
        """Return what somebody, or a string, stands for; awaitable, of None if unknown.

        Treat the result as read-only: it is everybody's.
        """
        return self.api.run("get_caps", jid or "", args={"verstring": verstring})

    def _get_verstring(self, jid: JID, *_: Any) -> str | None:
        if jid == self.xmpp.boundjid:
            return self._own_verstring(jid)
        return self._vers.get(jid.full)

    def _assign_verstring(self, jid: JID, _node: Any, _ifrom: Any, data: dict[str, Any]) -> None:
        ver = data.get("verstring")
        if ver:
            self._vers[jid.full] = ver
            if len(self._vers) > CONTACTS_LIMIT:
                self._vers.popitem(last=False)
        else:
            self._vers.pop(jid.full, None)

    def _cache_caps(self, _jid: JID, _node: Any, _ifrom: Any, data: dict[str, Any]) -> None:
        info = data["info"]
        self.cache.store(data["verstring"], info["disco_info"] if isinstance(info, Iq) else info)

    def _get_caps(
        self, jid: JID, _node: Any, _ifrom: Any, data: dict[str, Any]
    ) -> DiscoInfo | None:
        ver = data.get("verstring") or self._vers.get(jid.full)
        found: DiscoInfo | None = self.cache.retrieve(ver) if ver else None
        return found

    # asking without asking

    async def _supports(self, jid: JID, node: str, ifrom: Any, data: dict[str, Any]) -> Any:
        info = await self._known(jid, node, data)
        if info is not None:
            return data.get("feature") in info["features"]
        static = self.xmpp.plugin["xep_0030"].static
        return await static.supports(jid, node, ifrom, data)

    async def _has_identity(self, jid: JID, node: str, ifrom: Any, data: dict[str, Any]) -> Any:
        info = await self._known(jid, node, data)
        if info is not None:
            wanted = (data.get("category") or "", data.get("itype") or "", data.get("lang"))
            return wanted in {each[:3] for each in info["identities"]}
        static = self.xmpp.plugin["xep_0030"].static
        return await static.has_identity(jid, node, ifrom, data)

    async def _known(self, jid: JID, node: str, data: dict[str, Any]) -> DiscoInfo | None:
        if node or data.get("local") or not data.get("cached", True) or not jid.resource:
            return None
        found: DiscoInfo | None = await self.get_caps(jid)
        return found
