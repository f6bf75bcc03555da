"""The query for a version (XEP-0092 section 3)."""

from __future__ import annotations

from typing import ClassVar

from actorxmpp.xmlstream.stanzabase import ElementBase

__all__ = ["NS", "Version"]

NS = "jabber:iq:version"


class Version(ElementBase):
    """``<query xmlns='jabber:iq:version'/>``; interfaces ``name``, ``version``, ``os``."""

    name = "query"
    namespace = NS
    plugin_attrib = "software_version"
    interfaces: ClassVar[set[str]] = {"name", "version", "os"}
    sub_interfaces: ClassVar[set[str]] = {"name", "version", "os"}
