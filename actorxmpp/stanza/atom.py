"""Atom entries, as pubsub services for blogs carry them (RFC 4287)."""

from __future__ import annotations

from typing import ClassVar

from actorxmpp.xmlstream.elementbase import ElementBase
from actorxmpp.xmlstream.stanzabase import register_stanza_plugin

_NS = "http://www.w3.org/2005/Atom"


class AtomEntry(ElementBase):
    """An entry: ``title``, ``summary``, ``id``, ``published``, ``updated``, and its ``author``."""

    __slots__ = ()

    namespace = _NS
    name = "entry"
    plugin_attrib = "entry"
    interfaces: ClassVar[set[str]] = {"title", "summary", "id", "published", "updated"}
    sub_interfaces: ClassVar[set[str]] = {"title", "summary", "id", "published", "updated"}


class AtomAuthor(ElementBase):
    """An author: ``name`` and ``uri``."""

    __slots__ = ()

    namespace = _NS
    name = "author"
    plugin_attrib = "author"
    interfaces: ClassVar[set[str]] = {"name", "uri"}
    sub_interfaces: ClassVar[set[str]] = {"name", "uri"}


register_stanza_plugin(AtomEntry, AtomAuthor)
