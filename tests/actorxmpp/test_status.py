"""Where a session stands, as anyone may read it."""

from __future__ import annotations

import pytest

from actorxmpp.status import SessionState, SessionStatus


@pytest.mark.parametrize("state", SessionState)
def test_a_state_is_entered_with_its_reason_and_its_time(state: SessionState) -> None:
    status = SessionStatus()
    status.retry_at(9.0)
    status.enter(state, 5.0, "because")
    assert (status.state, status.reason, status.since) == (state, "because", 5.0)
    assert status.next_retry_at is None


def test_attempts_count_until_a_stream_was_good_for_long_enough() -> None:
    status = SessionStatus()
    status.retry_at(7.0)
    status.retry_at(9.0)
    assert (status.attempts, status.next_retry_at) == (2, 9.0)
    status.connected(10.0)
    assert (status.attempts, status.connections) == (2, 1)
    assert (status.state, status.reason) == (SessionState.CONNECTED, "")
    status.stable()
    assert status.attempts == 0
