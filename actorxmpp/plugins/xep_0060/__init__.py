"""XEP-0060: Publish-Subscribe."""

from __future__ import annotations

from actorxmpp.plugins.xep_0060.events import EventItem
from actorxmpp.plugins.xep_0060.pubsub import XEP_0060
from actorxmpp.plugins.xep_0060.stanza import Item

__all__ = ["XEP_0060", "EventItem", "Item"]
