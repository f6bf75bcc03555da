"""Asking for a place to put a file, and getting one (XEP-0363)."""

from __future__ import annotations

from typing import ClassVar

from actorxmpp.plugins.elements import EmptyElement
from actorxmpp.xmlstream.stanzabase import ElementBase, register_stanza_plugin

__all__ = [
    "NS",
    "PURPOSE_NAMESPACE",
    "EphemeralPurpose",
    "Get",
    "Header",
    "MessagePurpose",
    "PermanentPurpose",
    "ProfilePurpose",
    "Put",
    "Request",
    "Slot",
]

NS = "urn:xmpp:http:upload:0"
PURPOSE_NAMESPACE = "urn:xmpp:http:upload:purpose:0"


class Request(ElementBase):
    """``iq["http_upload_request"]``; interfaces ``filename``, ``size``, ``content-type``."""

    name = "request"
    namespace = NS
    plugin_attrib = "http_upload_request"
    interfaces: ClassVar[set[str]] = {"filename", "size", "content-type"}


class Slot(EmptyElement):
    """``iq["http_upload_slot"]``, with ``["put"]`` and ``["get"]``."""

    name = "slot"
    namespace = NS
    plugin_attrib = "http_upload_slot"


class Put(ElementBase):
    """Where the file is put; interface ``url``; ``["headers"]`` are the headers to send."""

    name = "put"
    namespace = NS
    plugin_attrib = "put"
    interfaces: ClassVar[set[str]] = {"url"}


class Get(ElementBase):
    """Where the file is got; interface ``url``."""

    name = "get"
    namespace = NS
    plugin_attrib = "get"
    interfaces: ClassVar[set[str]] = {"url"}


class Header(ElementBase):
    """A header; interfaces ``name``, ``value``."""

    name = "header"
    namespace = NS
    plugin_attrib = "header"
    plugin_multi_attrib = "headers"
    interfaces: ClassVar[set[str]] = {"name", "value"}

    def get_value(self) -> str:
        """Return the header's value."""
        return self.xml.text or ""

    def set_value(self, value: str) -> None:
        """Set the header's value."""
        self.xml.text = value

    def del_value(self) -> None:
        """Remove the header's value."""
        self.xml.text = None


class _Purpose(EmptyElement):
    """What the file is for."""

    namespace = PURPOSE_NAMESPACE


class MessagePurpose(_Purpose):
    """For a message, the default."""

    name = plugin_attrib = "message"


class ProfilePurpose(_Purpose):
    """For a profile, such as an avatar."""

    name = plugin_attrib = "profile"


class EphemeralPurpose(_Purpose):
    """For a short time."""

    name = plugin_attrib = "ephemeral"


class PermanentPurpose(_Purpose):
    """For ever."""

    name = plugin_attrib = "permanent"


register_stanza_plugin(Slot, Put)
register_stanza_plugin(Slot, Get)
register_stanza_plugin(Put, Header, iterable=True)
for _purpose in (MessagePurpose, ProfilePurpose, EphemeralPurpose, PermanentPurpose):
    register_stanza_plugin(Request, _purpose)
