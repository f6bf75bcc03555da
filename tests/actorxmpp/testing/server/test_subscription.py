"""The subscription table against RFC 6121 appendix A, every state and every event."""

from __future__ import annotations

import pytest

from actorxmpp.testing.server.subscription import GOT, KINDS, SENT, Event, State, apply

NONE, TO, FROM, ASKED, PENDING = State.NONE, State.TO, State.FROM, State.ASKED, State.PENDING

STATES = {
    "None": NONE,
    "None+Out": ASKED,
    "None+In": PENDING,
    "None+Out+In": ASKED | PENDING,
    "To": TO,
    "To+In": TO | PENDING,
    "From": FROM,
    "From+Out": FROM | ASKED,
    "Both": TO | FROM,
}

# One row per state: (does the stanza pass on?, the state after). The columns are the RFC's tables.
APPENDIX_A: dict[Event, dict[str, tuple[bool, str]]] = {
    Event.SENT_SUBSCRIBE: {
        "None": (True, "None+Out"),
        "None+Out": (True, "None+Out"),
        "None+In": (True, "None+Out+In"),
        "None+Out+In": (True, "None+Out+In"),
        "To": (True, "To"),
        "To+In": (True, "To+In"),
        "From": (True, "From+Out"),
        "From+Out": (True, "From+Out"),
        "Both": (True, "Both"),
    },
    Event.SENT_UNSUBSCRIBE: {
        "None": (True, "None"),
        "None+Out": (True, "None"),
        "None+In": (True, "None+In"),
        "None+Out+In": (True, "None+In"),
        "To": (True, "None"),
        "To+In": (True, "None+In"),
        "From": (True, "From"),
        "From+Out": (True, "From"),
        "Both": (True, "From"),
    },
    Event.SENT_SUBSCRIBED: {
        "None": (False, "None"),
        "None+Out": (False, "None+Out"),
        "None+In": (True, "From"),
        "None+Out+In": (True, "From+Out"),
        "To": (False, "To"),
        "To+In": (True, "Both"),
        "From": (False, "From"),
        "From+Out": (False, "From+Out"),
        "Both": (False, "Both"),
    },
    Event.SENT_UNSUBSCRIBED: {
        "None": (False, "None"),
        "None+Out": (False, "None+Out"),
        "None+In": (True, "None"),
        "None+Out+In": (True, "None+Out"),
        "To": (False, "To"),
        "To+In": (True, "To"),
        "From": (True, "None"),
        "From+Out": (True, "None+Out"),
        "Both": (True, "To"),
    },
    Event.GOT_SUBSCRIBE: {
        "None": (True, "None+In"),
        "None+Out": (True, "None+Out+In"),
        "None+In": (False, "None+In"),
        "None+Out+In": (False, "None+Out+In"),
        "To": (True, "To+In"),
        "To+In": (False, "To+In"),
        "From": (False, "From"),
        "From+Out": (False, "From+Out"),
        "Both": (False, "Both"),
    },
    Event.GOT_UNSUBSCRIBE: {
        "None": (False, "None"),
        "None+Out": (False, "None+Out"),
        "None+In": (True, "None"),
        "None+Out+In": (True, "None+Out"),
        "To": (False, "To"),
        "To+In": (True, "To"),
        "From": (True, "None"),
        "From+Out": (True, "None+Out"),
        "Both": (True, "To"),
    },
    Event.GOT_SUBSCRIBED: {
        "None": (False, "None"),
        "None+Out": (True, "To"),
        "None+In": (False, "None+In"),
        "None+Out+In": (True, "To+In"),
        "To": (False, "To"),
        "To+In": (False, "To+In"),
        "From": (False, "From"),
        "From+Out": (True, "Both"),
        "Both": (False, "Both"),
    },
    Event.GOT_UNSUBSCRIBED: {
        "None": (False, "None"),
        "None+Out": (True, "None"),
        "None+In": (False, "None+In"),
        "None+Out+In": (True, "None+In"),
        "To": (True, "None"),
        "To+In": (True, "None+In"),
        "From": (False, "From"),
        "From+Out": (True, "From"),
        "Both": (True, "From"),
    },
}

CASES = [
    pytest.param(event, before, passes, after, id=f"{event.value} in {before}")
    for event, rows in APPENDIX_A.items()
    for before, (passes, after) in rows.items()
]


@pytest.mark.parametrize(("event", "before", "passes", "after"), CASES)
def test_every_state_and_event(event: Event, before: str, passes: bool, after: str) -> None:
    assert apply(event, STATES[before]) == (STATES[after], passes)


def test_the_cases_are_all_there() -> None:
    assert len(CASES) == len(STATES) * len(Event) == 72


def test_each_presence_type_has_its_two_events() -> None:
    assert {SENT[kind] for kind in KINDS} | {GOT[kind] for kind in KINDS} == set(Event)
