"""XEP-0245: The /me Command."""

from __future__ import annotations

from actorxmpp.plugins.xep_0245.action import XEP_0245, action_text, is_action

__all__ = ["XEP_0245", "action_text", "is_action"]
