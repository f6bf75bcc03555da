"""The embedded server in this process and without sockets: for tests of sessions.

Real TLS, real SASL, real routing; only TCP is left out. Sessions reach it through its connector
(``connector.py``), which ``settings`` puts in. Everything happens on the running loop, so a test
sees it happen step by step.
"""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from actorxmpp.net.tls import TlsPolicy, server_context
from actorxmpp.settings import SessionSettings
from actorxmpp.testing.connector import MemoryConnector
from actorxmpp.testing.server.accounts import Accounts
from actorxmpp.testing.server.certificate import ensure_certificate
from actorxmpp.testing.server.client import ClientStream
from actorxmpp.testing.server.component import ComponentStream
from actorxmpp.testing.server.state import ServerState

if TYPE_CHECKING:
    from actorxmpp.net.connection import Connection
    from actorxmpp.testing.server.stream import Stream

__all__ = ["COMPONENT_PORT", "MemoryServer"]

COMPONENT_PORT = 5347
"""A connection to this port is a component's."""


class MemoryServer:
    """A server that sessions of this process reach without sockets.

    Use it as an async context manager. Any user name may log in with ``password``, any component
    with ``secret``.

    Attributes:
        connector: how sessions reach it; makes it slow, unreachable or unreliable.
    """

    def __init__(
        self,
        domain: str = "localhost",
        password: str = "secret",  # noqa: S107  this server exists for tests
        secret: str = "secret",  # noqa: S107
    ) -> None:
        self.domain = domain
        self.connector = MemoryConnector(self._accept)
        self._credentials = (password, secret)
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._ca_file = ""
        self._state: ServerState | None = None

    async def __aenter__(self) -> Self:
        """Make a certificate and open."""
        self._folder = tempfile.TemporaryDirectory(prefix="actorxmpp-memory-")
        folder = Path(self._folder.name)
        files = await asyncio.to_thread(ensure_certificate, folder, self.domain)
        self._ca_file = str(files.ca_file)
        accounts = Accounts(self.domain)
        await accounts.add_all({}, {}, *self._credentials)
        context = await server_context(str(files.chain_file), str(files.key_file))
        loop = asyncio.get_running_loop()
        self._state = ServerState(self.domain, accounts, loop, tls=context)
        return self

    async def __aexit__(self, *_exc_info: object) -> None:
        """Drop every connection."""
        self.connector.down = True
        self.cut()
        await asyncio.sleep(0)
        if self._folder is not None:
            self._folder.cleanup()

    @property
    def state(self) -> ServerState:
        """Everything the connections share."""
        assert self._state is not None, "use the server as an async context manager"
        return self._state

    def settings(self, **changes: Any) -> SessionSettings:
        """Settings for a session that is to reach this server."""
        values: dict[str, Any] = {
            "tls": TlsPolicy(ca_file=self._ca_file),
            "connector": self.connector,
            **changes,
        }
        return SessionSettings(**values)

    def _accept(self, connection: Connection, address: tuple[str, int] | None) -> Stream:
        component = address is not None and address[1] == COMPONENT_PORT
        stream: Stream = (ComponentStream if component else ClientStream)(connection, self.state)
        self.state.add(stream)
        return stream

    def cut(self) -> int:
        """Cut every connection hard; returns how many there were."""
        streams = list(self.state.streams)
        for stream in streams:
            stream.cut()
        return len(streams)
