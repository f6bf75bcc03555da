"""Copies of messages for one's other resources (XEP-0280)."""

from __future__ import annotations

from typing import Any, ClassVar

from actorxmpp.plugins.elements import EmptyElement
from actorxmpp.plugins.xep_0297 import Forwarded
from actorxmpp.xmlstream.stanzabase import ElementBase, register_stanza_plugin

__all__ = [
    "NS",
    "CarbonDisable",
    "CarbonEnable",
    "PrivateCarbon",
    "ReceivedCarbon",
    "SentCarbon",
]

NS = "urn:xmpp:carbons:2"


class ReceivedCarbon(ElementBase):
    """``message["carbon_received"]``: a message another resource received."""

    name = "received"
    namespace = NS
    plugin_attrib = "carbon_received"
    interfaces: ClassVar[set[str]] = {"carbon_received"}
    is_extension = True

    def get_carbon_received(self) -> Any:
        """Return the message."""
        return self["forwarded"]["stanza"]

    def set_carbon_received(self, stanza: Any) -> None:
        """Set the message."""
        self["forwarded"]["stanza"] = stanza

    def del_carbon_received(self) -> None:
        """Take the message out."""
        del self["forwarded"]["stanza"]


class SentCarbon(ElementBase):
    """``message["carbon_sent"]``: a message another resource sent."""

    name = "sent"
    namespace = NS
    plugin_attrib = "carbon_sent"
    interfaces: ClassVar[set[str]] = {"carbon_sent"}
    is_extension = True

    def get_carbon_sent(self) -> Any:
        """Return the message."""
        return self["forwarded"]["stanza"]

    def set_carbon_sent(self, stanza: Any) -> None:
        """Set the message."""
        self["forwarded"]["stanza"] = stanza

    def del_carbon_sent(self) -> None:
        """Take the message out."""
        del self["forwarded"]["stanza"]


class PrivateCarbon(EmptyElement):
    """``<private/>``: no copies of this message."""

    name = "private"
    namespace = NS
    plugin_attrib = "carbon_private"


class CarbonEnable(EmptyElement):
    """``<enable/>``: copies from now on."""

    name = "enable"
    namespace = NS
    plugin_attrib = "carbon_enable"


class CarbonDisable(EmptyElement):
    """``<disable/>``: no more copies."""

    name = "disable"
    namespace = NS
    plugin_attrib = "carbon_disable"


register_stanza_plugin(ReceivedCarbon, Forwarded)
register_stanza_plugin(SentCarbon, Forwarded)
