"""The invitation (XEP-0249 section 2)."""

from __future__ import annotations

from typing import ClassVar

from actorxmpp.xmlstream.stanzabase import ElementBase

__all__ = ["NS", "Invite"]

NS = "jabber:x:conference"


class Invite(ElementBase):
    """``<x xmlns='jabber:x:conference'/>``; interfaces ``jid password reason continue thread``."""

    name = "x"
    namespace = NS
    plugin_attrib = "groupchat_invite"
    interfaces: ClassVar[set[str]] = {"jid", "password", "reason", "continue", "thread"}
