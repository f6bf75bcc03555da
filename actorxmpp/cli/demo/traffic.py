"""The demo's messages: new ones at a rate, and again those that were not answered.

One coroutine for all sessions. Whether a message is due is the ledger's business; here is only who
writes to whom (decided by the seed) and the pace.
"""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING

from actorxmpp.cli.demo.bots import ASK
from actorxmpp.cli.demo.options import MAX_OUTSTANDING
from actorxmpp.exceptions import ActorXMPPError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from actorxmpp.cli.demo.bots import Book, Peer
    from actorxmpp.cli.demo.options import DemoOptions

__all__ = ["Traffic"]

TICK = 0.02
"""Seconds between two looks at what is due: short against any latency that is shown."""

TRIES = 5
"""Senders tried for a new message until one is found that is connected."""

AGAIN_A_TICK = 200
"""Messages sent again at one tick at most, so that a big cut doesn't stop everything else."""


class Traffic:
    """Sends the messages of one demo.

    Args:
        options: The demo's.
        peers: Its sessions.
        book: Its books.

    Attributes:
        flowing: Whether new messages are sent; those not answered are sent again in any case.
    """

    def __init__(self, options: DemoOptions, peers: Sequence[Peer], book: Book) -> None:
        self._peers = peers
        self._ledger = book.ledger
        self._rate = options.rate if len(peers) > 1 else 0.0
        self._rng = random.Random(f"traffic/{options.seed}")
        self._owed = 0.0
        self.flowing = False

    async def run(self) -> None:
        """Send until cancelled."""
        loop = asyncio.get_running_loop()
        before = loop.time()
        while True:
            await asyncio.sleep(TICK)
            now = loop.time()
            self.step(now, now - before)
            before = now

    def step(self, now: float, elapsed: float) -> None:
        """Send what is due.

        Args:
            now: Monotonic seconds.
            elapsed: Seconds since the last step.
        """
        for ask in self._ledger.due(now, AGAIN_A_TICK):
            if not self._send(ask.sender, ask.recipient, ask.id):
                self._ledger.postpone(ask, now)
        if not self.flowing:
            return
        self._owed += min(elapsed, 1.0) * self._rate
        while self._owed >= 1.0:
            self._owed -= 1.0
            if self._ledger.outstanding < MAX_OUTSTANDING:
                self._send_new(now)

    def _send_new(self, now: float) -> None:
        """Have a connected session, chosen by chance, write to any other one."""
        for _ in range(TRIES):
            sender = self._rng.randrange(len(self._peers))
            recipient = self._rng.randrange(len(self._peers) - 1)
            recipient += recipient >= sender
            if self._peers[sender].up:
                ask = self._ledger.ask(sender, recipient, now)
                if not self._send(sender, recipient, ask.id):
                    self._ledger.bounce(ask.id, now)
                return

    def _send(self, sender: int, recipient: int, id: str) -> bool:
        try:
            return self._peers[sender].send(self._peers[recipient].address, ASK, id)
        except ActorXMPPError:
            return False  # the connection has just gone; the ledger sees to the rest
