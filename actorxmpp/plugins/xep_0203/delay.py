"""The plugin: ``stanza["delay"]`` for messages and presences."""

from __future__ import annotations

from actorxmpp.plugins.base import BasePlugin
from actorxmpp.plugins.xep_0203.stanza import NS, Delay
from actorxmpp.stanza import Message, Presence
from actorxmpp.xmlstream import register_stanza_plugin

__all__ = ["XEP_0203"]

register_stanza_plugin(Message, Delay)
register_stanza_plugin(Presence, Delay)


class XEP_0203(BasePlugin):
    """Delayed Delivery, both roles."""

    name = "xep_0203"
    description = "XEP-0203: Delayed Delivery"
    xep_version = "2.0"
    features = (NS,)
