"""Threads for work that takes milliseconds of processor time: the loop never does it itself.

Rules of this file: one processor is left to the loop. Key derivation gives up the interpreter's
lock, so as many threads as processors would leave the loop waiting for one of them whenever a
fleet logs in.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import Final

__all__ = ["KEY_WORKERS"]

KEY_WORKERS: Final = ThreadPoolExecutor(
    max_workers=max(1, (os.cpu_count() or 2) - 1), thread_name_prefix="scram-keys"
)
"""For PBKDF2, some 5 to 20 ms for each account; what waits here waits in order."""
