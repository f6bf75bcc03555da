from __future__ import annotations

import itertools
import re
import subprocess
import sys
from pathlib import Path

import pytest

import actorxmpp.protocol
from actorxmpp.protocol.errors import InvalidTransition
from actorxmpp.protocol.states import (
    FINAL,
    PHASES,
    STEP_TIMEOUT_S,
    TRANSITIONS,
    Phase,
    Step,
    StreamEvent,
    StreamState,
    StreamStateMachine,
)

PATHS = {  # the shortest way into each state, as events
    StreamState.NEW: "",
    StreamState.OPENING: "CONNECTED",
    StreamState.FEATURES: "CONNECTED OPENED",
    StreamState.STARTTLS: "CONNECTED OPENED STARTTLS_SENT",
    StreamState.TLS_HANDSHAKE: "CONNECTED OPENED STARTTLS_SENT PROCEED",
    StreamState.AUTHENTICATING: "CONNECTED OPENED AUTH_SENT",
    StreamState.DERIVING: "CONNECTED OPENED AUTH_SENT KEYS_NEEDED",
    StreamState.RESUMING: "CONNECTED OPENED RESUME_SENT",
    StreamState.BINDING: "CONNECTED OPENED BIND_SENT",
    StreamState.SESSION: "CONNECTED OPENED BIND_SENT SESSION_SENT",
    StreamState.HANDSHAKE: "CONNECTED HANDSHAKE_SENT",
    StreamState.ESTABLISHED: "CONNECTED HANDSHAKE_SENT READY",
    StreamState.FAILED: "FAIL",
}


def machine_in(state: StreamState) -> StreamStateMachine:
    machine = StreamStateMachine()
    for name in PATHS[state].split():
        machine.advance(StreamEvent[name])
    assert machine.state is state
    return machine


@pytest.mark.parametrize(
    ("state", "event"),
    list(itertools.product(StreamState, StreamEvent)),
    ids=lambda value: value.name,
)
def test_every_pair_moves_by_the_table_or_fails_closed(
    state: StreamState, event: StreamEvent
) -> None:
    machine = machine_in(state)
    expected = TRANSITIONS.get((state, event))
    if expected is None:
        with pytest.raises(InvalidTransition, match=event.value):
            machine.advance(event)
        assert machine.state is StreamState.FAILED
    else:
        assert machine.advance(event) is expected
        assert machine.state is expected


def test_every_state_can_be_reached_and_left() -> None:
    assert set(TRANSITIONS.values()) | {StreamState.NEW} == set(StreamState)
    assert {state for state, _ in TRANSITIONS} | FINAL == set(StreamState)


def test_every_event_means_something() -> None:
    assert {event for _, event in TRANSITIONS} == set(StreamEvent)


def test_every_state_that_waits_has_a_time_limit() -> None:
    assert set(STEP_TIMEOUT_S) == set(StreamState) - FINAL
    assert all(0 < seconds <= 120 for seconds in STEP_TIMEOUT_S.values())


def test_the_state_is_assigned_in_one_file_only() -> None:
    package = Path(actorxmpp.protocol.__path__[0])
    assignment = re.compile(r"_state(:.*)? = (?!SmState)|_state, .* = (?!SmState)")
    files = package.rglob("*.py")
    assert {path.name for path in files if assignment.search(path.read_text())} == {"states.py"}


def test_the_package_needs_no_loop_and_no_actors() -> None:
    root = Path(actorxmpp.protocol.__path__[0]).parents[1]
    code = (
        "import sys, types\n"
        "package = types.ModuleType('actorxmpp')\n"  # its __init__ offers the whole framework
        f"package.__path__ = [{str(root / 'actorxmpp')!r}]\n"
        "sys.modules['actorxmpp'] = package\n"
        "import actorxmpp.protocol.negotiation, actorxmpp.protocol.backoff\n"
        "bad = {'asyncio', 'pykka', 'supervisors', 'ssl', 'socket', 'aiodns'} & set(sys.modules)\n"
        "sys.exit(', '.join(bad) or 0)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr


# -- the phases of a stream --------------------------------------------------------------------


def test_every_phase_can_be_reached_and_left() -> None:
    assert set(PHASES.values()) == set(Phase)
    assert {phase for phase, _ in PHASES} == set(Phase)


def test_every_step_means_something() -> None:
    assert {step for _, step in PHASES} == set(Step)


@pytest.mark.parametrize(
    "phase", sorted(set(Phase) - {Phase.DOWN}, key=str), ids=lambda phase: phase.name
)
def test_a_stream_that_is_not_down_can_always_end(phase: Phase) -> None:
    assert PHASES[phase, Step.END] is Phase.DOWN


def test_stanzas_flow_only_after_a_login() -> None:
    assert [pair for pair, after in PHASES.items() if after is Phase.OPEN] == [
        (Phase.NEGOTIATING, Step.READY)
    ]
