"""Choosing a port that will still be there after the server was killed.

A port the kernel picks for ``port 0`` lies in the range it also gives to outgoing connections.
Between the kill of a server and its next start, thousands of clients that try to reconnect take
ports of that range: one may take the server's, or even connect to itself (TCP allows that on
loopback). So free ports are looked for below the range.
"""

from __future__ import annotations

import random
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_RANGE_FILE = Path("/proc/sys/net/ipv4/ip_local_port_range")
_LOWEST: Final = 10_000
_DEFAULT_LOW: Final = 32_768
_TRIES: Final = 50


def lowest_outgoing(range_file: Path = _RANGE_FILE) -> int:
    """Return the first port the kernel gives to outgoing connections; Linux's default elsewhere."""
    try:
        return int(range_file.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return _DEFAULT_LOW


def candidates(lowest: int, rng: random.Random | None = None) -> Iterator[int]:
    """Give the ports to try, in order; the last is 0, for when no other is to be had.

    Args:
        lowest: the first port of outgoing connections; candidates lie below it.
        rng: where the choice comes from.
    """
    if lowest > _LOWEST + _TRIES:
        yield from (rng or random.Random()).sample(range(_LOWEST, lowest), _TRIES)
    yield 0
