"""XEP-0372: References: mentions, and what a part of a text is about."""

from __future__ import annotations

from typing import ClassVar

from actorxmpp.plugins.base import BasePlugin
from actorxmpp.stanza import Message
from actorxmpp.xmlstream import ElementBase, register_stanza_plugin

__all__ = ["XEP_0372", "Reference"]

NS = "urn:xmpp:reference:0"


class Reference(ElementBase):
    """``message["reference"]``; ``message["references"]`` are all of them.

    Interfaces: ``type`` (``mention``, ``data``), ``uri``, ``begin`` and ``end``, numbers of
    characters of the text, ``anchor``, another message, and ``id``. All are texts.
    """

    name = plugin_attrib = "reference"
    namespace = NS
    plugin_multi_attrib = "references"
    interfaces: ClassVar[set[str]] = {"anchor", "begin", "end", "id", "type", "uri"}


register_stanza_plugin(Message, Reference, iterable=True)


class XEP_0372(BasePlugin):
    """References, both roles; not enabled by ``register_plugins``."""

    name = "xep_0372"
    description = "XEP-0372: References"
    xep_version = "0.5.0"
    by_default = False
