"""XEP-0352: Client State Indication."""

from __future__ import annotations

from actorxmpp.plugins.xep_0352.csi import XEP_0352
from actorxmpp.plugins.xep_0352.stanza import Active, ClientStateIndication, Inactive

__all__ = ["XEP_0352", "Active", "ClientStateIndication", "Inactive"]
