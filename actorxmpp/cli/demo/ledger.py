"""The demo's book of messages: who asked whom, what was answered, what has to be asked again.

No I/O and no clock: the time is an argument. An *ask* is one ordinary message with an id. Its
sender sends it again, the same id and the same text, until the answer is there; its receiver
answers every time but counts it once. So nothing may be lost whatever is cut or crashed meanwhile,
and everything that came twice is seen to have come twice.
"""

from __future__ import annotations

import heapq
from collections import OrderedDict
from dataclasses import dataclass

from actorxmpp.cli.demo.latency import Histogram

__all__ = ["Ask", "Inbox", "Ledger"]

FIRST_RETRY = 2.0
"""Seconds without an answer after which a message is sent again."""

LONGEST_RETRY = 8.0
"""The wait doubles with each attempt up to this, or a slow server would be asked ever more."""

AFTER_BOUNCE = 0.5
"""Seconds after which a message is sent again that came back because nobody was there."""

REMEMBERED = 1_000
"""Ids an inbox knows as seen; far more than anybody is sent between two attempts of a message."""


@dataclass(slots=True)
class Ask:
    """One ordinary message.

    Attributes:
        id: Its id on the wire.
        sender: Index of the session that sends it.
        recipient: Index of the session that is to answer.
        first_sent: Seconds, when it was sent for the first time.
        next_at: Seconds, when it is sent again unless it has been answered.
        attempts: How often it has been sent.
    """

    id: str
    sender: int
    recipient: int
    first_sent: float
    next_at: float
    attempts: int = 1


class Ledger:
    """The messages of one demo.

    Attributes:
        sent: Messages, each counted once.
        answered: Those whose answer came.
        sent_again: Attempts beyond the first.
        bounced: Messages that came back as errors.
        latency: From first sending to the answer.
    """

    __slots__ = ("_due", "_open", "answered", "bounced", "latency", "sent", "sent_again")

    def __init__(self) -> None:
        self._open: dict[str, Ask] = {}
        self._due: list[tuple[float, str]] = []
        self.sent = 0
        self.answered = 0
        self.sent_again = 0
        self.bounced = 0
        self.latency = Histogram()

    @property
    def outstanding(self) -> int:
        """Messages not answered yet; at the end these are the lost ones."""
        return len(self._open)

    def ask(self, sender: int, recipient: int, now: float) -> Ask:
        """Note a new message that is sent now."""
        self.sent += 1
        ask = Ask(f"m{self.sent}", sender, recipient, now, now + FIRST_RETRY)
        self._open[ask.id] = ask
        heapq.heappush(self._due, (ask.next_at, ask.id))
        return ask

    def answer(self, id: str, now: float) -> bool:
        """Note an answer.

        Returns:
            False when nobody waits for it: it has been answered before.
        """
        ask = self._open.pop(id, None)
        if ask is None:
            return False
        self.answered += 1
        self.latency.add(now - ask.first_sent)
        return True

    def bounce(self, id: str, now: float) -> None:
        """Note that a message came back as an error: it is due again soon."""
        ask = self._open.get(id)
        if ask is not None:
            self.bounced += 1
            ask.next_at = now + AFTER_BOUNCE
            heapq.heappush(self._due, (ask.next_at, id))

    def due(self, now: float, limit: int) -> list[Ask]:
        """The messages to send again now, at most ``limit``; their next attempt is planned."""
        found: list[Ask] = []
        while self._due and self._due[0][0] <= now and len(found) < limit:
            planned, ask_id = heapq.heappop(self._due)
            ask = self._open.get(ask_id)
            if ask is None or planned != ask.next_at:
                continue  # answered meanwhile, or planned anew
            ask.next_at = now + min(FIRST_RETRY * 2**ask.attempts, LONGEST_RETRY)
            ask.attempts += 1
            self.sent_again += 1
            heapq.heappush(self._due, (ask.next_at, ask_id))
            found.append(ask)
        return found

    def postpone(self, ask: Ask, now: float) -> None:
        """Plan a message anew that could not be sent now: its sender is not connected."""
        ask.attempts -= 1
        self.sent_again -= 1
        ask.next_at = now + AFTER_BOUNCE
        heapq.heappush(self._due, (ask.next_at, ask.id))


class Inbox:
    """What one session has been asked; survives the session's restarts.

    Attributes:
        received: Messages, each counted once.
        repeats: Messages that came again and were dropped.
    """

    __slots__ = ("_seen", "received", "repeats")

    def __init__(self) -> None:
        self._seen: OrderedDict[str, None] = OrderedDict()
        self.received = 0
        self.repeats = 0

    def take(self, id: str) -> bool:
        """Note a message.

        Returns:
            Whether it is new.
        """
        if id in self._seen:
            self.repeats += 1
            return False
        self._seen[id] = None
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        self.received += 1
        return True
