"""XEP-0198: Stream Management."""

from __future__ import annotations

from actorxmpp.plugins.xep_0198.management import XEP_0198
from actorxmpp.plugins.xep_0198.stanza import (
    Ack,
    Enable,
    Enabled,
    Failed,
    RequestAck,
    Resume,
    Resumed,
    StreamManagement,
)

__all__ = [
    "XEP_0198",
    "Ack",
    "Enable",
    "Enabled",
    "Failed",
    "RequestAck",
    "Resume",
    "Resumed",
    "StreamManagement",
]
