"""A session's link: every (state, event) pair, and what it remembers between connections."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from actorxmpp.actors.link import (
    DEFAULT_PORT,
    STABLE_AFTER,
    TRANSITIONS,
    Link,
    LinkEvent,
    LinkState,
    next_state,
)
from actorxmpp.protocol.backoff import FullJitter
from actorxmpp.protocol.errors import Decision
from actorxmpp.settings import SessionSettings
from actorxmpp.status import SessionState, SessionStatus

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


# -- what a link remembers between connections -------------------------------------------------

JITTER = FullJitter(base=10.0, cap=80.0)


def made(*, wanted: bool = True, **settings: Any) -> Link:
    return Link(SessionSettings(backoff=JITTER, **settings), SessionStatus(), wanted=wanted)


def test_each_attempt_has_a_number_no_other_had() -> None:
    epochs = []
    for link in (made(), made()):
        for event in (LinkEvent.WANT, LinkEvent.RECONNECT):
            link.step(event, 1.0)
            epochs.append(link.epoch)
    assert epochs == sorted(set(epochs))


@pytest.mark.parametrize(
    ("events", "state"),
    [
        ("", SessionState.STARTING),
        ("WANT", SessionState.CONNECTING),
        ("WANT ADMITTED", SessionState.CONNECTING),
        ("WANT ADMITTED SOCKET_UP", SessionState.CONNECTING),
        ("WANT ADMITTED RETRY", SessionState.DISCONNECTED),
        ("WANT ADMITTED PARK", SessionState.PARKED),
        ("WANT STOP", SessionState.STOPPED),
    ],
)
def test_a_link_publishes_where_it_stands(events: str, state: SessionState) -> None:
    link = made()
    for number, name in enumerate(events.split()):
        link.step(LinkEvent[name], float(number), "because")
    assert link.status.state is state
    if events:
        assert (link.status.reason, link.status.since) == ("because", float(number))


def test_a_socket_is_no_stream() -> None:
    link = made()
    for event in (LinkEvent.WANT, LinkEvent.ADMITTED, LinkEvent.SOCKET_UP):
        link.step(event, 1.0)
    link.opened(2.0)
    assert link.status.state is SessionState.CONNECTED
    assert link.status.connections == 1


def test_delays_grow_until_a_stream_was_stable() -> None:
    link = made()
    for number in range(4):
        bound = JITTER.bound(number)
        assert 0 <= link.schedule_retry(100.0) <= bound
        assert link.status.attempts == number + 1
        assert link.status.next_retry_at is not None
        assert 100.0 <= link.status.next_retry_at <= 100.0 + bound
    link.opened(100.0)
    link.lost(Decision.RETRY, 100.0 + STABLE_AFTER - 0.1)
    assert link.status.attempts == 4, "a server that accepts and drops is not called in a loop"
    link.opened(200.0)
    link.lost(Decision.RETRY, 200.0 + STABLE_AFTER)
    assert link.status.attempts == 0


def test_some_failures_make_it_slow_at_once() -> None:
    link = made()
    link.lost(Decision.GO_SLOW, 1.0)
    assert min(link.schedule_retry(1.0) for _ in range(20)) >= 30.0


def test_a_redirect_is_followed_once() -> None:
    link = made(server=("usual", 1))
    assert link.follow(("other", None)) is True
    assert link.where(None) == ("other", DEFAULT_PORT)
    assert link.where(None) == ("usual", 1)


def test_redirects_in_a_row_are_limited_until_a_stream_was_stable() -> None:
    link = made(max_redirects=2)
    assert [link.follow(("other", 7)) for _ in range(3)] == [True, True, False]
    link.opened(10.0)
    link.lost(Decision.RETRY, 10.0 + STABLE_AFTER)
    assert link.follow(("other", 7)) is True
    assert link.follow(None) is False


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        (None, None),
        ("resume.example.net", ("resume.example.net", DEFAULT_PORT)),
        ("[::1]:7", ("::1", 7)),
        ("nonsense:port:", None),
    ],
)
def test_where_the_server_wants_the_session_resumed_is_tried_once(
    location: str | None, expected: tuple[str, int] | None
) -> None:
    link = made()
    assert link.where(location) == expected
    assert link.where(location) is None
    link.opened(5.0)
    assert link.where(location) == expected


def test_wishes() -> None:
    link = made(wanted=False)
    assert (link.want(), link.want()) == (False, True)
    link.unwant()
    assert link.wanted is False


def test_another_transport_begins_at_the_beginning() -> None:
    link = made()
    for event in (LinkEvent.WANT, LinkEvent.ADMITTED, LinkEvent.SOCKET_UP):
        link.step(event, 1.0)
    link.opened(1.0)
    link.schedule_retry(1.0)
    link.restarted()
    assert link.state is LinkState.IDLE
    link.lost(Decision.RETRY, 100.0)
    assert link.status.attempts == 1, "the stream of the one before says nothing about this one"
    link.configure(SessionSettings(max_redirects=9))
    assert link.settings.max_redirects == 9
