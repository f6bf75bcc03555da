"""Hints for those who pass a message on (XEP-0334 section 4)."""

from __future__ import annotations

from typing import ClassVar

from actorxmpp.xmlstream.stanzabase import ElementBase

__all__ = ["NS", "NoCopy", "NoPermanentStore", "NoStore", "Store"]

NS = "urn:xmpp:hints"


class Store(ElementBase):
    """``<store/>``: keep the message though it has no body."""

    name = "store"
    plugin_attrib = "store"
    namespace = NS
    interfaces: ClassVar[set[str]] = set()


class NoPermanentStore(ElementBase):
    """``<no-permanent-store/>``: don't keep the message in archives."""

    name = "no-permanent-store"
    plugin_attrib = "no-permanent-store"
    namespace = NS
    interfaces: ClassVar[set[str]] = set()


class NoStore(ElementBase):
    """``<no-store/>``: don't keep the message at all."""

    name = "no-store"
    plugin_attrib = "no-store"
    namespace = NS
    interfaces: ClassVar[set[str]] = set()


class NoCopy(ElementBase):
    """``<no-copy/>``: don't send copies to other resources."""

    name = "no-copy"
    plugin_attrib = "no-copy"
    namespace = NS
    interfaces: ClassVar[set[str]] = set()
