"""XEP-0128: Service Discovery Extensions."""

from __future__ import annotations

from actorxmpp.plugins.base import register_plugin
from actorxmpp.plugins.xep_0128.extended import XEP_0128

__all__ = ["XEP_0128"]

register_plugin(XEP_0128)
