"""What every connection of one server shares; `server.py` makes it and connections get it."""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING

from actorxmpp.testing.server.directory import Directory
from actorxmpp.testing.server.management import ManagementOptions
from actorxmpp.testing.server.router import Router
from actorxmpp.testing.server.sessions import Sessions

if TYPE_CHECKING:
    import random
    import ssl
    from collections.abc import Callable, Coroutine
    from xml.etree.ElementTree import Element

    from actorxmpp.testing.server.accounts import Accounts
    from actorxmpp.testing.server.directory import Resource
    from actorxmpp.testing.server.faults import Faults
    from actorxmpp.testing.server.stream import Stream


class ServerState:
    """The shared state of one server.

    Attributes:
        domain: the server's own domain.
        accounts: who may log in.
        directory: who is online.
        router: where stanzas go.
        tls: the context of all TLS connections.
        bindings: channel binding data by type; empty when none is offered.
        streams: every open connection, for the end of the server and its limit.
        empty: set while there is no connection at all.
        logins: clients and components that logged in since the start.
        management: what is offered of stream management.
        sessions: the sessions that can be resumed.
        faults: what the server does wrong on purpose; None: nothing.
        features: XML added to the stream features of those who have logged in.
        ack_requests: how often clients asked for an acknowledgement.
        on_stanza: called with each stanza of a client that is handled.
    """

    __slots__ = (
        "_loop",
        "_rng",
        "_tasks",
        "accounts",
        "ack_requests",
        "bindings",
        "directory",
        "domain",
        "empty",
        "faults",
        "features",
        "logins",
        "management",
        "on_stanza",
        "router",
        "sessions",
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
        management: ManagementOptions | None = None,
        faults: Faults | None = None,
        features: str = "",
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
        self.management = management or ManagementOptions()
        self.sessions = Sessions(loop, self._end_session)
        self.faults = faults
        self.features = features
        self.ack_requests = 0
        self.on_stanza: Callable[[Element], None] | None = None
        self._loop = loop
        self._rng = rng
        self._tasks: set[asyncio.Task[None]] = set()

    def end_session(self, resource: Resource) -> None:
        """End a session: it can't be resumed, and what it never acknowledged goes elsewhere."""
        self.sessions.end(resource)

    def _end_session(self, resource: Resource) -> None:
        self.directory.detach(resource)
        self.router.presence.gone(resource)
        if resource.management is not None:
            for stanza in resource.management.take_unacked():
                self.router.redeliver(stanza)

    def new_resource(self) -> str:
        """Make a resource name for a client that didn't ask for one; repeatable with a seed."""
        if self._rng is None:
            return secrets.token_urlsafe(9)
        return f"{self._rng.getrandbits(64):016x}"

    def new_session_id(self) -> str:
        """Make an id for a session to be resumed by; repeatable with a seed."""
        return self.new_resource()

    def remove(self, stream: Stream) -> None:
        """Forget a connection that is over."""
        self.streams.discard(stream)
        if not self.streams:
            self.empty.set()

    def add(self, stream: Stream) -> None:
        """Take in a connection that was accepted."""
        self.streams.add(stream)
        self.empty.clear()

    def spawn(self, work: Coroutine[None, None, None]) -> None:
        """Run something beside the connections; it is kept alive until it is done."""
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
