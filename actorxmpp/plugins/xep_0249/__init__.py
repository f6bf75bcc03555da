"""XEP-0249: Direct MUC Invitations: invitations into rooms from person to person."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from actorxmpp.plugins.base import BasePlugin
from actorxmpp.stanza import Message
from actorxmpp.xmlstream import ElementBase, register_stanza_plugin

if TYPE_CHECKING:
    from actorxmpp.types import JidStr, OptJidStr

__all__ = ["XEP_0249", "Invite"]

NS = "jabber:x:conference"


class Invite(ElementBase):
    """``<x xmlns='jabber:x:conference'/>``; interfaces ``jid password reason continue thread``."""

    name = "x"
    namespace = NS
    plugin_attrib = "groupchat_invite"
    interfaces: ClassVar[set[str]] = {"jid", "password", "reason", "continue", "thread"}


register_stanza_plugin(Message, Invite)


class XEP_0249(BasePlugin):
    """Direct MUC Invitations, both roles.

    Events: ``groupchat_direct_invite``, with the message: ``message["groupchat_invite"]["jid"]`` is
    the room.
    """

    name = "xep_0249"
    description = "XEP-0249: Direct MUC Invitations"
    xep_version = "1.2"
    dependencies: ClassVar[set[str]] = {"xep_0030"}
    features = (NS,)

    def plugin_init(self) -> None:
        """Take invitations."""
        self.handle("Direct MUC Invitations", "message/groupchat_invite", self._handle_invite)

    def _handle_invite(self, message: Message) -> None:
        if message["type"] != "error" and message["groupchat_invite"]["jid"]:
            self.xmpp.event("groupchat_direct_invite", message)

    def send_invitation(
        self,
        jid: JidStr,
        roomjid: JidStr,
        password: str | None = None,
        reason: str | None = None,
        *,
        mfrom: OptJidStr = None,
    ) -> None:
        """Invite somebody.

        Args:
            jid: whom.
            roomjid: into which room.
            password: the room's password.
            reason: what for.
            mfrom: from which of a component's JIDs.
        """
        message = self.xmpp.make_message(jid, mfrom=mfrom)
        invite = message["groupchat_invite"]
        invite["jid"] = str(roomjid)
        invite["password"] = password
        invite["reason"] = reason
        message.send()
