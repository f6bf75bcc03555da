"""XEP-0223: Persistent Storage of Private Data via PubSub: the same, and nobody else may look."""

from __future__ import annotations

from typing import Any, ClassVar

from actorxmpp.plugins.xep_0222 import Storage

__all__ = ["XEP_0223"]


class XEP_0223(Storage):
    """Persistent Storage of Private Data, for clients.

    ``profile`` and, for single nodes, ``node_profiles`` say how nodes are configured. A server that
    does not know ``publish-options`` must not be trusted with it (section 5): it says
    ``http://jabber.org/protocol/pubsub#publish-options`` in service discovery if it does.
    """

    name = "xep_0223"
    description = "XEP-0223: Persistent Storage of Private Data via PubSub"
    xep_version = "1.1.1"
    profile: ClassVar[dict[str, Any]] = {
        "pubsub#persist_items": True,
        "pubsub#access_model": "whitelist",
    }
