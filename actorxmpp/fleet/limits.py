"""Open files: each session is a socket, and the usual limit of 1,024 ends a fleet near 1,000.

The soft limit is raised to the hard one when a fleet starts; when that is not enough the operator
is told before the first connection instead of by the thousandth that fails.
"""

from __future__ import annotations

import contextlib
import resource
from dataclasses import dataclass

__all__ = ["OPEN_FILES_BESIDE", "OpenFiles", "raise_open_files"]

OPEN_FILES_BESIDE = 64
"""Files a process needs beside its sessions: standard streams, loop, DNS, libraries, logs."""


@dataclass(frozen=True, slots=True)
class OpenFiles:
    """How many files may be open, and how many a fleet needs.

    Attributes:
        limit: The soft limit now.
        needed: Sessions and what the process needs beside them.
    """

    limit: int
    needed: int

    @property
    def enough(self) -> bool:
        """Whether every session can have its socket."""
        return self.limit >= self.needed

    def warning(self) -> str:
        """What to tell the operator when it is not enough."""
        return (
            f"{self.needed} open files are needed and {self.limit} are allowed: "
            "sessions beyond that can't connect; raise the hard limit (ulimit -Hn, LimitNOFILE=)"
        )


def raise_open_files(sessions: int) -> OpenFiles:
    """Raise the limit of open files to the hard limit.

    Args:
        sessions: How many sockets will be open at the same time.

    Returns:
        The limit reached and what is needed; see ``enough``.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        # Some systems refuse "unlimited" as a soft limit; then the old one stays.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
            soft = hard
    unlimited = soft == resource.RLIM_INFINITY
    needed = sessions + OPEN_FILES_BESIDE
    return OpenFiles(limit=max(needed, 2**20) if unlimited else soft, needed=needed)
