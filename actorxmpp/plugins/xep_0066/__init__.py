"""XEP-0066: Out of Band Data."""

from __future__ import annotations

from actorxmpp.plugins.xep_0066.oob import XEP_0066
from actorxmpp.plugins.xep_0066.stanza import OOB, OOBTransfer

__all__ = ["OOB", "XEP_0066", "OOBTransfer"]
