"""An actor's life on its loop: tasks it owns, exit, kill, and who is told of it.

The order of an exit is fixed: no more messages (those waiting are answered or become dead
letters), timers cancelled, the user's hook (`on_stop`, or `on_failure` after a crash; it may be a
coroutine), owned tasks cancelled and waited for, and only then is the actor dead: its supervisor
and monitors are told once, when nothing of it runs any more. A kill skips the hook and the wait.

All functions here run on the loop's thread. They know cells, not pykka.
"""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from types import CoroutineType
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from supervisors.cell import Ask, Call, Cell, Status, Stop
from supervisors.deadletters import Refusal, RefusalReason, dead_letters
from supervisors.errors import ActorDeadError
from supervisors.future import LoopFuture
from supervisors.reasons import KILLED, NORMAL, SHUTDOWN, ExitKind, ExitReason

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    Then: TypeAlias = "Callable[[Cell, Any, BaseException | None], object]"

__all__ = [
    "OwnedResource",
    "OwnedTimer",
    "abandon",
    "attend",
    "begin_exit",
    "call_on",
    "crash",
    "cut_traceback",
    "exit_next",
    "is_awaitable",
    "kill",
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
    """Whether a handler's result has to be waited for."""
    return type(value) is CoroutineType or hasattr(type(value), "__await__")


def cut_traceback(exc: BaseException) -> None:
    """Take the runtime's own frame off: it lives on and would keep the actor in memory."""
    if exc.__traceback__ is not None:
        exc.__traceback__ = exc.__traceback__.tb_next


# -- what an actor owns --------------------------------------------------------------------


def own_task(
    cell: Cell, coro: Coroutine[Any, Any, Any], then: Then, name: str | None = None
) -> asyncio.Task[Any]:
    """Run a coroutine as a task that ends with the actor.

    Args:
        cell: the owner.
        coro: the coroutine.
        then: called with the cell, the result and the exception (CancelledError when cancelled).
        name: the task's name.

    Raises:
        ActorDeadError: the actor has ended; the coroutine is closed.
    """
    if cell.status > _STOPPING:
        coro.close()
        raise ActorDeadError(f"{cell} has ended and can't own a task")
    task = cell.scheduler.loop.create_task(coro, name=name)
    if cell.owned is None:
        cell.owned = set()
    cell.owned.add(task)
    task.add_done_callback(partial(_task_over, cell, then))
    return task


def _task_over(cell: Cell, then: Then, task: asyncio.Task[Any]) -> None:
    owned = cell.owned
    if owned is not None:
        owned.discard(task)
        if not owned:
            cell.owned = None
    if task.cancelled():
        then(cell, None, asyncio.CancelledError())
    elif (exc := task.exception()) is not None:
        if cell.status >= _STOPPING:
            logger.warning("A task of %s failed while the actor ended", cell, exc_info=exc)
        then(cell, None, exc)
    else:
        then(cell, task.result(), None)
    if cell.owned is None and cell.status is Status.DRAINING:
        _finish(cell)


def attend(cell: Cell, awaitable: Any, then: Then) -> None:
    """Call `then(cell, value, exception)` when the awaitable is done; the actor owns the wait."""
    if isinstance(awaitable, LoopFuture) and (awaitable.done() or not awaitable.has_hook):
        awaitable.add_done_callback(_Once(cell, awaitable, then))
    elif isinstance(awaitable, CoroutineType):
        own_task(cell, awaitable, then)
    else:
        own_task(cell, _await(awaitable), then)


async def _await(awaitable: Any) -> Any:
    return await awaitable


class _Once:
    """Carries a LoopFuture's outcome to the actor's loop, once."""

    __slots__ = ("_cell", "_future", "_then")

    def __init__(self, cell: Cell, future: LoopFuture[Any], then: Then) -> None:
        self._cell = cell
        self._future = future
        self._then: Then | None = then

    def __call__(self) -> None:
        self._cell.scheduler.call(self._deliver)

    def _deliver(self) -> None:
        then, self._then = self._then, None
        if then is not None:
            exception = self._future.exception()
            value = None if exception is not None else self._future.get()
            then(self._cell, value, exception)


class OwnedTimer:
    """A timer of an actor: fires on the actor's turn, ends with the actor."""

    __slots__ = ("_args", "_callback", "_cell", "_handle")

    def __init__(
        self, cell: Cell, delay: float, callback: Callable[..., object], args: tuple[Any, ...]
    ) -> None:
        if cell.status > _STOPPING:
            raise ActorDeadError(f"{cell} has ended and can't own a timer")
        self._cell = cell
        self._callback: Callable[..., object] | None = callback
        self._args = args
        self._handle = cell.scheduler.clock.call_later(delay, self._fire)
        if cell.owned is None:
            cell.owned = set()
        cell.owned.add(self)

    def _fire(self) -> None:
        cell = self._cell
        self._disown()
        if cell.status < _STOPPING:
            cell.scheduler.enqueue(cell, Call(self._run))

    def _run(self) -> None:
        callback, self._callback = self._callback, None
        if callback is not None:
            callback(*self._args)

    def _disown(self) -> None:
        owned = self._cell.owned
        if owned is not None:
            owned.discard(self)
            if not owned:
                self._cell.owned = None

    def cancel(self) -> None:
        """Don't call back; harmless when it has fired or is cancelled."""
        self._callback = None
        self._handle.cancel()
        self._disown()


class OwnedResource:
    """Something outside that must not outlive an actor: it is let go of however the actor ends."""

    __slots__ = ("_cell", "_release")

    def __init__(self, cell: Cell, release: Callable[[], object]) -> None:
        if cell.status > _STOPPING:
            raise ActorDeadError(f"{cell} has ended and can't own anything")
        self._cell = cell
        self._release: Callable[[], object] | None = release
        if cell.owned is None:
            cell.owned = set()
        cell.owned.add(self)

    def cancel(self) -> None:
        """Let go of it now; harmless when that has happened."""
        release = self._release
        self.disown()
        if release is not None:
            try:
                release()
            except Exception:
                logger.exception("What %s owned can't be let go of", self._cell)

    def disown(self) -> None:
        """Leave it to somebody else."""
        self._release = None
        owned = self._cell.owned
        if owned is not None:
            owned.discard(self)
            if not owned:
                self._cell.owned = None


# -- exit ----------------------------------------------------------------------------------


def crash(cell: Cell, exc: BaseException) -> None:
    """End an actor for an exception its own code raised.

    A CancelledError is the actor's own end (`killed`), not everybody's; only an exception that is
    meant for the whole process (KeyboardInterrupt, SystemExit) goes on to the loop.
    """
    cut_traceback(exc)
    if isinstance(exc, asyncio.CancelledError):
        begin_exit(cell, ExitReason(ExitKind.KILLED, "cancelled"))
        return
    begin_exit(cell, ExitReason.error(exc))
    if isinstance(exc, KeyboardInterrupt | SystemExit):
        raise exc


def request_exit(cell: Cell, reason: ExitReason) -> None:
    """Ask an actor to end: after the messages it has, or at once when it is still starting."""
    if cell.status is _STARTING:
        begin_exit(cell, reason)
    else:
        stop_after(cell, reason)


def stop_after(cell: Cell, reason: ExitReason) -> None:
    """Let an actor end after its start and the messages it has."""
    if cell.status < _STOPPING:
        cell.scheduler.enqueue(cell, Stop(reason))


def stop_into(cell: Cell, future: LoopFuture[Any]) -> None:
    """Stop an actor after the messages it has.

    Args:
        cell: the actor.
        future: True once it is dead; False when it is already.
    """
    if cell.status is Status.DEAD:
        future.set(False)
        return
    watch(cell, lambda _cell: future.set(True))
    stop_after(cell, SHUTDOWN)


def stop_asked(cell: Cell, future: LoopFuture[Any]) -> None:
    """Answer pykka's stop message: as `stop_into`, but to ask the dead is an `ActorDeadError`."""
    if cell.status is Status.DEAD:
        future.set_exception(ActorDeadError(f"{cell} not found"))
    else:
        stop_into(cell, future)


def exit_next(cell: Cell, reason: ExitReason) -> None:
    """End an actor after its current handler; what waits is not handled."""
    if cell.status is _STARTING:
        begin_exit(cell, reason)
    elif cell.status < _STOPPING:
        if cell.queue is None:
            cell.scheduler.enqueue(cell, Stop(reason))
        else:
            cell.queue.appendleft(Stop(reason))


def task_over(cell: Cell, _value: Any, exc: BaseException | None) -> None:
    """An exception in an owned task is its actor's; a cancellation is nobody's."""
    if exc is not None and not isinstance(exc, asyncio.CancelledError):
        crash(cell, exc)


def begin_exit(cell: Cell, reason: ExitReason) -> None:
    """Start an actor's exit; does nothing when it has begun."""
    status = cell.status
    if status >= _STOPPING:
        return
    cell.status = _STOPPING
    cell.reason = reason
    if reason.kind is ExitKind.ERROR:
        logger.error("Unhandled exception in %s:", cell, exc_info=reason.exception)
    _reject_waiting(cell)
    if cell.owned is not None:
        for owned in tuple(cell.owned):
            if isinstance(owned, OwnedTimer) or status is _STARTING:
                owned.cancel()
    try:
        pending = cell.actor._exit_hook(reason, started=status is not _STARTING)  # noqa: SLF001
    except Exception as exc:  # noqa: BLE001  # the user's hook
        _hook_over(cell, None, exc)
        return
    if pending is not None and is_awaitable(pending):
        attend(cell, pending, _hook_over)
    else:
        _hook_over(cell, None, None)


def _hook_over(cell: Cell, _value: Any, exc: BaseException | None) -> None:
    if cell.status is not _STOPPING:  # killed meanwhile
        return
    if exc is not None:
        logger.error("The exit of %s failed:", cell, exc_info=exc)
        if cell.reason is None or cell.reason.is_normal:
            cell.reason = ExitReason.error(exc)
    cell.status = Status.DRAINING
    _cancel_owned(cell)
    if cell.owned is None:
        _finish(cell)
    else:
        cell.grace = cell.scheduler.clock.call_later(TASK_GRACE, _out_of_grace, cell)


def _out_of_grace(cell: Cell) -> None:
    cell.grace = None
    if cell.status is Status.DRAINING:
        logger.warning("%s ends although its tasks ignore their cancellation", cell)
        _finish(cell)


def _cancel_owned(cell: Cell) -> None:
    for owned in tuple(cell.owned or ()):
        owned.cancel()


def kill(cell: Cell, reason: ExitReason = KILLED) -> None:
    """End an actor now: no hook runs, its tasks are cancelled and not waited for."""
    status = cell.status
    if status is Status.DEAD:
        return
    if status < _STOPPING or cell.reason is None or cell.reason.is_normal:
        cell.reason = reason
    cell.status = Status.DRAINING
    _reject_waiting(cell)
    try:
        cell.actor._kill_hook()  # noqa: SLF001
    except Exception:
        logger.exception("The kill of %s failed", cell)
    _cancel_owned(cell)
    if cell.status is Status.DRAINING:
        _finish(cell)


def abandon(cell: Cell) -> None:
    """End an actor whose loop is gone."""
    if cell.status is Status.DEAD:
        return
    cell.status = Status.DRAINING
    cell.reason = cell.reason or ExitReason(ExitKind.KILLED, "its event loop was closed")
    _reject_waiting(cell)
    cell.owned = None
    _finish(cell)


def _finish(cell: Cell) -> None:
    cell.status = Status.DEAD
    cell.scheduler.cells.discard(cell)
    cell.actor = None
    cell.owned = None
    if cell.grace is not None:
        cell.grace.cancel()
        cell.grace = None
    told, cell.on_started = cell.on_started, None
    parent = cell.parent
    if parent is not None and parent.scheduler in (None, cell.scheduler):
        cell.parent = None  # one on another loop is asked for late messages, too
    if told is not None:
        reason = cell.reason or NORMAL
        told(cell, reason.exception or ActorDeadError(f"{cell} ended while it started: {reason}"))
    if parent is not None and (told is None or not parent.supervised):
        parent.exited(cell)
    cell.ended()
    watchers, cell.watchers = cell.watchers, None
    for watcher in watchers or ():
        try:
            watcher(cell)
        except Exception:
            logger.exception("A monitor of %s failed", cell)


def call_on(cell: Cell, function: Callable[..., object], *args: Any) -> None:
    """Call `function(cell, *args)` on the cell's thread: at once when this is it.

    When its loop is closed the cell is dead, and here is as good as there.
    """
    try:
        cell.scheduler.call(function, cell, *args)
    except ActorDeadError:
        function(cell, *args)


def watch(cell: Cell, watcher: Callable[[Cell], object]) -> None:
    """Call `watcher(cell)` when the actor is dead; at once when it is."""
    if cell.status is Status.DEAD:
        watcher(cell)
    elif cell.watchers is None:
        cell.watchers = [watcher]
    else:
        cell.watchers.append(watcher)


# -- messages nobody will handle -----------------------------------------------------------


def _reject_waiting(cell: Cell) -> None:
    queue, cell.queue = cell.queue, None
    while queue:
        reject(cell, queue.popleft())


def reject(cell: Cell, item: Any) -> None:
    """Deal with an item whose actor has ended before it came to it."""
    if not isinstance(item, Call | Stop):
        undelivered(cell, item, Refusal(RefusalReason.ENDED))


def undelivered(cell: Cell, item: Any, refusal: Refusal) -> None:
    """Give an item its actor won't handle to the actor's address, or refuse it."""
    parent = cell.parent
    if parent is None or not parent.undelivered(cell, item, refusal):
        refuse(cell, item, refusal)


def refuse(target: Any, item: Any, refusal: Refusal) -> None:
    """Answer an ask with an error; anything else becomes a dead letter."""
    if isinstance(item, Ask):
        item.future.set_exception(refusal.error(target))
    else:
        dead_letters.publish(target, item, str(refusal))
