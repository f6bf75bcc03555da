"""Active and inactive (XEP-0352 section 4)."""

from __future__ import annotations

from actorxmpp.plugins.elements import EmptyElement
from actorxmpp.xmlstream.stanzabase import StanzaBase

__all__ = ["NS", "Active", "ClientStateIndication", "Inactive"]

NS = "urn:xmpp:csi:0"


class ClientStateIndication(EmptyElement):
    """``<csi/>``, the stream feature."""

    name = plugin_attrib = "csi"
    namespace = NS


class Active(EmptyElement, StanzaBase):
    """``<active/>``: somebody looks at the client."""

    name = plugin_attrib = "active"
    namespace = NS


class Inactive(EmptyElement, StanzaBase):
    """``<inactive/>``: nobody looks at the client."""

    name = plugin_attrib = "inactive"
    namespace = NS
