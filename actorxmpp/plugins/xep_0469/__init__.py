"""XEP-0469: Bookmark Pinning: rooms that are shown first."""

from __future__ import annotations

from typing import ClassVar

from actorxmpp.plugins.base import BasePlugin
from actorxmpp.plugins.elements import EmptyElement
from actorxmpp.plugins.xep_0402 import Extensions
from actorxmpp.xmlstream import register_stanza_plugin

__all__ = ["XEP_0469", "Pinned"]

NS = "urn:xmpp:bookmarks-pinning:0"


class Pinned(EmptyElement):
    """``conference["extensions"].enable("pinned")``; ``"pinned" in conference["extensions"]``."""

    name = plugin_attrib = "pinned"
    namespace = NS


register_stanza_plugin(Extensions, Pinned)


class XEP_0469(BasePlugin):
    """Bookmark Pinning, for clients: a mark in bookmarks, and nothing else."""

    name = "xep_0469"
    description = "XEP-0469: Bookmark Pinning"
    xep_version = "0.1.0"
    dependencies: ClassVar[set[str]] = {"xep_0402"}
