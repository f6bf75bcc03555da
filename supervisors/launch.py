"""An actor's start on its loop: `on_start`, which may be a coroutine, and who is told of its end.

A start is over once: the actor runs, or it has failed and is dead. Whoever waits for it (a
supervisor, `spawn`) has set the cell's `on_started`; without one a failure is only logged.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from supervisors.cell import Status
from supervisors.errors import StartIgnored
from supervisors.lifecycle import abandon, attend, begin_exit, cut_traceback, is_awaitable
from supervisors.reasons import ExitKind, ExitReason

if TYPE_CHECKING:
    from supervisors.cell import Cell

__all__ = ["StartShutdown", "launch"]


def launch(cell: Cell) -> None:
    """Run `on_start`; the actor takes messages when it, or its coroutine, is done."""
    if cell.scheduler.closed:
        abandon(cell)
        return
    cell.scheduler.cells.add(cell)
    try:
        result = cell.actor.on_start()
    except BaseException as exc:
        cut_traceback(exc)
        _start_over(cell, None, exc)
        if isinstance(exc, KeyboardInterrupt | SystemExit):
            raise
        return
    if result is not None and is_awaitable(result):
        attend(cell, result, _start_over)
    else:
        _start_over(cell, None, None)


def _start_over(cell: Cell, _value: Any, exc: BaseException | None) -> None:
    if cell.status is not Status.STARTING:  # it was told to end while it started
        return
    if exc is None:
        told, cell.on_started = cell.on_started, None
        cell.scheduler.resume(cell)
        if told is not None:
            told(cell, None)
    elif isinstance(exc, StartIgnored):
        begin_exit(cell, ExitReason(ExitKind.NORMAL, "ignored", exc))
    elif isinstance(exc, asyncio.CancelledError):
        begin_exit(cell, ExitReason(ExitKind.KILLED, "its start was cancelled"))
    elif isinstance(exc, StartShutdown):
        begin_exit(cell, exc.reason)
    else:
        begin_exit(cell, ExitReason.error(exc))


class StartShutdown(Exception):
    """Ends a start with a given reason instead of an error (a supervisor whose child failed)."""

    def __init__(self, reason: ExitReason) -> None:
        super().__init__(reason)
        self.reason = reason
