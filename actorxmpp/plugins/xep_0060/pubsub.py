"""The plugin: publishing, subscribing, managing nodes, and events for what services tell."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, ClassVar

from actorxmpp.jid import JID
from actorxmpp.plugins.base import BasePlugin
from actorxmpp.plugins.xep_0059 import Set
from actorxmpp.plugins.xep_0060.forms import (
    NODE_CONFIG,
    PUBLISH_OPTIONS,
    SUBSCRIBE_OPTIONS,
    make_form,
)
from actorxmpp.plugins.xep_0060.owner import Owner
from actorxmpp.plugins.xep_0060.stanza import Item, Pubsub
from actorxmpp.xmlstream import register_stanza_plugin

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterable, Mapping

    from actorxmpp.plugins.xep_0004 import Form
    from actorxmpp.stanza import Iq, Message
    from actorxmpp.types import OptJidStr
    from actorxmpp.xmlstream import ET, ElementBase

__all__ = ["XEP_0060"]

register_stanza_plugin(Pubsub, Set)

EVENTS = {
    "configuration": "config",
    "delete": "delete",
    "purge": "purge",
    "subscription": "subscription",
}
"""What a service tells, and what the events about it are called."""

HANDLERS = tuple(
    (f"Pubsub Event: {what.title()}", f"message/pubsub_event/{what}") for what in EVENTS
)
"""Names and patterns, made once: sessions share them."""


class XEP_0060(Owner, BasePlugin):
    """Publish-Subscribe, for who publishes, subscribes and owns nodes.

    Where a method takes a service's JID, None is one's own account (XEP-0163). Forms are given as
    ``Form`` or as var -> value. Methods return an awaitable of the answer, an IQ; the last
    arguments, ``ifrom`` and what ``Iq.send`` takes, are the same for all.

    Events, with the message: ``pubsub_publish`` and ``pubsub_retract`` for each item,
    ``pubsub_purge``, ``pubsub_delete``, ``pubsub_config``, ``pubsub_subscription``. For nodes given
    to ``map_node_event`` also under the node's name: ``NAME_publish`` and so on. Whether the sender
    may tell it is for the program to say: anybody can send such messages.
    """

    name = "xep_0060"
    description = "XEP-0060: Publish-Subscribe"
    xep_version = "1.30.0"
    dependencies: ClassVar[set[str]] = {
        "xep_0004",
        "xep_0030",
        "xep_0059",
        "xep_0082",
        "xep_0131",
    }

    def plugin_init(self) -> None:
        """Take what services tell."""
        self.node_event_map: dict[str, str] = self.kept.setdefault("events", {})
        self.handle("Pubsub Event: Items", "message/pubsub_event/items", self._handle_items)
        for name, pattern in HANDLERS:
            self.handle(name, pattern, self._handle_event)

    def map_node_event(self, node: str, event_name: str) -> None:
        """Have events about a node raised under a name of their own, too: ``NAME_publish``."""
        self.node_event_map[node] = event_name

    # what services tell

    def _raise(self, node: str, what: str, message: Message) -> None:
        self.xmpp.event(f"pubsub_{what}", message)
        if node in self.node_event_map:
            self.xmpp.event(f"{self.node_event_map[node]}_{what}", message)

    def _handle_items(self, message: Message) -> None:
        """Raise an event for each item, with a message that has no other."""
        if message["type"] == "error":
            return
        items = message["pubsub_event"]["items"]
        node, each = items["node"], list(items)
        if len(each) == 1:
            self._raise(node, "publish" if each[0].name == "item" else "retract", message)
            return
        for item in each:
            items.xml.remove(item.xml)
        rest = copy.copy(message)
        for item in each:
            one = copy.copy(rest)
            one["pubsub_event"]["items"].append(item)
            self._raise(node, "publish" if item.name == "item" else "retract", one)

    def _handle_event(self, message: Message) -> None:
        event = message["pubsub_event"]
        for what, name in EVENTS.items():
            told = event.get_plugin(what, check=True)
            if told is not None and message["type"] != "error":
                self._raise(told["node"], name, message)

    # subscribing

    def _subscriber(self, subscribee: OptJidStr, bare: bool, ifrom: OptJidStr) -> JID:
        if subscribee is not None:
            return JID(subscribee)
        own = JID(ifrom) if ifrom is not None else self.xmpp.boundjid
        return JID(own.bare) if bare else own

    def subscribe(
        self,
        jid: OptJidStr,
        node: str,
        bare: bool = True,
        subscribee: OptJidStr = None,
        options: Form | Mapping[str, Any] | None = None,
        ifrom: OptJidStr = None,
        **iqkwargs: Any,
    ) -> Awaitable[Iq]:
        """Subscribe to a node (section 6.1).

        Args:
            jid: the service.
            node: the node.
            bare: subscribe the account, not this resource.
            subscribee: subscribe this JID instead.
            options: the subscription's configuration (section 6.3.7).
            ifrom: from which of a component's JIDs.
            iqkwargs: what ``Iq.send`` takes.
        """
        subscriber = self._subscriber(subscribee, bare, ifrom)
        iq = self.xmpp.make_iq_set(ito=jid, ifrom=ifrom)
        iq["pubsub"]["subscribe"]["node"] = node
        iq["pubsub"]["subscribe"]["jid"] = subscriber
        if options is not None:
            iq["pubsub"]["options"]["options"] = make_form(options, SUBSCRIBE_OPTIONS)
        return iq.send(**iqkwargs)

    def unsubscribe(
        self,
        jid: OptJidStr,
        node: str,
        subid: str | None = None,
        bare: bool = True,
        subscribee: OptJidStr = None,
        ifrom: OptJidStr = None,
        **iqkwargs: Any,
    ) -> Awaitable[Iq]:
        """End a subscription (section 6.2).

        Args:
            jid: the service.
            node: the node.
            subid: which, if there are several.
            bare: it is the account's, not this resource's.
            subscribee: it is this JID's.
            ifrom: from which of a component's JIDs.
            iqkwargs: what ``Iq.send`` takes.
        """
        iq = self.xmpp.make_iq_set(ito=jid, ifrom=ifrom)
        iq["pubsub"]["unsubscribe"]["node"] = node
        iq["pubsub"]["unsubscribe"]["jid"] = self._subscriber(subscribee, bare, ifrom)
        iq["pubsub"]["unsubscribe"]["subid"] = subid
        return iq.send(**iqkwargs)

    def get_subscriptions(
        self, jid: OptJidStr, node: str | None = None, ifrom: OptJidStr = None, **iqkwargs: Any
    ) -> Awaitable[Iq]:
        """Ask for one's subscriptions, at all nodes or at one (section 5.6)."""
        return self._get(jid, "subscriptions", node, ifrom, iqkwargs)

    def get_affiliations(
        self, jid: OptJidStr, node: str | None = None, ifrom: OptJidStr = None, **iqkwargs: Any
    ) -> Awaitable[Iq]:
        """Ask what one is, at all nodes or at one (section 5.7)."""
        return self._get(jid, "affiliations", node, ifrom, iqkwargs)

    def _get(
        self,
        jid: OptJidStr,
        what: str,
        node: str | None,
        ifrom: OptJidStr,
        iqkwargs: dict[str, Any],
    ) -> Awaitable[Iq]:
        iq = self.xmpp.make_iq_get(ito=jid, ifrom=ifrom)
        iq["pubsub"][what]["node"] = node
        return iq.send(**iqkwargs)

    def get_subscription_options(
        self,
        jid: OptJidStr,
        node: str | None = None,
        user_jid: OptJidStr = None,
        ifrom: OptJidStr = None,
        **iqkwargs: Any,
    ) -> Awaitable[Iq]:
        """Ask how a subscription is configured; without ``user_jid``, the default (section 6.3)."""
        if user_jid is None:
            return self._get(jid, "default", node, ifrom, iqkwargs)
        iq = self.xmpp.make_iq_get(ito=jid, ifrom=ifrom)
        iq["pubsub"]["options"]["node"] = node
        iq["pubsub"]["options"]["jid"] = user_jid
        return iq.send(**iqkwargs)

    def set_subscription_options(
        self,
        jid: OptJidStr,
        node: str,
        user_jid: OptJidStr,
        options: Form | Mapping[str, Any],
        ifrom: OptJidStr = None,
        **iqkwargs: Any,
    ) -> Awaitable[Iq]:
        """Configure a subscription (section 6.3.5)."""
        iq = self.xmpp.make_iq_set(ito=jid, ifrom=ifrom)
        iq["pubsub"]["options"]["node"] = node
        iq["pubsub"]["options"]["jid"] = user_jid
        iq["pubsub"]["options"]["options"] = make_form(options, SUBSCRIBE_OPTIONS)
        return iq.send(**iqkwargs)

    # items

    def publish(
        self,
        jid: OptJidStr,
        node: str,
        id: str | None = None,
        payload: ET.Element | ElementBase | None = None,
        options: Form | Mapping[str, Any] | None = None,
        ifrom: OptJidStr = None,
        **iqkwargs: Any,
    ) -> Awaitable[Iq]:
        """Publish an item (section 7.1).

        Args:
            jid: the service.
            node: the node.
            id: the item's id; the service gives it one by default.
            payload: what is published; a node may do without.
            options: what the node has to be like (section 7.1.5).
            ifrom: from which of a component's JIDs.
            iqkwargs: what ``Iq.send`` takes.
        """
        iq = self.xmpp.make_iq_set(ito=jid, ifrom=ifrom)
        iq["pubsub"]["publish"]["node"] = node
        if id is not None or payload is not None:
            item = iq["pubsub"]["publish"]["item"]
            item["id"] = id
            if payload is not None:
                item["payload"] = payload
        if options is not None:
            iq["pubsub"]["publish_options"] = make_form(options, PUBLISH_OPTIONS)
        return iq.send(**iqkwargs)

    def retract(
        self,
        jid: OptJidStr,
        node: str,
        id: str,
        notify: bool | str | None = None,
        ifrom: OptJidStr = None,
        **iqkwargs: Any,
    ) -> Awaitable[Iq]:
        """Delete an item (section 7.2); ``notify``: have the subscribers told."""
        iq = self.xmpp.make_iq_set(ito=jid, ifrom=ifrom)
        iq["pubsub"]["retract"]["node"] = node
        iq["pubsub"]["retract"]["notify"] = notify
        iq["pubsub"]["retract"]["item"]["id"] = id
        return iq.send(**iqkwargs)

    def get_item(
        self, jid: OptJidStr, node: str, item_id: str, ifrom: OptJidStr = None, **iqkwargs: Any
    ) -> Awaitable[Iq]:
        """Ask for an item: ``answer["pubsub"]["items"]["item"]["payload"]`` (section 6.5.8)."""
        return self._items_request(jid, node, [item_id], ifrom).send(**iqkwargs)

    def get_items(
        self,
        jid: OptJidStr,
        node: str,
        item_ids: Iterable[str] | None = None,
        max_items: int | None = None,
        iterator: bool = False,
        ifrom: OptJidStr = None,
        **iqkwargs: Any,
    ) -> Any:
        """Ask for the items of a node: ``answer["pubsub"]["items"]`` is iterable (section 6.5).

        Args:
            jid: the service.
            node: the node.
            item_ids: these alone.
            max_items: so many of the last alone.
            iterator: return an iterator over pages (XEP-0059) instead.
            ifrom: from which of a component's JIDs.
            iqkwargs: what ``Iq.send`` takes.
        """
        iq = self._items_request(jid, node, item_ids or (), ifrom)
        if max_items is not None:
            iq["pubsub"]["items"]["max_items"] = max_items
        if iterator:
            return self.xmpp.plugin["xep_0059"].iterate(
                iq, "pubsub", results="items", iq_options=iqkwargs
            )
        return iq.send(**iqkwargs)

    def _items_request(
        self, jid: OptJidStr, node: str, item_ids: Iterable[str], ifrom: OptJidStr
    ) -> Iq:
        iq = self.xmpp.make_iq_get(ito=jid, ifrom=ifrom)
        iq["pubsub"]["items"]["node"] = node
        for item_id in item_ids:
            item = Item()
            item["id"] = item_id
            iq["pubsub"]["items"].append(item)
        return iq

    def get_item_ids(
        self,
        jid: OptJidStr,
        node: str,
        ifrom: OptJidStr = None,
        iterator: bool = False,
        **iqkwargs: Any,
    ) -> Any:
        """Ask for the items of a node by service discovery: names are their ids (section 5.5)."""
        disco = self.xmpp.plugin["xep_0030"]
        return disco.get_items(jid, node, ifrom=ifrom, iterator=iterator, **iqkwargs)

    def get_nodes(self, *args: Any, **kwargs: Any) -> Any:
        """Ask for the nodes of a service; see ``XEP_0030.get_items`` (section 5.2)."""
        return self.xmpp.plugin["xep_0030"].get_items(*args, **kwargs)

    def create_node(
        self,
        jid: OptJidStr,
        node: str | None,
        config: Form | Mapping[str, Any] | None = None,
        ntype: str | None = None,
        ifrom: OptJidStr = None,
        **iqkwargs: Any,
    ) -> Awaitable[Iq]:
        """Make a node (section 8.1).

        Args:
            jid: the service.
            node: its name; None has the service name it.
            config: its configuration.
            ntype: ``leaf`` or ``collection`` (XEP-0248).
            ifrom: from which of a component's JIDs.
            iqkwargs: what ``Iq.send`` takes.
        """
        iq = self.xmpp.make_iq_set(ito=jid, ifrom=ifrom)
        iq["pubsub"]["create"]["node"] = node
        if config is not None or ntype:
            form = make_form(config or {}, NODE_CONFIG)
            if ntype:
                form.set_values({"pubsub#node_type": ntype})
            iq["pubsub"]["configure"].append(form)
        return iq.send(**iqkwargs)
