"""Time, as something that is handed in: a clock says what time it is and calls back later.

Every timer of this package (shutdown deadlines, start timeouts, backoff, `call_later`) goes
through the clock of the scheduler its actor runs on, so a test that puts a manual clock there
(`supervisors.testing.ManualClock`) moves time by hand and never sleeps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

__all__ = ["Clock", "LoopClock", "TimerHandle"]


class TimerHandle(Protocol):
    """What `Clock.call_later` returns."""

    def cancel(self) -> None:
        """Don't call back. Harmless when it has been called or cancelled already."""


class Clock(Protocol):
    """A source of time."""

    def time(self) -> float:
        """Return the seconds since some fixed moment; never goes back."""

    def call_later(self, delay: float, callback: Callable[..., object], *args: Any) -> TimerHandle:
        """Call `callback(*args)` on the loop's thread, `delay` seconds from now."""


class LoopClock:
    """The clock of an asyncio loop.

    Args:
        loop: the loop.
    """

    __slots__ = ("_loop",)

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def time(self) -> float:
        """Return the loop's time, in seconds."""
        return self._loop.time()

    def call_later(self, delay: float, callback: Callable[..., object], *args: Any) -> TimerHandle:
        """Call `loop.call_later`; only on the loop's thread."""
        return self._loop.call_later(delay, callback, *args)
