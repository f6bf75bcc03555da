"""What a component sends, accounted for: it has no stream management (XEP-0198) to ask.

An ``Outbox`` that counts: each stanza given to ``send`` ends as sent, refused, expired, dropped or
ended, or it waits. While there is no connection stanzas wait, so many and so long as was said;
what is given up is handed back to the component (``stanza_not_sent``).

Rules of this file: the sum is always right (``OutgoingCounts.check``); "sent" says that the stanza
was given to a connection, since nobody but the server knows more.
"""

from __future__ import annotations

import asyncio
import enum
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from actorxmpp.actors import messages as m
from actorxmpp.actors.outbox import Outbox
from actorxmpp.exceptions import ActorXMPPError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["ComponentOutbox", "OutgoingCounts", "QueuePolicy"]


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


class _Waiting(m.Outgoing):
    """A stanza that waits, and since when."""

    since: float


class ComponentOutbox(Outbox):
    """An outbox with a policy, an age limit and counts.

    Args:
        limit: how many stanzas may wait.
        policy: what happens to one more.
        max_age: seconds a stanza may wait; None is any time.
        give_up: told of each stanza that is given up, and why.
        now: the time in seconds.
    """

    __slots__ = ("_expiry", "_now", "dropped", "ended", "expired", "give_up", "given",
                 "max_age", "policy", "refused")  # fmt: skip

    def __init__(
        self,
        limit: int,
        give_up: Callable[[m.Outgoing, str], object],
        policy: QueuePolicy = QueuePolicy.REFUSE,
        max_age: float | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(limit)
        self.policy = policy
        self.max_age = max_age
        self.give_up = give_up
        self.given = self.refused = self.expired = self.dropped = self.ended = 0
        self._now = now
        self._expiry: asyncio.TimerHandle | None = None

    @property
    def counts(self) -> OutgoingCounts:
        """What became of the stanzas so far."""
        waiting = len(self.waiting) + len(self.ready)
        given_up = self.refused + self.expired + self.dropped + self.ended
        sent = self.given - waiting - given_up
        return OutgoingCounts(
            self.given, sent, waiting, self.refused, self.expired, self.dropped, self.ended
        )

    # in

    def put(self, item: m.Outgoing) -> None:
        """Take a stanza; see ``Outbox.put``."""
        self.given += 1
        if not self.flowing:
            item = self._dated(item)
            if len(self.waiting) >= self.limit and self.policy is QueuePolicy.DROP_OLDEST:
                self.dropped += 1
                self.give_up(self.waiting.popleft(), "newer stanzas needed its place")
        try:
            super().put(item)
        except ActorXMPPError:
            self.refused += 1
            raise
        if not self.flowing:
            self._arm()

    def put_back(self, items: Iterable[m.Outgoing]) -> None:
        """Put stanzas before all that wait."""
        super().put_back([self._dated(item) for item in items])
        self._arm()

    @property
    def has_room(self) -> bool:
        """Whether a stanza would be taken."""
        return Outbox.has_room.fget(self) or (  # type: ignore[attr-defined]  # super() in a property
            not self.flowing and self.policy is QueuePolicy.DROP_OLDEST
        )

    # out

    def flush(self) -> None:
        """Let go what waits and is not too old."""
        self.expire()
        super().flush()

    def expire(self) -> None:
        """Give up what has waited too long."""
        if self.max_age is None:
            return
        oldest = self._now() - self.max_age
        while self.waiting and self._since(self.waiting[0]) <= oldest:
            self.expired += 1
            self.give_up(self.waiting.popleft(), f"it waited {self.max_age:g} s for a connection")
        self.wake_senders()

    def _dated(self, item: m.Outgoing) -> m.Outgoing:
        if isinstance(item, _Waiting):
            return item
        dated = _Waiting(*item)
        dated.since = self._now()
        return dated

    @staticmethod
    def _since(item: m.Outgoing) -> float:
        return item.since if isinstance(item, _Waiting) else 0.0

    def _arm(self) -> None:
        """Look again when the oldest stanza is too old; one timer for all of them."""
        if self.max_age is None or self._expiry is not None or not self.waiting:
            return
        delay = max(0.0, self._since(self.waiting[0]) + self.max_age - self._now())
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # sent before the loop runs: flush() looks at the age, too
            return
        self._expiry = loop.call_later(delay, self._due)

    def _due(self) -> None:
        self._expiry = None
        self.expire()
        self._arm()
