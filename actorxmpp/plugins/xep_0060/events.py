"""What a service tells by itself: ``message["pubsub_event"]`` (XEP-0060 sections 7 and 8)."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from actorxmpp.plugins.elements import EmptyElement, JidElement
from actorxmpp.plugins.xep_0004 import Form
from actorxmpp.plugins.xep_0060.payload import PayloadElement
from actorxmpp.plugins.xep_0082 import format_datetime, parse
from actorxmpp.stanza import Message
from actorxmpp.xmlstream import ET, ElementBase, register_stanza_plugin

__all__ = [
    "NS_EVENT",
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
]

NS_EVENT = "http://jabber.org/protocol/pubsub#event"
REDIRECT = f"{{{NS_EVENT}}}redirect"


class Event(EmptyElement):
    """``message["pubsub_event"]``: something happened at a node."""

    name = "event"
    namespace = NS_EVENT
    plugin_attrib = "pubsub_event"


class EventItem(PayloadElement):
    """An item that was published; interfaces ``id``, ``payload``, ``node`` and ``publisher``."""

    name = plugin_attrib = "item"
    namespace = NS_EVENT
    interfaces: ClassVar[set[str]] = {"id", "payload", "node", "publisher"}


class EventRetract(ElementBase):
    """An item that went; interface ``id``."""

    name = plugin_attrib = "retract"
    namespace = NS_EVENT
    interfaces: ClassVar[set[str]] = {"id"}


class EventItems(ElementBase):
    """Items that came and went; interface ``node``; iterable."""

    name = plugin_attrib = "items"
    namespace = NS_EVENT
    interfaces: ClassVar[set[str]] = {"node"}


class EventCollection(ElementBase):
    """A collection that changed; interface ``node``."""

    name = plugin_attrib = "collection"
    namespace = NS_EVENT
    interfaces: ClassVar[set[str]] = {"node"}


class EventAssociate(ElementBase):
    """A node that belongs to the collection from now on; interface ``node``."""

    name = plugin_attrib = "associate"
    namespace = NS_EVENT
    interfaces: ClassVar[set[str]] = {"node"}


class EventDisassociate(ElementBase):
    """A node that no longer belongs to the collection; interface ``node``."""

    name = plugin_attrib = "disassociate"
    namespace = NS_EVENT
    interfaces: ClassVar[set[str]] = {"node"}


class EventConfiguration(ElementBase):
    """A node's new configuration, in ``["form"]`` if it is told; interface ``node``."""

    name = plugin_attrib = "configuration"
    namespace = NS_EVENT
    interfaces: ClassVar[set[str]] = {"node"}


class EventPurge(ElementBase):
    """A node whose items are gone; interface ``node``."""

    name = plugin_attrib = "purge"
    namespace = NS_EVENT
    interfaces: ClassVar[set[str]] = {"node"}


class EventDelete(ElementBase):
    """A node that is gone; interfaces ``node`` and ``redirect``, the URI of what replaces it."""

    name = plugin_attrib = "delete"
    namespace = NS_EVENT
    interfaces: ClassVar[set[str]] = {"node", "redirect"}

    def get_redirect(self) -> str:
        """Return the URI; empty if there is none."""
        found = self.xml.find(REDIRECT)
        return "" if found is None else found.get("uri", "")

    def set_redirect(self, value: str) -> None:
        """Set the URI."""
        self.del_redirect()
        ET.SubElement(self.xml, REDIRECT, uri=value)

    def del_redirect(self) -> None:
        """Remove the URI."""
        for each in self.xml.findall(REDIRECT):
            self.xml.remove(each)


class EventSubscription(JidElement):
    """A subscription that changed.

    Interfaces: ``node``, ``jid``, ``subid``, ``subscription``, its state, and ``expiry``, a
    datetime, settable as text; None where it is missing or no time.
    """

    name = plugin_attrib = "subscription"
    namespace = NS_EVENT
    interfaces: ClassVar[set[str]] = {"node", "expiry", "jid", "subid", "subscription"}

    def get_expiry(self) -> dt.datetime | str | None:
        """Return when it ends; ``presence`` if with the subscriber's presence."""
        text = self._get_attr("expiry")
        try:
            return text if text == "presence" else parse(text)
        except ValueError:
            return None

    def set_expiry(self, value: dt.datetime | str) -> None:
        """Set when it ends."""
        text = format_datetime(value) if isinstance(value, dt.datetime) else value
        self._set_attr("expiry", text)


for _part in (
    *(EventCollection, EventConfiguration, EventDelete, EventItems, EventPurge),
    EventSubscription,
):
    register_stanza_plugin(Event, _part)
register_stanza_plugin(Message, Event)
register_stanza_plugin(EventItems, EventItem, iterable=True)
register_stanza_plugin(EventItems, EventRetract, iterable=True)
register_stanza_plugin(EventCollection, EventAssociate)
register_stanza_plugin(EventCollection, EventDisassociate)
register_stanza_plugin(EventConfiguration, Form)
