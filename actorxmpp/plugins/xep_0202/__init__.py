"""XEP-0202: Entity Time."""

from __future__ import annotations

from actorxmpp.plugins.xep_0202.stanza import EntityTime
from actorxmpp.plugins.xep_0202.time import XEP_0202

__all__ = ["XEP_0202", "EntityTime"]
