"""Our client as the server tests use it: connected to a test's server, remembering what it gets.

Runs on the test's own loop; the slixmpp peer (``slix.py``) has a thread of its own, so a test calls
it by ``asyncio.to_thread``. All waiting is with a deadline.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

from actorxmpp import ClientXMPP
from actorxmpp.net.connection import Connection, ConnectionEvents
from actorxmpp.net.dial import dial
from actorxmpp.net.errors import NetError
from actorxmpp.net.tls import TlsPolicy
from actorxmpp.settings import SessionSettings
from supervisors import shutdown

from .servers.base import HOST, RealServer

POLL_S = 0.01
LOGIN_TIMEOUT_S = 60.0
CLOSE_TIMEOUT_S = 30.0


class Ours(ClientXMPP):
    """Keeps each message and presence, in order."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.messages: list[Any] = []
        self.presences: list[Any] = []
        self.failures: list[tuple[str, Any]] = []
        self.add_event_handler("message", self.messages.append)
        self.add_event_handler("presence_available", self.presences.append)
        for name in ("failed_auth", "connection_failed", "ssl_error", "parked", "stream_error"):
            self.add_event_handler(name, lambda data, name=name: self.failures.append((name, data)))

    @property
    def bodies(self) -> list[str]:
        """The bodies of all messages so far."""
        return [message["body"] for message in self.messages]


class _Watched:
    """The events of one connection; remembers whether it is over."""

    def __init__(self, events: ConnectionEvents) -> None:
        self._events = events
        self.over = False
        self.data_received = events.data_received
        self.pause_writing = events.pause_writing
        self.resume_writing = events.resume_writing

    def connection_lost(self, error: NetError | None) -> None:
        self.over = True
        self._events.connection_lost(error)


class Sockets:
    """A connector that knows which of its connections are still there.

    A session has ended when its stream is closed; its socket waits for the server's FIN, and a
    loop that ends before leaves it open.
    """

    def __init__(self) -> None:
        self._made: list[_Watched] = []

    async def connect(self, events: ConnectionEvents, *args: Any, **kwargs: Any) -> Connection:
        """Connect as a session does by itself."""
        watched = _Watched(events)
        connection = await dial(watched, *args, **kwargs)
        self._made.append(watched)
        return connection

    async def closed(self) -> None:
        """Wait until all are gone."""
        await until(lambda: all(one.over for one in self._made), "sockets close", CLOSE_TIMEOUT_S)


async def until(condition: Callable[[], object], what: str, timeout_s: float) -> None:
    """Wait until something is so.

    Raises:
        AssertionError: it isn't in time.
    """
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, f"not in {timeout_s:g} s: {what}"
        await asyncio.sleep(POLL_S)


def settings_for(
    server: RealServer, *, direct_tls: bool = False, **changes: Any
) -> SessionSettings:
    """Settings of a session that trusts this server and connects to it."""
    port = server.ports.direct_tls if direct_tls else server.ports.starttls
    values: dict[str, Any] = {
        "server": (HOST, port),
        "direct_tls": direct_tls,
        "tls": TlsPolicy(ca_file=str(server.ca_file)),
        **changes,
    }
    return SessionSettings(**values)


@contextlib.asynccontextmanager
async def online(
    server: RealServer,
    user: str,
    password: str,
    *,
    direct_tls: bool = False,
    mechanism: str | None = None,
) -> AsyncIterator[Ours]:
    """One of our clients, logged in; logged out in order at the end."""
    sockets = Sockets()
    client = Ours(
        f"{user}@{server.domain}/ours",
        password,
        sasl_mech=mechanism,
        settings=settings_for(server, direct_tls=direct_tls, connector=sockets.connect),
    )
    client.connect()
    try:
        await until(
            lambda: client.sessionstarted or client.failures, f"{user} logs in", LOGIN_TIMEOUT_S
        )
        assert client.sessionstarted, client.failures
        yield client
        reason = await asyncio.wait_for(client.disconnect(reason="the test is over"), 30)
        assert reason == "the test is over"
    finally:
        session = client.session.supervisor
        assert session is not None
        await shutdown(session)
        await sockets.closed()
