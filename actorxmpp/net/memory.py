"""Two connections joined in memory: the same interface, no socket.

Where it stands: tests of the stages above use a pair instead of `tcp`; the conformance suite
runs on both.

Rules: a `MemoryTransport` behaves like asyncio's socket transport (back-pressure,
half-close, abort seen as a reset), and records what was written to it, up to `MAX_RECORD`.
Everything above it is the real `StreamConnection`, TLS included.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from actorxmpp.net.stream import StreamConnection

if TYPE_CHECKING:
    from collections.abc import Callable

    from actorxmpp.net.connection import ConnectionEvents

SYSTEM_BUFFER: Final = 65_536
"""Bytes on their way that count as taken by the system, as those in a socket's buffer do."""
MAX_RECORD: Final = 1024 * 1024
"""Bytes remembered for a test to look at."""


class MemoryTransport(asyncio.Transport):
    """One end of the pair.

    Args:
        protocol: Who gets what the other end writes.
        name: What `peer` shows on the other end.
    """

    def __init__(self, protocol: StreamConnection, name: str) -> None:
        super().__init__({"peername": name})
        self.written = bytearray()
        self._loop = asyncio.get_running_loop()
        self._protocol = protocol
        self._other: MemoryTransport | None = None
        self._outbox = bytearray()
        self._reading = True
        self._over_high_water = False
        self._eof_queued = False
        self._eof_told = False
        self._closing = False
        self.lost = False
        self._pumping = False

    # -- asyncio.Transport -------------------------------------------------------------------

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Queue bytes for the other end."""
        if self._eof_queued:
            raise RuntimeError("write after write_eof")
        if self.lost:
            return
        self._outbox += data
        self.written += data[: MAX_RECORD - len(self.written)]
        if self.get_write_buffer_size() and not self._over_high_water:
            self._over_high_water = True
            self._protocol.pause_writing()
        self.pump_soon()

    def write_eof(self) -> None:
        """Half-close: the other end sees the end of the data."""
        self._eof_queued = True
        self.pump_soon()

    def can_write_eof(self) -> bool:
        """Half-close is possible."""
        return True

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Only the high-water mark 0 is known: tell when everything has left."""
        assert (high, low) == (0, None)

    def get_write_buffer_size(self) -> int:
        """Bytes for which the system has no room."""
        return max(0, len(self._outbox) - SYSTEM_BUFFER)

    def pause_reading(self) -> None:
        """Leave what comes in the other end's buffer."""
        self._reading = False

    def resume_reading(self) -> None:
        """Take it again."""
        self._reading = True
        if self._other is not None:
            self._other.pump_soon()

    def is_reading(self) -> bool:
        """Whether reading is not paused."""
        return self._reading

    def is_closing(self) -> bool:
        """Whether the end has begun."""
        return self._closing

    def close(self) -> None:
        """Flush, then end."""
        self._closing = True
        self._eof_queued = True
        self.pump_soon()

    def abort(self) -> None:
        """End at once; the other end sees a reset."""
        self._closing = True
        self._loop.call_soon(self.lose, None)
        if self._other is not None:
            self._loop.call_soon(self._other.lose, ConnectionResetError("reset"))

    # -- what the two ends ask of each other -------------------------------------------------

    def join(self, other: MemoryTransport) -> None:
        """Tell this end which the other one is."""
        self._other = other

    def pump_soon(self) -> None:
        """Carry bytes over in the next turn."""
        if not self._pumping:
            self._pumping = True
            self._loop.call_soon(self._pump)

    def _pump(self) -> None:
        """Carry bytes over to the other end, one buffer a turn."""
        self._pumping = False
        other = self._other
        if self.lost or other is None:
            return
        if self._outbox and not other.lost:
            if not other.is_reading():
                return
            other.take(self._outbox)
            self._relieve()
            self.pump_soon()
            return
        if self._eof_queued and not self._eof_told:
            self._eof_told = True
            if not other.lost:
                other.take_eof()
        if self._closing:
            self.lose(None)

    def take(self, source: bytearray) -> None:
        """Read from the other end's outbox, one buffer at most."""
        buffer = self._protocol.get_buffer(-1)
        count = min(len(buffer), len(source))
        buffer[:count] = source[:count]
        del source[:count]
        self._protocol.buffer_updated(count)

    def take_eof(self) -> None:
        """The other end sends no more."""
        self._protocol.eof_received()

    def _relieve(self) -> None:
        if self._over_high_water and not self.get_write_buffer_size():
            self._over_high_water = False
            self._protocol.resume_writing()

    def lose(self, error: Exception | None) -> None:
        """This end is over."""
        if not self.lost:
            self.lost = True
            self._closing = True
            self._outbox.clear()
            self._protocol.connection_lost(error)

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """`peername` only."""
        return super().get_extra_info(name, default)


class MemoryConnection(StreamConnection):
    """A `StreamConnection` whose transport a test can look at."""

    __slots__ = ()

    @property
    def transport(self) -> MemoryTransport:
        """The transport below."""
        assert isinstance(self._transport, MemoryTransport)
        return self._transport

    @property
    def written(self) -> bytes:
        """What went out through the transport, ciphertext if TLS is up."""
        return bytes(self.transport.written)


def pair(
    client: ConnectionEvents,
    server: ConnectionEvents | Callable[[StreamConnection], ConnectionEvents],
    transport: Callable[[MemoryConnection, str], MemoryTransport] = MemoryTransport,
) -> tuple[MemoryConnection, MemoryConnection]:
    """Join two connections.

    Args:
        client: Who is told about the first.
        server: Who is told about the second, or an `accept` callback as for `tcp.serve`.
        transport: Makes what carries the bytes to each end.

    Returns:
        The client's and the server's connection.
    """
    ours = MemoryConnection(client)
    theirs = MemoryConnection(accept=server) if callable(server) else MemoryConnection(server)
    our_end, their_end = transport(ours, "memory:server"), transport(theirs, "memory:client")
    our_end.join(their_end)
    their_end.join(our_end)
    ours.connection_made(our_end)
    theirs.connection_made(their_end)
    return ours, theirs
