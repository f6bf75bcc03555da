"""XEP-0100: Gateway Interaction: what every gateway does with the stanzas of its users."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from actorxmpp.exceptions import ActorXMPPError
from actorxmpp.jid import JID
from actorxmpp.plugins.base import BasePlugin
from actorxmpp.plugins.xep_0106 import escape

if TYPE_CHECKING:
    from actorxmpp.stanza import Iq, Message, Presence
    from actorxmpp.types import JidStr, MessageTypes, OptJidStr

__all__ = ["XEP_0100", "LegacyError"]


class LegacyError(ActorXMPPError):
    """The other network refuses to add a contact."""


class XEP_0100(BasePlugin):
    """Gateway Interaction, for components. In a client it does nothing.

    Users register with XEP-0077. The program takes over (``api``) ``legacy_contact_add``, which may
    raise ``LegacyError``, and ``legacy_contact_remove``; both are called with (our JID, node, the
    user's JID, the contact's JID).

    Configuration: ``component_name``, ``type`` ("xmpp"), the gateway's type in service discovery,
    ``needs_registration`` (True), only registered users may use it.

    Events: ``legacy_login`` and ``legacy_logout`` with the presence (or the IQ that ended the
    registration), ``legacy_presence_unavailable``, ``legacy_message`` with a message to a contact,
    ``gateway_message`` with one to the gateway itself.
    """

    name = "xep_0100"
    description = "XEP-0100: Gateway Interaction"
    xep_version = "1.0"
    dependencies: ClassVar[set[str]] = {"xep_0030", "xep_0077"}
    component_name: str
    type: str
    needs_registration: bool
    default_config: ClassVar[dict[str, Any]] = {
        "component_name": "actorxmpp gateway",
        "type": "xmpp",
        "needs_registration": True,
    }
    api_handlers: ClassVar[dict[str, str]] = {
        "legacy_contact_add": "_contact_add",
        "legacy_contact_remove": "_contact_remove",
    }

    def plugin_init(self) -> None:
        """Take what users send to the gateway and their contacts."""
        if not self.xmpp.is_component:
            return
        self.xmpp.plugin["xep_0030"].add_identity("gateway", self.type, self.component_name)
        self.xmpp.client_roster.auto_authorize = None  # the handlers below answer
        self.xmpp.client_roster.auto_subscribe = False
        handlers: dict[str, Any] = {
            "user_register": self.on_user_register,
            "user_unregister": self.on_user_unregister,
            "presence_available": self.on_presence_available,
            "presence_unavailable": self.on_presence_unavailable,
            "presence_subscribe": self.on_presence_subscribe,
            "presence_unsubscribe": self.on_presence_unsubscribe,
            "message": self.on_message,
        }
        for event, handler in handlers.items():
            self.xmpp.add_event_handler(event, handler)

    async def get_user(self, stanza: Any) -> Any:
        """Return the registered user that sent a stanza, or None."""
        return await self.xmpp.plugin["xep_0077"].api.run("user_get", None, None, None, stanza)

    def send_presence(
        self,
        pto: JidStr,
        ptype: str | None = None,
        pstatus: str | None = None,
        pfrom: OptJidStr = None,
    ) -> None:
        """Send a presence of the gateway itself, or of ``pfrom``."""
        sender = pfrom or self.xmpp.boundjid.bare
        self.xmpp.send_presence(pfrom=sender, ptype=ptype, pto=pto, pstatus=pstatus)

    def _is_gateway(self, jid: JID) -> bool:
        return jid.bare == self.xmpp.boundjid.bare

    # registering (section 4.1 to 4.3)

    async def on_user_register(self, iq: Iq) -> None:
        """Ask a new user for presence, so that the gateway knows when to log in."""
        if await self.get_user(iq) is not None:
            user = iq["from"].bare
            self.send_presence(user, "subscribe")

    def on_user_unregister(self, iq: Iq) -> None:
        """Let go of a user who left."""
        self.xmpp.event("legacy_logout", iq)
        user = iq["from"].bare
        for ptype in ("unsubscribe", "unsubscribed", "unavailable"):
            self.send_presence(user, ptype)

    # presence (sections 4.4, 4.5, 4.6, 4.8)

    async def on_presence_available(self, presence: Presence) -> None:
        """A user came online: log in, and show the gateway."""
        if not self._is_gateway(presence["to"]) or await self.get_user(presence) is None:
            return
        self.xmpp.event("legacy_login", presence)
        self.send_presence(presence["from"].bare)

    async def on_presence_unavailable(self, presence: Presence) -> None:
        """A user went offline: log out."""
        if await self.get_user(presence) is None:
            return
        if self._is_gateway(presence["to"]):
            self.xmpp.event("legacy_logout", presence)
            self.send_presence(presence["from"], "unavailable")
        else:
            self.xmpp.event("legacy_presence_unavailable", presence)

    async def on_presence_subscribe(self, presence: Presence) -> None:
        """A user adds a contact, or the gateway."""
        user, contact = presence["from"], presence["to"]
        registered = await self.get_user(presence) is not None
        if self.needs_registration and not registered:
            return
        if self._is_gateway(contact):
            self.send_presence(user.bare, "subscribed")
            return
        try:
            await self.api.run("legacy_contact_add", None, None, user, contact)
        except LegacyError:
            self.send_presence(user.bare, "unsubscribed", pfrom=contact.bare)
            return
        self.send_presence(user.bare, "subscribed", pfrom=contact.bare)
        self.send_presence(user.bare, pfrom=contact.bare)
        self.send_presence(user.bare, "subscribe", pfrom=contact.bare)

    async def on_presence_unsubscribe(self, presence: Presence) -> None:
        """A user removes a contact."""
        user, contact = presence["from"], presence["to"]
        if self._is_gateway(contact):
            return
        if self.needs_registration and await self.get_user(presence) is None:
            return
        await self.api.run("legacy_contact_remove", None, None, user, contact)
        for ptype in ("unsubscribe", "unsubscribed", "unavailable"):
            self.send_presence(user.bare, ptype, pfrom=contact.bare)

    def _contact_add(self, *_: Any) -> None:
        """Nothing stands in the way of adding contacts unless the program says so."""

    def _contact_remove(self, *_: Any) -> None:
        """Nothing is to be done for contacts that go unless the program says so."""

    # messages (section 4.7)

    async def on_message(self, msg: Message) -> None:
        """A user writes to a contact, or to the gateway."""
        if msg["type"] in ("groupchat", "error"):
            return
        if self._is_gateway(msg["to"]):
            self.xmpp.event("gateway_message", msg)
        elif not self.needs_registration or await self.get_user(msg) is not None:
            self.xmpp.event("legacy_message", msg)

    def transform_legacy_message(
        self,
        jabber_user_jid: JidStr,
        legacy_contact_id: str,
        body: str,
        mtype: MessageTypes | None = None,
    ) -> None:
        """Pass a message from the other network on.

        Args:
            jabber_user_jid: to which user.
            legacy_contact_id: the contact's name there; any name (XEP-0106).
            body: the text.
            mtype: the message's type.
        """
        sender = JID(f"{escape(legacy_contact_id.strip())}@{self.xmpp.boundjid.bare}")
        self.xmpp.send_message(jabber_user_jid, body, mtype=mtype, mfrom=sender)
