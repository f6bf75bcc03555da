"""Child specs and backoff, checked when they are built."""

from __future__ import annotations

import pytest

from supervisors import (
    INFINITY,
    Backoff,
    ChildSpec,
    ChildType,
    Jitter,
    SpecError,
    Supervisor,
)
from supervisors.spec import check_specs
from supervisors.testing import CrashingActor


@pytest.mark.parametrize("attempt", range(12))
def test_delays_stay_in_their_range(attempt):
    top = min(30.0, 0.5 * 2**attempt)
    for drawn in (0.0, 0.25, 0.999):
        full = Backoff(0.5, 30.0, random=lambda drawn=drawn: drawn)
        assert full.delay(attempt) == top * drawn
        akka = Backoff(0.5, 30.0, Jitter.AKKA, 0.2, random=lambda drawn=drawn: drawn)
        assert akka.delay(attempt) == pytest.approx(top * (1 + 0.2 * drawn))


def test_a_delay_never_overflows():
    assert Backoff(1.0, 60.0, Jitter.AKKA, 0.0).delay(10**9) == 60.0


@pytest.mark.parametrize(
    "wrong",
    [
        {"min": 0}, {"min": -1}, {"max": 0.5}, {"max": float("inf")}, {"jitter": "full"},
        {"random_factor": -0.1}, {"reset_after": -1}, {"max_restarts": -1}, {"critical_after": "x"},
    ],
)  # fmt: skip
def test_wrong_values_are_named(wrong):
    with pytest.raises(SpecError) as caught:
        Backoff(**wrong)
    assert caught.value.field == next(iter(wrong))


def test_a_worker_gets_five_seconds_and_a_supervisor_all_it_needs():
    worker, supervisor = ChildSpec("w", CrashingActor), ChildSpec("s", Supervisor)
    assert (worker.type, worker.shutdown) == (ChildType.WORKER, 5.0)
    assert (supervisor.type, supervisor.shutdown) == (ChildType.SUPERVISOR, INFINITY)


def test_a_spec_without_arguments_is_the_same_spec():
    plain = ChildSpec("a", CrashingActor)
    assert plain.without_arguments() is plain
    assert ChildSpec("a", CrashingActor, (1,), {"b": 2}).without_arguments() == plain


def test_specs_that_live_together_have_different_ids():
    specs = [ChildSpec(name, CrashingActor) for name in "ab"]
    assert check_specs(iter(specs)) == tuple(specs)
    with pytest.raises(SpecError, match="used twice"):
        check_specs([*specs, specs[0]])
