"""The decisions, as whole tables."""

from __future__ import annotations

import itertools
from collections import deque

import pytest

from supervisors import (
    KILLED,
    NORMAL,
    SHUTDOWN,
    AskFailure,
    AutoShutdown,
    ExitReason,
    Restart,
    Strategy,
)
from supervisors.policy import (
    AskOutcome,
    ExitAction,
    Scope,
    ask_outcome,
    auto_shutdown,
    count_restart,
    exit_action,
    is_reported,
    restart_scope,
)

NORMAL_ENDS = [NORMAL, SHUTDOWN, ExitReason.shutdown("why")]
ABNORMAL_ENDS = [KILLED, ExitReason.error(ValueError())]
ALL_ENDS = [*NORMAL_ENDS, *ABNORMAL_ENDS]


@pytest.mark.parametrize(("restart", "reason"), list(itertools.product(Restart, ALL_ENDS)))
def test_exit_action(restart, reason):
    expected = {
        Restart.PERMANENT: ExitAction.RESTART,
        Restart.TRANSIENT: ExitAction.KEEP if reason in NORMAL_ENDS else ExitAction.RESTART,
        Restart.TEMPORARY: ExitAction.FORGET,
    }
    assert exit_action(restart, reason) is expected[restart]


@pytest.mark.parametrize(("restart", "reason"), list(itertools.product(Restart, ALL_ENDS)))
def test_is_reported(restart, reason):
    assert is_reported(restart, reason) is (restart is Restart.PERMANENT or reason in ABNORMAL_ENDS)


def test_restart_scope():
    assert [restart_scope(strategy) for strategy in Strategy] == [Scope.ONE, Scope.ALL, Scope.REST]


@pytest.mark.parametrize("intensity", range(5))
def test_exactly_intensity_restarts_are_allowed(intensity):
    times = deque()
    allowed = [count_restart(times, 100.0 + n, intensity, 60.0) for n in range(intensity + 1)]
    assert allowed == [True] * intensity + [False]


def test_restarts_leave_the_window_at_its_end():
    times = deque()
    assert count_restart(times, 0.0, 1, 10.0)
    assert not count_restart(times, 10.0, 1, 10.0)  # ten seconds ago still counts
    times = deque()
    assert count_restart(times, 0.0, 1, 10.0)
    assert count_restart(times, 10.5, 1, 10.0)
    assert times == deque([10.5])


@pytest.mark.parametrize(
    ("mode", "significant", "restarted", "left"),
    list(itertools.product(AutoShutdown, [True, False], [True, False], [True, False])),
)
def test_auto_shutdown(mode, significant, restarted, left):
    expected = (
        significant
        and not restarted
        and mode is not AutoShutdown.NEVER
        and not (mode is AutoShutdown.ALL_SIGNIFICANT and left)
    )
    answer = auto_shutdown(
        mode, significant=significant, restarted=restarted, significant_left=left
    )
    assert answer is expected


@pytest.mark.parametrize(
    ("option", "supervised", "business"),
    list(itertools.product(AskFailure, [True, False], [True, False])),
)
def test_ask_outcome(option, supervised, business):
    crashes = not business and (
        option is AskFailure.CRASH or (option is AskFailure.DEFAULT and supervised)
    )
    outcome = ask_outcome(option, supervised=supervised, business=business)
    assert outcome is (AskOutcome.REPLY_AND_CRASH if crashes else AskOutcome.REPLY)
