"""The histogram: right within its buckets' width, never growing."""

from __future__ import annotations

import random

import pytest

from actorxmpp.cli.demo.latency import BUCKETS, GROWTH, Histogram


def test_nothing_counted_is_zero() -> None:
    assert Histogram().percentile(50) == 0.0


@pytest.mark.parametrize("seconds", [0.00005, 0.001, 0.25, 3.0, 60.0])
def test_one_duration_is_every_percentile(seconds: float) -> None:
    histogram = Histogram()
    histogram.add(seconds)
    for percent in (0.1, 50, 100):
        assert histogram.percentile(percent) == pytest.approx(seconds, rel=GROWTH - 1)


def test_percentiles_of_many() -> None:
    rng = random.Random(1)
    durations = [rng.expovariate(20) for _ in range(10_000)]
    histogram = Histogram()
    for seconds in durations:
        histogram.add(seconds)
    durations.sort()
    assert histogram.count == 10_000
    for percent in (1, 50, 99):
        exact = durations[int(len(durations) * percent / 100) - 1]
        assert histogram.percentile(percent) == pytest.approx(exact, rel=0.06)


@pytest.mark.parametrize("seconds", [-1.0, 0.0, 1e-9, 1e9])
def test_the_extremes_have_a_bucket(seconds: float) -> None:
    histogram = Histogram()
    histogram.add(seconds)
    assert histogram.percentile(100) > 0
    assert len(histogram._buckets) == BUCKETS
