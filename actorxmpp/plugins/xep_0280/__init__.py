"""XEP-0280: Message Carbons."""

from __future__ import annotations

from actorxmpp.plugins.xep_0280.carbons import XEP_0280
from actorxmpp.plugins.xep_0280.stanza import (
    CarbonDisable,
    CarbonEnable,
    PrivateCarbon,
    ReceivedCarbon,
    SentCarbon,
)

__all__ = [
    "XEP_0280",
    "CarbonDisable",
    "CarbonEnable",
    "PrivateCarbon",
    "ReceivedCarbon",
    "SentCarbon",
]
