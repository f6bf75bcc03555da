"""Filters: functions that see each stanza on its way in or out, and may change or drop it.

Filters on the way out may be coroutine functions. Stanzas then pass them one after the other, in
the order in which they were sent; one that takes longer than ``SLOW_AFTER`` steps aside, so that it
does not hold up the others.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections import deque
from typing import TYPE_CHECKING, Any, TypeAlias

from actorxmpp.exceptions import SendQueueFull
from actorxmpp.xmlstream.stanzabase import StanzaBase

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

__all__ = ["FILTER_MODES", "Filter", "OutChain", "OutFilters"]

Filter: TypeAlias = "Callable[[Any], StanzaBase | Awaitable[StanzaBase | None] | None]"

FILTER_MODES = ("in", "out", "out_sync", "out_sce")
"""``out`` filters come before ``out_sync``, these before ``out_sce`` (XEP-0420)."""

SLOW_AFTER = 1.0
"""Seconds a coroutine filter may hold up the stanzas behind."""

logger = logging.getLogger(__name__)


class OutFilters:
    """The filters on the way out.

    Attributes:
        all: every filter, in the order in which they run.
        slow: whether one of them is a coroutine function.
    """

    __slots__ = ("_by_mode", "all", "slow")

    def __init__(self) -> None:
        self._by_mode: dict[str, list[Filter]] = {mode: [] for mode in FILTER_MODES[1:]}
        self.all: list[Filter] = []
        self.slow = False

    def add(self, mode: str, function: Filter, order: int | None) -> None:
        """Add a filter at its place among those of its mode."""
        filters = self._by_mode[mode]
        filters.insert(len(filters) if order is None else order, function)
        self._count()

    def remove(self, mode: str, function: Filter) -> None:
        """Remove a filter.

        Raises:
            ValueError: if it is not there.
        """
        self._by_mode[mode].remove(function)
        self._count()

    def _count(self) -> None:
        self.all = [function for filters in self._by_mode.values() for function in filters]
        self.slow = any(inspect.iscoroutinefunction(function) for function in self.all)

    def apply(self, stanza: StanzaBase) -> StanzaBase | None:
        """Pass a stanza through all filters, none of which is a coroutine function."""
        current: Any = stanza
        for function in self.all:
            current = function(current)
            if current is None:
                return None
        return current  # type: ignore[no-any-return]  # a filter returns what it is to return

    async def apply_slowly(self, stanza: StanzaBase) -> StanzaBase | None:
        """Pass a stanza through all filters."""
        current: Any = stanza
        for function in self.all:
            current = function(current)
            if inspect.isawaitable(current):
                current = await current
            if current is None:
                return None
        return current  # type: ignore[no-any-return]  # as above


class OutChain:
    """Stanzas that wait for coroutine filters, and what was sent after them.

    Args:
        filters: the filters.
        limit: how much may wait.
        deliver: called with each thing that got through, and what came along with it.
        drop: called with each stanza that did not.
    """

    __slots__ = ("_deliver", "_drop", "_filters", "_limit", "_task", "_tasks", "_waiting")

    def __init__(
        self,
        filters: OutFilters,
        limit: int,
        deliver: Callable[[Any, Any], None],
        drop: Callable[[Any, Any, str], None],
    ) -> None:
        self._filters = filters
        self._limit = limit
        self._deliver = deliver
        self._drop = drop
        self._waiting: deque[tuple[Any, bool, Any]] = deque()
        self._task: asyncio.Task[None] | None = None
        self._tasks: dict[asyncio.Task[None], tuple[Any, Any]] = {}  # with what each is about

    @property
    def busy(self) -> bool:
        """Whether something waits."""
        return self._task is not None and not self._task.done()

    def put(self, data: Any, use_filters: bool, along: Any) -> None:
        """Take something that was sent.

        Raises:
            SendQueueFull: if too much waits.
        """
        if len(self._waiting) + len(self._tasks) >= self._limit:
            raise SendQueueFull(f"{self._limit} stanzas wait for filters")
        self._waiting.append((data, use_filters, along))
        if not self.busy:
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        while self._waiting:
            data, use_filters, along = self._waiting.popleft()
            if not use_filters or not isinstance(data, StanzaBase):
                self._out(data, along)
                continue
            task = asyncio.ensure_future(self._filter(data, along))
            self._tasks[task] = data, along
            task.add_done_callback(self._filtered)
            await asyncio.wait({task}, timeout=SLOW_AFTER)

    def _filtered(self, task: asyncio.Task[None]) -> None:
        self._tasks.pop(task, None)

    async def _filter(self, stanza: StanzaBase, along: Any) -> None:
        try:
            result = await self._filters.apply_slowly(stanza)
        except Exception:
            logger.exception("a filter failed; the stanza is not sent")
            self._drop(stanza, along, "a filter failed")
            return
        if result is None:
            self._drop(stanza, along, "a filter dropped it")
        else:
            self._out(result, along)

    def _out(self, data: Any, along: Any) -> None:
        try:
            self._deliver(data, along)
        except Exception as error:
            logger.exception("a stanza that had passed the filters can't be sent")
            self._drop(data, along, str(error))

    def cancel(self) -> None:
        """Forget what waits and what is being filtered; it is reported as dropped."""
        if self._task is not None:
            self._task.cancel()
        self._task = None
        dropped = [about for task, about in self._tasks.items() if task.cancel()]
        dropped += [(data, along) for data, _, along in self._waiting]
        self._tasks.clear()
        self._waiting.clear()
        for data, along in dropped:
            self._drop(data, along, "the session ended")
