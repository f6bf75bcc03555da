"""XEP-0203: Delayed Delivery."""

from __future__ import annotations

from actorxmpp.plugins.xep_0203.delay import XEP_0203
from actorxmpp.plugins.xep_0203.stanza import Delay

__all__ = ["XEP_0203", "Delay"]
