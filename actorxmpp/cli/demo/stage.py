"""The server and the fleet of one demo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from actorxmpp.cli.demo.bots import Book, EchoBot, EchoComponent, Peer
from actorxmpp.cli.demo.options import HANDSHAKES, LOGINS_A_SECOND, STOP_TIMEOUT
from actorxmpp.fleet.gate import ConnectGate
from actorxmpp.fleet.supervisor import Fleet
from actorxmpp.net.tls import TlsPolicy
from actorxmpp.protocol.backoff import FullJitter
from actorxmpp.settings import OnHandlerError, SessionKind, SessionSettings, SessionSpec
from actorxmpp.testing.server import EmbeddedServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from actorxmpp.cli.demo.options import DemoOptions

__all__ = ["Stage"]

PASSWORD = "demo"  # noqa: S105 -- of accounts that exist for the length of a demo, on this machine
RESOURCE = "demo"

BACKOFF = FullJitter(base=0.5, cap=4.0, slow_from=4.0)
"""Short: a demo shows recovery within seconds; the default would be right for a real server."""

PLUGINS: tuple[tuple[str, dict[str, Any]], ...] = (("xep_0030", {}), ("xep_0199", {}))


class Stage:
    """What a demo plays on; a context manager that leaves nothing behind.

    Attributes:
        server: The embedded server, in a process of its own.
        fleet: The sessions, in this process.
        peers: The sessions as the demo sees them: clients first, then components.
        book: What is counted.
    """

    def __init__(self, options: DemoOptions) -> None:
        self._options = options
        self.server = EmbeddedServer(
            auto_accounts=PASSWORD, auto_components=PASSWORD, seed=options.seed
        )
        self.fleet = Fleet()
        self.peers: list[Peer] = []
        self.book = Book()

    async def __aenter__(self) -> Self:
        await self.server.start()
        try:
            await self.fleet.open()
        except BaseException:
            await self.server.close()
            raise
        return self

    async def __aexit__(self, *_exc_info: object) -> None:
        try:
            await self.fleet.stop(STOP_TIMEOUT)
        finally:
            await self.server.close()

    async def start_sessions(self) -> None:
        """Start every session; they connect as fast as the gate lets them."""
        for peer, spec in zip(self._make_peers(), self._specs(), strict=True):
            peer.session = await self.fleet.add(spec)

    def _make_peers(self) -> list[Peer]:
        domain = self.server.domain
        addresses = [f"bot{n}@{domain}/{RESOURCE}" for n in range(1, self._options.sessions + 1)]
        addresses += [f"gw{n}.{domain}" for n in range(1, self._options.components + 1)]
        self.peers += [Peer(index, address) for index, address in enumerate(addresses)]
        return self.peers

    def _specs(self) -> Iterator[SessionSpec]:
        """A spec for each peer, in order."""
        gate = ConnectGate(rate=LOGINS_A_SECOND, burst=HANDSHAKES, max_handshakes=HANDSHAKES)
        client = SessionSettings(
            server=(self.server.host, self.server.port),
            tls=TlsPolicy(ca_file=self.server.ca_file),
            backoff=BACKOFF,
            on_handler_error=OnHandlerError.RESTART,
            plugins=PLUGINS,
            gate=gate,
        )
        component = SessionSettings(
            server=(self.server.host, self.server.component_port),
            backoff=BACKOFF,
            on_handler_error=OnHandlerError.RESTART,
            plugins=PLUGINS[:1],
            gate=gate,
        )
        for peer in self.peers:
            is_client = peer.index < self._options.sessions
            yield SessionSpec(
                id=peer.address,
                kind=SessionKind.CLIENT if is_client else SessionKind.COMPONENT,
                factory=_Factory(EchoBot if is_client else EchoComponent, peer, self.book),
                settings=client if is_client else component,
            )


class _Factory:
    """Makes a peer's bot, at the start and after each crash."""

    __slots__ = ("_book", "_bot", "_peer")

    def __init__(self, bot: type[EchoBot | EchoComponent], peer: Peer, book: Book) -> None:
        self._bot = bot
        self._peer = peer
        self._book = book

    def __call__(self) -> EchoBot | EchoComponent:
        return self._bot(self._peer.address, PASSWORD, self._peer, self._book)
