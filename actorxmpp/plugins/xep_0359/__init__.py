"""XEP-0359: Unique and Stable Stanza IDs."""

from __future__ import annotations

from actorxmpp.plugins.xep_0359.stanza import OriginID, StanzaID
from actorxmpp.plugins.xep_0359.stanzaid import XEP_0359

__all__ = ["XEP_0359", "OriginID", "StanzaID"]
