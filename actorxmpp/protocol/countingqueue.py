"""What a component sends, accounted for: it has no stream management (XEP-0198) to ask.

A send queue that counts: each stanza given to ``send`` ends as sent, refused, expired, dropped or
ended, or it waits. While there is no connection stanzas wait, so many and so long as was said;
what is given up is handed back to the component (``stanza_not_sent``).

Rules of this file: the sum is always right (``OutgoingCounts.check``); "sent" says that the stanza
was given to a connection, since nobody but the server knows more.
"""

from __future__ import annotations

import enum
import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from actorxmpp.exceptions import ActorXMPPError
from actorxmpp.protocol.stream import SendQueue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from actorxmpp.protocol.streamevents import Outgoing

__all__ = ["CountingQueue", "OutgoingCounts", "QueuePolicy"]


class QueuePolicy(enum.Enum):
    """What happens to one more stanza while the queue of those that wait is full."""

    REFUSE = "refuse"
    """``send`` raises SendQueueFull; ``send_wait`` waits."""

    DROP_OLDEST = "drop-oldest"
    """The stanza that waited longest is given up: for what is soon out of date, as presence is."""


@dataclass(frozen=True, slots=True)
class OutgoingCounts:
    """What became of the stanzas a component sent.

    Attributes:
        given: all that were given to ``send``.
        sent: given to a connection.
        waiting: not given up, and not sent yet.
        refused: ``send`` raised an error.
        expired: given up, because they had waited too long.
        dropped: given up, because newer ones needed their place.
        ended: given up, because the session ended.
    """

    given: int
    sent: int
    waiting: int
    refused: int
    expired: int
    dropped: int
    ended: int

    def check(self) -> bool:
        """Whether each stanza is accounted for."""
        known = self.sent + self.waiting + self.refused + self.expired + self.dropped + self.ended
        return self.given == known and min(self.sent, self.waiting) >= 0


class CountingQueue(SendQueue):
    """A send queue with a policy, an age limit and counts.

    Args:
        limit: how many stanzas may wait.
        now: the time in seconds.
    """

    expires: ClassVar[bool] = True

    __slots__ = (
        "_dropped",
        "_ended",
        "_expired",
        "_given",
        "_max_age",
        "_old",
        "_policy",
        "_refused",
        "_since",
        "_time",
    )

    def __init__(self, limit: int, now: Callable[[], float] = time.monotonic) -> None:
        super().__init__(limit)
        self._policy = QueuePolicy.REFUSE
        self._max_age: float | None = None
        self._time = now
        self._since: deque[float] = deque()  # when each of those that wait came
        self._old: list[Outgoing] = []  # given up, and not reported yet
        self._given = self._refused = self._expired = self._dropped = self._ended = 0

    def configure(self, policy: QueuePolicy, limit: int, max_age: float | None) -> None:
        """Say what becomes of stanzas while they can't be sent; see ``outgoing_queue``."""
        self._policy, self._max_age = policy, max_age
        self.set_limit(limit)
        self._set_timer()

    @property
    def counts(self) -> OutgoingCounts:
        """What became of the stanzas so far."""
        waiting = len(self.waiting) + len(self.ready)
        given_up = self._refused + self._expired + self._dropped + self._ended
        sent = self._given - waiting - given_up
        return OutgoingCounts(
            self._given, sent, waiting, self._refused, self._expired, self._dropped, self._ended
        )

    # in

    def put(self, item: Outgoing) -> list[Outgoing] | None:
        """Take a stanza; see ``SendQueue.put``.

        Returns:
            The stanzas given up in its favour, if there are any.
        """
        self._given += 1
        dropped = None
        drops = self._policy is QueuePolicy.DROP_OLDEST and len(item.data) <= self.largest
        if drops and not self.flowing:
            while len(self.waiting) >= self.limit:
                dropped = [*(dropped or ()), self.waiting.popleft()]
                self._since.popleft()
                self._dropped += 1
        try:
            super().put(item)
        except ActorXMPPError:
            self._refused += 1
            raise
        if not self.flowing:
            self._since.append(self._time())
            if len(self._since) == 1:
                self._set_timer()
        return dropped

    def _set_timer(self) -> None:
        """Have the stream's owner look at the deadline."""
        if self._max_age is not None and self._wake is not None:
            self._wake()

    def put_back(self, items: Iterable[Outgoing]) -> None:
        """Put stanzas before all that wait."""
        again = list(items)
        super().put_back(again)
        now = self._time()
        self._since.extendleft([now] * len(again))

    @property
    def room(self) -> int:
        """How many stanzas would be taken."""
        room = super().room
        if not self.flowing and self._policy is QueuePolicy.DROP_OLDEST:
            return max(room, 1)
        return room

    # out

    def flush(self) -> None:
        """Let go what waits and is not too old; that is left for ``expire``."""
        self._give_up_old()
        super().flush()
        if self.flowing:
            self._since.clear()

    def take_waiting(self) -> list[Outgoing]:
        """Take out all that waits, and what was given up unseen: the session is over."""
        waiting = super().take_waiting()
        self._since.clear()
        self._ended += len(waiting)
        old, self._old = self._old, []
        return [*old, *waiting]

    def expire(self, now: float) -> list[Outgoing]:
        """Take out what has waited too long."""
        del now
        self._give_up_old()
        expired, self._old = self._old, []
        if expired:
            self.wake_senders()
        return expired

    def _give_up_old(self) -> None:
        if self._max_age is None:
            return
        oldest = self._time() - self._max_age
        while self._since and self._since[0] <= oldest:
            self._since.popleft()
            self._old.append(self.waiting.popleft())
            self._expired += 1

    @property
    def deadline(self) -> float | None:
        """When something will have waited too long."""
        if self._old:
            return self._time()
        if self._max_age is None or not self._since:
            return None
        return self._since[0] + self._max_age

    def lost(self, count: int) -> None:
        """Stanzas that were taken did not get out after all."""
        self._ended += count
