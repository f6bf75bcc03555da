"""Tools for testing actors and supervisors: time by hand, waiting without sleeping, crashes.

```python
clock = use_clock(ManualClock())       # this loop's actors take their time from it
...
await run_until_idle()                 # all that can happen now has happened
clock.advance(5.0)                     # five seconds pass
await run_until_idle()
```
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
from math import inf
from typing import TYPE_CHECKING, Any, TypeVar

from supervisors.lifecycle import kill
from supervisors.reasons import NORMAL, ExitReason
from supervisors.runtime import EventLoopActor
from supervisors.scheduler import current_scheduler

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from supervisors.clock import Clock

__all__ = [
    "Crash",
    "CrashingActor",
    "Exit",
    "LeakError",
    "ManualClock",
    "run",
    "run_until_idle",
    "use_clock",
    "wait_on",
]

_T = TypeVar("_T")
_C = TypeVar("_C", bound="Clock")

#: Loop turns without any actor's turn after which nothing is under way any more: a chain of
#: awaits inside one task moves one link a turn.
QUIET_TURNS = 25

#: Real seconds after which a test that waits for something is called hung.
HANG = 60.0


class _ManualTimer:
    __slots__ = ("_callback",)

    def __init__(self, callback: Callable[[], object]) -> None:
        self._callback: Callable[[], object] | None = callback

    def cancel(self) -> None:
        self._callback = None

    def fire(self) -> None:
        callback, self._callback = self._callback, None
        if callback is not None:
            callback()

    @property
    def cancelled(self) -> bool:
        return self._callback is None


class ManualClock:
    """A clock that stands still until it is moved.

    Args:
        start: its first time, in seconds.
    """

    __slots__ = ("_now", "_numbers", "_timers")

    def __init__(self, start: float = 1000.0) -> None:
        self._now = start
        self._timers: list[tuple[float, int, _ManualTimer]] = []
        self._numbers = itertools.count()

    def time(self) -> float:
        """Return the time it was moved to."""
        return self._now

    def call_later(self, delay: float, callback: Callable[..., object], *args: Any) -> _ManualTimer:
        """Call back when the clock has been moved `delay` seconds on."""
        timer = _ManualTimer(lambda: callback(*args))
        heapq.heappush(self._timers, (self._now + delay, next(self._numbers), timer))
        return timer

    @property
    def pending(self) -> int:
        """How many timers wait."""
        return sum(not timer.cancelled for _, _, timer in self._timers)

    def advance(self, seconds: float) -> None:
        """Move on, calling back what is due, each at its own time, in order."""
        end = self._now + seconds
        while self._timers and self._timers[0][0] <= end:
            due, _, timer = heapq.heappop(self._timers)
            self._now = max(self._now, due)
            timer.fire()
        self._now = end


def use_clock(clock: _C) -> _C:
    """Let the running loop's actors take their time from `clock`; returns it."""
    current_scheduler().clock = clock
    return clock


async def run_until_idle() -> None:
    """Let the loop run until no actor of it has anything to do, now."""
    scheduler = current_scheduler()
    quiet = 0
    while quiet < QUIET_TURNS:
        turns = scheduler.turns
        await asyncio.sleep(0)
        busy = scheduler.active or scheduler.remote or scheduler.turns != turns
        quiet = 0 if busy else quiet + 1


class Crash:
    """A message that makes a `CrashingActor` fail.

    Args:
        exception: what it raises.
    """

    def __init__(self, exception: BaseException | None = None) -> None:
        self.exception = exception or RuntimeError("crash on command")


class Exit:
    """A message that makes a `CrashingActor` end by itself.

    Args:
        reason: with this reason.
    """

    def __init__(self, reason: ExitReason = NORMAL) -> None:
        self.reason = reason


class CrashingActor(EventLoopActor):
    """A child that fails on command: `Crash` makes it raise, `Exit` end; all else it answers.

    Args:
        name: how it signs in the journal.
        journal: a list shared with the test: gets (name, "start") and (name, "stop").
        start_failures: a list shared with the test; while it holds something, a start takes the
            last item out and raises it.
        start_takes: seconds on the clock its start takes; `inf` never ends.
        stop_takes: seconds on the clock its end takes; `inf` never ends.
    """

    def __init__(
        self,
        name: object = None,
        journal: list[Any] | None = None,
        start_failures: list[BaseException] | None = None,
        start_takes: float = 0,
        stop_takes: float = 0,
    ) -> None:
        super().__init__()
        self.name = name
        self.journal = journal
        self.start_failures = start_failures
        self.start_takes = start_takes
        self.stop_takes = stop_takes

    def _sign(self, what: str) -> None:
        if self.journal is not None:
            self.journal.append((self.name, what))

    def on_start(self) -> Any:
        """Fail, if the test has prepared a failure."""
        if self.start_takes:
            return self._start_slowly()
        if self.start_failures:
            raise self.start_failures.pop()
        self._sign("start")
        return None

    async def _start_slowly(self) -> None:
        await wait_on(self.clock, self.start_takes)
        if self.start_failures:
            raise self.start_failures.pop()
        self._sign("start")

    def on_receive(self, message: Any) -> Any:
        """Crash, end, or give the message back."""
        if isinstance(message, Crash):
            raise message.exception
        if isinstance(message, Exit):
            self.exit(message.reason)
            return None
        return message

    def on_stop(self) -> Any:
        """End, as slowly as asked for."""
        if self.stop_takes:
            return self._stop_slowly()
        self._sign("stop")
        return None

    async def _stop_slowly(self) -> None:
        await wait_on(self.clock, self.stop_takes)
        self._sign("stop")


async def wait_on(clock: Clock, seconds: float) -> None:
    """Wait on a clock; `inf` waits until it is cancelled."""
    waiter = asyncio.get_running_loop().create_future()
    if seconds == inf:
        await waiter
        return

    def wake() -> None:
        if not waiter.done():
            waiter.set_result(None)

    timer = clock.call_later(seconds, wake)
    try:
        await waiter
    finally:
        timer.cancel()


class LeakError(AssertionError):
    """Something went wrong unseen, or was left over, in a `run`."""


def run(main: Callable[[], Coroutine[Any, Any, _T]]) -> _T:
    """Run a test's coroutine function on a loop of its own, in asyncio's debug mode.

    What still runs when it ends is killed; then nothing may be left.

    Raises:
        TimeoutError: it hangs.
        LeakError: the loop's exception handler was called, or tasks or actors were left over.
    """
    return asyncio.run(_checked(main), debug=True)


async def _checked(main: Callable[[], Coroutine[Any, Any, _T]]) -> _T:
    loop = asyncio.get_running_loop()
    loop.slow_callback_duration = 3600.0  # a slow machine is no fault
    complaints: list[dict[str, Any]] = []
    loop.set_exception_handler(lambda _loop, context: complaints.append(context))
    async with asyncio.timeout(HANG):
        result = await main()
    scheduler = current_scheduler()
    for record in sorted(scheduler.records, key=lambda record: record.parent is not None):
        kill(record)
    await run_until_idle()
    if complaints:
        raise LeakError(f"the loop complained: {complaints}")
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    if tasks or scheduler.records:
        raise LeakError(f"left over: {tasks or ''} {scheduler.records or ''}")
    return result
