"""XEP-0106: JID Escaping."""

from __future__ import annotations

from actorxmpp.plugins.xep_0106.escaping import XEP_0106, escape, unescape

__all__ = ["XEP_0106", "escape", "unescape"]
