"""XEP-0054: vcard-temp."""

from __future__ import annotations

from actorxmpp.plugins.xep_0054.stanza import VCardTemp
from actorxmpp.plugins.xep_0054.vcardtemp import XEP_0054

__all__ = ["XEP_0054", "VCardTemp"]
