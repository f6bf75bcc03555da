"""XEP-0115: Entity Capabilities."""

from __future__ import annotations

from actorxmpp.plugins.xep_0115.cache import CapsCache
from actorxmpp.plugins.xep_0115.caps import XEP_0115
from actorxmpp.plugins.xep_0115.stanza import Capabilities

__all__ = ["XEP_0115", "Capabilities", "CapsCache"]
