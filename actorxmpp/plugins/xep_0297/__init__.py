"""XEP-0297: Stanza Forwarding."""

from __future__ import annotations

from actorxmpp.plugins.xep_0297.forwarded import XEP_0297
from actorxmpp.plugins.xep_0297.stanza import Forwarded

__all__ = ["XEP_0297", "Forwarded"]
