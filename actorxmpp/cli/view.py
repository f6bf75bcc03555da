"""What is seen while a command runs: a live table on a terminal, plain lines anywhere else.

The command gives two functions, one that draws the table and one that writes a line, and calls
:meth:`Progress.tick` as often as it likes; the view decides what to show and how often. No thread
is started: drawing happens where the command's loop is.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Self, TextIO

from rich.console import Console
from rich.live import Live

from actorxmpp.cli.output import say

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import RenderableType

__all__ = ["DRAW_EVERY", "LinesProgress", "Progress", "TableProgress", "open_progress"]

DRAW_EVERY = 0.5
"""Seconds between two drawings of the table; the status of 10,000 sessions takes milliseconds."""

LINE_EVERY = 2.0
"""Seconds between two plain lines at least."""


class Progress:
    """Shows how a command is getting on; a context manager. This one shows nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc_info: object) -> None:
        self.close()

    def tick(self) -> None:
        """Show the newest state, if it is time to."""

    def say(self, text: str) -> None:
        """Show a line that stays."""

    def close(self) -> None:
        """Stop showing; the terminal is as it was. Safe to repeat."""


class LinesProgress(Progress):
    """One line whenever something has changed, at most every ``LINE_EVERY`` seconds.

    Args:
        line: Writes the line.
        stream: Where lines go.
        clock: Monotonic seconds.
    """

    def __init__(
        self,
        line: Callable[[], str],
        stream: TextIO,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._line = line
        self._stream = stream
        self._clock = clock
        self._last = ""
        self._next = clock()

    def tick(self) -> None:
        """Write a line if it is time and it is not the same as the last one."""
        now = self._clock()
        if now < self._next:
            return
        line = self._line()
        if line != self._last:
            self._last = line
            self._next = now + LINE_EVERY
            self.say(line)

    def say(self, text: str) -> None:
        """Write a line now."""
        say(text, self._stream)


class TableProgress(Progress):
    """A table that is drawn anew in the same place.

    Args:
        table: Draws it.
        console: The terminal.
        clock: Monotonic seconds.
    """

    def __init__(
        self,
        table: Callable[[], RenderableType],
        console: Console,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._table = table
        self._clock = clock
        self._next = clock()
        self._closed = False
        # Output of others goes above the table, so log lines don't tear it.
        self._live = Live(console=console, auto_refresh=False, redirect_stderr=True)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def tick(self) -> None:
        """Draw the table if it is time to."""
        now = self._clock()
        if now >= self._next and not self._closed:
            self._next = now + DRAW_EVERY
            self._live.update(self._table(), refresh=True)

    def say(self, text: str) -> None:
        """Put a line above the table."""
        self._live.console.print(text, markup=False, highlight=False)

    def close(self) -> None:
        """Draw a last time and give the terminal back."""
        if not self._closed:
            self._closed = True
            self._live.update(self._table(), refresh=True)
            self._live.stop()


def open_progress(
    stream: TextIO, table: Callable[[], RenderableType], line: Callable[[], str]
) -> Progress:
    """The table when ``stream`` is a terminal, lines otherwise."""
    console = Console(file=stream)
    if console.is_terminal and not console.is_dumb_terminal:
        return TableProgress(table, console)
    return LinesProgress(line, stream)
