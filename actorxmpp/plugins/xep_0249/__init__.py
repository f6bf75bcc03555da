"""XEP-0249: Direct MUC Invitations."""

from __future__ import annotations

from actorxmpp.plugins.xep_0249.invite import XEP_0249
from actorxmpp.plugins.xep_0249.stanza import Invite

__all__ = ["XEP_0249", "Invite"]
