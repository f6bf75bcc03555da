"""Things that happen later, by name."""

from __future__ import annotations

from typing import Any

import pytest

from actorxmpp.roles.schedules import Schedules
from supervisors.testing import ManualClock


class Desk:
    """Schedules on a clock that is moved by hand."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.seen: list[Any] = []
        loop: Any = self.clock  # it has the one method that is needed
        self.schedules = Schedules(lambda: loop, lambda function: function())

    def add(self, name: str, seconds: float, *args: Any, repeat: bool = False, **kw: Any) -> None:
        def callback(*given: Any, **named: Any) -> None:
            self.seen.append((name, given, named))

        self.schedules.add(name, seconds, callback, args, kw, repeat)


def test_a_function_is_called_once_with_its_arguments() -> None:
    desk = Desk()
    desk.add("once", 5.0, 1, 2, three=3)
    desk.clock.advance(4.9)
    assert desk.seen == []
    desk.clock.advance(100.0)
    assert desk.seen == [("once", (1, 2), {"three": 3})]
    assert desk.schedules.pending == {}


def test_or_again_and_again() -> None:
    desk = Desk()
    desk.add("often", 5.0, repeat=True)
    desk.clock.advance(16.0)
    assert len(desk.seen) == 3
    desk.schedules.cancel("often")
    desk.clock.advance(100.0)
    assert len(desk.seen) == 3


def test_a_name_is_taken_until_it_is_due_or_cancelled() -> None:
    desk = Desk()
    desk.add("name", 5.0)
    with pytest.raises(ValueError, match="'name'"):
        desk.add("name", 1.0)
    desk.clock.advance(5.0)
    desk.add("name", 5.0)
    desk.schedules.cancel("name")
    desk.add("name", 5.0)


def test_a_function_may_cancel_its_own_repetition() -> None:
    desk = Desk()
    desk.schedules.add("own", 5.0, lambda: desk.schedules.cancel("own"), (), None, True)
    desk.clock.advance(20.0)
    assert desk.schedules.pending == {}


def test_all_may_be_cancelled() -> None:
    desk = Desk()
    for name in ("a", "b"):
        desk.add(name, 5.0, repeat=True)
    desk.schedules.cancel("unknown")
    desk.schedules.cancel_all()
    desk.clock.advance(100.0)
    assert desk.seen == []
    assert desk.clock.pending == 0
