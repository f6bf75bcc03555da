"""Things that happen later, by name: ``XMLStream.schedule``."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

__all__ = ["Schedules"]


class Schedules:
    """Timers of one role.

    Args:
        loop: returns the loop they run on.
        run: calls what is due.

    Attributes:
        pending: the timers by name.
    """

    __slots__ = ("_loop", "_run", "pending")

    def __init__(
        self,
        loop: Callable[[], asyncio.AbstractEventLoop],
        run: Callable[[Callable[[], Any]], object],
    ) -> None:
        self._loop = loop
        self._run = run
        self.pending: dict[str, asyncio.TimerHandle] = {}

    def add(
        self,
        name: str,
        seconds: float,
        callback: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any] | None,
        repeat: bool,
    ) -> None:
        """Call a function later; see ``XMLStream.schedule``."""
        if name in self.pending:
            raise ValueError(f"something is scheduled under the name {name!r} already")
        function = functools.partial(callback, *args, **(kwargs or {}))
        self._arm(name, seconds, function, repeat)

    def _arm(self, name: str, seconds: float, function: Callable[[], Any], repeat: bool) -> None:
        handle = self._loop().call_later(seconds, self._due, name, seconds, function, repeat)
        self.pending[name] = handle

    def _due(self, name: str, seconds: float, function: Callable[[], Any], repeat: bool) -> None:
        self.pending.pop(name, None)
        if repeat:
            self._arm(name, seconds, function, repeat)
        self._run(function)

    def cancel(self, name: str) -> None:
        """Cancel what was scheduled under a name; nothing there is no error."""
        handle = self.pending.pop(name, None)
        if handle is not None:
            handle.cancel()

    def cancel_all(self) -> None:
        """Cancel everything."""
        for name in list(self.pending):
            self.cancel(name)
