from __future__ import annotations

import random
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from actorxmpp.net.srv import SrvRecord, Target, order

records = st.lists(
    st.builds(
        SrvRecord,
        st.integers(0, 3),
        st.integers(0, 100),
        st.builds(Target, st.sampled_from("abcdef"), st.integers(1, 65535), st.booleans()),
    ),
    max_size=12,
)


@settings(deadline=None)
@given(records, st.integers())
def test_every_target_appears_by_priority(found: list[SrvRecord], seed: int) -> None:
    ordered = order(found, random.Random(seed))
    assert Counter(ordered) == Counter(record.target for record in found)
    position = 0
    for priority in sorted({record.priority for record in found}):
        group = [record.target for record in found if record.priority == priority]
        assert Counter(ordered[position : position + len(group)]) == Counter(group)
        position += len(group)


def first_choices(weights: dict[str, int], draws: int = 4000) -> Counter[str]:
    found = [SrvRecord(1, weight, Target(host, 5222)) for host, weight in weights.items()]
    rng = random.Random(3)
    return Counter(order(found, rng)[0].host for _ in range(draws))


def test_weights_are_shares() -> None:
    counts = first_choices({"a": 75, "b": 25})
    assert 2800 < counts["a"] < 3200


def test_weight_zero_is_tried_first_only_rarely() -> None:
    counts = first_choices({"a": 100, "b": 0})
    assert 0 < counts["b"] < 200


def test_a_target_reads_well() -> None:
    assert str(Target("::1", 5223, direct_tls=True)) == "[::1]:5223 (direct TLS)"
    assert str(Target("a.example", 5222)) == "a.example:5222"
