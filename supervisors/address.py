"""`Address`: a child's name, which survives its restarts. Neighbours hold this, never a ref.

An address is valid before the child runs. While the child is down and expected back, up to the
spec's `stash` messages wait in the address and are told to the new child in order; what has no
room is refused and becomes a dead letter. `tell` never raises: it says False.
"""

from __future__ import annotations

from collections import deque
from threading import get_ident
from typing import TYPE_CHECKING, Any

from supervisors.cell import Ask
from supervisors.deadletters import dead_letters
from supervisors.errors import ActorDeadError, InboxFull
from supervisors.future import LoopFuture

if TYPE_CHECKING:
    from supervisors.runtime import LoopRef
    from supervisors.scheduler import Scheduler

__all__ = ["Address"]


class Address:
    """The name of one child of one supervisor.

    Get it from `Supervisor.address(child_id)`; don't build it.

    Attributes:
        child_id: the child's id.
    """

    __slots__ = (
        "__weakref__",
        "_expected",
        "_limit",
        "_ref",
        "_scheduler",
        "_stash",
        "child_id",
    )

    def __init__(self, child_id: Any, scheduler: Scheduler) -> None:
        self.child_id = child_id
        self._scheduler = scheduler
        self._ref: LoopRef[Any] | None = None
        self._stash: deque[Any] | None = None
        self._limit = 0
        self._expected = True

    def __repr__(self) -> str:
        return f"<Address {self.child_id!r} {'up' if self.is_alive() else 'down'}>"

    @property
    def ref(self) -> LoopRef[Any] | None:
        """The child's ref at this moment; None while it is down."""
        return self._ref

    def is_alive(self) -> bool:
        """Whether the child is up."""
        return self._ref is not None and self._ref.is_alive()

    @property
    def waiting(self) -> int:
        """How many messages wait for the child to come back."""
        return len(self._stash or ())

    def tell(self, message: Any) -> bool:
        """Send a message.

        Returns:
            False when it was refused: it is a dead letter then.
        """
        ref = self._ref
        why = "the child is down"
        if ref is not None:
            try:
                ref.tell(message)
            except InboxFull as full:
                why = str(full)
                dead_letters.publish(self, message, why)
                return False
            except ActorDeadError:
                pass
            else:
                return True
        return self._put_aside(message, why)

    def ask(self, message: Any) -> LoopFuture[Any]:
        """Send a message and get a future of its reply.

        The future fails with `ActorDeadError` when the child is down and there is no room to wait,
        and with `InboxFull` when its inbox refuses.
        """
        future: LoopFuture[Any] = LoopFuture()
        item = Ask(message, future)
        ref = self._ref
        if ref is not None:
            try:
                ref.tell(item)
            except InboxFull as full:
                future.set_exception(full)
                return future
            except ActorDeadError:
                pass
            else:
                return future
        self._put_aside(item, "the child is down")
        return future

    def _put_aside(self, item: Any, why: str) -> bool:
        if self._limit and self._expected:
            if get_ident() != self._scheduler.thread:
                try:
                    self._scheduler.check_flood()
                    self._scheduler.call_remote(self._again, item)
                except (ActorDeadError, InboxFull):
                    return self._refuse(item, why)
                return True
            if self._stash is None:
                self._stash = deque()
            if len(self._stash) < self._limit:
                self._stash.append(item)
                return True
            why = "the stash is full"
        return self._refuse(item, why)

    def _again(self, item: Any) -> None:
        """Try once more, on the supervisor's thread."""
        ref = self._ref
        if ref is not None and ref.is_alive():
            ref.send(item)
        else:
            self._put_aside(item, "the child is down")

    def _refuse(self, item: Any, why: str) -> bool:
        if isinstance(item, Ask):
            item.future.set_exception(ActorDeadError(f"{self!r}: {why}"))
        else:
            dead_letters.publish(self, item, why)
        return False

    # -- for the supervisor ----------------------------------------------------------------

    def set_limit(self, limit: int) -> None:
        """How many messages may wait (the spec's `stash`)."""
        self._limit = limit
        self._expected = True

    def set_starting(self, ref: LoopRef[Any]) -> None:
        """The child is starting: without a stash its own inbox takes the messages."""
        if not self._limit:
            self._ref = ref

    def set_up(self, ref: LoopRef[Any]) -> None:
        """The child is up: it gets what waited, in order."""
        self._ref = ref
        self._expected = True
        stash, self._stash = self._stash, None
        while stash:
            item = stash.popleft()
            try:
                ref.tell(item)
            except (ActorDeadError, InboxFull) as exc:
                self._refuse(item, str(exc))

    def set_down(self, *, expected: bool) -> None:
        """The child is down; `expected` when it will come back."""
        self._ref = None
        self._expected = expected
        if not expected:
            stash, self._stash = self._stash, None
            while stash:
                self._refuse(stash.popleft(), "the child won't come back")
