"""`Address`: a child's name, which survives its restarts. Neighbours hold this, never a ref.

An address is valid before the child runs. While the child is down and expected back, up to the
spec's `buffer` messages wait in the address and are given to the next actor in order; what has no
room is refused and becomes a dead letter. `tell` never raises: it says False. With the spec's
`keep_waiting`, what waits in the actor's inbox when it ends comes back here, too.

entities.py has addresses whose first message starts the child.
"""

from __future__ import annotations

from threading import get_ident
from typing import TYPE_CHECKING, Any

from supervisors.deadletters import Refusal, RefusalReason
from supervisors.errors import ActorDeadError, InboxFull
from supervisors.future import LoopFuture
from supervisors.inbox import put_anyway
from supervisors.lifecycle import refuse
from supervisors.record import Ask

if TYPE_CHECKING:
    from supervisors.runtime import LoopRef
    from supervisors.scheduler import Scheduler

__all__ = ["Address", "ChildAddress"]


class Address:
    """The name of one child of one supervisor.

    Get it from `Supervisor.address(child_id)` or `Entities.address(child_id)`.

    Attributes:
        child_id: the child's id.
    """

    __slots__ = ("_ref", "_waiting", "child_id")

    def __init__(self, child_id: Any) -> None:
        self.child_id = child_id
        self._ref: LoopRef[Any] | None = None
        self._waiting: list[Any] | None = None

    def __repr__(self) -> str:
        state = "up" if self.is_alive() else "down"
        return f"<Address {self.child_id!r} {state}>"

    @property
    def ref(self) -> LoopRef[Any] | None:
        """The child's ref at this moment; None while it is down."""
        return self._ref

    def is_alive(self) -> bool:
        """Return whether the child is up."""
        return self._ref is not None and self._ref.is_alive()

    @property
    def waiting(self) -> int:
        """How many messages wait for the child to come back."""
        return len(self._waiting or ())

    def tell(self, message: Any) -> bool:
        """Send a message.

        Returns:
            False when it was refused.
        """
        ref = self._ref
        if ref is not None:
            try:
                ref.tell(message)
            except InboxFull as full:
                return self.refuse(message, Refusal(RefusalReason.FULL, full))
            except ActorDeadError:
                pass
            else:
                return True
        return self._wait(message)

    def ask(self, message: Any) -> LoopFuture[Any]:
        """Send a message and get a future of its reply.

        The future fails with `ActorDeadError` when the child is down and there is no room to wait,
        and with `InboxFull` when its inbox refuses.
        """
        future: LoopFuture[Any] = LoopFuture()
        self.tell(Ask(message, future))
        return future

    def _wait(self, item: Any) -> bool:
        """Let an item wait for the child; False if it was refused."""
        raise NotImplementedError

    def _tell_remote(self, scheduler: Scheduler, item: Any) -> bool:
        """Try on the supervisor's thread."""
        try:
            scheduler.check_flood()
            scheduler.call_remote(self.tell, item)
        except InboxFull as full:
            return self.refuse(item, Refusal(RefusalReason.FULL, full))
        except ActorDeadError:
            return self.refuse(item, Refusal(RefusalReason.DOWN))
        return True

    def refuse(self, item: Any, refusal: Refusal) -> bool:
        """Answer an ask with an error; anything else becomes a dead letter. Return False."""
        refuse(self, item, refusal)
        return False

    def _append(self, item: Any) -> None:
        if self._waiting is None:
            self._waiting = []
        self._waiting.append(item)

    def _take_waiting(self) -> list[Any]:
        waiting, self._waiting = self._waiting, None
        return waiting or []

    def refuse_waiting(self, refusal: Refusal) -> None:
        """Refuse all that waits here."""
        for item in self._take_waiting():
            self.refuse(item, refusal)

    # -- for the supervisor ----------------------------------------------------------------

    def on_starting(self, ref: LoopRef[Any]) -> None:
        """Note that the child's start is under way."""

    def on_running(self, ref: LoopRef[Any], buffer: int, *, again: bool) -> None:  # noqa: ARG002
        """Give what waits to the child, which runs, in order.

        Args:
            ref: its ref.
            buffer: how many messages may wait from now on (the spec's `buffer`).
            again: it was restarted.
        """
        self._ref = ref
        for item in self._take_waiting():
            put_anyway(ref, item)

    def on_not_started(self, error: Exception) -> None:  # noqa: ARG002
        """Note that a start has failed."""
        self._ref = None

    def on_down(self) -> None:
        """Note that the child is down and will be back."""
        self._ref = None

    def on_stopping(self) -> None:
        """Refuse what waits: the child is being stopped for good."""
        self._ref = None
        self.refuse_waiting(Refusal(RefusalReason.STOPPED))

    def on_gone(self) -> None:
        """Note that the supervisor has no such child any more."""
        self._ref = None

    def take_back(self, item: Any, *, stopped: bool) -> None:
        """Take an item that waited in the inbox of an actor that has ended.

        There is always room for it: an inbox has its own limit.

        Args:
            item: the item.
            stopped: the child was asked to end.
        """
        refusal = self._wont_come_back(stopped=stopped)
        if self._ref is not None and self._ref.is_alive():  # it came late, from another loop
            put_anyway(self._ref, item)
        elif refusal is not None:
            self.refuse(item, refusal)
        else:
            self._append(item)

    def _wont_come_back(self, *, stopped: bool) -> Refusal | None:
        """Return why nothing can wait for the next actor; None if it can."""
        raise NotImplementedError


class ChildAddress(Address):
    """The address of a child that is started by request; see `Supervisor.address`."""

    __slots__ = ("__weakref__", "_room", "_scheduler")

    def __init__(self, child_id: Any, scheduler: Scheduler) -> None:
        super().__init__(child_id)
        self._scheduler = scheduler
        self._room = 0  # how many may wait: none while no child is expected

    def _wait(self, item: Any) -> bool:
        if not self._room:
            return self.refuse(item, Refusal(RefusalReason.DOWN))
        if get_ident() != self._scheduler.thread:
            return self._tell_remote(self._scheduler, item)
        if self.waiting >= self._room:
            return self.refuse(item, Refusal(RefusalReason.FULL))
        self._append(item)
        return True

    def on_expected(self, buffer: int) -> None:
        """Let so many messages wait: the supervisor has such a child."""
        self._room = buffer

    def on_starting(self, ref: LoopRef[Any]) -> None:
        """Let the actor's own inbox take the messages if there is no buffer."""
        if not self._room:
            self._ref = ref

    def on_running(self, ref: LoopRef[Any], buffer: int, *, again: bool) -> None:
        """Give what waits to the child, which runs, in order."""
        self._room = buffer
        super().on_running(ref, buffer, again=again)

    def on_stopping(self) -> None:
        """Refuse what waits and what comes: the child won't come back."""
        self._room = 0
        super().on_stopping()

    def on_gone(self) -> None:
        """Refuse what waits and what comes: there is no such child any more."""
        self.on_stopping()

    def _wont_come_back(self, *, stopped: bool) -> Refusal | None:  # noqa: ARG002
        return None if self._room else Refusal(RefusalReason.STOPPED)
