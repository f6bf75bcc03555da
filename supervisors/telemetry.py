"""Telemetry: what supervisors do to their children, as events for whoever subscribes.

Nothing is built while there is no subscriber. A subscriber runs on the supervisor's thread, so it
has to be quick; one that raises is logged and goes on being called.
"""

from __future__ import annotations

import logging
from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from supervisors.reasons import ExitReason

__all__ = ["Event", "EventKind", "emit", "listening", "subscribe"]

logger = logging.getLogger("supervisors")


class EventKind(Enum):
    """What happened to a child."""

    STARTED = "started"
    EXITED = "exited"
    RESTARTED = "restarted"
    GAVE_UP = "gave up"


class Event(NamedTuple):
    """One event.

    Attributes:
        kind: what happened.
        supervisor: the supervisor's ref.
        child_id: the child's id.
        ref: the child's ref: the new one when it started, the dead one when it exited, or None.
        reason: why it ended; None when it started.
        exception: the exception, when there is one.
        restarts: how often this child has been restarted so far.
    """

    kind: EventKind
    supervisor: Any
    child_id: Any
    ref: Any
    reason: ExitReason | None
    exception: BaseException | None
    restarts: int


_subscribers: tuple[Callable[[Event], object], ...] = ()


def listening() -> bool:
    """Return whether there is a subscriber."""
    return bool(_subscribers)


def subscribe(callback: Callable[[Event], object]) -> Callable[[], None]:
    """Call `callback` with each event of every supervisor in this process.

    Returns:
        a function that ends the subscription.
    """
    global _subscribers  # a tuple that is replaced: reading it takes no lock
    _subscribers = (*_subscribers, callback)

    def unsubscribe() -> None:
        global _subscribers
        _subscribers = tuple(known for known in _subscribers if known is not callback)

    return unsubscribe


def emit(
    kind: EventKind,
    supervisor: Any,
    child: Any,
    ref: Any = None,
    reason: ExitReason | None = None,
) -> None:
    """Publish an event about a supervisor's child (a child.Child)."""
    exception = None if reason is None else reason.exception
    event = Event(kind, supervisor, child.id, ref, reason, exception, child.restarts)
    for subscriber in _subscribers:
        try:
            subscriber(event)
        except Exception:
            logger.exception("A telemetry subscriber failed")
