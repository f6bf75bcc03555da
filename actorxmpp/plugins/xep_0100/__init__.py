"""XEP-0100: Gateway Interaction."""

from __future__ import annotations

from actorxmpp.plugins.xep_0100.gateway import XEP_0100, LegacyError

__all__ = ["XEP_0100", "LegacyError"]
