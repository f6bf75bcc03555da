"""What a session says of itself, by JID and node, and what others said of themselves.

The sets are shared: sessions with the same plugins hold the same frozen sets, of which the process
has one each (``share``).
"""

from __future__ import annotations

import copy
import weakref
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from actorxmpp.exceptions import IqError, IqTimeout, XMPPError
from actorxmpp.plugins.xep_0030.stanza import NS_INFO, DiscoInfo, DiscoItems, Identity
from actorxmpp.stanza import Iq

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from actorxmpp.plugins.xep_0030.disco import XEP_0030
    from actorxmpp.types import OptJidStr

__all__ = ["CACHE_LIMIT", "Node", "StaticDisco", "share"]

CACHE_LIMIT = 200
"""Answers of others kept by one session; the one used longest ago goes first."""

Item = tuple[str, str | None, str | None]

DEFAULT_IDENTITIES: dict[bool, Identity] = {
    False: ("client", "bot", None, None),
    True: ("component", "generic", None, None),
}
"""What a session says it is until told otherwise, by whether it is a component."""

_SHARED: weakref.WeakValueDictionary[int, frozenset[Any]] = weakref.WeakValueDictionary()


def share(values: frozenset[Any]) -> frozenset[Any]:
    """Return the process's one copy of a frozen set."""
    key = hash(values)
    found = _SHARED.get(key)
    if found is None:
        _SHARED[key] = values
        return values
    return found if found == values else values


class Node:
    """What is known of one (JID, node) of this session."""

    __slots__ = ("exact", "features", "forms", "identities", "items")

    def __init__(self) -> None:
        self.identities: frozenset[Identity] = frozenset()
        self.features: frozenset[str] = frozenset()
        self.items: frozenset[Item] = frozenset()
        self.forms: tuple[Element, ...] = ()
        self.exact = False
        """Whether the features of all JIDs are left out here (``set_info``)."""


class StaticDisco:
    """The operations of service discovery, as they are unless a program takes one over.

    Each takes JID, node, requester and the operation's arguments, see ``XEP_0030``.
    """

    def __init__(self, disco: XEP_0030) -> None:
        self._disco = disco
        kept = disco.kept
        self.nodes: dict[tuple[str, str], Node] = kept.setdefault("nodes", {})
        self._cache: OrderedDict[tuple[str, str], Element] | None = None

    # nodes

    @property
    def aliases(self) -> tuple[str, ...]:
        """Beginnings of nodes that stand for no node at all (XEP-0115 section 6.2)."""
        found: tuple[str, ...] = self._disco.kept.get("aliases", ())
        return found

    @aliases.setter
    def aliases(self, value: tuple[str, ...]) -> None:
        self._disco.kept["aliases"] = value

    def _key(self, jid: OptJidStr, node: str | None) -> tuple[str, str]:
        own = not jid or str(jid) == self._disco.xmpp.boundjid.full
        return ("" if own else str(jid), node or "")

    def add_node(self, jid: OptJidStr = None, node: str | None = None, ifrom: Any = None) -> Node:
        """Return what is known of a JID and node; made if need be."""
        del ifrom
        key = self._key(jid, node)
        found = self.nodes.get(key)
        if found is None:
            found = self.nodes[key] = Node()
        return found

    def get_node(
        self, jid: OptJidStr = None, node: str | None = None, ifrom: Any = None
    ) -> Node | None:
        """Return what is known of a JID and node, or None."""
        del ifrom
        return self.nodes.get(self._key(jid, node))

    def node_exists(
        self, jid: OptJidStr = None, node: str | None = None, ifrom: Any = None
    ) -> bool:
        """Whether anything is known of a JID and node."""
        return self.get_node(jid, node, ifrom) is not None

    # info

    def get_info(self, jid: OptJidStr, node: str | None, ifrom: Any, data: Any) -> DiscoInfo:
        """Return identities, features and forms; ``item-not-found`` for an unknown node."""
        del ifrom, data
        if node and self.aliases and node.startswith(self.aliases):
            info = self.get_info(jid, None, None, None)
            info["node"] = node
            return info
        known = self.get_node(jid, node)
        if known is None:
            if node:
                raise XMPPError("item-not-found")
            known = Node()
        features = known.features
        if not node and not known.exact:
            general = self.nodes.get(("", ""))
            features = features | general.features if general is not None else features
        info = DiscoInfo()
        if node:
            info["node"] = node
        is_component = self._disco.xmpp.is_component
        identities = known.identities
        if not identities and not node and not known.exact:
            identities = frozenset((DEFAULT_IDENTITIES[is_component],))
        info["identities"] = sorted(identities, key=str)
        info["features"] = sorted(features)
        for form in known.forms:
            info.xml.append(copy.deepcopy(form))
        return info

    def fingerprint(self, jid: OptJidStr) -> tuple[Any, ...]:
        """Return what ``get_info`` without a node depends on, as a key."""
        known, general = self.get_node(jid), self.nodes.get(("", ""))
        own = () if known is None else (known.identities, known.features, known.forms, known.exact)
        features = None if general is None else general.features
        return (self._disco.xmpp.is_component, features, own)

    def set_info(self, jid: OptJidStr, node: str | None, ifrom: Any, data: Any) -> None:
        """Say exactly what a stanza says."""
        del ifrom
        info = data["disco_info"] if isinstance(data, Iq) else data
        known = self.add_node(jid, node)
        known.identities = share(frozenset(info["identities"]))
        known.features = share(frozenset(info["features"]))
        own = (f"{{{NS_INFO}}}identity", f"{{{NS_INFO}}}feature")
        known.forms = tuple(copy.deepcopy(each) for each in info.xml if each.tag not in own)
        known.exact = True

    def del_info(self, jid: OptJidStr, node: str | None, ifrom: Any, data: Any) -> None:
        """Forget all that is said of a JID and node."""
        del ifrom, data
        self.nodes.pop(self._key(jid, node), None)

    def add_identity(
        self, jid: OptJidStr, node: str | None, ifrom: Any, data: dict[str, Any]
    ) -> None:
        """Add an identity."""
        del ifrom
        known = self.add_node(jid, node)
        known.identities = share(known.identities | {_identity(data)})

    def del_identity(
        self, jid: OptJidStr, node: str | None, ifrom: Any, data: dict[str, Any]
    ) -> None:
        """Remove an identity; without a name, whatever its name."""
        del ifrom
        known = self.get_node(jid, node)
        if known is not None:
            gone = _identity(data)
            known.identities = share(
                frozenset(
                    each
                    for each in known.identities
                    if each[:3] != gone[:3] or (gone[3] is not None and each[3] != gone[3])
                )
            )

    def set_identities(
        self, jid: OptJidStr, node: str | None, ifrom: Any, data: dict[str, Any]
    ) -> None:
        """Replace the identities."""
        del ifrom
        given = (tuple(each) for each in data.get("identities", ()))
        self.add_node(jid, node).identities = share(frozenset(given))

    def del_identities(self, jid: OptJidStr, node: str | None, ifrom: Any, data: Any) -> None:
        """Remove all identities."""
        del data
        self.set_identities(jid, node, ifrom, {})

    def add_feature(
        self, jid: OptJidStr, node: str | None, ifrom: Any, data: dict[str, Any]
    ) -> None:
        """Add a feature."""
        del ifrom
        known = self.add_node(jid, node)
        known.features = share(known.features | {data.get("feature", "")})

    def del_feature(
        self, jid: OptJidStr, node: str | None, ifrom: Any, data: dict[str, Any]
    ) -> None:
        """Remove a feature."""
        del ifrom
        known = self.get_node(jid, node)
        if known is not None:
            known.features = share(known.features - {data.get("feature", "")})

    def set_features(
        self, jid: OptJidStr, node: str | None, ifrom: Any, data: dict[str, Any]
    ) -> None:
        """Replace the features."""
        del ifrom
        self.add_node(jid, node).features = share(frozenset(data.get("features", ())))

    def del_features(self, jid: OptJidStr, node: str | None, ifrom: Any, data: Any) -> None:
        """Remove all features."""
        del data
        self.set_features(jid, node, ifrom, {})

    # items

    def get_items(self, jid: OptJidStr, node: str | None, ifrom: Any, data: Any) -> DiscoItems:
        """Return the items; ``item-not-found`` for an unknown node."""
        del ifrom, data
        known = self.get_node(jid, node)
        if known is None and node:
            raise XMPPError("item-not-found")
        items = DiscoItems()
        if node:
            items["node"] = node
        if known is not None:
            items["items"] = sorted(known.items, key=str)
        return items

    def set_items(self, jid: OptJidStr, node: str | None, ifrom: Any, data: dict[str, Any]) -> None:
        """Replace the items, given as (JID, node, name)."""
        del ifrom
        given = ((str(each[0]), *each[1:]) for each in data.get("items", ()))
        self.add_node(jid, node).items = share(frozenset(given))

    def del_items(self, jid: OptJidStr, node: str | None, ifrom: Any, data: Any) -> None:
        """Remove all items."""
        del data
        self.set_items(jid, node, ifrom, {})

    def add_item(self, jid: OptJidStr, node: str | None, ifrom: Any, data: dict[str, Any]) -> None:
        """Add an item."""
        del ifrom
        known = self.add_node(jid, node)
        item = (str(data.get("ijid", "")), data.get("inode") or None, data.get("name") or None)
        known.items = share(known.items | {item})

    def del_item(self, jid: OptJidStr, node: str | None, ifrom: Any, data: dict[str, Any]) -> None:
        """Remove an item."""
        del ifrom
        known = self.get_node(jid, node)
        gone = (str(data.get("ijid", "")), data.get("inode") or None)
        if known is not None:
            known.items = share(frozenset(each for each in known.items if each[:2] != gone))

    # others

    async def supports(
        self, jid: OptJidStr, node: str | None, ifrom: Any, data: dict[str, Any]
    ) -> bool | None:
        """Whether somebody has a feature; None if it does not answer."""
        info = await self._ask(jid, node, ifrom, data)
        return info if info is None else data.get("feature", "") in info["features"]

    async def has_identity(
        self, jid: OptJidStr, node: str | None, ifrom: Any, data: dict[str, Any]
    ) -> bool | None:
        """Whether somebody has an identity, whatever its name; None if it does not answer."""
        info = await self._ask(jid, node, ifrom, data)
        wanted = (data.get("category") or "", data.get("itype") or "", data.get("lang"))
        return info if info is None else wanted in {each[:3] for each in info["identities"]}

    async def _ask(
        self, jid: OptJidStr, node: str | None, ifrom: Any, data: dict[str, Any]
    ) -> DiscoInfo | None:
        try:
            info = await self._disco.get_info(
                jid,
                node,
                local=data.get("local") or None,
                cached=data.get("cached", True),
                ifrom=ifrom,
            )
        except IqError:
            return DiscoInfo()
        except IqTimeout:
            return None
        found: DiscoInfo = info["disco_info"] if isinstance(info, Iq) else info
        return found

    def cache_info(self, jid: OptJidStr, node: str | None, ifrom: Any, data: Any) -> None:
        """Remember what somebody said."""
        del ifrom
        info = data["disco_info"] if isinstance(data, Iq) else data
        if self._cache is None:
            self._cache = OrderedDict()
        self._cache[str(jid or ""), node or ""] = copy.deepcopy(info.xml)
        self._cache.move_to_end((str(jid or ""), node or ""))
        if len(self._cache) > CACHE_LIMIT:
            self._cache.popitem(last=False)

    def get_cached_info(
        self, jid: OptJidStr, node: str | None, ifrom: Any, data: Any
    ) -> DiscoInfo | None:
        """Return what somebody said before, or None."""
        del ifrom, data
        key = (str(jid or ""), node or "")
        if self._cache is None or key not in self._cache:
            return None
        self._cache.move_to_end(key)
        return DiscoInfo(xml=copy.deepcopy(self._cache[key]))


def _identity(data: dict[str, Any]) -> Identity:
    return (
        data.get("category") or "",
        data.get("itype") or "",
        data.get("lang") or None,
        data.get("name") or None,
    )
