"""The ping (XEP-0199 section 3)."""

from __future__ import annotations

from typing import ClassVar

from actorxmpp.xmlstream.stanzabase import ElementBase

__all__ = ["NS", "Ping"]

NS = "urn:xmpp:ping"


class Ping(ElementBase):
    """``<ping xmlns='urn:xmpp:ping'/>``."""

    name = "ping"
    namespace = NS
    plugin_attrib = "ping"
    interfaces: ClassVar[set[str]] = set()
