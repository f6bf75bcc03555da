"""`Entities`: children on demand. Each has an address that is always good; a message starts it.

Akka calls these the entities of a shard region, Orleans virtual actors; in Elixir they are a
Registry beside a DynamicSupervisor. An entity's address takes messages before its actor, and
before its supervisor, runs. The first one has the actor started; while it starts or restarts,
messages wait in the address, up to the spec's `buffer`; with `keep_waiting` also those that waited
in the inbox of an actor that failed. An actor for which nothing comes is asked whether it wants to
end, and the next message starts it anew. What can't be delivered is given to the owner.

Rules: an address is light, and known here only while it has an actor or messages, so any number
may be held. All but `tell`, `ask` and `start` belongs to the supervisor's thread. Nothing here is
linear in the number of entities, but the look for idle ones, which goes in portions.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from functools import partial
from itertools import islice
from threading import get_ident
from typing import TYPE_CHECKING, Any, ClassVar, Final

from supervisors.address import Address
from supervisors.deadletters import Refusal, RefusalReason
from supervisors.dispatch import pause_if_sequential, unpause
from supervisors.errors import ActorDeadError, InboxFull, MaxChildren, SpecError
from supervisors.future import LoopFuture
from supervisors.inbox import put_anyway
from supervisors.lifecycle import attend, begin_exit, call_on, crash, is_awaitable
from supervisors.policy import Restart
from supervisors.reasons import ExitReason
from supervisors.record import Ask, Call, Status
from supervisors.spec import check_count, check_seconds, check_specs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from supervisors.dynamic import DynamicSupervisor
    from supervisors.record import Record
    from supervisors.runtime import LoopRef
    from supervisors.scheduler import Scheduler
    from supervisors.spec import ChildSpec

__all__ = ["Entities", "EntityAddress", "EntityCounts"]

#: Entities there may be at once unless a limit is given: each takes about a kilobyte.
ENTITIES_LIMIT: Final = 100_000
#: Entities looked at in one turn: half a millisecond.
LOOK_PORTION: Final = 500

#: Why an actor ended that nothing came for.
IDLE: Final = ExitReason.shutdown("idle")

logger = logging.getLogger("supervisors")


class _Start(Ask):
    """Waits for the actor to run; its future gets the ref."""

    __slots__ = ()


class EntityAddress(Address):
    """The address of an entity; see `Entities.address`.

    Attributes:
        entities: where it belongs.
    """

    __slots__ = ("_used", "entities")

    def __init__(self, child_id: Any, entities: Entities) -> None:
        super().__init__(child_id)
        self.entities = entities
        self._used = True

    @property
    def ref(self) -> LoopRef[Any] | None:
        """The actor's ref at this moment; None while there is none."""
        return self._known()._ref  # noqa: SLF001  # another address of the same entity

    def is_alive(self) -> bool:
        """Return whether the actor runs."""
        ref = self.ref
        return ref is not None and ref.is_alive()

    @property
    def room(self) -> int:
        """How many messages may wait here now: the spec's `buffer`; subclasses may differ."""
        return self.entities.spec.buffer

    def tell(self, message: Any) -> bool:
        """Send a message; the actor is started if there is none.

        Returns:
            False when it was refused; the owner was given it then.
        """
        self._used = True
        scheduler = self.entities.scheduler
        if scheduler is not None and get_ident() != scheduler.thread:
            return self._tell_remote(scheduler, message)
        return super().tell(message)

    def start(self) -> LoopFuture[LoopRef[Any]]:
        """Start the actor, if there is none.

        Returns:
            a future of its ref, which is set when it runs. It fails with `StartError`,
            `MaxChildren`, `InboxFull` (more wait than may) or `ActorDeadError`.
        """
        future: LoopFuture[LoopRef[Any]] = LoopFuture()
        scheduler = self.entities.scheduler
        if scheduler is None or get_ident() == scheduler.thread:
            self._start(future)
        else:
            try:
                scheduler.call_remote(self._start, future)
            except ActorDeadError as dead:
                future.set_exception(dead)
        return future

    def _start(self, future: LoopFuture[LoopRef[Any]]) -> None:
        self._used = True
        ref = self.ref
        if ref is not None and ref.is_alive():
            future.set(ref)
        else:
            self.tell(_Start(None, future))

    def stop(self) -> None:
        """End the actor, after the messages it has; what waits here is refused.

        A message that comes later starts another.
        """
        scheduler = self.entities.scheduler
        if scheduler is None:
            self._stop()
        else:
            scheduler.call(self._stop)

    def _stop(self) -> None:
        self.entities.stop(self._known())

    def refuse(self, item: Any, refusal: Refusal) -> bool:
        """Answer an ask with an error; anything else is given to the owner. Return False."""
        on_refused = self.entities.on_refused
        if isinstance(item, Ask):
            error = refusal.error(self)
            if refusal.reason is RefusalReason.TOO_MANY:
                error = MaxChildren(self.child_id)
            item.future.set_exception(error)
        elif on_refused is None:
            super().refuse(item, refusal)
        else:
            try:
                on_refused(item, refusal)
            except Exception:
                logger.exception("on_refused of %r failed", self)
        return False

    def _known(self) -> EntityAddress:
        """Return the address of this entity that has the actor: there may be several of one id."""
        return self.entities.find(self.child_id) or self

    def _wait(self, item: Any) -> bool:
        known = self.entities.find(self.child_id)
        if known is not None and known is not self:
            return known.tell(item)
        if known is None:
            refusal = self.entities.enter(self)
            if refusal is not None:
                return self.refuse(item, refusal)
        if self.waiting >= self.room:
            full = InboxFull(f"{self.waiting} messages wait for {self.child_id!r} to start")
            return self.refuse(item, Refusal(RefusalReason.FULL, full))
        self._append(item)
        return True

    # -- for the supervisor ----------------------------------------------------------------

    def on_running(self, ref: LoopRef[Any], buffer: int, *, again: bool) -> None:  # noqa: ARG002
        """Give what waits to the actor, which runs, in order."""
        if again:
            self.entities.counts.restarted += 1
        else:
            self.entities.counts.started += 1
        self._ref = ref
        for item in self._take_waiting():
            if type(item) is _Start:
                item.future.set(ref)
            else:
                put_anyway(ref, item)

    def on_not_started(self, error: Exception) -> None:
        """Refuse what waits: the actor can't be started, now."""
        self.entities.counts.failed += 1
        self._ref = None
        self.refuse_waiting(Refusal(RefusalReason.NOT_STARTED, error))

    def on_gone(self) -> None:
        """Leave, or have a new actor started if something has come meanwhile."""
        self._ref = None
        self.entities.leave(self)

    def on_ended(self) -> None:
        """Refuse what waits: the supervisor has ended."""
        self._ref = None
        self.refuse_waiting(Refusal(RefusalReason.ENDED))

    def _wont_come_back(self, *, stopped: bool) -> Refusal | None:
        if stopped:
            return Refusal(RefusalReason.STOPPED)
        known = self.entities.find(self.child_id) is self
        return None if known else Refusal(RefusalReason.ENDED)

    # -- idle ------------------------------------------------------------------------------

    def look(self) -> None:
        """Ask the actor whether it wants to end, if nothing came since the last look."""
        if self._used:
            self._used = False
        elif self._ref is not None:
            call_on(self._ref, _ask_idle, self)

    def run_idle(self, record: Record) -> None:
        """Run the actor's `on_idle`, on its turn."""
        if self._used:
            return
        result = record.actor.on_idle()
        if result is not None and is_awaitable(result):
            pause_if_sequential(record)
            attend(record, result, self._idle_over)
        else:
            self._let_go(record, result)

    def _idle_over(self, record: Record, answer: Any, exc: BaseException | None) -> None:
        if exc is None:
            self._let_go(record, answer)
        elif not isinstance(exc, asyncio.CancelledError):
            crash(record, exc)
        unpause(record)

    def _let_go(self, record: Record, answer: Any) -> None:
        if answer is not False and not self._used and record.status < Status.STOPPING:
            self.entities.counts.idled += 1
            begin_exit(record, IDLE)


def _ask_idle(record: Record, address: EntityAddress) -> None:
    if record.is_open:
        record.scheduler.enqueue(record, Call(address.run_idle, (record,)))


@dataclass(slots=True)
class EntityCounts:
    """What has happened to entities.

    Attributes:
        started: actors started, restarts apart.
        restarted: actors started again after a failure.
        idled: actors ended because nothing came for them.
        failed: starts that failed.
    """

    started: int = 0
    restarted: int = 0
    idled: int = 0
    failed: int = 0


class Entities:
    """Children of one kind that are started by their first message.

    Make it whenever you like, give it to a `DynamicSupervisor` (`on_demand`), and send to
    `entities.address(id)`. It outlives its supervisor: the next one takes over.

    Args:
        spec: how each is started; the actor gets its `EntityAddress` as the last argument. Its
            `buffer` has to be above 0: the first message waits there.
        idle: seconds without a message after which an actor is asked whether it wants to end
            (`on_idle`); it may take twice that. None never asks.
        limit: how many there may be at once.
        on_refused: called on the supervisor's thread with each message that can't be delivered and
            its `Refusal`; without it they become dead letters.

    Raises:
        SpecError: a value can't be used.

    Attributes:
        counts: what has happened.
        scheduler: the supervisor's, None before there is one.
    """

    __slots__ = (
        "_active",
        "_supervisor",
        "_takes",
        "counts",
        "idle",
        "limit",
        "on_refused",
        "scheduler",
        "spec",
    )

    address_class: ClassVar[type[EntityAddress]] = EntityAddress

    def __init__(
        self,
        spec: ChildSpec,
        *,
        idle: float | None = None,
        limit: int = ENTITIES_LIMIT,
        on_refused: Callable[[Any, Refusal], object] | None = None,
    ) -> None:
        self.configure(spec, idle=idle, limit=limit)
        self.on_refused = on_refused
        self.counts = EntityCounts()
        self.scheduler: Scheduler | None = None
        self._supervisor: DynamicSupervisor | None = None
        self._takes = True  # messages: not after a supervisor's end, until there is another
        self._active: dict[Any, EntityAddress] = {}

    def configure(self, spec: ChildSpec, *, idle: float | None, limit: int) -> None:
        """Change how they are started and how many there may be, from the next start on.

        Raises:
            SpecError: a value can't be used; nothing has changed then.
        """
        check_specs((spec,))
        check_count("buffer", spec.buffer, 1)
        check_count("limit", limit, 1)
        if idle is not None:
            check_seconds("idle", idle, zero=False)
            if spec.restart is Restart.PERMANENT:
                raise SpecError("restart", spec.restart, "one that is idle could not end")
        self.spec, self.idle, self.limit = spec, idle, limit

    def __len__(self) -> int:
        """Return how many have an actor, or will."""
        return len(self._active)

    def __iter__(self) -> Iterator[EntityAddress]:
        return iter(list(self._active.values()))

    def __contains__(self, child_id: object) -> bool:
        return child_id in self._active

    @property
    def supervised(self) -> bool:
        """Whether there is a supervisor, so that actors run."""
        return self._supervisor is not None

    def find(self, child_id: Any) -> EntityAddress | None:
        """Return the address of an entity that has an actor, or will; None if there is none."""
        return self._active.get(child_id)

    def address(self, child_id: Any) -> EntityAddress:
        """Return an entity's address, which is always valid; a message starts the actor."""
        return self._active.get(child_id) or self.address_class(child_id, self)

    # -- for addresses ---------------------------------------------------------------------

    def enter(self, address: EntityAddress) -> Refusal | None:
        """Have an entity's actor started; say why not, if it can't be."""
        if not self._takes:
            return Refusal(RefusalReason.ENDED)
        if len(self._active) >= self.limit:
            return Refusal(RefusalReason.TOO_MANY)
        self._active[address.child_id] = address
        self._start(address)
        return None

    def stop(self, address: EntityAddress) -> None:
        """Have an entity's actor ended, and refuse what waits for it."""
        if self._active.get(address.child_id) is not address:
            return
        address.refuse_waiting(Refusal(RefusalReason.STOPPED))
        supervisor = self._supervisor
        if supervisor is None:
            self.leave(address)
        else:
            self._enqueue(supervisor, supervisor.stop_entity, address)

    def leave(self, address: EntityAddress) -> None:
        """Forget an entity whose actor has ended, unless messages wait: then start another."""
        if self._active.get(address.child_id) is not address:
            return
        if address.waiting:
            self._start(address)
        else:
            del self._active[address.child_id]

    def _start(self, address: EntityAddress) -> None:
        supervisor = self._supervisor
        if supervisor is not None:
            self._enqueue(supervisor, supervisor.start_entity, address)

    @staticmethod
    def _enqueue(
        supervisor: DynamicSupervisor,
        what: Callable[[EntityAddress], object],
        address: EntityAddress,
    ) -> None:
        """Have the supervisor do it on its own turn: a start holds up no sender's handler."""
        ref = supervisor.actor_ref
        if ref.is_open:
            ref.scheduler.enqueue(ref, Call(what, (address,)))

    # -- for the supervisor ----------------------------------------------------------------

    def attach(self, supervisor: DynamicSupervisor) -> None:
        """Take a supervisor; actors of those for whom something waits are started."""
        if self._supervisor is not None:
            self.detach(self._supervisor)
        self._supervisor = supervisor
        self._takes = True
        self.scheduler = supervisor.actor_ref.scheduler
        for address in self._active.values():
            self._start(address)
        if self.idle is not None:
            supervisor.call_later(self.idle, self._look)

    def detach(self, supervisor: DynamicSupervisor) -> None:
        """Let go of a supervisor that has ended: what waits is refused, and what comes."""
        if self._supervisor is not supervisor:
            return
        self._supervisor = None
        self._takes = False
        active, self._active = self._active, {}
        for address in active.values():
            address.on_ended()

    def _look(self) -> None:
        self._look_on(iter(self))

    def _look_on(self, left: Iterator[EntityAddress]) -> None:
        portion = list(islice(left, LOOK_PORTION))
        for address in portion:
            address.look()
        supervisor = self._supervisor
        if supervisor is None or self.idle is None:
            return
        if len(portion) == LOOK_PORTION:
            supervisor.call_later(0, partial(self._look_on, left))
        else:
            supervisor.call_later(self.idle, self._look)
