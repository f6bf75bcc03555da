"""The negotiations of both roles and everything needed to use them, in one place to import.

Where it stands: the parser stage imports from here. Calls and answers::

    connected(tls) / receive(event) / tls_established(info) / keys_derived(keys) /
    step_timeout()   ->   list of Send | StartTls | RestartStream | DeriveKeys |
                          Established | Failed, to be carried out in order

After `StartTls` the owner runs the handshake and calls `tls_established`; whatever the
tokenizer still holds was not protected and is dropped by the `RestartStream` that follows.
After `DeriveKeys` it runs `sasl.scram.derive_keys(action)` in a thread and calls
`keys_derived`. Whenever `state` changes it sets a timer of `timeout` seconds that calls
`step_timeout`.
"""

from __future__ import annotations

from actorxmpp.protocol.actions import (
    Action,
    DeriveKeys,
    Established,
    Failed,
    RestartStream,
    Resumed,
    Send,
    StartTls,
    StreamLimits,
    TlsFacts,
)
from actorxmpp.protocol.client import ClientNegotiation
from actorxmpp.protocol.component import ComponentNegotiation, handshake_digest
from actorxmpp.protocol.core import MAX_ELEMENTS, Negotiation
from actorxmpp.protocol.settings import ClientSettings, ComponentSettings, ResumeRequest
from actorxmpp.protocol.states import StreamState

__all__ = [
    "MAX_ELEMENTS",
    "Action",
    "ClientNegotiation",
    "ClientSettings",
    "ComponentNegotiation",
    "ComponentSettings",
    "DeriveKeys",
    "Established",
    "Failed",
    "Negotiation",
    "RestartStream",
    "ResumeRequest",
    "Resumed",
    "Send",
    "StartTls",
    "StreamLimits",
    "StreamState",
    "TlsFacts",
    "handshake_digest",
]
