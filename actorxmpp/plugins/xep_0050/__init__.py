"""XEP-0050: Ad-Hoc Commands."""

from __future__ import annotations

from actorxmpp.plugins.xep_0050.adhoc import XEP_0050
from actorxmpp.plugins.xep_0050.stanza import Command

__all__ = ["XEP_0050", "Command"]
