"""The limit of an inbox and what happens there; and pykka's view of an inbox.

An inbox itself is the deque in a cell (cell.py). Its limit counts messages and asks; stops,
timers and a supervisor's own events are never refused, else a flooded actor couldn't be ended.
"""

from __future__ import annotations

from typing import Any, Final

from supervisors.cell import Ask, Call, Cell, Stop
from supervisors.deadletters import Refusal, RefusalReason
from supervisors.errors import ActorDeadError, InboxFull
from supervisors.lifecycle import begin_exit, call_on, reject, undelivered
from supervisors.policy import InboxPolicy
from supervisors.reasons import ExitReason

__all__ = ["INBOX_LIMIT", "InboxView", "overflow", "put_anyway", "send_remote"]

#: Waiting messages of an actor that sets no limit: far above any burst, far below the memory of
#: a process (100,000 small messages are some 10 MB).
INBOX_LIMIT: Final = 100_000


def overflow(cell: Cell, item: Any) -> None:
    """Deal with an item for an inbox that is at its limit, by the actor's policy.

    Raises:
        InboxFull: the item was not taken.
    """
    policy = cell.actor.inbox_policy
    if policy is InboxPolicy.DROP_OLDEST:
        _drop_oldest(cell)
        cell.scheduler.enqueue(cell, item)
        return
    full = InboxFull(f"the inbox of {cell} holds its limit of {cell.limit} messages")
    if policy is InboxPolicy.FAIL:
        begin_exit(cell, ExitReason.error(full))
    raise full


def _drop_oldest(cell: Cell) -> None:
    queue = cell.queue
    oldest = (i for i, item in enumerate(queue or ()) if not isinstance(item, Call | Stop))
    index = next(oldest, None)
    if queue is None or index is None:
        return
    item = queue[index]
    del queue[index]
    undelivered(cell, item, Refusal(RefusalReason.DROPPED))


def send_remote(cell: Cell, item: Any) -> None:
    """Send an item from another thread than the actor's.

    Raises:
        ActorDeadError: the actor has ended or is ending.
        InboxFull: its inbox, or the queue between the threads, is at its limit.
    """
    if not cell.is_open:
        raise ActorDeadError(f"{cell} not found")
    queue, actor = cell.queue, cell.actor
    full = queue is not None and len(queue) >= cell.limit
    # A glance from outside, so that the sender can be told; _deliver looks again.
    if full and actor is not None and actor.inbox_policy is InboxPolicy.REFUSE:
        raise InboxFull(f"the inbox of {cell} holds its limit of {cell.limit} messages")
    cell.scheduler.check_flood()
    cell.scheduler.call_remote(_deliver, cell, item)


def _deliver(cell: Cell, item: Any) -> None:
    queue = cell.queue
    if not cell.is_open:
        reject(cell, item)
    elif queue is None or len(queue) < cell.limit:
        cell.scheduler.enqueue(cell, item)
    else:
        try:
            overflow(cell, item)
        except InboxFull as full:
            undelivered(cell, item, Refusal(RefusalReason.FULL, full))


def put_anyway(cell: Cell, item: Any) -> None:
    """Put an item into an inbox, limit or not: it has waited for this actor already."""
    call_on(cell, _put, item)


def _put(cell: Cell, item: Any) -> None:
    if cell.is_open:
        cell.scheduler.enqueue(cell, item)
    else:
        reject(cell, item)


class InboxView:
    """What pykka calls an actor's inbox: put, get, empty. Made when somebody asks for it.

    Args:
        ref: the actor's ref.
    """

    __slots__ = ("_ref",)

    def __init__(self, ref: Any) -> None:
        self._ref = ref

    def put(self, envelope: Any) -> None:
        """Take in one of pykka's envelopes, as pykka's own refs send them."""
        if envelope.reply_to is None:
            self._ref.tell(envelope.message)
        else:
            self._ref.send(Ask(envelope.message, envelope.reply_to))

    def get(self) -> Any:
        """Not available: only the scheduler takes messages out."""
        raise TypeError("an EventLoopActor's messages are taken by its scheduler alone")

    def empty(self) -> bool:
        """Whether no message waits."""
        return not self._ref.queue

    def qsize(self) -> int:
        """How many items wait."""
        return len(self._ref.queue or ())
