"""XEP-0334: Message Processing Hints."""

from __future__ import annotations

from actorxmpp.plugins.xep_0334.hints import XEP_0334
from actorxmpp.plugins.xep_0334.stanza import NoCopy, NoPermanentStore, NoStore, Store

__all__ = [
    "XEP_0334",
    "NoCopy",
    "NoPermanentStore",
    "NoStore",
    "Store",
]
