"""The plugin: ``message.enable("no-store")`` and its like."""

from __future__ import annotations

from actorxmpp.plugins.base import BasePlugin
from actorxmpp.plugins.xep_0334.stanza import NS, NoCopy, NoPermanentStore, NoStore, Store
from actorxmpp.stanza import Message
from actorxmpp.xmlstream import register_stanza_plugin

__all__ = ["XEP_0334"]

for _hint in (Store, NoStore, NoPermanentStore, NoCopy):
    register_stanza_plugin(Message, _hint)


class XEP_0334(BasePlugin):
    """Message Processing Hints, for who sends."""

    name = "xep_0334"
    description = "XEP-0334: Message Processing Hints"
    xep_version = "0.4.0"
    features = (NS,)
