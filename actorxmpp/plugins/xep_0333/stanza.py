"""Markers (XEP-0333 section 4)."""

from __future__ import annotations

from typing import ClassVar

from actorxmpp.plugins.elements import EmptyElement
from actorxmpp.xmlstream.stanzabase import ElementBase

__all__ = ["MARKERS", "NS", "Acknowledged", "Displayed", "Markable", "Received"]

NS = "urn:xmpp:chat-markers:0"
MARKERS = ("received", "displayed", "acknowledged")


class Markable(EmptyElement):
    """``<markable/>``: the sender would like to know when the message was displayed."""

    name = plugin_attrib = "markable"
    namespace = NS


class Received(ElementBase):
    """``<received id=.../>``: arrived; not in newer versions of the XEP, still sent by some."""

    name = "received"
    plugin_attrib = "received"
    namespace = NS
    interfaces: ClassVar[set[str]] = {"id"}


class Displayed(ElementBase):
    """``<displayed id=.../>``: seen, with all before it."""

    name = "displayed"
    plugin_attrib = "displayed"
    namespace = NS
    interfaces: ClassVar[set[str]] = {"id"}


class Acknowledged(ElementBase):
    """``<acknowledged id=.../>``: acted on; not in newer versions of the XEP."""

    name = "acknowledged"
    plugin_attrib = "acknowledged"
    namespace = NS
    interfaces: ClassVar[set[str]] = {"id"}
