"""Active and inactive (XEP-0352 section 4)."""

from __future__ import annotations

from typing import ClassVar

from actorxmpp.xmlstream.stanzabase import ElementBase, StanzaBase

__all__ = ["NS", "Active", "ClientStateIndication", "Inactive"]

NS = "urn:xmpp:csi:0"


class ClientStateIndication(ElementBase):
    """``<csi/>``, the stream feature."""

    name = "csi"
    namespace = NS
    plugin_attrib = "csi"
    interfaces: ClassVar[set[str]] = set()


class Active(StanzaBase):
    """``<active/>``: somebody looks at the client."""

    name = "active"
    namespace = NS
    plugin_attrib = "active"
    interfaces: ClassVar[set[str]] = set()


class Inactive(StanzaBase):
    """``<inactive/>``: nobody looks at the client."""

    name = "inactive"
    namespace = NS
    plugin_attrib = "inactive"
    interfaces: ClassVar[set[str]] = set()
