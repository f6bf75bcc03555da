"""What a server asks of its own process: room for connections, a calm collector, its memory.

The first two change the process for good and so are for `__main__` alone, which owns it.
"""

from __future__ import annotations

import gc
import logging
import resource
from pathlib import Path
from typing import Final

log = logging.getLogger(__name__)

_STATM: Final = Path("/proc/self/statm")
_YOUNG: Final = 50_000
"""Objects between two looks of the cycle collector: stanzas have no cycles, and with thousands of
sessions each look at the older ones is milliseconds."""


def calm_collector() -> None:
    """Keep the cycle collector off what is loaded already, and let it look less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, 20, 20)


def raise_file_limit() -> None:
    """Allow as many connections as the system lets this process have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        except (OSError, ValueError) as error:
            log.warning("at most %d connections: %s", soft, error)


def rss_kib() -> int:
    """Return this process's memory in RAM now, in KiB; the most it ever had without /proc."""
    try:
        pages = int(_STATM.read_text().split()[1])
    except (OSError, ValueError, IndexError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return pages * resource.getpagesize() // 1024
