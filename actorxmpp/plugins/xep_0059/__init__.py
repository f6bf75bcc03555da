"""XEP-0059: Result Set Management."""

from __future__ import annotations

from actorxmpp.plugins.xep_0059.rsm import XEP_0059, ResultIterator
from actorxmpp.plugins.xep_0059.stanza import Set

__all__ = ["XEP_0059", "ResultIterator", "Set"]
