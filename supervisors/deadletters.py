"""Messages that reach no actor: why (`Refusal`), and where they go (`dead_letters`).

A message becomes a dead letter when its actor ends before handling it, when a full inbox drops
it, or when an `Address` refuses it; the addresses of `Entities` give it to their owner instead, if
there is one. So none is lost silently. A message that is refused by an exception in the sender's
face (`tell` to a dead actor, `InboxFull`) is no dead letter: the sender knows.
"""

from __future__ import annotations

import logging
from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple

from supervisors.errors import ActorDeadError, InboxFull

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["DeadLetter", "DeadLetters", "Refusal", "RefusalReason", "dead_letters"]

logger = logging.getLogger("supervisors")

#: How many dead letters are logged before the log goes quiet: a dead target can get thousands.
LOGGED = 10


class RefusalReason(Enum):
    """Why a message does not reach its actor; the value says it in words."""

    FULL = "too much is waiting already"
    DROPPED = "newer messages needed its room in a full inbox"
    TOO_MANY = "there are as many children as there may be"
    NOT_STARTED = "the child can't be started"
    DOWN = "the child is down"
    STOPPED = "the child was stopped"
    ENDED = "the actor ended before handling it"


class Refusal(NamedTuple):
    """Why one message was refused.

    Attributes:
        reason: why.
        exception: says more: what the child's start failed with, or how the inbox refused.
    """

    reason: RefusalReason
    exception: Exception | None = None

    def __str__(self) -> str:
        text = self.reason.value
        return text if self.exception is None else f"{text}: {self.exception}"

    def error(self, target: object) -> Exception:
        """Return the exception for who asked and gets no answer."""
        if self.exception is not None:
            return self.exception
        kind = InboxFull if self.reason is RefusalReason.DROPPED else ActorDeadError
        return kind(f"{target}: {self}")


class DeadLetter(NamedTuple):
    """One message that reached no actor.

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
