"""Dead letters: messages that reached nobody, published so that none is lost silently.

A message becomes a dead letter when its actor ends before handling it, when a full inbox drops
it, when an `Address` refuses it, or when a backoff stash overflows. A message that is refused by
an exception in the sender's face (`tell` to a dead actor, `InboxFull`) is none: the sender knows.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["DeadLetter", "DeadLetters", "dead_letters"]

logger = logging.getLogger("supervisors")

#: How many dead letters are logged before the log goes quiet: a dead target can get thousands.
LOGGED = 10


class DeadLetter(NamedTuple):
    """One message that reached nobody.

    Attributes:
        target: the `ActorRef` or `Address` it was for.
        message: the message.
        why: a few words.
    """

    target: Any
    message: Any
    why: str


class DeadLetters:
    """Counts dead letters and hands them to subscribers.

    Attributes:
        count: how many there were.
    """

    __slots__ = ("_subscribers", "count")

    def __init__(self) -> None:
        self.count = 0
        self._subscribers: tuple[Callable[[DeadLetter], object], ...] = ()

    def subscribe(self, callback: Callable[[DeadLetter], object]) -> Callable[[], None]:
        """Call `callback` with each dead letter, on the thread it came up on.

        Returns:
            a function that ends the subscription.
        """
        self._subscribers = (*self._subscribers, callback)

        def unsubscribe() -> None:
            self._subscribers = tuple(s for s in self._subscribers if s is not callback)

        return unsubscribe

    def publish(self, target: Any, message: Any, why: str) -> None:
        """Report that `message` did not reach `target`."""
        self.count += 1
        if self.count <= LOGGED:
            logger.info("Dead letter for %s (%s): %s", target, why, type(message).__name__)
        for subscriber in self._subscribers:
            try:
                subscriber(DeadLetter(target, message, why))
            except Exception:
                logger.exception("A subscriber of dead letters failed")


dead_letters = DeadLetters()
