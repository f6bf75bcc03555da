"""XEP-0055: Jabber Search."""

from __future__ import annotations

from actorxmpp.plugins.xep_0055.search import XEP_0055
from actorxmpp.plugins.xep_0055.stanza import Search

__all__ = ["XEP_0055", "Search"]
