"""The schedule of trouble."""

from __future__ import annotations

from collections import Counter

import pytest

from actorxmpp.cli.demo.chaos import TroubleKind, schedule
from actorxmpp.cli.demo.options import DemoOptions

SIZES = [(1, 0), (3, 1), (18, 2), (200, 2), (2000, 2)]


@pytest.mark.parametrize(("sessions", "components"), SIZES)
def test_there_is_as_much_as_the_size_asks_for(sessions: int, components: int) -> None:
    options = DemoOptions(sessions, components)
    kinds = Counter(trouble.kind for trouble in schedule(options))
    assert set(kinds.values()) == {options.trouble}
    assert set(kinds) == set(TroubleKind)


def test_a_demo_of_default_size_has_twenty_of_each() -> None:
    assert DemoOptions().trouble == 20
    assert DemoOptions(sessions=2000).trouble == 200


@pytest.mark.parametrize(("sessions", "components"), SIZES)
def test_it_comes_in_order_and_leaves_quiet_ends(sessions: int, components: int) -> None:
    plan = schedule(DemoOptions(sessions, components, duration=10.0))
    times = [trouble.at for trouble in plan]
    assert times == sorted(times)
    assert times[0] >= 0.5
    assert times[-1] <= 8.5


@pytest.mark.parametrize(("sessions", "components"), SIZES)
def test_victims_exist_and_take_turns(sessions: int, components: int) -> None:
    options = DemoOptions(sessions, components)
    plan = schedule(options)
    victims = Counter(one.victim for one in plan if one.kind is TroubleKind.CRASH)
    assert set(victims) <= set(range(options.total))
    assert max(victims.values()) - min(victims.values()) <= 1


def test_the_seed_decides() -> None:
    assert schedule(DemoOptions(seed=1)) == schedule(DemoOptions(seed=1))
    assert schedule(DemoOptions(seed=1)) != schedule(DemoOptions(seed=2))
