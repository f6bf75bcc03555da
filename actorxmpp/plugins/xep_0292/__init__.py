"""XEP-0292: vCard4 Over XMPP."""

from __future__ import annotations

from actorxmpp.plugins.xep_0292.stanza import VCard4
from actorxmpp.plugins.xep_0292.vcard4 import XEP_0292

__all__ = ["XEP_0292", "VCard4"]
