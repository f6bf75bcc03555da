"""XEP-0231: Bits of Binary."""

from __future__ import annotations

from actorxmpp.plugins.xep_0231.bob import XEP_0231
from actorxmpp.plugins.xep_0231.stanza import BitsOfBinary

__all__ = ["XEP_0231", "BitsOfBinary"]
