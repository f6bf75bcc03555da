"""XEP-0172: User Nickname."""

from __future__ import annotations

from actorxmpp.plugins.xep_0172.stanza import UserNick
from actorxmpp.plugins.xep_0172.usernick import XEP_0172

__all__ = ["XEP_0172", "UserNick"]
