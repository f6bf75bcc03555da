"""The ping (XEP-0199 section 3)."""

from __future__ import annotations

from actorxmpp.plugins.elements import EmptyElement

__all__ = ["NS", "Ping"]

NS = "urn:xmpp:ping"


class Ping(EmptyElement):
    """``<ping xmlns='urn:xmpp:ping'/>``."""

    name = plugin_attrib = "ping"
    namespace = NS
