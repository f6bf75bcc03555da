"""`LoopFuture`: the reply to an ask. Await it on a loop, `get()` it from any other thread.

It is a `pykka.Future` with pykka's rules (set once, get as often as you like, get hooks, map,
filter, join, reduce), and differs where pykka's would block a loop: `await` suspends the task,
and `get()` on a loop's own thread raises `WouldBlockLoop` unless the value is there already.

It is made in the caller's thread and set in the actor's. No lock is taken to set it or to find
it set: each side first writes its own mark, then reads the other's, which the interpreter keeps
in order. The one lock here guards the list of those who wait.
"""

from __future__ import annotations

import asyncio
import queue
import sys
import threading
from functools import reduce as reduce_values
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

import pykka

from supervisors.errors import WouldBlockLoop

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable
    from types import TracebackType

    ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]

__all__ = ["LoopFuture"]

T = TypeVar("T")

_waiting = threading.Lock()


class LoopFuture(pykka.Future[T], Generic[T]):
    """A value that comes later, for loops and threads alike.

    Attributes:
        turn: gives actors of the asker's own loop a turn when the future is awaited: often the
            reply is there then, and the loop need not come round twice. None for other futures.
    """

    __slots__ = ("_done", "_exception", "_sources", "_value", "_waiters", "turn")

    def __init__(self) -> None:
        # pykka's __init__ sets two attributes that the class attributes below stand in for:
        # a future is made for every ask.
        self._done = False
        self._value: Any = None
        self._exception: BaseException | None = None
        self._waiters: list[Callable[[], object]] | None = None
        self.turn: Callable[[], object] | None = None

    _get_hook: Any = None
    _sources: tuple[pykka.Future[Any], ...]

    def __repr__(self) -> str:
        if not self._done:
            return "<LoopFuture pending>"
        what = "value" if self._exception is None else type(self._exception).__name__
        return f"<LoopFuture {what}>"

    # -- setting it ------------------------------------------------------------------------

    def set(self, value: T | None = None) -> None:
        """Set the value.

        Raises:
            queue.Full: it has been set, or has a get hook (as pykka does).
        """
        if self._done or self._get_hook is not None:
            raise queue.Full
        self._value = value
        self._done = True
        if self._waiters is not None:
            self._wake()

    def set_exception(self, exc_info: Any = None) -> None:
        """Set an exception as the outcome.

        Args:
            exc_info: an exception, a `sys.exc_info()` tuple, or None for the one being handled.

        Raises:
            queue.Full: it has been set, or has a get hook.
        """
        if self._done or self._get_hook is not None:
            raise queue.Full
        self._exception = _exception_of(exc_info)
        self._done = True
        if self._waiters is not None:
            self._wake()

    def set_get_hook(self, func: Callable[[float | None], T]) -> None:
        """Let `func(timeout)` make the value when it is first asked for.

        Raises:
            queue.Full: it has been set.
        """
        if self._done:
            raise queue.Full
        self._get_hook = func

    def _wake(self) -> None:
        waiters, self._waiters = self._waiters, None
        for waiter in waiters or ():
            waiter()

    # -- reading it ------------------------------------------------------------------------

    def done(self) -> bool:
        """Return whether there is an outcome."""
        return self._done

    @property
    def has_hook(self) -> bool:
        """Whether its value is made by a get hook, so that it will not be set."""
        return self._get_hook is not None

    def exception(self) -> BaseException | None:
        """Return the exception it was set to; None when there is none or it is not done."""
        return self._exception

    def add_done_callback(self, callback: Callable[[], object]) -> None:
        """Call `callback()` once it is done: at once if it is, else on the setter's thread.

        A callback may in rare races be called twice when the future is set at this very moment
        by another thread, so it has to be harmless then.
        """
        with _waiting:
            if self._waiters is None:
                self._waiters = [callback]
            else:
                self._waiters.append(callback)
        if self._done:
            callback()

    def _outcome(self) -> T:
        if self._exception is not None:
            raise self._exception
        return cast("T", self._value)

    def get(self, *, timeout: float | None = None) -> T:
        """Wait for the value, from a thread that runs no loop.

        Args:
            timeout: seconds to wait; None for no limit.

        Raises:
            pykka.Timeout: it took longer.
            WouldBlockLoop: this thread runs a loop, and the value isn't there: await it.
            Exception: what it was set to.
        """
        if self._done:
            return self._outcome()
        if self._get_hook is not None:
            value = self._get_hook(timeout)
            self._value = value
            self._done = True
            return cast("T", value)
        if _loop_or_none() is not None:
            raise WouldBlockLoop("get() on a running loop's own thread: await the future instead")
        event = threading.Event()
        self.add_done_callback(event.set)
        if not event.wait(timeout):
            raise pykka.Timeout(f"{timeout} seconds")
        return self._outcome()

    def __await__(self) -> Generator[Any, None, T]:
        if self._get_hook is not None and not self._done:
            return (yield from self._await_hook().__await__())
        if self.turn is not None:
            self.turn()
        if self._done:
            return self._outcome()
        loop = asyncio.get_running_loop()
        waiter = loop.create_future()
        self.add_done_callback(_Waker(loop, waiter))
        yield from waiter
        return self._outcome()

    __iter__ = __await__

    async def _await_hook(self) -> T:
        """Await the futures this one is made from, then the hook, which then need not wait."""
        sources: tuple[pykka.Future[Any], ...] | None = getattr(self, "_sources", None)
        if sources is not None and all(isinstance(source, LoopFuture) for source in sources):
            for source in sources:
                await source
            return self.get()
        return await asyncio.to_thread(self.get)

    # -- futures made from futures ---------------------------------------------------------

    def _derive(self, hook: Callable[[float | None], Any], *others: Any) -> Any:
        future: LoopFuture[Any] = self.__class__()
        future._sources = (self, *others)
        future.set_get_hook(hook)
        return future

    def filter(self, func: Callable[[Any], bool]) -> Any:
        """Return a future of the items for which `func` is true."""
        return self._derive(lambda timeout: list(filter(func, self._items(timeout))))

    def join(self, *futures: Any) -> Any:
        """Return a future of the list of this one's value and the others'."""
        parts = (self, *futures)
        return self._derive(lambda timeout: [f.get(timeout=timeout) for f in parts], *futures)

    def map(self, func: Callable[[T], Any]) -> Any:
        """Return a future of `func(value)`."""
        return self._derive(lambda timeout: func(self.get(timeout=timeout)))

    def reduce(self, func: Callable[[Any, Any], Any], *args: Any) -> Any:
        """Return a future of the items reduced by `func`, from an optional initial value."""
        return self._derive(lambda timeout: reduce_values(func, self._items(timeout), *args))

    def _items(self, timeout: float | None) -> Iterable[Any]:
        return cast("Iterable[Any]", self.get(timeout=timeout))


class _Waker:
    """Wakes one task that awaits a future, from whichever thread sets it."""

    __slots__ = ("_loop", "_thread", "_waiter")

    def __init__(self, loop: asyncio.AbstractEventLoop, waiter: asyncio.Future[None]) -> None:
        self._loop = loop
        self._waiter = waiter
        self._thread = threading.get_ident()

    def __call__(self) -> None:
        if threading.get_ident() == self._thread:
            self._finish()
            return
        try:
            self._loop.call_soon_threadsafe(self._finish)
        except RuntimeError:
            if not self._loop.is_closed():  # a closed loop has no task left to wake
                raise

    def _finish(self) -> None:
        if not self._waiter.done():
            self._waiter.set_result(None)


def _loop_or_none() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def _exception_of(exc_info: BaseException | ExcInfo | None) -> BaseException:
    if isinstance(exc_info, BaseException):
        return exc_info
    kind, value, traceback = exc_info if exc_info is not None else sys.exc_info()
    if value is None:
        value = kind() if kind is not None else RuntimeError("no exception was given")
    if traceback is not None and value.__traceback__ is not traceback:
        value = value.with_traceback(traceback)
    return value
