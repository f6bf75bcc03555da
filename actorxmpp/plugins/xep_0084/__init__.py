"""XEP-0084: User Avatar."""

from __future__ import annotations

from actorxmpp.plugins.xep_0084.avatar import XEP_0084
from actorxmpp.plugins.xep_0084.stanza import Data, Info, MetaData, Pointer

__all__ = ["XEP_0084", "Data", "Info", "MetaData", "Pointer"]
