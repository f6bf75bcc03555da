"""A supervisor's procedures: `Operation`, one of them, and `Operations`, which owns them.

Starting a group, stopping a child with a deadline: such procedures wait. A supervisor must not
wait in a handler, and a task per step would be dear, so a procedure is a generator that yields
waits. A wait is a function that is given a `wake` callback; the operation goes on when it is
called, with the value it is called with. When nothing has to be waited for, a whole operation
runs within one call and costs no more than that.

A static supervisor's operations run one after another (`serial`), since its children have an
order; a dynamic one's run side by side.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias

from supervisors.errors import ActorDeadError, InboxFull
from supervisors.future import LoopFuture
from supervisors.lifecycle import call_on, watch
from supervisors.record import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from supervisors.clock import TimerHandle
    from supervisors.record import Record
    from supervisors.scheduler import Scheduler

    Wake: TypeAlias = Callable[[Any], None]
    Wait: TypeAlias = Callable[[Wake], object]
    Steps: TypeAlias = Generator[Wait, Any, Any]

__all__ = [
    "MAX_REQUESTS",
    "Operation",
    "Operations",
    "settle",
    "until_exit",
    "until_exits",
    "until_started",
]

#: Requests that may wait for, or be under, a supervisor's work: a hundred thousand children may be
#: asked for at once, ten times over.
MAX_REQUESTS: Final = 1_000_000


class Operation:
    """A procedure under way.

    Args:
        steps: the procedure.
        finished: called with the operation, its result and its exception, once.
    """

    __slots__ = ("_finished", "_steps")

    def __init__(
        self, steps: Steps, finished: Callable[[Operation, Any, Exception | None], object]
    ) -> None:
        self._steps: Steps | None = steps
        self._finished = finished

    def advance(self, value: Any = None) -> None:
        """Run to the next wait that has to be waited for, or to the end."""
        while self._steps is not None:
            try:
                wait = self._steps.send(value)
            except StopIteration as stop:
                self._end(stop.value, None)
                return
            except Exception as exc:  # noqa: BLE001  # its owner decides what it means
                self._end(None, exc)
                return
            wake = _Wake(self)
            wait(wake)
            if not wake.fired:
                wake.armed = True
                return
            value = wake.value

    def _end(self, value: Any, exc: Exception | None) -> None:
        self._steps = None
        self._finished(self, value, exc)

    def abort(self) -> None:
        """Drop the procedure where it stands; `finished` is not called."""
        steps, self._steps = self._steps, None
        if steps is not None:
            steps.close()


class Owner(Protocol):
    """Who owns operations: a supervisor."""

    def exit(self, reason: BaseException) -> None:
        """End with this exception."""


class Operations:
    """The operations of one supervisor.

    There are thousands of supervisors, and most do nothing: what is empty is not kept.

    Args:
        owner: the supervisor; it ends with the exception of an operation without a future.
        serial: run them one after another, in the order they were submitted; else side by side.
    """

    __slots__ = ("_beginning", "_owner", "_running", "_serial", "_waiting")

    def __init__(self, owner: Owner, *, serial: bool) -> None:
        self._owner = owner
        self._serial = serial
        self._running: dict[Operation, LoopFuture[Any] | None] | None = None
        self._waiting: deque[tuple[Steps, LoopFuture[Any] | None]] | None = None
        self._beginning = False

    def submit(self, steps: Steps, future: LoopFuture[Any] | None = None) -> None:
        """Run a procedure when its turn has come.

        Args:
            steps: the procedure.
            future: for its result; fails with `InboxFull` when too many requests wait.
        """
        if self._serial and (self._running or self._waiting):
            if self._waiting is None:
                self._waiting = deque()
            if future is None or len(self._waiting) < MAX_REQUESTS:
                self._waiting.append((steps, future))
                return
        elif future is None or self._running is None or len(self._running) < MAX_REQUESTS:
            self._begin(steps, future)
            return
        steps.close()
        future.set_exception(InboxFull(f"{MAX_REQUESTS} requests wait already"))

    def request(self, steps: Steps, *, urgent: bool = False) -> LoopFuture[Any]:
        """Run a procedure whose caller waits for it.

        Args:
            steps: the procedure.
            urgent: at once, beside what runs, in a serial supervisor too.

        Returns:
            a future of its result.
        """
        future: LoopFuture[Any] = LoopFuture()
        if urgent:
            self._begin(steps, future)
        else:
            self.submit(steps, future)
        return future

    def abort(self, why: str) -> None:
        """Drop all operations where they stand; who waits for one gets an `ActorDeadError`."""
        running, self._running = self._running or {}, None
        waiting, self._waiting = self._waiting, None
        futures = list(running.values())
        for operation in running:
            operation.abort()
        for steps, future in waiting or ():
            steps.close()
            futures.append(future)
        for future in futures:
            if future is not None:
                future.set_exception(ActorDeadError(why))

    def _begin(self, steps: Steps, future: LoopFuture[Any] | None) -> None:
        operation = Operation(steps, self._over)
        if self._running is None:
            self._running = {}
        self._running[operation] = future
        operation.advance()

    def _over(self, operation: Operation, value: Any, exc: Exception | None) -> None:
        future = None
        if self._running is not None:
            future = self._running.pop(operation, None)
            if self._serial and not self._running:
                self._running = None
        if future is not None:
            settle(future, value, exc)
        elif exc is not None:
            self._owner.exit(exc)
        if self._waiting and not self._beginning:
            self._begin_waiting()

    def _begin_waiting(self) -> None:
        """Begin those whose turn has come, in a loop: one may be over before it returns."""
        self._beginning = True
        try:
            while self._waiting and not self._running:
                self._begin(*self._waiting.popleft())
        finally:
            self._beginning = False
            self._waiting = self._waiting or None


def settle(future: LoopFuture[Any], value: Any, exc: Exception | None) -> None:
    """Give a future its outcome."""
    if exc is None:
        future.set(value)
    else:
        future.set_exception(exc)


class _Wake:
    """Lets an operation go on, once."""

    __slots__ = ("_operation", "armed", "fired", "value")

    def __init__(self, operation: Operation) -> None:
        self._operation = operation
        self.armed = False
        self.fired = False
        self.value: Any = None

    def __call__(self, value: Any) -> None:
        if self.fired:
            return
        self.fired = True
        self.value = value
        if self.armed:
            self._operation.advance(value)


# -- waits ---------------------------------------------------------------------------------


def _watch_here(scheduler: Scheduler, record: Record, callback: Callable[[Record], object]) -> None:
    """Watch a record that may live on another loop; `callback` runs on this one."""
    if record.scheduler is scheduler:
        watch(record, callback)
    else:
        call_on(record, watch, lambda dead: scheduler.call(callback, dead))


def until_exit(scheduler: Scheduler, record: Record, timeout: float | None) -> Wait:
    """Wait until a record is dead; the value is False when `timeout` seconds passed before."""

    def wait(wake: Wake) -> None:
        if timeout is None:
            _watch_here(scheduler, record, lambda _record: wake(True))
            return
        timer = scheduler.clock.call_later(timeout, wake, False)

        def ended(_record: Record) -> None:
            timer.cancel()
            wake(True)

        _watch_here(scheduler, record, ended)

    return wait


def until_started(scheduler: Scheduler, record: Record, timeout: float | None) -> Wait:
    """Wait for a record's start; the value is (exception or None,), or None after `timeout`."""

    def wait(wake: Wake) -> None:
        timer: TimerHandle | None = None

        def started(_record: Record, exc: BaseException | None) -> None:
            if timer is not None:
                timer.cancel()
            scheduler.call(wake, (exc,))

        def arm() -> None:
            if record.status is Status.STARTING:
                record.on_started = started
            else:  # it lives on another loop, and was quicker
                dead = record.status > Status.RUNNING
                started(record, ActorDeadError(f"it ended: {record.reason}") if dead else None)

        record.scheduler.call(arm)
        if timeout is not None:
            timer = scheduler.clock.call_later(timeout, wake, None)

    return wait


def until_exits(
    scheduler: Scheduler,
    records: list[tuple[Record, float | None]],
    late: Callable[[float], object],
) -> Wait:
    """Wait until all records are dead.

    Args:
        scheduler: the waiting supervisor's.
        records: the records, each with its deadline in seconds or None.
        late: called with a deadline when it passes; one timer serves all records with the same one.
    """

    def wait(wake: Wake) -> None:
        timers: list[TimerHandle] = []
        left = sum(record.status is not Status.DEAD for record, _ in records) + 1

        def ended(_record: Any = None) -> None:
            nonlocal left
            left -= 1
            if not left:
                for timer in timers:
                    timer.cancel()
                wake(None)

        for record, _ in records:
            if record.status is not Status.DEAD:
                _watch_here(scheduler, record, ended)
        deadlines = {deadline for _, deadline in records if deadline is not None}
        timers.extend(scheduler.clock.call_later(each, late, each) for each in deadlines)
        ended()

    return wait
