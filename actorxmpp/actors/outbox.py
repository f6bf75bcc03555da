"""What a session sends, until the parser takes it: the last stop of a stanza in its owner's hands.

On a stanza's way out this is between ``send()`` and the parser. It belongs to the session, so what
is in it survives every restart. While stanzas flow they are in ``ready``, which the parser empties
once a turn; otherwise they wait in ``waiting``, which is bounded.

Rules of this file: stanzas leave in the order in which they came. Nothing is dropped here: a
stanza is refused (``SendQueueFull``), or it is taken, and then somebody takes it out.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from actorxmpp.actors import messages as m
from actorxmpp.exceptions import SendQueueFull, StanzaTooLarge

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterable

    from supervisors import Address

__all__ = ["LARGEST_STANZA", "OUTBOX_LIMIT", "Outbox"]

OUTBOX_LIMIT = 10_000
"""Stanzas one turn of the loop may send; the next one is refused: somebody sends in a loop."""

LARGEST_STANZA = 2 * 1024 * 1024
"""Bytes of the largest stanza sent: half of what a connection buffers, so that it fits in. A
server that announces less (XEP-0478) gets no more than that."""

_FLUSH = m.FlushOutbox()


class Outbox:
    """The stanzas of one session on their way to the parser.

    Attributes:
        ready: sent since the parser last took them; the parser takes them with FlushOutbox.
        waiting: sent while nothing could flow.
        up: there is a stream that carries stanzas.
        paused: the peer reads too slowly; nothing is written until it has caught up.
        full: too many stanzas are unacknowledged (XEP-0198).
        flowing: what is sent now goes to ``ready``.
        limit: how many stanzas may wait.
        largest: bytes of the largest stanza the server takes.
        parser: who takes what is ready.
    """

    __slots__ = (
        "flowing",
        "full",
        "largest",
        "limit",
        "parser",
        "paused",
        "ready",
        "room",
        "up",
        "waiting",
    )

    def __init__(self, limit: int) -> None:
        self.ready: list[m.Outgoing] = []
        self.waiting: deque[m.Outgoing] = deque()
        self.room: deque[asyncio.Future[None]] | None = None
        self.up = self.paused = self.full = self.flowing = False
        self.limit = limit
        self.largest = LARGEST_STANZA
        self.parser: Address | None = None

    # in

    def put(self, item: m.Outgoing) -> None:
        """Take a stanza.

        Raises:
            SendQueueFull: if too much is waiting already.
            StanzaTooLarge: if no server, or not this one, takes a stanza of this size.
        """
        if len(item.data) > self.largest:
            raise StanzaTooLarge(len(item.data), self.largest)
        if not self.flowing:
            if len(self.waiting) >= self.limit:
                raise SendQueueFull(
                    f"{len(self.waiting)} stanzas wait {self._what_for()}; "
                    f"the limit is {self.limit}"
                )
            self.waiting.append(item)
            return
        ready = self.ready
        if not ready:
            self._wake_parser()
        elif len(ready) >= OUTBOX_LIMIT:
            raise SendQueueFull(f"{len(ready)} stanzas were sent without giving the loop a turn")
        ready.append(item)

    def put_back(self, items: Iterable[m.Outgoing]) -> None:
        """Put stanzas that were taken before all that wait; they come from bounded queues."""
        self.waiting.extendleft(reversed(list(items)))
        self.flowing = False

    @property
    def has_room(self) -> bool:
        """Whether a stanza would be taken."""
        if self.flowing:
            return len(self.ready) < OUTBOX_LIMIT
        return len(self.waiting) < self.limit

    def _what_for(self) -> str:
        if not self.up:
            return "for a connection"
        return "for acknowledgements" if self.full else "for the server to read"

    # what the stages say

    def stream_up(self, largest: int | None) -> None:
        """There is a stream; ``flush`` lets the stanzas go.

        Args:
            largest: bytes of the largest stanza the server takes, if it said.
        """
        self.up = True
        self.paused = self.full = False
        self.largest = min(largest or LARGEST_STANZA, LARGEST_STANZA)

    def stream_down(self) -> None:
        """There is no stream any more: what did not get out waits for the next one."""
        self.up = self.paused = self.full = self.flowing = False
        if self.ready:
            self.put_back(self.ready)
            self.ready.clear()

    def pause(self) -> None:
        """The peer reads too slowly."""
        self.paused = True
        self.flowing = False

    def resume(self) -> None:
        """The peer has caught up."""
        self.paused = False
        self.flush()

    def room_again(self) -> None:
        """Acknowledgements came: there is room among the unacknowledged stanzas."""
        self.full = False
        self.flush()

    def flush(self) -> None:
        """Let go what waits, if there is nothing in its way, and those who wait for room."""
        if self.up and not self.paused and not self.full:
            self.flowing = True
            if self.waiting:
                if not self.ready:
                    self._wake_parser()
                self.ready.extend(self.waiting)
                self.waiting.clear()
        self.wake_senders()

    def wake_senders(self) -> None:
        """Let those who wait for room look again."""
        if not self.room:
            return
        free = OUTBOX_LIMIT - len(self.ready) if self.flowing else self.limit - len(self.waiting)
        while self.room and free > 0:
            future = self.room.popleft()
            if not future.done():
                future.set_result(None)
                free -= 1

    def _wake_parser(self) -> None:
        if self.parser is not None:
            self.parser.tell(_FLUSH)

    async def wait_for_room(self) -> None:
        """Wait until a stanza would be taken. Those who wait get their turn in order."""
        import asyncio  # the rest of the outbox needs no loop

        while not self.has_room:
            if self.room is None:
                self.room = deque()
            future = asyncio.get_running_loop().create_future()
            self.room.append(future)
            try:
                await future
            except asyncio.CancelledError:
                self.wake_senders()
                raise
