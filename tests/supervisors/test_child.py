"""What a supervisor keeps of a child."""

from __future__ import annotations

import pytest

from supervisors import ChildSpec, ChildState, ChildType
from supervisors.child import Child
from supervisors.testing import CrashingActor


@pytest.mark.parametrize("state", ChildState)
def test_a_line_shows_the_ref_unless_the_child_restarts(state):
    child = Child("its supervisor", ChildSpec("a", CrashingActor), "a")
    child.ref, child.state, child.restarts = "a ref", state, 3
    shown = None if state is ChildState.RESTARTING else "a ref"
    assert child.line() == ("a", shown, state, ChildType.WORKER, 3)


def test_a_start_is_answered_with_the_ref_and_what_the_start_function_added():
    child = Child("its supervisor", ChildSpec("a", CrashingActor), "a")
    child.ref = "a ref"
    assert child.answer() == "a ref"
    child.info = "more"
    assert child.answer() == ("a ref", "more")
