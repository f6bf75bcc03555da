"""Lines on standard output that never cost the fleet anything.

Whoever reads the output may go away (``actorxmpp run fleet.toml | head``), and the disk it goes to
may be full. Sessions then run on in silence, and end in order when they are told to.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from typing import TextIO

__all__ = ["say"]


def say(text: str, stream: TextIO | None = None) -> None:
    """Write a line; where that fails, write nothing from now on.

    Args:
        text: The line.
        stream: Where to; standard output by default.
    """
    try:
        click.echo(text, file=stream)
    except OSError:
        _silence(stream or sys.stdout)


def _silence(stream: TextIO) -> None:
    """Send what is left in the buffer, and all that follows, nowhere.

    Python flushes standard output once more when it ends; that would fail again, and change the
    exit code.
    """
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, stream.fileno())
    finally:
        os.close(nowhere)
