"""XEP-0128: Service Discovery Extensions."""

from __future__ import annotations

from actorxmpp.plugins.xep_0128.extended import XEP_0128

__all__ = ["XEP_0128"]
