"""A histogram of durations: constant size however long the demo runs, percentiles within 5 %."""

from __future__ import annotations

import math

__all__ = ["Histogram"]

LOWEST = 1e-5
"""Seconds; what is shorter counts as this."""

GROWTH = 1.05
"""Each bucket is this much wider than the one before, so a percentile is off by 5 % at most."""

BUCKETS = 360
"""Enough for LOWEST * GROWTH**BUCKETS, about 420 s; what is longer counts as that."""

_LOG_GROWTH = math.log(GROWTH)


class Histogram:
    """Counts durations in buckets of growing width."""

    __slots__ = ("_buckets", "count")

    def __init__(self) -> None:
        self._buckets = [0] * BUCKETS
        self.count = 0

    def add(self, seconds: float) -> None:
        """Count one duration."""
        bucket = 0
        if seconds > LOWEST:
            bucket = min(int(math.log(seconds / LOWEST) / _LOG_GROWTH), BUCKETS - 1)
        self._buckets[bucket] += 1
        self.count += 1

    def percentile(self, percent: float) -> float:
        """The duration in seconds that ``percent`` of those counted don't exceed; 0.0 if none."""
        wanted = math.ceil(self.count * percent / 100)
        seen = 0
        for bucket, counted in enumerate(self._buckets):
            seen += counted
            if seen >= wanted and counted:
                return float(LOWEST * GROWTH ** (bucket + 0.5))
        return 0.0
