"""XEP-0308: Last Message Correction."""

from __future__ import annotations

from actorxmpp.plugins.xep_0308.correction import XEP_0308
from actorxmpp.plugins.xep_0308.stanza import Replace

__all__ = ["XEP_0308", "Replace"]
