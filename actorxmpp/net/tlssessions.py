"""TLS sessions kept for resumption: a reconnect then needs no certificate and less CPU.

Where it stands: each client context has one `SessionCache`; `StreamConnection.start_tls` asks
it, and fills it when the server has sent a ticket.

Rules: a session is only offered to the name its certificate was verified for, under the
policy (context) that verified it. All sessions of a fleet to one server share one entry: they
come from one address anyway, and an entry holds a certificate chain. Bounded; expired entries
are not used.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

MAX_SESSIONS: Final = 256
"""Server names remembered per context; an entry is a few KiB."""

MAX_AGE_S: Final = 24 * 3600
"""Use a session for a day at most, whatever the server allows (RFC 8446, 4.6.1: 7 days)."""


class SessionCache:
    """TLS sessions by server name, the least recently used one going first.

    Args:
        clock: Seconds since the epoch, as OpenSSL stamps its sessions.
    """

    __slots__ = ("_clock", "_sessions")

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._sessions: OrderedDict[str, ssl.SSLSession | None] = OrderedDict()

    def get(self, server_name: str) -> ssl.SSLSession | None:
        """A session worth offering to that server, or None."""
        session = self._sessions.get(server_name)
        if session is None:
            return None
        if self._clock() >= session.time + min(session.timeout, MAX_AGE_S):
            del self._sessions[server_name]
            return None
        self._sessions.move_to_end(server_name)
        return session

    def put(self, server_name: str, session: ssl.SSLSession) -> None:
        """Keep a session that has a ticket, unless the name is barred."""
        if server_name not in self._sessions or self._sessions[server_name] is not None:
            self._keep(server_name, session)

    def bar(self, server_name: str) -> None:
        """Resume no more sessions with that server.

        The tls-unique channel binding looks at a handshake's first Finished message. In a
        resumed handshake that is another side's than in a full one, and servers get it wrong.
        """
        self._keep(server_name, None)

    def _keep(self, server_name: str, session: ssl.SSLSession | None) -> None:
        self._sessions[server_name] = session
        self._sessions.move_to_end(server_name)
        while len(self._sessions) > MAX_SESSIONS:
            self._sessions.popitem(last=False)

    def forget(self, server_name: str) -> None:
        """Drop a session the server would not take."""
        if self._sessions.get(server_name) is not None:
            del self._sessions[server_name]

    def __len__(self) -> int:
        return len(self._sessions)
