"""Carries the demo's trouble out: cuts connections at the server, sends messages that crash.

A cut that found nothing to cut and a crash message that was lost on the way are made up for, so
that as much goes wrong as was planned.
"""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING, Protocol

from actorxmpp.cli.demo.bots import CRASH
from actorxmpp.cli.demo.chaos import Trouble, TroubleKind, schedule
from actorxmpp.exceptions import ActorXMPPError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from actorxmpp.cli.demo.bots import Book, Peer
    from actorxmpp.cli.demo.options import DemoOptions

__all__ = ["Cutter", "TroubleMaker"]

CRASH_AGAIN = 1.5
"""Seconds after which a crash message that nobody handled is sent again."""

TICK = 0.05
"""Seconds between two looks at the schedule."""


class Cutter(Protocol):
    """What cuts connections: the embedded server."""

    async def cut(self, count: int = 1) -> int:
        """Cut connections; returns how many."""


class TroubleMaker:
    """Makes things fail on schedule.

    Args:
        options: The demo's.
        peers: Its sessions.
        book: Its books.
        server: Cuts connections.

    Attributes:
        cuts: Connections cut so far.
    """

    def __init__(
        self, options: DemoOptions, peers: Sequence[Peer], book: Book, server: Cutter
    ) -> None:
        self._peers = peers
        self._book = book
        self._server = server
        self._rng = random.Random(f"trouble/{options.seed}")
        self._todo = schedule(options)[::-1]
        self._crashing: dict[str, tuple[float, int]] = {}
        self._cuts_owed = 0
        self.cuts = 0

    @property
    def done(self) -> bool:
        """Whether all that was planned has happened."""
        return not self._todo and not self._cuts_owed and not self._book.crashes_wanted

    async def run(self) -> None:
        """Make trouble until there is no more to be made."""
        loop = asyncio.get_running_loop()
        start = loop.time()
        while not self.done:
            await self.step(loop.time() - start)
            await asyncio.sleep(TICK)

    async def step(self, now: float) -> None:
        """Do what is due.

        Args:
            now: Seconds since the traffic began.
        """
        while self._todo and self._todo[-1].at <= now:
            trouble = self._todo.pop()
            if trouble.kind is TroubleKind.CUT:
                self._cuts_owed += 1
            else:
                self._plan_crash(trouble, now)
        if self._cuts_owed:
            cut = await self._server.cut(self._cuts_owed)
            self.cuts += cut
            self._cuts_owed -= min(cut, self._cuts_owed)
        self._send_crashes(now)

    def _plan_crash(self, trouble: Trouble, now: float) -> None:
        id = f"crash{trouble.number}"  # noqa: A001 -- the stanza's attribute
        self._book.crashes_wanted.add(id)
        self._crashing[id] = (now, trouble.victim)

    def _send_crashes(self, now: float) -> None:
        """Have somebody who is connected send each crash message that is due."""
        for id, (at, victim) in list(self._crashing.items()):  # noqa: A001
            if id not in self._book.crashes_wanted:
                del self._crashing[id]
            elif at <= now:
                self._crashing[id] = (now + CRASH_AGAIN, victim)
                sender = self._peers[self._rng.randrange(len(self._peers))]
                try:
                    sender.send(self._peers[victim].address, CRASH, id)
                except ActorXMPPError:
                    continue  # sent again, by somebody else
