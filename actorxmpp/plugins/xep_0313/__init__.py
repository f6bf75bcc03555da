"""XEP-0313: Message Archive Management."""

from __future__ import annotations

from actorxmpp.plugins.xep_0313.mam import XEP_0313
from actorxmpp.plugins.xep_0313.stanza import MAM, Metadata, Result

__all__ = ["MAM", "XEP_0313", "Metadata", "Result"]
