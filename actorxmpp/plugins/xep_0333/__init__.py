"""XEP-0333: Displayed Markers."""

from __future__ import annotations

from actorxmpp.plugins.xep_0333.markers import XEP_0333
from actorxmpp.plugins.xep_0333.stanza import Acknowledged, Displayed, Markable, Received

__all__ = [
    "XEP_0333",
    "Acknowledged",
    "Displayed",
    "Markable",
    "Received",
]
