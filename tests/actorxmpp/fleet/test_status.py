"""A fleet counted: states, restarts, rows."""

from __future__ import annotations

import json

from actorxmpp.fleet.status import FleetStatus, session_row, summarize
from actorxmpp.status import SessionState, SessionStatus

CONNECTED = SessionStatus(SessionState.CONNECTED, connections=3, restarts={"parser": 2})
PARKED = SessionStatus(SessionState.PARKED, "not-authorized", since=10.0, restarts={"parser": 1})
WAITING = SessionStatus(
    SessionState.DISCONNECTED, "closed by peer", since=20.0, next_retry_at=26.0, attempts=2
)


def test_sessions_are_counted_by_state() -> None:
    status = summarize([CONNECTED, CONNECTED, PARKED, WAITING])
    assert (status.sessions, status.up, status.connections) == (4, 2, 6)
    assert status.states[SessionState.PARKED] == 1
    assert status.states[SessionState.STOPPED] == 0
    assert set(status.states) == set(SessionState)


def test_restarts_are_added_up_unless_counted_elsewhere() -> None:
    assert summarize([CONNECTED, PARKED]).restarts == {"parser": 3}
    assert summarize([CONNECTED, PARKED], {"transport": 1}).restarts == {"transport": 1}


def test_a_line_names_the_states_that_are_there() -> None:
    assert summarize([CONNECTED, PARKED, CONNECTED]).line() == "2 connected, 1 parked"
    assert FleetStatus().line() == "no sessions"


def test_a_row_counts_seconds() -> None:
    row = session_row("a@b", WAITING, now=24.0)
    assert (row.id, row.state, row.seconds) == ("a@b", SessionState.DISCONNECTED, 4.0)
    assert (row.retry_in, row.attempts, row.reason) == (2.0, 2, "closed by peer")
    assert session_row("a@b", WAITING, now=30.0).retry_in == 0.0
    assert session_row("a@b", CONNECTED, now=1.0).retry_in is None
    assert session_row("a@b", PARKED, now=1.0).restarts == 1


def test_a_reason_can_not_play_with_the_terminal() -> None:
    status = SessionStatus(SessionState.PARKED, "policy\n\x9b31m\x1b]0;title\x07  red")
    assert session_row("a@b", status, now=1.0).reason == "policy 31m ]0;title red"


def test_all_of_it_is_json() -> None:
    status = json.loads(json.dumps(summarize([CONNECTED, PARKED]).as_json()))
    assert status["states"]["connected"] == 1
    assert (status["sessions"], status["restarts"]) == (2, {"parser": 3})
    row = json.loads(json.dumps(session_row("a@b", PARKED, now=12.5).as_json()))
    assert row["state"] == "parked"
    assert row["seconds"] == 2.5
