"""Logging of the commands: one handler on standard error, one line a record.

Nothing the library logs holds secrets; this file only sees to where the lines go and which of them.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["LEVELS", "logging_options", "set_up_logging"]

LEVELS = ("debug", "info", "warning", "error", "critical")
FORMAT = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"

_Function = TypeVar("_Function", bound="Callable[..., Any]")


def logging_options(default: str) -> Callable[[_Function], _Function]:
    """Add ``--log-level``, with this default, and ``--verbose`` to a command."""
    level = click.option(
        "--log-level",
        type=click.Choice(LEVELS),
        default=default,
        show_default=True,
        help="Log records of this level and above go to standard error.",
    )
    verbose = click.option("-v", "--verbose", is_flag=True, help="The same as --log-level info.")
    return lambda command: level(verbose(command))


def set_up_logging(
    log_level: str, *, verbose: bool, handler: logging.Handler | None = None
) -> None:
    """Send log records to standard error.

    Args:
        log_level: One of ``LEVELS``.
        verbose: At least ``info``.
        handler: Where they go instead, for instance above a live table.
    """
    level = logging.getLevelName(log_level.upper())
    if verbose:
        level = min(level, logging.INFO)
    if handler is None:
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter(FORMAT))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(level)
