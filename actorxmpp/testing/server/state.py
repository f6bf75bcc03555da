"""What every connection of one server shares; `server.py` makes it and connections get it."""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING

from actorxmpp.testing.server.directory import Directory
from actorxmpp.testing.server.router import Router

if TYPE_CHECKING:
    import random
    import ssl
    from collections.abc import Coroutine

    from actorxmpp.testing.server.accounts import Accounts
    from actorxmpp.testing.server.stream import Stream


class ServerState:
    """The shared state of one server.

    Attributes:
        domain: The server's own domain.
        accounts: Who may log in.
        directory: Who is online.
        router: Where stanzas go.
        tls: The context of all TLS connections.
        bindings: Channel binding data by type; empty when none is offered.
        streams: Every open connection, for the end of the server and its limit.
        empty: Set while there is no connection at all.
        logins: Clients and components that logged in since the start.
    """

    __slots__ = (
        "_loop",
        "_rng",
        "_tasks",
        "accounts",
        "bindings",
        "directory",
        "domain",
        "empty",
        "logins",
        "router",
        "streams",
        "tls",
    )

    def __init__(
        self,
        domain: str,
        accounts: Accounts,
        loop: asyncio.AbstractEventLoop,
        *,
        tls: ssl.SSLContext | None = None,
        bindings: dict[str, bytes] | None = None,
        rng: random.Random | None = None,
    ) -> None:
        self.domain = domain
        self.accounts = accounts
        self.tls = tls
        self.bindings = bindings or {}
        self.directory = Directory()
        self.router = Router(domain, accounts, self.directory)
        self.streams: set[Stream] = set()
        self.empty = asyncio.Event()
        self.empty.set()
        self.logins = 0
        self._loop = loop
        self._rng = rng
        self._tasks: set[asyncio.Task[None]] = set()

    def new_resource(self) -> str:
        """A resource name for a client that didn't ask for one; repeatable with a seed."""
        if self._rng is None:
            return secrets.token_urlsafe(9)
        return f"{self._rng.getrandbits(64):016x}"

    def remove(self, stream: Stream) -> None:
        """A connection is over."""
        self.streams.discard(stream)
        if not self.streams:
            self.empty.set()

    def add(self, stream: Stream) -> None:
        """A connection was accepted."""
        self.streams.add(stream)
        self.empty.clear()

    def spawn(self, work: Coroutine[None, None, None]) -> None:
        """Run something beside the connections; it is kept alive until it is done."""
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
