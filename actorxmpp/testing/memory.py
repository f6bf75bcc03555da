"""The embedded server in this process and without sockets: for tests of sessions.

Real SASL, real routing, real stream management, real TLS unless a test does without; only TCP is
left out. Sessions reach it through its connector (``connector.py``), which ``settings`` puts in.
Everything happens on the running loop, so a test sees it happen step by step.

What it should do wrong is set on its ``faults`` and its ``connector``; what no server with a bug
would do either is for ``script.py``.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from actorxmpp.net.tls import TlsPolicy, server_context
from actorxmpp.settings import SessionSettings
from actorxmpp.testing.connector import MemoryConnector
from actorxmpp.testing.server import namespaces as ns
from actorxmpp.testing.server.accounts import Accounts
from actorxmpp.testing.server.certificate import ensure_certificate
from actorxmpp.testing.server.client import ClientStream
from actorxmpp.testing.server.component import ComponentStream
from actorxmpp.testing.server.faults import Faults
from actorxmpp.testing.server.state import ServerState

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable
    from xml.etree.ElementTree import Element

    from actorxmpp.net.connection import Connection
    from actorxmpp.testing.server.management import Management, ManagementOptions
    from actorxmpp.testing.server.stream import Stream

__all__ = ["COMPONENT_PORT", "MemoryServer"]

COMPONENT_PORT = 5347
"""A connection to this port is a component's."""

MAX_HANDLED = 100_000
"""Stanzas kept for a test to look at, the last ones."""


class MemoryServer:
    """A server that sessions of this process reach without sockets.

    Use it as an async context manager. Any user name may log in with ``password``, any component
    with ``secret``.

    ```python
    async with MemoryServer(tls=False) as server:
        bot = Bot("romeo@localhost/orchard", "secret", settings=server.settings())
        bot.connect()
        ...
        server.faults.ignore_requests = True  # no acknowledgements from now on
        server.connector.dial_seconds = 0.3
        server.cut()
    ```

    Args:
        domain: the domain it serves.
        password: what every user logs in with.
        secret: what every component logs in with.
        tls: whether there is STARTTLS. Without it logins are much faster, and ``settings`` lets
            sessions do without.
        management: what it offers of stream management (XEP-0198).
        features: XML added to the stream features of those who have logged in.
        seed: makes salts, session ids and resources the same in every run.

    Attributes:
        connector: how sessions reach it; makes it slow, unreachable or unreliable.
        faults: what it does wrong.
        on_stanza: called with each stanza of a client that it handles.
        handled: these stanzas, in order, over all sessions.
    """

    def __init__(
        self,
        domain: str = "localhost",
        password: str = "secret",  # noqa: S107  this server exists for tests
        secret: str = "secret",  # noqa: S107
        *,
        tls: bool = True,
        management: ManagementOptions | None = None,
        features: str = "",
        seed: str | None = None,
    ) -> None:
        self.domain = domain
        self.connector = MemoryConnector(self._accept)
        self.faults = Faults()
        self.on_stanza: Callable[[Element], None] | None = None
        self.handled: list[Element] = []
        self._credentials = (password, secret)
        self._tls = tls
        self._management = management
        self._features = features
        self._seed = seed
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._ca_file = ""
        self._state: ServerState | None = None
        self._reading = True

    async def __aenter__(self) -> Self:
        """Make a certificate and open."""
        accounts = Accounts(self.domain, salt_secret=self._seed or "")
        await accounts.add_all({}, {}, *self._credentials)
        self._state = ServerState(
            self.domain,
            accounts,
            asyncio.get_running_loop(),
            tls=await self._context() if self._tls else None,
            rng=None if self._seed is None else random.Random(self._seed),
            management=self._management,
            faults=self.faults,
            features=self._features,
        )
        self._state.on_stanza = self._note
        return self

    async def _context(self) -> ssl.SSLContext:
        self._folder = tempfile.TemporaryDirectory(prefix="actorxmpp-memory-")
        folder = Path(self._folder.name)
        files = await asyncio.to_thread(ensure_certificate, folder, self.domain)
        self._ca_file = str(files.ca_file)
        return await server_context(str(files.chain_file), str(files.key_file))

    async def __aexit__(self, *_exc_info: object) -> None:
        """Drop every connection."""
        self.connector.down = True
        self.forget()
        self.cut()
        await asyncio.sleep(0)
        if self._folder is not None:
            self._folder.cleanup()

    def _accept(self, connection: Connection, address: tuple[str, int] | None) -> Stream:
        component = address is not None and address[1] == COMPONENT_PORT
        stream: Stream = (ComponentStream if component else ClientStream)(connection, self.state)
        self.state.add(stream)
        if not self._reading:
            stream.pause_reading()
        return stream

    def _note(self, stanza: Element) -> None:
        self.handled.append(stanza)
        del self.handled[:-MAX_HANDLED]
        if self.on_stanza is not None:
            self.on_stanza(stanza)

    @property
    def state(self) -> ServerState:
        """Return everything the connections share."""
        assert self._state is not None, "use the server as an async context manager"
        return self._state

    def settings(self, **changes: Any) -> SessionSettings:
        """Make settings for a session that is to reach this server."""
        values: dict[str, Any] = {
            "tls": TlsPolicy(ca_file=self._ca_file or None),
            "require_tls": self._tls,
            "connector": self.connector,
            **changes,
        }
        return SessionSettings(**values)

    # what a test does

    def cut(self) -> int:
        """Cut every connection hard; returns how many there were."""
        streams = list(self.state.streams)
        for stream in streams:
            stream.cut()
        return len(streams)

    def send(self, data: bytes) -> None:
        """Send a stanza to the newest session, now or when it is resumed.

        Raises:
            LookupError: there is no session.
        """
        resources = self.state.directory.resources
        if not resources:
            raise LookupError("there is no session")
        resources[next(reversed(resources))].stream.send(data)

    def write(self, data: bytes) -> None:
        """Write bytes to every connection that count as no stanza."""
        for stream in list(self.state.streams):
            stream.write(data)

    def forget(self) -> None:
        """Lose every session that can be resumed."""
        self.state.sessions.forget()

    @property
    def reading(self) -> bool:
        """Return whether it reads what sessions send; a server that doesn't makes them wait."""
        return self._reading

    @reading.setter
    def reading(self, reading: bool) -> None:
        self._reading = reading
        for stream in self.state.streams:
            if reading:
                stream.resume_reading()
            else:
                stream.pause_reading()

    # what a test looks at

    def bodies(self) -> list[str]:
        """Return the texts of the messages it has handled, in order."""
        found = (stanza.findtext(f"{{{ns.CLIENT}}}body") for stanza in self.handled)
        return [text for text in found if text is not None]

    @property
    def sessions(self) -> dict[str, Management]:
        """Return the sessions that can be resumed, by their id, oldest first."""
        return {
            session_id: resource.management
            for session_id, resource in self.state.sessions.resumable.items()
            if resource.management is not None
        }

    @property
    def resumptions(self) -> int:
        """Return how many sessions were resumed."""
        return self.state.sessions.resumptions

    @property
    def ack_requests(self) -> int:
        """Return how many acknowledgements it was asked for."""
        return self.state.ack_requests
