"""XEP-0184: Message Delivery Receipts."""

from __future__ import annotations

from actorxmpp.plugins.xep_0184.receipt import XEP_0184
from actorxmpp.plugins.xep_0184.stanza import Received, Request

__all__ = ["XEP_0184", "Received", "Request"]
