"""XEP-0077: In-Band Registration."""

from __future__ import annotations

from actorxmpp.plugins.xep_0077.register import XEP_0077
from actorxmpp.plugins.xep_0077.stanza import Register, RegisterFeature

__all__ = ["XEP_0077", "Register", "RegisterFeature"]
