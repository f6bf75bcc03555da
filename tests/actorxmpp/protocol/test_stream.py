"""A stream alone: its phases, its deadline, what it says when, how bytes may be cut."""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Callable
from typing import Any

import pytest

from actorxmpp.protocol import namespaces as ns
from actorxmpp.protocol import streamevents as e
from actorxmpp.protocol.actions import Established, Failed, Resumed, StreamLimits
from actorxmpp.protocol.countingqueue import CountingQueue, QueuePolicy
from actorxmpp.protocol.errors import Decision, SaslFailure, StreamNegotiationError
from actorxmpp.protocol.sasl.scramkeys import ScramKeys
from actorxmpp.protocol.states import PHASES, Phase, Step
from actorxmpp.protocol.stream import ASK_AFTER, LARGEST_STANZA, Stream
from actorxmpp.protocol.streamevents import Outcome
from actorxmpp.protocol.streammanagement import SmOptions

from .conversation import Tls
from .streams import ENABLED, HEADER, JID, OFFERS_SM, REQUEST, SM_FAILED, Owner, Scripted, ack

SM_ON = SmOptions(enabled=True)
KEYS = ScramKeys("SHA-1", b"salt", 4096, b"client", b"server")
CLOSE = b"</stream:stream>"
STREAM_ERROR = (
    b"<stream:error><conflict xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>"
)


# -- every phase and every verb ----------------------------------------------------------------


def in_phase(phase: Phase, sm: SmOptions | None) -> Owner:
    """A stream in a phase, with a stanza on its way and, where that can be, one that waits."""
    owner = Owner(sm=sm)
    if phase is Phase.DOWN:
        owner.online().lose()
    elif phase is Phase.NEGOTIATING:
        owner.connect()
    else:
        owner.online()
        if sm is not None:
            owner.receive(ENABLED)
        owner.leaves = False
        owner.send()
        if phase is Phase.CLOSING:
            owner.do(owner.stream.close("done", 5.0))
    owner.put()
    assert owner.stream.phase is phase
    owner.events.clear()
    return owner


VERBS: dict[str, Callable[[Owner], Any]] = {
    "attach": lambda o: o.stream.attach(lambda: o.now, o._wake),
    "configure": lambda o: o.stream.configure(o.stream._tokenizer.limits, resend_lost=True),
    "manage": lambda o: o.stream.manage(SM_ON),
    "resume_request": lambda o: o.stream.resume_request(),
    "connected": lambda o: o.connect(),
    "tls_established": lambda o: o.do(o.stream.tls_established(Tls())),
    "keys_derived": lambda o: o.do(o.stream.keys_derived(KEYS)),
    "receive_data": lambda o: o.receive(b"<message/>" if o.stream.is_open else HEADER + b"<go/>"),
    "data_to_send": lambda o: o.do(()),
    "due_at": lambda o: o.stream.due_at(),
    "write_refused": lambda o: o.stream.write_refused(),
    "written_left": lambda o: o.do(o.stream.written_left()),
    "probe": lambda o: o.do(o.stream.probe()),
    "acknowledge": lambda o: o.do(o.stream.acknowledge()),
    "timed_out": lambda o: o.pass_time(1000.0),
    "close": lambda o: o.do(o.stream.close("enough", 5.0)),
    "connection_lost": lambda o: o.lose(),
    "snapshot": lambda o: o.stream.snapshot(),
    "restore": lambda o: o.stream.restore(None, "SCRAM-SHA-1", o.now),
}

P = Phase
MOVES: dict[tuple[Phase, str], Phase] = {  # every other pair leaves the phase as it is
    (P.DOWN, "connected"): P.NEGOTIATING,
    (P.NEGOTIATING, "receive_data"): P.OPEN,
    (P.NEGOTIATING, "timed_out"): P.DOWN,
    (P.NEGOTIATING, "connection_lost"): P.DOWN,
    (P.OPEN, "connected"): P.NEGOTIATING,
    (P.OPEN, "close"): P.CLOSING,
    (P.OPEN, "connection_lost"): P.DOWN,
    (P.CLOSING, "connected"): P.NEGOTIATING,
    (P.CLOSING, "receive_data"): P.DOWN,  # a second header: that is not well-formed
    (P.CLOSING, "connection_lost"): P.DOWN,
}
WRITES: set[tuple[Phase, str]] = {  # pairs after which there are bytes to write
    *((phase, "connected") for phase in Phase),
    (P.NEGOTIATING, "tls_established"),
    (P.NEGOTIATING, "keys_derived"),
    (P.OPEN, "probe"),
    (P.OPEN, "close"),
}
WRITES_MANAGED = {(P.OPEN, "acknowledge"), (P.NEGOTIATING, "receive_data")}  # <a/>, <enable/>


def test_every_verb_of_a_stream_is_in_the_table() -> None:
    public = {name for name, _ in inspect.getmembers(Stream, inspect.isfunction) if name[0] != "_"}
    assert public == set(VERBS)


@pytest.mark.parametrize("sm", [None, SM_ON], ids=["plain", "managed"])
@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("phase", Phase, ids=lambda phase: phase.name)
def test_every_verb_in_every_phase(phase: Phase, verb: str, sm: SmOptions | None) -> None:
    owner = in_phase(phase, sm)
    stream, finished = owner.stream, len(owner.finished())
    written = sum(len(wire.written) for wire in owner.wires)
    VERBS[verb](owner)
    expected = MOVES.get((phase, verb), phase)
    assert stream.phase is expected
    ended = phase is not P.DOWN and expected in {P.DOWN, P.NEGOTIATING} and phase is not expected
    ended = ended or (phase is P.NEGOTIATING and verb == "connected")
    assert len(owner.finished()) - finished == ended
    assert owner.unsent_but_sent == []
    writes = sum(len(wire.written) for wire in owner.wires) > written
    managed_too = sm is not None and (phase, verb) in WRITES_MANAGED
    waited = any(b"id='n1'" in wire.written for wire in owner.wires)  # the stanza that was put
    assert writes == ((phase, verb) in WRITES or managed_too or waited)


@pytest.mark.parametrize("verb", VERBS)
def test_a_stream_that_is_down_writes_no_stanza(verb: str) -> None:
    owner = Owner()
    item = owner.put()
    VERBS[verb](owner)
    assert all(item.data not in wire.written for wire in owner.wires)
    assert owner.of(item) == []
    assert list(owner.queue.waiting) == [item]


@pytest.mark.parametrize(("phase", "step"), list(itertools.product(Phase, Step)))
def test_only_what_the_table_says_moves_a_stream(phase: Phase, step: Step) -> None:
    stream = Owner().stream
    stream.phase = phase
    if (phase, step) in PHASES:
        stream._step(step)
        assert stream.phase is PHASES[phase, step]
    else:
        with pytest.raises(KeyError):
            stream._step(step)
        assert stream.phase is phase


# -- what a connection comes to ----------------------------------------------------------------

ENDS: dict[str, Callable[[Owner], object]] = {
    "lost": lambda o: o.lose(),
    "lost for good": lambda o: o.lose(final=True),
    "replaced": lambda o: o.connect(),
    "closed by the server": lambda o: o.receive(CLOSE),
    "ended by an error": lambda o: o.receive(STREAM_ERROR),
    "broken XML": lambda o: o.receive(b"<message></iq>"),
    "a document type": lambda o: o.receive(b"<!DOCTYPE x>"),
    "closed by us": lambda o: (o.do(o.stream.close("done", 5)), o.receive(CLOSE), o.lose()),
    "closed by us, no answer": lambda o: (
        o.do(o.stream.close("done", 5)),
        o.pass_time(6),
        o.lose(),
    ),
}


@pytest.mark.parametrize("sm", [None, SM_ON], ids=["plain", "managed"])
@pytest.mark.parametrize("end", ENDS)
def test_each_connection_has_one_end(end: str, sm: SmOptions | None) -> None:
    owner = Owner(sm=sm).online()
    epoch = owner.stream.epoch
    ENDS[end](owner)
    for _ in range(2):
        owner.lose()  # the socket's own end comes after whatever was first
    finished = [each for each in owner.finished() if each.epoch == epoch]
    assert [each.was_established for each in finished] == [True]


@pytest.mark.parametrize("end", ["lost", "lost for good", "replaced", "broken XML"])
def test_an_attempt_that_came_to_nothing_ends_too(end: str) -> None:
    owner = Owner()
    owner.connect()
    epoch = owner.stream.epoch
    ENDS[end](owner)
    owner.lose()
    finished = [each for each in owner.finished() if each.epoch == epoch]
    assert [each.was_established for each in finished] == [False]


def test_the_server_is_answered_with_the_error_it_made() -> None:
    owner = Owner().online()
    (*_, failed) = owner.receive(b"<message></iq>")
    assert isinstance(failed, e.StreamFailed)
    assert (failed.epoch, failed.decision) == (1, Decision.RETRY)
    assert b"<not-well-formed " in owner.wire.written
    assert owner.wire.written.endswith(CLOSE)
    assert owner.kinds()[-2:] == ["StreamFinished", "StreamFailed"]


def test_a_stream_error_says_how_to_go_on() -> None:
    owner = Owner().online()
    owner.receive(STREAM_ERROR)
    failed = owner.events[-1]
    assert (failed.condition, failed.decision) == ("conflict", Decision.PARK)
    assert owner.wire.written.endswith(CLOSE)
    assert owner.receive(b"<message/>") == [], "nothing follows the end"


@pytest.mark.parametrize("closing", [CLOSE, STREAM_ERROR])
def test_a_stream_whose_session_may_be_resumed_is_not_closed_by_us(closing: bytes) -> None:
    owner = Owner(sm=SM_ON).managed()
    owner.receive(closing)
    assert CLOSE not in owner.wire.written
    assert owner.finished()[-1].resumable


@pytest.mark.parametrize("trusted", [True, False])
def test_a_redirect_is_believed_only_if_the_connection_is(trusted: bool) -> None:
    owner = Owner()
    owner.connect(trusted=trusted)
    owner.establish()
    owner.receive(STREAM_ERROR.replace(b"conflict", b"see-other-host", 1))  # names no host
    assert owner.events[-1].redirect is None
    owner.connect(trusted=trusted)
    owner.establish()
    owner.receive(
        b"<stream:error><see-other-host xmlns='urn:ietf:params:xml:ns:xmpp-streams'>"
        b"[::1]:7</see-other-host></stream:error>"
    )
    assert owner.events[-1].redirect == (("::1", 7) if trusted else None)


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (SaslFailure("not-authorized"), ["failed_auth", "failed_all_auth"]),
        (SaslFailure("no-acceptable-mechanism"), ["no_auth", "failed_all_auth"]),
        (StreamNegotiationError("timeout"), []),
    ],
)
def test_a_login_that_fails_is_told(error: StreamNegotiationError, raised: list[str]) -> None:
    owner = Owner()
    owner.connect(Failed(error))
    found = owner.establish()
    assert [each.name for each in found if isinstance(each, e.RaiseEvent)] == raised
    assert found[-1].decision is error.decision
    assert owner.stream.phase is Phase.DOWN


def test_what_a_login_comes_to_is_told_in_order() -> None:
    owner = Owner()
    early = Scripted(Established(JID)).receive(object())
    assert early == []
    owner.connect(
        Established(
            JID,
            frozenset({"{a}b"}),
            mechanism="SCRAM-SHA-256",
            stream_id="s3",
            limits=StreamLimits(max_bytes=5000, idle_seconds=60),
        )
    )
    found = owner.establish()
    assert [type(each).__name__ for each in found] == [
        "StreamOpen",
        "RaiseEvent",
        "RaiseEvent",
        "StreamEstablished",
    ]
    assert found[0] == e.StreamOpen(1, 60)
    assert [each.name for each in found[1:3]] == ["auth_success", "stream_negotiated"]
    assert found[3] == e.StreamEstablished(1, JID, frozenset({"{a}b"}))
    assert owner.stream.mechanism == "SCRAM-SHA-256"
    assert owner.stream.stream_id == "s3"
    assert owner.queue.largest == 5000


def test_a_server_without_limits_gets_what_we_can_send() -> None:
    assert Owner().online().queue.largest == LARGEST_STANZA


def test_answers_that_come_late_do_no_harm() -> None:
    owner = Owner().online()
    stream = owner.stream
    written = owner.wire.written
    assert owner.do(stream.tls_established(Tls())) == []
    assert owner.do(stream.keys_derived(KEYS)) == []
    owner.lose()
    assert owner.do(stream.tls_established(Tls())) == []
    assert owner.do(stream.keys_derived(KEYS)) == []
    assert owner.wire.written == written


# -- sent means left ---------------------------------------------------------------------------


def test_a_stanza_counts_as_sent_when_it_has_left() -> None:
    owner = Owner().online()
    owner.leaves = False
    item = owner.send()
    assert item.data in owner.wire.written
    assert owner.stream.awaited is True
    owner.do(owner.stream.written_left())
    assert owner.of(item) == []
    owner.left()
    assert owner.of(item) == [Outcome.SENT]
    assert owner.stream.awaited is False


def test_what_has_not_left_when_the_connection_is_lost_was_not_sent() -> None:
    owner = Owner().online()
    first = owner.send()
    owner.leaves = False
    second, third = owner.send(), owner.put()
    owner.lose("cut")
    assert owner.of(first) == [Outcome.SENT]
    assert owner.of(second) == [Outcome.NOT_SENT]
    assert owner.of(third) == [], "it waits for the next stream"
    assert list(owner.queue.waiting) == [third]


def test_what_the_connection_refused_waits_again() -> None:
    owner = Owner().online()
    first, second = owner.send(), owner.put()
    assert second.data in owner.stream.data_to_send()
    owner.stream.write_refused()
    owner.lose("it is closing")
    assert owner.of(first) == [Outcome.SENT]
    assert owner.of(second) == []
    assert list(owner.queue.waiting) == [second]


def test_what_was_refused_at_the_end_was_not_sent() -> None:
    owner = Owner().online()
    item = owner.put()
    events = owner.stream.close("done", 5.0)
    assert item.data in owner.stream.data_to_send()
    owner.stream.write_refused()
    owner.do([*events, *owner.stream.connection_lost("it is closing", final=True)])
    assert owner.of(item) == []
    assert list(owner.queue.waiting) == [item]


def test_what_waits_goes_out_on_the_next_stream_in_order() -> None:
    owner = Owner()
    items = [owner.put() for _ in range(3)]
    owner.online()
    owner.do(())
    assert b"".join(item.data for item in items) in owner.wire.written


def test_what_was_sent_goes_out_before_the_stream_is_closed() -> None:
    owner = Owner().online()
    item = owner.put()
    owner.queue.pause()
    late = owner.put()
    owner.do(owner.stream.close("done", 5.0))
    assert owner.wire.written.endswith(item.data + late.data + CLOSE)
    after = owner.put()
    owner.do(())
    assert after.data not in owner.wire.written


LATE = {
    "the end": CLOSE,
    "an error": STREAM_ERROR,
    "what is not well-formed": b"<a></b>",
    "stream management is on": ENABLED,
    "a refusal of it": SM_FAILED,
    "a request": REQUEST,
    "an acknowledgement": ack(1),
    "an acknowledgement of what was never sent": ack(1000),
    "a nonza": b"<x xmlns='y'/>",
}


@pytest.mark.parametrize("size", [1, 1000])
@pytest.mark.parametrize("then", ["nothing", "acknowledge", "probe", "timed_out", "close"])
@pytest.mark.parametrize("late", LATE)
@pytest.mark.parametrize("enabled", [True, False], ids=["enabled", "enabling"])
def test_nothing_is_written_after_the_end_of_the_stream(
    enabled: bool, late: str, then: str, size: int
) -> None:
    owner = Owner(sm=SmOptions(enabled=True, window=2)).online()
    if enabled:
        owner.receive(ENABLED)
    for _ in range(8):
        owner.send()
    owner.do(owner.stream.close("done", 5.0))
    assert owner.wire.written.endswith(CLOSE)
    written = owner.wire.written
    data = LATE[late]
    for start in range(0, len(data), size):
        owner.receive(data[start : start + size])
    if then != "nothing":
        VERBS[then](owner)
    assert owner.wire.written == written


def test_with_acknowledgements_sent_is_not_enough() -> None:
    owner = Owner(sm=SM_ON).managed()
    item = owner.send()
    owner.left()
    assert owner.of(item) == []
    owner.receive(ack(1))
    assert owner.of(item) == [Outcome.ACKED]


def test_a_lost_session_gives_back_what_the_server_has_not_handled() -> None:
    owner = Owner(sm=SM_ON).managed()
    items = [owner.send() for _ in range(3)]
    owner.lose()
    assert [owner.of(item) for item in items] == [[], [], []]
    owner.connect(Established(JID, OFFERS_SM, refused_h=1))
    owner.establish()
    assert "SessionLost" in owner.kinds()
    assert [owner.of(item)[-1] for item in items] == [
        Outcome.ACKED,
        Outcome.NOT_SENT,
        Outcome.NOT_SENT,
    ]


def test_messages_of_a_lost_session_are_sent_again_if_wanted() -> None:
    owner = Owner(sm=SM_ON, resend_lost=True).managed()
    message, iq = owner.send(), owner.send("iq")
    owner.lose()
    owner.connect()
    owner.establish()
    owner.do(())
    assert owner.of(iq) == [Outcome.NOT_SENT]
    assert owner.of(message) == [Outcome.RESENT]
    assert message.data in owner.wire.written


# -- deadlines ---------------------------------------------------------------------------------


def test_a_step_of_the_login_has_a_deadline() -> None:
    owner = Owner()
    owner.connect()
    assert owner.stream.deadline == owner.now + 30.0
    assert owner.pass_time(29.9) == []
    owner.pass_time(0.2)
    assert owner.kinds() == ["StreamFinished", "StreamFailed"]
    assert owner.stream.deadline is None


def test_an_established_stream_has_none() -> None:
    owner = Owner().online()
    assert owner.stream.deadline is None
    owner.send()
    assert owner.stream.deadline is None


def test_the_server_has_so_long_to_close_its_side() -> None:
    owner = Owner().online()
    owner.do(owner.stream.close("done", 5.0))
    assert owner.stream.deadline == owner.now + 5.0
    assert owner.pass_time(4.9) == []
    assert owner.pass_time(0.2) == [e.Disconnect("done")]


def test_an_acknowledgement_is_asked_for_after_a_while() -> None:
    owner = Owner(sm=SM_ON).managed()
    owner.queue.put(e.Outgoing(None, b"<presence/>"))  # nobody waits for it
    owner.do(())
    assert REQUEST not in owner.wire.written
    assert owner.stream.deadline == owner.now + ASK_AFTER
    owner.pass_time(ASK_AFTER)
    assert owner.wire.written.endswith(REQUEST)
    assert owner.stream.deadline is None


def test_an_acknowledgement_somebody_waits_for_is_asked_for_at_once() -> None:
    owner = Owner(sm=SM_ON).managed()
    owner.send()
    assert owner.wire.written.endswith(REQUEST)


def test_what_waits_too_long_has_a_deadline_of_its_own() -> None:
    owner = Owner(CountingQueue(10, now=lambda: owner.now))
    queue = owner.queue
    assert isinstance(queue, CountingQueue)
    queue.configure(QueuePolicy.REFUSE, 10, max_age=20.0)
    item = owner.put()
    assert owner.stream.due_at() == owner.now + 20.0
    owner.connect()
    assert owner.stream.due_at() == owner.now + 20.0, "the login's is later"
    owner.pass_time(20.0)
    assert owner.of(item) == [Outcome.NOT_SENT]
    assert owner.stream.phase is Phase.NEGOTIATING
    assert owner.stream.due_at() == owner.now + 10.0


# -- odds and ends -----------------------------------------------------------------------------


def test_a_probe_without_stream_management_is_a_ping_to_the_server() -> None:
    owner = Owner().online()
    owner.do(owner.stream.probe())
    assert owner.wire.written.endswith(b"<ping xmlns='urn:xmpp:ping'/></iq>")
    assert b" to='example.net'" in owner.wire.written


def test_with_it_a_probe_is_a_request() -> None:
    owner = Owner(sm=SM_ON).managed()
    owner.do(owner.stream.probe())
    assert owner.wire.written.endswith(REQUEST)


def test_stanzas_of_the_connections_before_a_resumption_come_again() -> None:
    owner = Owner(sm=SM_ON).managed()
    owner.lose()
    assert owner.stream.resume_request() is not None
    stream = owner.stream
    stream.connected(
        7, Scripted(Established("", resumed=Resumed("first", 0))), None, lambda: True, resuming=True
    )
    assert stream.stale_before == 7


def test_nonzas_are_no_stanzas() -> None:
    owner = Owner().online()
    message, nonza = owner.receive(b"<message/><x xmlns='urn:example'/>")
    assert message.tag == ns.clark(ns.CLIENT, "message")
    assert isinstance(nonza, e.Nonza)


def test_a_refusal_of_stream_management_is_told() -> None:
    owner = Owner(sm=SM_ON).online()
    item = owner.send()
    found = owner.receive(SM_FAILED)
    assert [each.name for each in found if isinstance(each, e.RaiseEvent)] == ["sm_failed"]
    assert owner.of(item) == [Outcome.SENT]


def test_a_stream_shows_where_it_stands() -> None:
    owner = Owner()
    assert repr(owner.stream) == f"<Stream {JID} down, connection 0>"
    assert repr(owner.online().stream) == f"<Stream {JID} open, connection 1>"
