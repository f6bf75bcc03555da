"""XEP-0045: Multi-User Chat."""

from __future__ import annotations

from actorxmpp.plugins.xep_0045.joining import JoinResult
from actorxmpp.plugins.xep_0045.muc import XEP_0045
from actorxmpp.plugins.xep_0045.stanza import MUCMessage, MUCPresence

__all__ = ["XEP_0045", "JoinResult", "MUCMessage", "MUCPresence"]
