"""How much memory this process has resident, without another library."""

from __future__ import annotations

import os
import resource
import sys
from pathlib import Path

__all__ = ["rss_kib"]

_STATM = Path("/proc/self/statm")


def rss_kib() -> int:
    """Resident memory now, in KiB; where the system doesn't say (not Linux), its peak so far."""
    try:
        pages = int(_STATM.read_text().split()[1])
    except (OSError, ValueError, IndexError):
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak // 1024 if sys.platform == "darwin" else peak
    return pages * os.sysconf("SC_PAGESIZE") // 1024
