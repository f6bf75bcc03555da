"""Capabilities in presence (XEP-0115 section 4)."""

from __future__ import annotations

from typing import ClassVar

from actorxmpp.xmlstream.stanzabase import ElementBase

__all__ = ["NS", "Capabilities"]

NS = "http://jabber.org/protocol/caps"


class Capabilities(ElementBase):
    """``<c xmlns='http://jabber.org/protocol/caps'/>``; interfaces ``hash node ver ext``."""

    name = "c"
    namespace = NS
    plugin_attrib = "caps"
    interfaces: ClassVar[set[str]] = {"hash", "node", "ver", "ext"}
