"""What is asked of a service, and what it answers (XEP-0060 sections 5 to 9).

``iq["pubsub"]`` is for everybody, ``iq["pubsub_owner"]`` for owners of nodes. What a service tells
by itself is in ``events``, what it adds to errors in ``errors``; programs find both here, too.
"""

from __future__ import annotations

from typing import Any, ClassVar

from actorxmpp.plugins.elements import EmptyElement, JidElement, is_true
from actorxmpp.plugins.xep_0004 import Form
from actorxmpp.plugins.xep_0060.errors import PubsubErrorCondition
from actorxmpp.plugins.xep_0060.events import (
    Event,
    EventAssociate,
    EventCollection,
    EventConfiguration,
    EventDelete,
    EventDisassociate,
    EventItem,
    EventItems,
    EventPurge,
    EventRetract,
    EventSubscription,
)
from actorxmpp.plugins.xep_0060.payload import PayloadElement
from actorxmpp.stanza import Iq
from actorxmpp.xmlstream import ET, ElementBase, register_stanza_plugin

__all__ = [
    "NS",
    "NS_OWNER",
    "Affiliation",
    "Affiliations",
    "Configure",
    "Create",
    "Default",
    "DefaultConfig",
    "Event",
    "EventAssociate",
    "EventCollection",
    "EventConfiguration",
    "EventDelete",
    "EventDisassociate",
    "EventItem",
    "EventItems",
    "EventPurge",
    "EventRetract",
    "EventSubscription",
    "Item",
    "Items",
    "Options",
    "OwnerAffiliation",
    "OwnerAffiliations",
    "OwnerConfigure",
    "OwnerDefault",
    "OwnerDelete",
    "OwnerPurge",
    "OwnerRedirect",
    "OwnerSubscription",
    "OwnerSubscriptions",
    "Publish",
    "PublishOptions",
    "Pubsub",
    "PubsubErrorCondition",
    "PubsubOwner",
    "Retract",
    "Subscribe",
    "SubscribeOptions",
    "Subscription",
    "Subscriptions",
    "Unsubscribe",
]

NS = "http://jabber.org/protocol/pubsub"
NS_OWNER = f"{NS}#owner"
FORM = f"{{{Form.namespace}}}x"


class Pubsub(EmptyElement):
    """``iq["pubsub"]``: subscribing, publishing, creating nodes."""

    name = plugin_attrib = "pubsub"
    namespace = NS


class Affiliations(ElementBase):
    """What one is at the nodes of a service; iterating gives each ``Affiliation``."""

    name = plugin_attrib = "affiliations"
    namespace = NS
    interfaces: ClassVar[set[str]] = {"node"}


class Affiliation(JidElement):
    """One affiliation; interfaces ``node``, ``jid`` and ``affiliation``."""

    name = plugin_attrib = "affiliation"
    namespace = NS
    interfaces: ClassVar[set[str]] = {"node", "affiliation", "jid"}


class Subscriptions(ElementBase):
    """One's subscriptions at a service; iterating gives each ``Subscription``."""

    name = plugin_attrib = "subscriptions"
    namespace = NS
    interfaces: ClassVar[set[str]] = {"node"}


class Subscription(JidElement):
    """One subscription; interfaces ``node``, ``jid``, ``subid`` and ``subscription``, its state."""

    name = plugin_attrib = "subscription"
    namespace = NS
    interfaces: ClassVar[set[str]] = {"jid", "node", "subscription", "subid"}


class SubscribeOptions(ElementBase):
    """``subscription["suboptions"]``: it can be configured; interface ``required``: it must be."""

    name = "subscribe-options"
    namespace = NS
    plugin_attrib = "suboptions"
    interfaces: ClassVar[set[str]] = {"required"}
    bool_interfaces: ClassVar[set[str]] = {"required"}


class Item(PayloadElement):
    """An item; interfaces ``id`` and ``payload``, the element in it."""

    name = plugin_attrib = "item"
    namespace = NS
    plugin_multi_attrib = "items"
    interfaces: ClassVar[set[str]] = {"id", "payload"}


class Items(ElementBase):
    """Items that are asked for, or that come; interfaces ``node``, ``max_items``; iterable."""

    name = plugin_attrib = "items"
    namespace = NS
    interfaces: ClassVar[set[str]] = {"node", "max_items"}

    def set_max_items(self, value: int | str) -> None:
        """Set how many of the last items are asked for."""
        self._set_attr("max_items", str(value))


class Create(ElementBase):
    """A node that is to be made; interface ``node``."""

    name = plugin_attrib = "create"
    namespace = NS
    interfaces: ClassVar[set[str]] = {"node"}


class Default(ElementBase):
    """The defaults of subscriptions; interfaces ``node`` and ``type``."""

    name = plugin_attrib = "default"
    namespace = NS
    interfaces: ClassVar[set[str]] = {"node", "type"}

    def get_type(self) -> str:
        """Return the type of node; a leaf unless said otherwise."""
        return self._get_attr("type") or "leaf"


class Publish(ElementBase):
    """Items that are published; interface ``node``; iterable."""

    name = plugin_attrib = "publish"
    namespace = NS
    interfaces: ClassVar[set[str]] = {"node"}


class Retract(ElementBase):
    """An item that is to go; interfaces ``node`` and ``notify``: tell the subscribers."""

    name = plugin_attrib = "retract"
    namespace = NS
    interfaces: ClassVar[set[str]] = {"node", "notify"}

    def get_notify(self) -> bool | None:
        """Return whether subscribers are told; None if that is left to the service."""
        text = self._get_attr("notify")
        return is_true(text) if text else None

    def set_notify(self, value: bool | str) -> None:
        """Say whether subscribers are told."""
        said = is_true(value) if isinstance(value, str) else value
        self._set_attr("notify", "true" if said else "false")


class Unsubscribe(JidElement):
    """A subscription that is to end; interfaces ``node``, ``jid`` and ``subid``."""

    name = plugin_attrib = "unsubscribe"
    namespace = NS
    interfaces: ClassVar[set[str]] = {"node", "jid", "subid"}


class Subscribe(JidElement):
    """A subscription that is wanted; interfaces ``node`` and ``jid``."""

    name = plugin_attrib = "subscribe"
    namespace = NS
    interfaces: ClassVar[set[str]] = {"node", "jid"}


class Configure(ElementBase):
    """A node's configuration, in ``["form"]``; interface ``node``."""

    name = plugin_attrib = "configure"
    namespace = NS
    interfaces: ClassVar[set[str]] = {"node", "type"}


class _WithForm(ElementBase):
    """An element whose form is one of its interfaces."""

    def _get_form(self) -> Form | None:
        found = self.xml.find(FORM)
        return None if found is None else Form(xml=found)

    def _set_form(self, form: Form | ET.Element | None) -> None:
        self._del_form()
        if form is not None:
            self.xml.append(form.xml if isinstance(form, ElementBase) else form)

    def _del_form(self) -> None:
        for each in self.xml.findall(FORM):
            self.xml.remove(each)


class Options(JidElement, _WithForm):
    """A subscription's configuration; interfaces ``node``, ``jid`` and ``options``, a form."""

    name = plugin_attrib = "options"
    namespace = NS
    interfaces: ClassVar[set[str]] = {"jid", "node", "options"}

    def get_options(self) -> Form:
        """Return the form; an empty one if there is none."""
        return self._get_form() or Form()

    def set_options(self, value: Form | ET.Element) -> None:
        """Set the form."""
        self._set_form(value)

    def del_options(self) -> None:
        """Remove the form."""
        self._del_form()


class PublishOptions(_WithForm):
    """``pubsub["publish_options"]``: a form that says what the node has to be like."""

    name = "publish-options"
    namespace = NS
    plugin_attrib = "publish_options"
    interfaces: ClassVar[set[str]] = {"publish_options"}
    is_extension = True

    def get_publish_options(self) -> Form | None:
        """Return the form; None if there is none."""
        return self._get_form()

    def set_publish_options(self, value: Form | ET.Element | None) -> None:
        """Set the form."""
        self._set_form(value)

    def del_publish_options(self) -> None:
        """Remove the form."""
        self._del_form()


class PubsubOwner(EmptyElement):
    """``iq["pubsub_owner"]``: what owners do with their nodes."""

    name = "pubsub"
    namespace = NS_OWNER
    plugin_attrib = "pubsub_owner"


class DefaultConfig(ElementBase):
    """The configuration that new nodes have; interfaces ``node`` and ``config``, a form."""

    name = plugin_attrib = "default"
    namespace = NS_OWNER
    interfaces: ClassVar[set[str]] = {"node", "config"}

    def get_config(self) -> Any:
        """Return the form."""
        return self["form"]

    def set_config(self, value: Any) -> None:
        """Set the form."""
        del self["form"]
        self.append(value)


class OwnerAffiliations(Affiliations):
    """Who is what at a node; interface ``node``; iterating gives each ``OwnerAffiliation``."""

    namespace = NS_OWNER


class OwnerAffiliation(Affiliation):
    """One of them; interfaces ``jid`` and ``affiliation``."""

    namespace = NS_OWNER
    interfaces: ClassVar[set[str]] = {"affiliation", "jid"}


class OwnerConfigure(Configure):
    """A node's configuration, in ``["form"]``; interface ``node``."""

    namespace = NS_OWNER
    interfaces: ClassVar[set[str]] = {"node"}


class OwnerDefault(OwnerConfigure):
    """The same, under an older name."""


class OwnerDelete(ElementBase):
    """A node that is to go; interface ``node``; ``["redirect"]`` says what is there instead."""

    name = plugin_attrib = "delete"
    namespace = NS_OWNER
    interfaces: ClassVar[set[str]] = {"node"}


class OwnerPurge(ElementBase):
    """A node whose items are to go; interface ``node``."""

    name = plugin_attrib = "purge"
    namespace = NS_OWNER
    interfaces: ClassVar[set[str]] = {"node"}


class OwnerRedirect(JidElement):
    """What is in a node's place; interface ``uri``, and ``node`` and ``jid`` of older versions."""

    name = plugin_attrib = "redirect"
    namespace = NS_OWNER
    interfaces: ClassVar[set[str]] = {"node", "jid", "uri"}


class OwnerSubscriptions(Subscriptions):
    """Who is subscribed to a node; iterating gives each ``OwnerSubscription``."""

    namespace = NS_OWNER


class OwnerSubscription(JidElement):
    """One of them; interfaces ``jid``, ``subid`` and ``subscription``, its state."""

    name = plugin_attrib = "subscription"
    namespace = NS_OWNER
    interfaces: ClassVar[set[str]] = {"jid", "subscription", "subid"}


for _part in (
    *(Affiliations, Configure, Create, Default, Items, Options, Publish, PublishOptions, Retract),
    *(Subscribe, Subscription, Subscriptions, Unsubscribe),
):
    register_stanza_plugin(Pubsub, _part)
for _owners in (
    *(DefaultConfig, OwnerAffiliations, OwnerConfigure, OwnerDelete, OwnerPurge),
    OwnerSubscriptions,
):
    register_stanza_plugin(PubsubOwner, _owners)
for _list, _each in (
    (Affiliations, Affiliation),
    (Items, Item),
    (Publish, Item),
    (Subscriptions, Subscription),
    (OwnerAffiliations, OwnerAffiliation),
    (OwnerSubscriptions, OwnerSubscription),
):
    register_stanza_plugin(_list, _each, iterable=True)
register_stanza_plugin(Iq, Pubsub)
register_stanza_plugin(Iq, PubsubOwner)
register_stanza_plugin(Retract, Item)
register_stanza_plugin(Subscribe, Options)
register_stanza_plugin(Subscription, SubscribeOptions)
register_stanza_plugin(OwnerDelete, OwnerRedirect)
for _with_form in (Configure, DefaultConfig, OwnerConfigure):
    register_stanza_plugin(_with_form, Form)
