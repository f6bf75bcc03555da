"""XEP-0012: Last Activity."""

from __future__ import annotations

from actorxmpp.plugins.xep_0012.lastactivity import XEP_0012
from actorxmpp.plugins.xep_0012.stanza import LastActivity

__all__ = ["XEP_0012", "LastActivity"]
