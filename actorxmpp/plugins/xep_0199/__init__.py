"""XEP-0199: XMPP Ping."""

from __future__ import annotations

from actorxmpp.plugins.xep_0199.ping import XEP_0199
from actorxmpp.plugins.xep_0199.stanza import Ping

__all__ = ["XEP_0199", "Ping"]
