"""The id of an occupant (XEP-0421 section 3)."""

from __future__ import annotations

from typing import ClassVar

from actorxmpp.xmlstream.stanzabase import ElementBase

__all__ = ["NS", "OccupantId"]

NS = "urn:xmpp:occupant-id:0"


class OccupantId(ElementBase):
    """``stanza["occupant-id"]["id"]``: the same for one person whatever the nickname."""

    name = "occupant-id"
    plugin_attrib = "occupant-id"
    namespace = NS
    interfaces: ClassVar[set[str]] = {"id"}
