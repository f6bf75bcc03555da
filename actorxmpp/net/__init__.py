"""The only code that touches sockets: TCP, TLS, DNS and an in-memory pair.

Where it stands: below everything; it knows bytes, not XML. Begin with `connection`, the
interface the stages see, then `stream`, which implements it, then `dial`, which makes one.
"""

from __future__ import annotations

from actorxmpp.net.connection import Connection, ConnectionEvents
from actorxmpp.net.errors import (
    ConnectFailed,
    ConnectionClosed,
    ConnectionLost,
    DnsError,
    NetError,
    TlsCheck,
    TlsError,
    WriteBufferFull,
)
from actorxmpp.net.srv import Target
from actorxmpp.net.tls import TlsInfo, TlsPolicy

__all__ = [
    "ConnectFailed",
    "Connection",
    "ConnectionClosed",
    "ConnectionEvents",
    "ConnectionLost",
    "DnsError",
    "NetError",
    "Target",
    "TlsCheck",
    "TlsError",
    "TlsInfo",
    "TlsPolicy",
    "WriteBufferFull",
]
