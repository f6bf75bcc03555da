"""XEP-0085: Chat State Notifications."""

from __future__ import annotations

from actorxmpp.plugins.xep_0085.chatstates import XEP_0085
from actorxmpp.plugins.xep_0085.stanza import ChatState

__all__ = ["XEP_0085", "ChatState"]
