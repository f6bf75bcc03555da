"""Hints for those who pass a message on (XEP-0334 section 4)."""

from __future__ import annotations

from actorxmpp.plugins.elements import EmptyElement

__all__ = ["NS", "NoCopy", "NoPermanentStore", "NoStore", "Store"]

NS = "urn:xmpp:hints"


class Store(EmptyElement):
    """``<store/>``: keep the message though it has no body."""

    name = plugin_attrib = "store"
    namespace = NS


class NoPermanentStore(EmptyElement):
    """``<no-permanent-store/>``: don't keep the message in archives."""

    name = plugin_attrib = "no-permanent-store"
    namespace = NS


class NoStore(EmptyElement):
    """``<no-store/>``: don't keep the message at all."""

    name = plugin_attrib = "no-store"
    namespace = NS


class NoCopy(EmptyElement):
    """``<no-copy/>``: don't send copies to other resources."""

    name = plugin_attrib = "no-copy"
    namespace = NS
