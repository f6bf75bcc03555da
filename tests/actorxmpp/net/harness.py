"""Two ends of a connection, over TCP or in memory, and a clock that can be moved."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

from actorxmpp.net import memory, tcp
from actorxmpp.net.connection import ConnectionEvents
from actorxmpp.net.errors import NetError
from actorxmpp.net.stream import StreamConnection
from actorxmpp.net.tls import PolicyContext, ServerContext, TlsInfo

T = TypeVar("T")
PATIENCE_S = 60.0
"""Against hanging only; nothing is asserted about time."""


class MovableLoop(asyncio.SelectorEventLoop):
    """A loop whose clock a test moves."""

    skew = 0.0

    def time(self) -> float:
        return super().time() + self.skew


def run(main: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run a test's coroutine on a new `MovableLoop`."""
    with asyncio.Runner(loop_factory=MovableLoop) as runner:
        return runner.run(main())


def move_clock(seconds: float) -> None:
    """Let time pass at once."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, MovableLoop)
    loop.skew += seconds


async def until(condition: Callable[[], object]) -> None:
    """Let the loop turn until the condition holds."""
    give_up = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < give_up, "it never happened"
        await asyncio.sleep(0)


async def turns(count: int = 20) -> None:
    """Let the loop turn a few times, for what must not happen."""
    for _ in range(count):
        await asyncio.sleep(0)


@dataclass
class Recorder:
    """Events of one connection, written down."""

    data: bytearray = field(default_factory=bytearray)
    calls: list[str] = field(default_factory=list)
    reads: int = 0
    lost: list[NetError | None] = field(default_factory=list)

    def data_received(self, data: bytes) -> None:
        assert data
        assert type(data) is bytes
        assert not self.lost
        self.data += data
        self.reads += 1

    def connection_lost(self, error: NetError | None) -> None:
        self.lost.append(error)

    def pause_writing(self) -> None:
        self.calls.append("pause")

    def resume_writing(self) -> None:
        self.calls.append("resume")


@dataclass
class Ends:
    """Both ends and what they were told."""

    client: StreamConnection
    server: StreamConnection
    client_events: Recorder
    server_events: Recorder

    async def start_tls(
        self, context: PolicyContext, server_context: ServerContext, name: str = "localhost"
    ) -> tuple[TlsInfo, TlsInfo]:
        """Both sides of the handshake."""
        accepting = asyncio.ensure_future(self.server.start_tls(server_context, server_side=True))
        try:
            info = await self.client.start_tls(context, name)
        except BaseException:
            await asyncio.gather(accepting, return_exceptions=True)
            raise
        return info, await accepting

    async def send(self, data: bytes) -> None:
        """From the client to the server, and wait for it."""
        goal = len(self.server_events.data) + len(data)
        self.client.write(data)
        await until(lambda: len(self.server_events.data) >= goal)

    async def over(self) -> None:
        """Wait until both ends are told that it is over."""
        await until(lambda: self.client_events.lost and self.server_events.lost)


async def in_memory() -> Ends:
    """A pair in memory."""
    mine, theirs = Recorder(), Recorder()
    return Ends(*memory.pair(mine, theirs), mine, theirs)


async def over_tcp() -> Ends:
    """A pair over the loopback interface."""
    mine, theirs = Recorder(), Recorder()
    accepted: list[StreamConnection] = []

    def accept(connection: StreamConnection) -> ConnectionEvents:
        accepted.append(connection)
        return theirs

    listener = await tcp.serve("127.0.0.1", 0, accept)
    client = await tcp.connect("127.0.0.1", listener.port, mine)
    await until(lambda: accepted)
    listener.close()
    return Ends(client, accepted[0], mine, theirs)


Joined = Callable[[], Awaitable[Ends]]
