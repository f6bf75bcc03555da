"""The limit of an inbox and what happens there; and pykka's view of an inbox.

An inbox itself is the deque in a record (record.py). Its limit counts messages and asks; stops,
timers and a supervisor's own events are never refused, else a flooded actor couldn't be ended.
"""

from __future__ import annotations

from typing import Any, Final

from supervisors.deadletters import Refusal, RefusalReason
from supervisors.errors import ActorDeadError, InboxFull
from supervisors.lifecycle import begin_exit, call_on, reject, undelivered
from supervisors.policy import InboxPolicy
from supervisors.reasons import ExitReason
from supervisors.record import Ask, Call, Record, Stop

__all__ = ["INBOX_LIMIT", "InboxView", "overflow", "put_anyway", "send_remote"]

#: Waiting messages of an actor that sets no limit: far above any burst, far below the memory of
#: a process (100,000 small messages are some 10 MB).
INBOX_LIMIT: Final = 100_000


def overflow(record: Record, item: Any) -> None:
    """Deal with an item for an inbox that is at its limit, by the actor's policy.

    Raises:
        InboxFull: the item was not taken.
    """
    policy = record.actor.inbox_policy
    if policy is InboxPolicy.DROP_OLDEST:
        _drop_oldest(record)
        record.scheduler.enqueue(record, item)
        return
    full = InboxFull(f"the inbox of {record} holds its limit of {record.limit} messages")
    if policy is InboxPolicy.FAIL:
        begin_exit(record, ExitReason.error(full))
    raise full


def _drop_oldest(record: Record) -> None:
    queue = record.queue
    oldest = (i for i, item in enumerate(queue or ()) if not isinstance(item, Call | Stop))
    index = next(oldest, None)
    if queue is None or index is None:
        return
    item = queue[index]
    del queue[index]
    undelivered(record, item, Refusal(RefusalReason.DROPPED))


def send_remote(record: Record, item: Any) -> None:
    """Send an item from another thread than the actor's.

    Raises:
        ActorDeadError: the actor has ended or is ending.
        InboxFull: its inbox, or the queue between the threads, is at its limit.
    """
    if not record.is_open:
        raise ActorDeadError(f"{record} not found")
    queue, actor = record.queue, record.actor
    full = queue is not None and len(queue) >= record.limit
    # A glance from outside, so that the sender gets an error; _deliver looks again.
    if full and actor is not None and actor.inbox_policy is InboxPolicy.REFUSE:
        raise InboxFull(f"the inbox of {record} holds its limit of {record.limit} messages")
    record.scheduler.check_flood()
    record.scheduler.call_remote(_deliver, record, item)


def _deliver(record: Record, item: Any) -> None:
    queue = record.queue
    if not record.is_open:
        reject(record, item)
    elif queue is None or len(queue) < record.limit:
        record.scheduler.enqueue(record, item)
    else:
        try:
            overflow(record, item)
        except InboxFull as full:
            undelivered(record, item, Refusal(RefusalReason.FULL, full))


def put_anyway(record: Record, item: Any) -> None:
    """Put an item into an inbox, limit or not: it has waited for this actor already."""
    call_on(record, _put, item)


def _put(record: Record, item: Any) -> None:
    if record.is_open:
        record.scheduler.enqueue(record, item)
    else:
        reject(record, item)


class InboxView:
    """What pykka calls an actor's inbox: put, get, empty. Made on demand.

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
        """Raise `TypeError`: only the scheduler takes messages out."""
        raise TypeError("an EventLoopActor's messages are taken by its scheduler alone")

    def empty(self) -> bool:
        """Return whether no message waits."""
        return not self._ref.queue

    def qsize(self) -> int:
        """Return how many items wait."""
        return len(self._ref.queue or ())
