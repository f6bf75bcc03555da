"""XEP-0030: Service Discovery."""

from __future__ import annotations

from actorxmpp.plugins.xep_0030.disco import XEP_0030
from actorxmpp.plugins.xep_0030.stanza import DiscoInfo, DiscoItem, DiscoItems
from actorxmpp.plugins.xep_0030.static import StaticDisco

__all__ = ["XEP_0030", "DiscoInfo", "DiscoItem", "DiscoItems", "StaticDisco"]
