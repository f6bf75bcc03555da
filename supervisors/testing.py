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
from typing import TYPE_CHECKING, Any, TypeVar

from supervisors.runtime import EventLoopActor
from supervisors.scheduler import current_scheduler

if TYPE_CHECKING:
    from collections.abc import Callable

    from supervisors.clock import Clock

__all__ = ["Crash", "CrashingActor", "ManualClock", "run_until_idle", "use_clock"]

_C = TypeVar("_C", bound="Clock")

#: Loop turns without any actor's turn after which nothing is under way any more: a chain of
#: awaits inside one task moves one link a turn.
QUIET_TURNS = 25


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
    """A clock that stands still until it is told to move.

    Args:
        start: its first time, in seconds.
    """

    __slots__ = ("_now", "_numbers", "_timers")

    def __init__(self, start: float = 1000.0) -> None:
        self._now = start
        self._timers: list[tuple[float, int, _ManualTimer]] = []
        self._numbers = itertools.count()

    def time(self) -> float:
        """The time it was moved to."""
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


class CrashingActor(EventLoopActor):
    """A child that fails on command: `Crash` makes it raise; all else it answers.

    Args:
        start_failures: a list shared with the test; while it holds something, a start takes the
            last item out and raises it.
    """

    def __init__(self, start_failures: list[BaseException] | None = None) -> None:
        super().__init__()
        self.start_failures = start_failures if start_failures is not None else []

    def on_start(self) -> None:
        """Fail, if the test has prepared a failure."""
        if self.start_failures:
            raise self.start_failures.pop()

    def on_receive(self, message: Any) -> Any:
        """Crash, or give the message back."""
        if isinstance(message, Crash):
            raise message.exception
        return message
