"""Every (state, event) pair of a session's link."""

from __future__ import annotations

import itertools

import pytest

from actorxmpp.actors.link import TRANSITIONS, LinkEvent, LinkState, next_state

PAIRS = list(itertools.product(LinkState, LinkEvent))
ALWAYS_POSSIBLE = (LinkEvent.WANT, LinkEvent.RECONNECT, LinkEvent.STOP)


@pytest.mark.parametrize(("state", "event"), PAIRS)
def test_every_pair_is_in_the_table_or_refused_with_both_names(
    state: LinkState, event: LinkEvent
) -> None:
    if (state, event) in TRANSITIONS:
        assert isinstance(next_state(state, event), LinkState)
    else:
        with pytest.raises(ValueError, match=f"{event.name}.*{state.name}"):
            next_state(state, event)


@pytest.mark.parametrize("state", LinkState)
@pytest.mark.parametrize("event", ALWAYS_POSSIBLE)
def test_a_users_order_is_possible_in_every_state(state: LinkState, event: LinkEvent) -> None:
    assert (state, event) in TRANSITIONS


@pytest.mark.parametrize("state", LinkState)
def test_stop_always_ends_idle(state: LinkState) -> None:
    assert next_state(state, LinkEvent.STOP) is LinkState.IDLE


def test_a_socket_comes_up_only_while_connecting() -> None:
    possible = {state for state, event in TRANSITIONS if event is LinkEvent.SOCKET_UP}
    assert possible == {LinkState.CONNECTING}


def test_every_state_can_be_reached_from_idle() -> None:
    reached = {LinkState.IDLE}
    while True:
        more = {end for (start, _), end in TRANSITIONS.items() if start in reached}
        if more <= reached:
            break
        reached |= more
    assert reached == set(LinkState)
