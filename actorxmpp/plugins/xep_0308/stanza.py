"""The mark of a correction (XEP-0308 section 3)."""

from __future__ import annotations

from typing import ClassVar

from actorxmpp.xmlstream.stanzabase import ElementBase

__all__ = ["NS", "Replace"]

NS = "urn:xmpp:message-correct:0"


class Replace(ElementBase):
    """``<replace xmlns='urn:xmpp:message-correct:0'/>``; interface ``id``: what is corrected."""

    name = "replace"
    namespace = NS
    plugin_attrib = "replace"
    interfaces: ClassVar[set[str]] = {"id"}
