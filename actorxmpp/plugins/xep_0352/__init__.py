"""XEP-0352: Client State Indication: tells the server whether anybody looks."""

from __future__ import annotations

from typing import Any, ClassVar

from actorxmpp.plugins.base import BasePlugin
from actorxmpp.plugins.elements import EmptyElement
from actorxmpp.xmlstream import StanzaBase

__all__ = ["XEP_0352", "Active", "ClientStateIndication", "Inactive"]

NS = "urn:xmpp:csi:0"
STREAM_FEATURE = f"{{{NS}}}csi"


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


class XEP_0352(BasePlugin):
    """Client State Indication, for clients.

    A new session is active for the server; one that was inactive is made so again.

    Configuration: ``order``, accepted for compatibility.

    Events: ``csi_enabled`` with each new session whose server knows of it.
    """

    name = "xep_0352"
    description = "XEP-0352: Client State Indication"
    xep_version = "1.0.0"
    default_config: ClassVar[dict[str, Any]] = {"order": 12000}

    def plugin_init(self) -> None:
        """Wait for sessions."""
        self.xmpp.add_event_handler("session_start", self._new_session)

    @property
    def enabled(self) -> bool:
        """Whether the server of this session knows of it."""
        return STREAM_FEATURE in self.xmpp.features

    def _new_session(self, _event: Any) -> None:
        if self.enabled:
            self.xmpp.event("csi_enabled", self.xmpp.features)
            if self.kept.get("inactive"):
                self.send_inactive()

    def send_active(self) -> None:
        """Say that somebody looks; nothing happens if the server does not know of it."""
        self.kept["inactive"] = False
        if self.enabled:
            Active(self.xmpp).send()

    def send_inactive(self) -> None:
        """Say that nobody looks; nothing happens if the server does not know of it."""
        self.kept["inactive"] = True
        if self.enabled:
            Inactive(self.xmpp).send()
