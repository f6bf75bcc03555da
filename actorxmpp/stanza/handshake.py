"""Handshake: how a component proves that it knows the secret (XEP-0114)."""

from __future__ import annotations

from typing import ClassVar

from actorxmpp.xmlstream.namespaces import COMPONENT_NS
from actorxmpp.xmlstream.stanzabase import StanzaBase


class Handshake(StanzaBase):
    """The ``<handshake/>`` of a component's stream; its interface is ``value``."""

    __slots__ = ()

    namespace = COMPONENT_NS
    name = "handshake"
    interfaces: ClassVar[set[str]] = {"value"}

    def get_value(self) -> str | None:
        """Return the digest; None in the server's answer."""
        return self.xml.text

    def set_value(self, value: str) -> None:
        """Set the digest."""
        self.xml.text = value

    def del_value(self) -> None:
        """Remove the digest."""
        self.xml.text = ""

    def __repr__(self) -> str:
        """Return the element's name only: the digest is as good as the secret for this stream."""
        return "<handshake>"
