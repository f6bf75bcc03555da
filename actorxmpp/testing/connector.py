"""A network in memory that is slow, fails, stalls or breaks when a test says so.

```python
server = MemoryServer()
server.connector.dial_seconds = 0.3  # each attempt to connect takes that long, by the loop's clock
server.connector.failures = 2        # the next two fail then; `down = True`: all do
server.connector.cut_after = 900     # each new connection breaks when 900 bytes have passed
role.settings = server.settings()    # its connector is this one
```

Every server of this package that has no sockets is reached through one. Time is the running loop's:
under ``testloop.py`` a test decides when it passes, and nothing here sleeps.

Where it stands: above ``actorxmpp.net.memory``, which has the connections; it knows nothing of
XMPP. Use it for a server of your own: it wants an ``accept`` callback, much as ``tcp.serve`` does.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from actorxmpp.net.errors import ConnectFailed
from actorxmpp.net.memory import MemoryTransport, pair

if TYPE_CHECKING:
    from collections.abc import Callable

    from actorxmpp.net.connection import Connection, ConnectionEvents
    from actorxmpp.net.memory import MemoryConnection
    from actorxmpp.net.tls import TlsPolicy

__all__ = ["MAX_ATTEMPTS", "MemoryConnector"]

MAX_ATTEMPTS: Final = 10_000
"""Attempts remembered for a test to look at, the last ones."""


class MemoryConnector:
    """Makes connections in memory; give it to ``SessionSettings`` as its ``connector``.

    Args:
        accept: called with the server's end of each connection and the address that was dialled
            (None: the domain's own); returns who gets that end's events.

    Attributes:
        dial_seconds: how long an attempt takes; one that takes longer than it is given times out.
        failures: how many of the next attempts fail.
        down: every attempt fails, also one under way: the server is down. Connections stay.
        cut_after: bytes, of both directions, after which a new connection breaks; None: never.
        stalled: connections carry nothing, and nobody notices: the cable is out.
        attempts: the address of each attempt, oldest first; None for the domain's own.
    """

    def __init__(
        self, accept: Callable[[Connection, tuple[str, int] | None], ConnectionEvents]
    ) -> None:
        self.dial_seconds = 0.0
        self.failures = 0
        self.down = False
        self.cut_after: int | None = None
        self.attempts: list[tuple[str, int] | None] = []
        self._accept = accept
        self._wires: set[_Wire] = set()
        self._stalled = False

    async def __call__(
        self,
        events: ConnectionEvents,
        domain: str,
        server: tuple[str, int] | None = None,
        timeout: float = 30.0,
        *,
        policy: TlsPolicy | None = None,  # noqa: ARG002  TLS comes with STARTTLS or not at all
        direct_tls: bool = False,  # noqa: ARG002  the same
    ) -> Connection:
        """Connect a session; see ``actorxmpp.settings.Connector``.

        Args:
            events: who gets the events of the session's end.
            domain: the domain part of the session's JID.
            server: host and port, given to ``accept``.
            timeout: seconds the attempt may take.
            policy: accepted; the connection has no TLS before its ends start it.
            direct_tls: see ``policy``.

        Raises:
            ConnectFailed: the attempt took too long, was to fail, or the server is down.
        """
        self._remember(server)
        if self.dial_seconds > timeout:
            await asyncio.sleep(timeout)
            raise ConnectFailed(domain, [f"no answer in {timeout:g} s"])
        if self.dial_seconds > 0:
            await asyncio.sleep(self.dial_seconds)
        if self.failures > 0:
            self.failures -= 1
            raise ConnectFailed(domain, ["this attempt was to fail"])
        if self.down:
            raise ConnectFailed(domain, ["the server is down"])
        return self._join(events, server)

    def _remember(self, server: tuple[str, int] | None) -> None:
        self.attempts.append(server)
        del self.attempts[:-MAX_ATTEMPTS]

    def _join(self, events: ConnectionEvents, server: tuple[str, int] | None) -> Connection:
        wire = _Wire(self, self.cut_after)
        ours, _theirs = pair(events, lambda theirs: self._accept(theirs, server), wire.transport)
        self._wires.add(wire)
        wire.cut_if_spent()
        return ours

    @property
    def connections(self) -> int:
        """Return how many connections there are, stalled ones too."""
        return len(self._wires)

    @property
    def stalled(self) -> bool:
        """Return whether connections carry nothing."""
        return self._stalled

    @stalled.setter
    def stalled(self, stalled: bool) -> None:
        self._stalled = stalled
        if not stalled:
            for wire in self._wires:
                wire.resume()

    def cut(self) -> int:
        """Break every connection; both ends see a reset.

        Returns:
            How many there were.
        """
        wires = list(self._wires)
        for wire in wires:
            wire.cut()
        return len(wires)

    def ended(self, wire: _Wire) -> None:
        """Forget a connection that is over at both ends."""
        self._wires.discard(wire)


class _Wire:
    """The two ends of one connection, and what may still pass between them."""

    __slots__ = ("_connector", "_ends", "_left")

    def __init__(self, connector: MemoryConnector, cut_after: int | None) -> None:
        self._connector = connector
        self._left = cut_after
        self._ends: list[_Transport] = []

    def transport(self, protocol: MemoryConnection, name: str) -> MemoryTransport:
        """Make one end."""
        end = _Transport(protocol, name, self)
        self._ends.append(end)
        return end

    @property
    def stalled(self) -> bool:
        """Return whether nothing passes now."""
        return self._connector.stalled or self._left == 0

    @property
    def left(self) -> int | None:
        """Return how many bytes may still pass; None: any number."""
        return self._left

    def passed(self, count: int) -> None:
        """Count bytes; the connection breaks with the last that may pass."""
        if self._left is not None:
            self._left -= count
            self.cut_if_spent()

    def cut_if_spent(self) -> None:
        """Break, if nothing more may pass."""
        if self._left == 0:
            self.cut()

    def cut(self) -> None:
        """Break: both ends see a reset."""
        for end in self._ends:
            end.lose_soon(ConnectionResetError("cut"))

    def resume(self) -> None:
        """Carry what waits; an end whose other one went meanwhile hears of it now."""
        if any(end.lost or end.aborted for end in self._ends):
            self.cut()
        else:
            for end in self._ends:
                end.pump_soon()

    def ended(self) -> None:
        """One end is over."""
        if all(end.lost for end in self._ends):
            self._connector.ended(self)


class _Transport(MemoryTransport):
    """One end of a wire."""

    def __init__(self, protocol: MemoryConnection, name: str, wire: _Wire) -> None:
        super().__init__(protocol, name)
        self._wire = wire
        self.aborted = False

    def is_reading(self) -> bool:
        """Return whether anything gets through to this end."""
        return super().is_reading() and not self._wire.stalled

    def pump_soon(self) -> None:
        """Carry bytes over in the next turn, or when the connection carries any again."""
        if not self._wire.stalled:
            super().pump_soon()

    def take(self, source: bytearray) -> None:
        """Read from the other end's outbox as much as may pass."""
        passing = source if self._wire.left is None else source[: self._wire.left]
        before = len(passing)
        super().take(passing)
        taken = before - len(passing)
        if passing is not source:
            del source[:taken]
        self._wire.passed(taken)

    def abort(self) -> None:
        """End at once; the other end hears of it, unless nothing passes."""
        if self._wire.stalled:
            self.aborted = self._closing = True
            self._loop.call_soon(self.lose, None)
        else:
            super().abort()

    def lose_soon(self, error: Exception) -> None:
        """End in the next turn, not below whoever is in the middle of something."""
        self._loop.call_soon(self.lose, error)

    def lose(self, error: Exception | None) -> None:
        """End, and let the wire know."""
        super().lose(error)
        self._wire.ended()
