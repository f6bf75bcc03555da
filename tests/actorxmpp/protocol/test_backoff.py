from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actorxmpp.protocol.backoff import FullJitter
from actorxmpp.protocol.errors import Decision


@given(st.integers(0, 100_000), st.integers())
def test_a_delay_lies_between_zero_and_the_bound(attempt: int, seed: int) -> None:
    jitter = FullJitter(base=1.0, cap=300.0)
    assert 0.0 <= jitter.delay(attempt, random.Random(seed)) <= jitter.bound(attempt) <= 300.0


def test_bounds_double_up_to_the_cap() -> None:
    jitter = FullJitter(base=1.0, cap=20.0)
    assert [jitter.bound(attempt) for attempt in range(7)] == [1, 2, 4, 8, 16, 20, 20]


def test_delays_are_spread_over_the_whole_range() -> None:
    rng = random.Random(7)
    delays = [FullJitter(base=8.0).delay(0, rng) for _ in range(1000)]
    counts = [sum(low <= delay < low + 2 for delay in delays) for low in (0, 2, 4, 6)]
    assert min(counts) > 180


@given(st.integers(0, 50), st.integers())
def test_going_slow_starts_at_the_slow_end(attempt: int, seed: int) -> None:
    jitter = FullJitter(cap=300.0, slow_from=30.0)
    delay = jitter.delay(attempt, random.Random(seed), Decision.GO_SLOW)
    assert 30.0 <= delay <= 300.0


def test_the_cap_bounds_the_slow_end_too() -> None:
    assert FullJitter(cap=5.0).delay(0, random.Random(), Decision.GO_SLOW) == 5.0


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"base": 0.0}, "base"),
        ({"base": float("nan")}, "base"),
        ({"base": 5.0, "cap": 1.0}, "cap"),
        ({"factor": 0.5}, "factor"),
        ({"slow_from": -1.0}, "slow_from"),
    ],
)
def test_a_bad_field_is_named(arguments: dict[str, float], field: str) -> None:
    with pytest.raises(ValueError, match=field):
        FullJitter(**arguments)


def test_a_negative_attempt_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="-1"):
        FullJitter().bound(-1)
