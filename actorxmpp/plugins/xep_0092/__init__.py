"""XEP-0092: Software Version."""

from __future__ import annotations

from actorxmpp.plugins.xep_0092.stanza import Version
from actorxmpp.plugins.xep_0092.version import XEP_0092

__all__ = ["XEP_0092", "Version"]
