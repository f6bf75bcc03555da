"""An event loop whose time stands still: nothing a test does takes longer than its code runs.

When all that is left to wait for is time, the loop jumps to the next timer instead of sleeping, but
only while it is told to (``jumping``): a test decides when seconds pass. Work in threads is really
waited for, and no time passes meanwhile.

Where it stands: below everything in ``XMPPTestCase``; the actors' timers, the role's and
``asyncio.sleep`` all take their time from it.
"""

from __future__ import annotations

import asyncio
import selectors
from typing import TYPE_CHECKING, Any, TypeVar

from supervisors.testing import run_until_idle

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

__all__ = ["TestLoop"]

T = TypeVar("T")

START = 1000.0
"""The loop's first time in seconds; any would do, zero would hide mistakes."""

LATER = 3600.0
"""Seconds ``run`` lets pass before it says that what it waits for never happens."""


class _Selector(selectors.BaseSelector):
    """Asks a real selector for events; where that one would sleep, it lets time jump."""

    def __init__(self, passed: Callable[[float], bool]) -> None:
        self._real = selectors.DefaultSelector()
        self._passed = passed

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = self._real.select(0)
        if ready or timeout == 0:
            return ready
        if timeout is not None and self._passed(timeout):
            return []
        return self._real.select(timeout)

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._real.unregister(fileobj)

    def modify(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.modify(fileobj, events, data)

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._real.get_map()

    def close(self) -> None:
        self._real.close()


class TestLoop(asyncio.SelectorEventLoop):
    """A loop with a time of its own.

    Use ``idle`` after each thing a test does, ``advance`` to let seconds pass, ``run`` for a
    coroutine. Close it with ``end``.
    """

    __test__ = False  # pytest takes a name that begins with Test for a test

    def __init__(self) -> None:
        self._now = START
        self._jumping = False
        self._working = 0
        super().__init__(_Selector(self._time_passed))

    def time(self) -> float:
        """Return the time the test has brought about, in seconds."""
        return self._now

    def _time_passed(self, seconds: float) -> bool:
        if not self._jumping or self._working:
            return False
        self._now += seconds
        return True

    def run_in_executor(  # type: ignore[override]  # typeshed types the arguments one by one
        self, executor: Any, func: Any, *args: Any
    ) -> asyncio.Future[Any]:
        """Run a function in a thread; time stands still until it is done."""
        future: asyncio.Future[Any] = super().run_in_executor(executor, func, *args)
        self._working += 1
        future.add_done_callback(self._worked)
        return future

    def _worked(self, _future: asyncio.Future[Any]) -> None:
        self._working -= 1

    # what tests call

    def idle(self) -> None:
        """Run until nothing is left to do now. No time passes."""
        self.run_until_complete(run_until_idle())

    def advance(self, seconds: float) -> None:
        """Let seconds pass; each timer fires at its own time, in order."""
        self._jump(asyncio.sleep(seconds))
        self.idle()

    def run(self, awaitable: Awaitable[T]) -> T:
        """Run something to its end; time passes as far as it waits for time.

        Raises:
            TimeoutError: if it still waits when an hour of the loop's time has passed.
        """
        return self._jump(_within(awaitable, LATER))

    def _jump(self, awaitable: Awaitable[T]) -> T:
        self._jumping = True
        try:
            return self.run_until_complete(awaitable)
        finally:
            self._jumping = False

    def end(self) -> None:
        """Cancel what still runs and close the loop."""
        if self.is_closed():
            return
        tasks = asyncio.all_tasks(self)
        for task in tasks:
            task.cancel()
        self.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self.run_until_complete(self.shutdown_asyncgens())
        self.run_until_complete(self.shutdown_default_executor())
        self.close()


async def _within(awaitable: Awaitable[T], seconds: float) -> T:
    return await asyncio.wait_for(awaitable, seconds)
