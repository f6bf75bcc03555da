"""XEP-0421: Occupant identifiers for semi-anonymous MUCs."""

from __future__ import annotations

from actorxmpp.plugins.xep_0421.occupantid import XEP_0421
from actorxmpp.plugins.xep_0421.stanza import OccupantId

__all__ = ["XEP_0421", "OccupantId"]
