"""XEP-0334: Message Processing Hints: ``message.enable("no-store")`` and its like."""

from __future__ import annotations

from actorxmpp.plugins.base import BasePlugin
from actorxmpp.plugins.elements import EmptyElement
from actorxmpp.stanza import Message
from actorxmpp.xmlstream import register_stanza_plugin

__all__ = ["XEP_0334", "NoCopy", "NoPermanentStore", "NoStore", "Store"]

NS = "urn:xmpp:hints"


class Store(EmptyElement):
    """``<store/>``: keep the message though it has no body."""

    name = plugin_attrib = "store"
    namespace = NS


class NoPermanentStore(EmptyElement):
    """``<no-permanent-store/>``: don't keep the message in archives."""

    name = plugin_attrib = "no-permanent-store"
    namespace = NS


class NoStore(EmptyElement):
    """``<no-store/>``: don't keep the message at all."""

    name = plugin_attrib = "no-store"
    namespace = NS


class NoCopy(EmptyElement):
    """``<no-copy/>``: don't send copies to other resources."""

    name = plugin_attrib = "no-copy"
    namespace = NS


for _hint in (Store, NoStore, NoPermanentStore, NoCopy):
    register_stanza_plugin(Message, _hint)


class XEP_0334(BasePlugin):
    """Message Processing Hints, for who sends."""

    name = "xep_0334"
    description = "XEP-0334: Message Processing Hints"
    xep_version = "0.4.0"
    features = (NS,)
