"""XEP-0410: MUC Self-Ping."""

from __future__ import annotations

from actorxmpp.plugins.xep_0410.selfping import XEP_0410, PingStatus

__all__ = ["XEP_0410", "PingStatus"]
