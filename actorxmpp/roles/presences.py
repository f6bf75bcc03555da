"""What a role does by itself with messages, presences and roster IQs: events, rosters, approval."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, ClassVar

from actorxmpp.jid import InvalidJID
from actorxmpp.roles.requests import Requests
from actorxmpp.stanza import Message, Presence

if TYPE_CHECKING:
    from collections.abc import Callable

    from actorxmpp.jid import JID
    from actorxmpp.roster import Roster
    from actorxmpp.xmlstream.stanzabase import StanzaBase

__all__ = ["Presences"]

logger = logging.getLogger(__name__)

SUBSCRIPTION_TYPES = frozenset(("subscribe", "subscribed", "unsubscribe", "unsubscribed"))
BODY_TAGS = frozenset(("{jabber:client}body", "{jabber:component:accept}body"))
SHOW_TYPES = frozenset(("available", "chat", "away", "dnd", "xa"))


class Presences(Requests):
    """The role's own handling of stanzas, before any registered handler."""

    boundjid: JID
    is_component = False
    roster: Roster

    def handle_builtin(self, stanza: StanzaBase) -> bool:
        """Handle a stanza as RFC 6121 asks of every entity; False if it is for others alone."""
        handler = self._builtin.get(type(stanza))
        return handler is not None and handler(self, stanza)

    # messages

    def _builtin_message(self, message: Message) -> bool:
        xml = message.xml
        if not self.is_component and not xml.get("to"):
            message["to"] = self.boundjid
        if xml.get("type") == "error":
            self.event("message_error", message)
            return True
        for child in xml:
            if child.tag in BODY_TAGS:
                self.event("message", message)
                break
        return True

    # presence

    def _builtin_presence(self, presence: Presence) -> bool:
        try:
            sender, to = presence["from"], presence["to"]
        except InvalidJID:
            logger.warning("a presence with an address that is no JID was dropped")
            return True
        if not self.is_component and not to.bare:
            presence["to"] = to = self.boundjid
        if self.roster[to].ignore_updates:
            return True
        ptype = presence["type"]
        self._update_roster(ptype, presence, to, sender)
        self.event("presence", presence)
        self.event(f"presence_{ptype}", presence)
        if ptype in SUBSCRIPTION_TYPES:
            self.event("changed_subscription", presence)
        return True

    def _update_roster(self, ptype: str, presence: Presence, to: JID, sender: JID) -> None:
        if ptype in SHOW_TYPES:
            self.roster[to][sender].handle_available(presence)
        else:
            name = _ROSTER_HANDLERS.get(ptype)
            if name is not None:
                getattr(self.roster[to][sender], name)(presence)

    def handle_new_subscription(self, presence: Presence) -> None:
        """Approve or refuse a subscription request as ``auto_authorize`` says.

        Whitelisted contacts are approved. ``auto_authorize=None`` leaves it to the program.
        """
        roster = self.roster[presence["to"]]
        item = roster[presence["from"]]
        if item["whitelisted"] or roster.auto_authorize:
            item.authorize()
            if roster.auto_subscribe:
                item.subscribe()
        elif roster.auto_authorize is False:
            item.unauthorize()

    _builtin: ClassVar[dict[type, Callable[[Any, Any], bool]]] = {
        Message: _builtin_message,
        Presence: _builtin_presence,
    }


_ROSTER_HANDLERS = {
    "unavailable": "handle_unavailable",
    "subscribe": "handle_subscribe",
    "subscribed": "handle_subscribed",
    "unsubscribe": "handle_unsubscribe",
    "unsubscribed": "handle_unsubscribed",
    "probe": "handle_probe",
}
