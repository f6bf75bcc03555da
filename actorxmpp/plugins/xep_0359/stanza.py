"""Ids given by the sender and by those who pass a message on (XEP-0359 section 3)."""

from __future__ import annotations

from typing import ClassVar

from actorxmpp.xmlstream.stanzabase import ElementBase

__all__ = ["NS", "OriginID", "StanzaID"]

NS = "urn:xmpp:sid:0"


class StanzaID(ElementBase):
    """``<stanza-id/>``; interfaces ``id``, ``by``: who gave it."""

    name = "stanza-id"
    namespace = NS
    plugin_attrib = "stanza_id"
    plugin_multi_attrib = "stanza_ids"
    interfaces: ClassVar[set[str]] = {"id", "by"}


class OriginID(ElementBase):
    """``<origin-id/>``; interface ``id``, given by the sender."""

    name = "origin-id"
    namespace = NS
    plugin_attrib = "origin_id"
    interfaces: ClassVar[set[str]] = {"id"}
