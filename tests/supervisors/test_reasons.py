"""Why an actor ended, as a value."""

from __future__ import annotations

import pytest

from supervisors import KILLED, NORMAL, SHUTDOWN, ExitKind, ExitReason

ERROR = OSError("on purpose")


@pytest.mark.parametrize(
    ("reason", "normal"),
    [
        (NORMAL, True),
        (SHUTDOWN, True),
        (ExitReason.shutdown("a detail"), True),
        (KILLED, False),
        (ExitReason.error(ERROR), False),
    ],
)
def test_two_kinds_are_normal_ends(reason, normal):
    assert reason.is_normal is normal


def test_every_kind_is_in_the_table_above():
    assert len(ExitKind) == 4


def test_reasons_are_equal_when_kind_detail_and_exception_are():
    assert ExitReason(ExitKind.NORMAL) == NORMAL
    assert hash(ExitReason(ExitKind.NORMAL)) == hash(NORMAL)
    assert ExitReason.shutdown("a") != ExitReason.shutdown("b")
    assert ExitReason.error(ERROR) != ExitReason.error(OSError("on purpose"))
    assert NORMAL != "normal"


def test_an_exception_is_the_reason_of_a_failure():
    assert ExitReason.of(ERROR) == ExitReason.error(ERROR)
    assert ExitReason.of(NORMAL) is NORMAL


def test_the_text_of_a_reason():
    assert repr(NORMAL) == "<ExitReason normal>"
    assert repr(ExitReason.shutdown("why", ERROR)) == (
        "<ExitReason shutdown: 'why': OSError('on purpose')>"
    )
