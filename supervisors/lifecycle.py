"""An actor's life on its loop: its start, the tasks it owns, its exit, and who is notified.

A start is over once: `on_start`, which may be a coroutine, is done and the actor runs, or it has
failed and is dead. Whoever waits for it (a supervisor, `spawn`) has set the record's `on_started`;
without one a failure is only logged.

The order of an exit is fixed: no more messages (those waiting are answered, go back to the actor's
address or become dead letters), timers cancelled, the user's hook (`on_stop`, or `on_failure` after
a crash; it may be a coroutine), owned tasks cancelled and waited for, and only then is the actor
dead: its supervisor and monitors are notified once, when nothing of it runs any more. A kill skips
the hook and the wait.

All functions here run on the loop's thread. They know records, not pykka.
"""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from types import CoroutineType
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from supervisors.deadletters import Refusal, RefusalReason, dead_letters
from supervisors.errors import ActorDeadError, StartIgnored
from supervisors.future import LoopFuture
from supervisors.reasons import KILLED, NORMAL, SHUTDOWN, ExitKind, ExitReason
from supervisors.record import Ask, Call, Record, Status, Stop

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    Then: TypeAlias = "Callable[[Record, Any, BaseException | None], object]"

__all__ = [
    "OwnedResource",
    "OwnedTimer",
    "StartShutdown",
    "abandon",
    "attend",
    "begin_exit",
    "call_on",
    "crash",
    "cut_traceback",
    "exit_next",
    "is_awaitable",
    "kill",
    "launch",
    "own_task",
    "refuse",
    "reject",
    "request_exit",
    "stop_after",
    "stop_asked",
    "stop_into",
    "task_over",
    "undelivered",
    "watch",
]

logger = logging.getLogger("supervisors")

#: Seconds an ending actor waits for its cancelled tasks when no supervisor sets a deadline.
TASK_GRACE: Final = 5.0

_STARTING: Final = Status.STARTING
_STOPPING: Final = Status.STOPPING


def is_awaitable(value: Any) -> bool:
    """Return whether a handler's result has to be waited for."""
    return type(value) is CoroutineType or hasattr(type(value), "__await__")


def cut_traceback(exc: BaseException) -> None:
    """Take the runtime's own frame off: it lives on and would keep the actor in memory."""
    if exc.__traceback__ is not None:
        exc.__traceback__ = exc.__traceback__.tb_next


# -- what an actor owns --------------------------------------------------------------------


def own_task(
    record: Record, coro: Coroutine[Any, Any, Any], then: Then, name: str | None = None
) -> asyncio.Task[Any]:
    """Run a coroutine as a task that ends with the actor.

    Args:
        record: the owner.
        coro: the coroutine.
        then: called with the record, the result and the exception (CancelledError when cancelled).
        name: the task's name.

    Raises:
        ActorDeadError: the actor has ended; the coroutine is closed.
    """
    if record.status > _STOPPING:
        coro.close()
        raise ActorDeadError(f"{record} has ended and can't own a task")
    task = record.scheduler.loop.create_task(coro, name=name)
    if record.owned is None:
        record.owned = set()
    record.owned.add(task)
    task.add_done_callback(partial(_task_over, record, then))
    return task


def _task_over(record: Record, then: Then, task: asyncio.Task[Any]) -> None:
    owned = record.owned
    if owned is not None:
        owned.discard(task)
        if not owned:
            record.owned = None
    if task.cancelled():
        then(record, None, asyncio.CancelledError())
    elif (exc := task.exception()) is not None:
        if record.status >= _STOPPING:
            logger.warning("A task of %s failed while the actor ended", record, exc_info=exc)
        then(record, None, exc)
    else:
        then(record, task.result(), None)
    if record.owned is None and record.status is Status.DRAINING:
        _finish(record)


def attend(record: Record, awaitable: Any, then: Then) -> None:
    """Call `then(record, value, exception)` when the awaitable is done; the actor owns the wait."""
    if isinstance(awaitable, LoopFuture) and (awaitable.done() or not awaitable.has_hook):
        awaitable.add_done_callback(_Once(record, awaitable, then))
    elif isinstance(awaitable, CoroutineType):
        own_task(record, awaitable, then)
    else:
        own_task(record, _await(awaitable), then)


async def _await(awaitable: Any) -> Any:
    return await awaitable


class _Once:
    """Carries a LoopFuture's outcome to the actor's loop, once."""

    __slots__ = ("_future", "_record", "_then")

    def __init__(self, record: Record, future: LoopFuture[Any], then: Then) -> None:
        self._record = record
        self._future = future
        self._then: Then | None = then

    def __call__(self) -> None:
        self._record.scheduler.call(self._deliver)

    def _deliver(self) -> None:
        then, self._then = self._then, None
        if then is not None:
            exception = self._future.exception()
            value = None if exception is not None else self._future.get()
            then(self._record, value, exception)


class OwnedTimer:
    """A timer of an actor: fires on the actor's turn, ends with the actor."""

    __slots__ = ("_args", "_callback", "_handle", "_record")

    def __init__(
        self, record: Record, delay: float, callback: Callable[..., object], args: tuple[Any, ...]
    ) -> None:
        if record.status > _STOPPING:
            raise ActorDeadError(f"{record} has ended and can't own a timer")
        self._record = record
        self._callback: Callable[..., object] | None = callback
        self._args = args
        self._handle = record.scheduler.clock.call_later(delay, self._fire)
        if record.owned is None:
            record.owned = set()
        record.owned.add(self)

    def _fire(self) -> None:
        record = self._record
        self._disown()
        if record.status < _STOPPING:
            record.scheduler.enqueue(record, Call(self._run))

    def _run(self) -> None:
        callback, self._callback = self._callback, None
        if callback is not None:
            callback(*self._args)

    def _disown(self) -> None:
        owned = self._record.owned
        if owned is not None:
            owned.discard(self)
            if not owned:
                self._record.owned = None

    def cancel(self) -> None:
        """Don't call back; harmless when it has fired or is cancelled."""
        self._callback = None
        self._handle.cancel()
        self._disown()


class OwnedResource:
    """Something outside that must not outlive an actor: it is let go of however the actor ends."""

    __slots__ = ("_record", "_release")

    def __init__(self, record: Record, release: Callable[[], object]) -> None:
        if record.status > _STOPPING:
            raise ActorDeadError(f"{record} has ended and can't own anything")
        self._record = record
        self._release: Callable[[], object] | None = release
        if record.owned is None:
            record.owned = set()
        record.owned.add(self)

    def cancel(self) -> None:
        """Let go of it now; harmless when that has happened."""
        release = self._release
        self.disown()
        if release is not None:
            try:
                release()
            except Exception:
                logger.exception("What %s owned can't be let go of", self._record)

    def disown(self) -> None:
        """Leave it to another owner."""
        self._release = None
        owned = self._record.owned
        if owned is not None:
            owned.discard(self)
            if not owned:
                self._record.owned = None


# -- start ---------------------------------------------------------------------------------


def launch(record: Record) -> None:
    """Run `on_start`; the actor takes messages when it, or its coroutine, is done."""
    if record.scheduler.closed:
        abandon(record)
        return
    record.scheduler.records.add(record)
    try:
        result = record.actor.on_start()
    except BaseException as exc:
        cut_traceback(exc)
        _start_over(record, None, exc)
        if isinstance(exc, KeyboardInterrupt | SystemExit):
            raise
        return
    if result is not None and is_awaitable(result):
        attend(record, result, _start_over)
    else:
        _start_over(record, None, None)


def _start_over(record: Record, _value: Any, exc: BaseException | None) -> None:
    if record.status is not Status.STARTING:  # it was asked to end while it started
        return
    if exc is None:
        on_started, record.on_started = record.on_started, None
        record.scheduler.resume(record)
        if on_started is not None:
            on_started(record, None)
    elif isinstance(exc, StartIgnored):
        begin_exit(record, ExitReason(ExitKind.NORMAL, "ignored", exc))
    elif isinstance(exc, asyncio.CancelledError):
        begin_exit(record, ExitReason(ExitKind.KILLED, "its start was cancelled"))
    elif isinstance(exc, StartShutdown):
        begin_exit(record, exc.reason)
    else:
        begin_exit(record, ExitReason.error(exc))


class StartShutdown(Exception):
    """Ends a start with a given reason instead of an error (a supervisor whose child failed)."""

    def __init__(self, reason: ExitReason) -> None:
        super().__init__(reason)
        self.reason = reason


# -- exit ----------------------------------------------------------------------------------


def crash(record: Record, exc: BaseException) -> None:
    """End an actor for an exception its own code raised.

    A CancelledError is the actor's own end (`killed`), not everybody's; only an exception that is
    meant for the whole process (KeyboardInterrupt, SystemExit) goes on to the loop.
    """
    cut_traceback(exc)
    if isinstance(exc, asyncio.CancelledError):
        begin_exit(record, ExitReason(ExitKind.KILLED, "cancelled"))
        return
    begin_exit(record, ExitReason.error(exc))
    if isinstance(exc, KeyboardInterrupt | SystemExit):
        raise exc


def request_exit(record: Record, reason: ExitReason) -> None:
    """Ask an actor to end: after the messages it has, or at once when it is still starting."""
    if record.status is _STARTING:
        begin_exit(record, reason)
    else:
        stop_after(record, reason)


def stop_after(record: Record, reason: ExitReason) -> None:
    """Let an actor end after its start and the messages it has."""
    if record.status < _STOPPING:
        record.scheduler.enqueue(record, Stop(reason))


def stop_into(record: Record, future: LoopFuture[Any]) -> None:
    """Stop an actor after the messages it has.

    Args:
        record: the actor.
        future: True once it is dead; False when it is already.
    """
    if record.status is Status.DEAD:
        future.set(False)
        return
    watch(record, lambda _record: future.set(True))
    stop_after(record, SHUTDOWN)


def stop_asked(record: Record, future: LoopFuture[Any]) -> None:
    """Answer pykka's stop message: as `stop_into`, but to ask the dead is an `ActorDeadError`."""
    if record.status is Status.DEAD:
        future.set_exception(ActorDeadError(f"{record} not found"))
    else:
        stop_into(record, future)


def exit_next(record: Record, reason: ExitReason) -> None:
    """End an actor after its current handler; what waits is not handled."""
    if record.status is _STARTING:
        begin_exit(record, reason)
    elif record.status < _STOPPING:
        if record.queue is None:
            record.scheduler.enqueue(record, Stop(reason))
        else:
            record.queue.appendleft(Stop(reason))


def task_over(record: Record, _value: Any, exc: BaseException | None) -> None:
    """Crash the actor whose own task has failed; a cancelled task is no failure."""
    if exc is not None and not isinstance(exc, asyncio.CancelledError):
        crash(record, exc)


def begin_exit(record: Record, reason: ExitReason) -> None:
    """Start an actor's exit; does nothing when it has begun."""
    status = record.status
    if status >= _STOPPING:
        return
    record.status = _STOPPING
    record.reason = reason
    if reason.kind is ExitKind.ERROR:
        logger.error("Unhandled exception in %s:", record, exc_info=reason.exception)
    _reject_waiting(record)
    if record.owned is not None:
        for owned in tuple(record.owned):
            if isinstance(owned, OwnedTimer) or status is _STARTING:
                owned.cancel()
    try:
        pending = record.actor._exit_hook(reason, started=status is not _STARTING)  # noqa: SLF001
    except Exception as exc:  # noqa: BLE001  # the user's hook
        _hook_over(record, None, exc)
        return
    if pending is not None and is_awaitable(pending):
        attend(record, pending, _hook_over)
    else:
        _hook_over(record, None, None)


def _hook_over(record: Record, _value: Any, exc: BaseException | None) -> None:
    if record.status is not _STOPPING:  # killed meanwhile
        return
    if exc is not None:
        logger.error("The exit of %s failed:", record, exc_info=exc)
        if record.reason is None or record.reason.is_normal:
            record.reason = ExitReason.error(exc)
    record.status = Status.DRAINING
    _cancel_owned(record)
    if record.owned is None:
        _finish(record)
    else:
        record.grace = record.scheduler.clock.call_later(TASK_GRACE, _out_of_grace, record)


def _out_of_grace(record: Record) -> None:
    record.grace = None
    if record.status is Status.DRAINING:
        logger.warning("%s ends although its tasks ignore their cancellation", record)
        _finish(record)


def _cancel_owned(record: Record) -> None:
    for owned in tuple(record.owned or ()):
        owned.cancel()


def kill(record: Record, reason: ExitReason = KILLED) -> None:
    """End an actor now: no hook runs, its tasks are cancelled and not waited for."""
    status = record.status
    if status is Status.DEAD:
        return
    if status < _STOPPING or record.reason is None or record.reason.is_normal:
        record.reason = reason
    record.status = Status.DRAINING
    _reject_waiting(record)
    try:
        record.actor._kill_hook()  # noqa: SLF001
    except Exception:
        logger.exception("The kill of %s failed", record)
    _cancel_owned(record)
    if record.status is Status.DRAINING:
        _finish(record)


def abandon(record: Record) -> None:
    """End an actor whose loop is gone."""
    if record.status is Status.DEAD:
        return
    record.status = Status.DRAINING
    record.reason = record.reason or ExitReason(ExitKind.KILLED, "its event loop was closed")
    _reject_waiting(record)
    record.owned = None
    _finish(record)


def _finish(record: Record) -> None:
    record.status = Status.DEAD
    record.scheduler.records.discard(record)
    record.actor = None
    record.owned = None
    if record.grace is not None:
        record.grace.cancel()
        record.grace = None
    on_started, record.on_started = record.on_started, None
    parent = record.parent
    if parent is not None and parent.scheduler in (None, record.scheduler):
        record.parent = None  # one on another loop is asked for late messages, too
    if on_started is not None:
        reason = record.reason or NORMAL
        on_started(
            record, reason.exception or ActorDeadError(f"{record} ended while it started: {reason}")
        )
    if parent is not None and (on_started is None or not parent.supervised):
        parent.exited(record)
    record.ended()
    watchers, record.watchers = record.watchers, None
    for watcher in watchers or ():
        try:
            watcher(record)
        except Exception:
            logger.exception("A monitor of %s failed", record)


def call_on(record: Record, function: Callable[..., object], *args: Any) -> None:
    """Call `function(record, *args)` on the record's thread: at once when this is it.

    When its loop is closed the record is dead, and here is as good as there.
    """
    try:
        record.scheduler.call(function, record, *args)
    except ActorDeadError:
        function(record, *args)


def watch(record: Record, watcher: Callable[[Record], object]) -> None:
    """Call `watcher(record)` when the actor is dead; at once when it is."""
    if record.status is Status.DEAD:
        watcher(record)
    elif record.watchers is None:
        record.watchers = [watcher]
    else:
        record.watchers.append(watcher)


# -- messages that will not be handled -----------------------------------------------------


def _reject_waiting(record: Record) -> None:
    queue, record.queue = record.queue, None
    while queue:
        reject(record, queue.popleft())


def reject(record: Record, item: Any) -> None:
    """Deal with an item whose actor has ended before it came to it."""
    if not isinstance(item, Call | Stop):
        undelivered(record, item, Refusal(RefusalReason.ENDED))


def undelivered(record: Record, item: Any, refusal: Refusal) -> None:
    """Give an item its actor won't handle to the actor's address, or refuse it."""
    parent = record.parent
    if parent is None or not parent.undelivered(record, item, refusal):
        refuse(record, item, refusal)


def refuse(target: Any, item: Any, refusal: Refusal) -> None:
    """Answer an ask with an error; anything else becomes a dead letter."""
    if isinstance(item, Ask):
        item.future.set_exception(refusal.error(target))
    else:
        dead_letters.publish(target, item, str(refusal))
