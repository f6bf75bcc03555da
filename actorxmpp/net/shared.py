"""What all connections of one event loop share: the read buffers and the flush of a turn.

Where it stands: `StreamConnection` takes its buffers from here and asks here to be flushed.

Rules: the buffers are only used inside one synchronous call, so one pair serves any number of
connections; nobody keeps a view of them.
"""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Final, Protocol

from actorxmpp.net.tlsio import SCRATCH

if TYPE_CHECKING:
    import asyncio
    from collections.abc import MutableMapping

READ_BUFFER: Final = 65_536
"""Bytes read from a socket at once, at most: a burst in few calls, once per loop."""


class Flushable(Protocol):
    """Something with writes waiting for the end of the turn."""

    def flush(self) -> None:
        """Send what is waiting; must not raise."""


class LoopShared:
    """One loop's buffers and list of connections to flush.

    Args:
        loop: The loop.
    """

    __slots__ = ("__weakref__", "_dirty", "_loop", "read_buffer", "scratch")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = weakref.ref(loop)
        self._dirty: list[Flushable] = []
        self.read_buffer = memoryview(bytearray(READ_BUFFER))
        self.scratch = memoryview(bytearray(SCRATCH))

    def flush_soon(self, connection: Flushable) -> None:
        """Call `connection.flush()` once, in the loop's next turn."""
        if not self._dirty:
            loop = self._loop()
            if loop is not None:
                loop.call_soon(self._flush)
        self._dirty.append(connection)

    def _flush(self) -> None:
        dirty, self._dirty = self._dirty, []
        for connection in dirty:
            connection.flush()


_loops: MutableMapping[asyncio.AbstractEventLoop, LoopShared] = weakref.WeakKeyDictionary()


def shared(loop: asyncio.AbstractEventLoop) -> LoopShared:
    """The shared parts of a loop, made the first time."""
    found = _loops.get(loop)
    if found is None:
        found = _loops[loop] = LoopShared(loop)
    return found
