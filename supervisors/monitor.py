"""Monitors: notifications of an actor's end, exactly once, also when it is dead already.

A monitor works on any actor: ours notify it; for a `pykka.ThreadingActor`, which notifies
no one, a thread waits for its end (its reason is not known: it is reported as normal).
`shutdown` ends an actor with a deadline and says how it ended.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from typing import TYPE_CHECKING, Any

from supervisors.errors import ActorDeadError
from supervisors.future import LoopFuture
from supervisors.lifecycle import call_on, request_exit, watch
from supervisors.lifecycle import kill as kill_record
from supervisors.reasons import KILLED, NORMAL, SHUTDOWN, Down, ExitReason
from supervisors.record import Record
from supervisors.scheduler import Scheduler, current_scheduler

if TYPE_CHECKING:
    from collections.abc import Callable

    import pykka

__all__ = ["Monitor", "demonitor", "kill", "monitor", "shutdown"]

logger = logging.getLogger("supervisors")


class Monitor:
    """One monitor; `cancel()` or `demonitor()` ends it."""

    __slots__ = ("_callback", "_home", "ref")

    def __init__(
        self, ref: Any, callback: Callable[[Down], object], home: Scheduler | None
    ) -> None:
        self.ref = ref
        self._callback: Callable[[Down], object] | None = callback
        self._home = home

    def cancel(self) -> None:
        """Don't call back any more, even if the actor is dead and the call is under way."""
        self._callback = None

    def _record_ended(self, record: Record) -> None:
        reason = record.reason or SHUTDOWN
        self._notify(Down(self.ref, reason, reason.exception))

    def _notify(self, down: Down) -> None:
        if self._home is None:
            self._deliver(down)
            return
        try:
            if self._home.thread == threading.get_ident():
                self._home.loop.call_soon(self._deliver, down)
            else:
                self._home.call_remote(self._deliver, down)
        except (ActorDeadError, RuntimeError):  # its loop is gone, and the callback with it
            self._callback = None

    def _deliver(self, down: Down) -> None:
        callback, self._callback = self._callback, None
        if callback is not None:
            try:
                callback(down)
            except Exception:
                logger.exception("A monitor's callback failed")


def monitor(ref: pykka.ActorRef[Any], callback: Callable[[Down], object]) -> Monitor:
    """Call `callback(Down(ref, reason, exception))` once, when the actor is dead.

    The callback runs on the loop that is running where this is called, soon; without one, on the
    thread the actor ends on.

    Args:
        ref: any actor's ref; it may be dead already.
        callback: what to call.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        home = None
    else:
        home = current_scheduler()
    made = Monitor(ref, callback, home)
    if isinstance(ref, Record):
        call_on(ref, watch, made._record_ended)  # noqa: SLF001
    else:
        _watch_thread_actor(ref, made)
    return made


def _watch_thread_actor(ref: Any, made: Monitor) -> None:
    def wait() -> None:
        ref.actor_stopped.wait()
        made._notify(Down(ref, NORMAL, None))  # noqa: SLF001

    if ref.is_alive():
        threading.Thread(target=wait, name=f"monitor-{ref}", daemon=True).start()
    else:
        made._notify(Down(ref, NORMAL, None))  # noqa: SLF001


def demonitor(made: Monitor) -> None:
    """End a monitor: its callback is not called any more."""
    made.cancel()


async def shutdown(
    ref: pykka.ActorRef[Any], reason: ExitReason = SHUTDOWN, timeout: float | None = 5.0
) -> ExitReason:
    """Ask an actor to end, wait for it, kill it at the deadline.

    Args:
        ref: the actor; a `pykka.ThreadingActor` can't be killed, so it is waited for.
        reason: the reason it is given.
        timeout: seconds until it is killed; None waits without a deadline.

    Returns:
        why it ended; `killed` when it was late.
    """
    if not isinstance(ref, Record):
        ref.stop(block=False)
        await asyncio.to_thread(ref.actor_stopped.wait)
        return NORMAL
    ended: LoopFuture[None] = LoopFuture()
    call_on(ref, watch, lambda _record: ended.set(None))
    call_on(ref, request_exit, reason)
    timer = None
    if timeout is not None:
        clock = current_scheduler().clock
        timer = clock.call_later(timeout, lambda: call_on(ref, kill_record))
    try:
        await ended
    finally:
        if timer is not None:
            timer.cancel()
    return ref.reason or SHUTDOWN


def kill(ref: Record, reason: ExitReason = KILLED) -> None:
    """End an actor at once, from any thread: no hook of it runs, its tasks are cancelled."""
    call_on(ref, kill_record, reason)
