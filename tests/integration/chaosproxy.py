"""A TCP proxy that does to connections what networks do: cuts, delays, black holes, half-closes.

It forwards to one port. ``trouble`` picks a live connection and a kind of trouble with the random
generator it was given, so a seed decides the sequence; when each piece of data passes is the
kernel's business.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import Counter
from typing import Self

from .servers.base import HOST

CHUNK = 65_536
DELAYS_S = (0.05, 0.6)

KINDS = ("cut", "cut", "half-close", "half-close the server", "delay", "black hole")
"""Cuts are twice as likely as each of the others."""


class _Way:
    """One direction of one connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.swallow = False
        self.delay_s = 0.0

    async def run(self) -> None:
        with contextlib.suppress(OSError):
            while data := await self._reader.read(CHUNK):
                if self.delay_s:
                    delay, self.delay_s = self.delay_s, 0.0
                    await asyncio.sleep(delay)
                if not self.swallow:
                    self._writer.write(data)
                    await self._writer.drain()
        self.end()

    def end(self) -> None:
        """Pass the end on, unless nothing passes."""
        if not self.swallow and not self._writer.is_closing():
            with contextlib.suppress(OSError):
                self._writer.write_eof()

    def abort(self) -> None:
        """RST."""
        self._writer.transport.abort()


class _Link:
    """One client's connection through the proxy."""

    def __init__(self, up: _Way, down: _Way) -> None:
        self.up = up
        self.down = down
        self.whole = True

    async def run(self) -> None:
        ways = [asyncio.create_task(way.run()) for way in (self.up, self.down)]
        try:
            await asyncio.gather(*ways)
        finally:
            self.whole = False
            for task in ways:
                task.cancel()
            self.cut()

    def cut(self) -> None:
        """Both sides see a reset."""
        self.whole = False
        self.up.abort()
        self.down.abort()

    def half_close(self) -> None:
        """The client sees the end of what the server says, and may go on talking to nobody."""
        self.whole = False
        self.down.end()
        self.down.swallow = self.up.swallow = True

    def half_close_server(self) -> None:
        """The server sees the end of what the client says."""
        self.whole = False
        self.up.end()
        self.up.swallow = True

    def delay(self, rng: random.Random) -> None:
        """What comes next waits, in both directions."""
        self.up.delay_s = rng.uniform(*DELAYS_S)
        self.down.delay_s = rng.uniform(*DELAYS_S)

    def black_hole(self) -> None:
        """Both sides stay connected and hear nothing."""
        self.whole = False
        self.up.swallow = self.down.swallow = True


class ChaosProxy:
    """Forwards connections to ``target``, and makes trouble when told to.

    Args:
        target: port on 127.0.0.1.
        rng: decides what happens to whom.
    """

    def __init__(self, target: int, rng: random.Random) -> None:
        self._target = target
        self._rng = rng
        self._server: asyncio.Server | None = None
        self._links: set[_Link] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.troubles: Counter[str] = Counter()
        self.port = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, HOST, 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_exc_info: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def trouble(self) -> str | None:
        """Make trouble for one connection; None if there is none to make trouble for."""
        whole = sorted((link for link in self._links if link.whole), key=id)
        if not whole:
            return None
        link, kind = self._rng.choice(whole), self._rng.choice(KINDS)
        if kind == "cut":
            link.cut()
        elif kind == "half-close":
            link.half_close()
        elif kind == "half-close the server":
            link.half_close_server()
        elif kind == "delay":
            link.delay(self._rng)
        else:
            link.black_hole()
        self.troubles[kind] += 1
        return kind

    def heal(self) -> None:
        """The network is well again: what hangs is cut, so that nobody waits for a time limit."""
        for link in self._links:
            if not link.whole:
                link.cut()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            inner_reader, inner_writer = await asyncio.open_connection(HOST, self._target)
        except OSError:  # the server is down
            writer.transport.abort()
            self._tasks.discard(task)
            return
        link = _Link(_Way(reader, inner_writer), _Way(inner_reader, writer))
        self._links.add(link)
        try:
            await link.run()
        except asyncio.CancelledError:
            pass  # the end of the test
        finally:
            self._links.discard(link)
            self._tasks.discard(task)
