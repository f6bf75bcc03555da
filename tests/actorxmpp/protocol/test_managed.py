"""Stream management as a stream has it: counting, resuming, what becomes of stanzas."""

from __future__ import annotations

from xml.etree.ElementTree import fromstring

import pytest

from actorxmpp.protocol import streamevents as e
from actorxmpp.protocol.actions import Established, Resumed
from actorxmpp.protocol.managed import (
    FRUITLESS_RESUMES,
    HandledCount,
    ManagedSession,
    Output,
)
from actorxmpp.protocol.smactions import SmSnapshot, SmState, SmViolation
from actorxmpp.protocol.states import Phase
from actorxmpp.protocol.stream import SendQueue
from actorxmpp.protocol.streamevents import Outcome, Outgoing
from actorxmpp.protocol.streammanagement import MODULUS, SmOptions

from .streams import ENABLED, JID, OFFERS_SM, REQUEST, SM_FAILED, Owner, ack, stanza

CLOSE = b"</stream:stream>"
ON = SmOptions(enabled=True)
NARROW = SmOptions(enabled=True, window=2, max_unacked=2)
SNAPSHOT = SmSnapshot("old", handled=5, acked=3, unacked=(b"<message id='n90'/>",), jid=JID)


class Session:
    """A managed session with its queue, its output and who counts."""

    def __init__(self, options: SmOptions = ON) -> None:
        self.out = Output()
        self.queue = SendQueue(10)
        self.handled = HandledCount()
        self.managed = ManagedSession(options, self.out, self.queue, self.handled)
        self.queue.stream_up(None)
        self.queue.flush()

    def begin(self, enabled: bytes = ENABLED) -> Session:
        """A new session is managed."""
        self.managed.enable(Established(JID, OFFERS_SM))
        self.managed.element(fromstring(enabled), 1, 0.0)
        return self

    def deal_with(self, count: int) -> None:
        """Stanzas of the present session have been dealt with."""
        self.handled.add(self.managed.number, count)

    def events(self, kind: type) -> list[object]:
        return [event for event in self.out.events if isinstance(event, kind)]


# -- handled stanzas ---------------------------------------------------------------------------


def test_handled_stanzas_are_acknowledged() -> None:
    session = Session().begin()
    session.deal_with(3)
    assert session.managed.ack() == ack(3)
    session.deal_with(2)
    assert session.managed.handled_count == 5
    assert session.managed.ack() == ack(5)


def test_what_was_acknowledged_is_not_counted_again() -> None:
    session = Session().begin()
    session.deal_with(3)
    assert [session.managed.ack() for _ in range(3)] == [ack(3)] * 3


def test_stanzas_of_an_earlier_session_do_not_count() -> None:
    session = Session().begin()
    first = session.managed.number
    session.deal_with(3)
    session.begin()
    assert session.managed.number == first + 1
    session.handled.add(first, 7)
    assert session.managed.ack() == ack(0)
    session.deal_with(1)
    session.handled.add(first, 7)
    assert session.managed.ack() == ack(1)


@pytest.mark.parametrize(
    ("counted", "expected"),
    [
        ([(1, 2), (1, 3)], (1, 5)),
        ([(1, 2), (2, 3)], (2, 3)),
        ([(2, 3), (1, 2)], (2, 3)),
        ([(3, 0)], (3, 0)),
    ],
)
def test_a_later_session_begins_at_nothing(
    counted: list[tuple[int, int]], expected: tuple[int, int]
) -> None:
    handled = HandledCount()
    for session, count in counted:
        handled.add(session, count)
    assert (handled.session, handled.count) == expected


def test_the_number_of_a_session_is_never_one_that_was_counted_for() -> None:
    session = Session()
    session.handled.add(8, 1)  # by another stream's owner, before this one was made
    assert session.begin().managed.number == 9


def test_the_count_wraps_around() -> None:
    session = Session()
    session.managed.restore(SmSnapshot("old", MODULUS - 1, 0, (), jid=JID), 0.0)
    session.deal_with(3)
    assert session.managed.handled_count == 2
    assert session.managed.ack() == ack(2)


# -- stanzas sent ------------------------------------------------------------------------------


def test_only_stanzas_are_counted() -> None:
    session = Session().begin()
    items = [stanza(0), Outgoing(None, b" "), stanza(1, "iq"), Outgoing(None, b"<x/>")]
    session.managed.count([*items, stanza(2, "presence")], 0.0, keep=True)
    assert session.managed.sm.unacked == 3
    assert b" " in session.out.data


def test_who_waits_for_what_is_not_counted_hears_when_it_has_left() -> None:
    owner = Owner(sm=ON).managed()
    owner.leaves = False
    item = owner.send("nonza")
    assert owner.of(item) == []
    owner.left()
    assert owner.of(item) == [Outcome.SENT]


def test_what_finds_no_room_waits_in_order() -> None:
    session = Session(NARROW).begin()
    items = [stanza(number) for number in range(4)]
    session.managed.count(items, 0.0, keep=True)
    assert list(session.queue.waiting) == items[2:]
    assert session.queue.full is True
    session.managed.element(fromstring(ack(1)), 1, 0.0)
    assert session.queue.ready == items[2:], "they are counted when they are taken"


def test_who_watches_hears_of_an_acknowledgement() -> None:
    session = Session().begin()
    watched, other = stanza(0), Outgoing(None, b"<message/>")
    session.managed.count([watched, other], 0.0, keep=False)
    session.managed.element(fromstring(ack(2)), 1, 0.0)
    assert session.events(e.Outcomes) == [e.Outcomes(Outcome.ACKED, [watched])]


def test_everybody_does_if_everything_is_to_be_told() -> None:
    session = Session().begin()
    other = Outgoing(None, b"<message/>")
    session.managed.count([other], 0.0, keep=True)
    session.managed.element(fromstring(ack(1)), 1, 0.0)
    assert session.events(e.Outcomes) == [e.Outcomes(Outcome.ACKED, [other])]


def test_the_server_asks() -> None:
    session = Session().begin()
    session.managed.element(fromstring(REQUEST), 7, 0.0)
    assert session.events(e.AckRequested) == [e.AckRequested(7)]


def test_a_server_that_acknowledges_too_much_breaks_the_stream() -> None:
    owner = Owner(sm=ON).managed()
    item = owner.send()
    owner.receive(ack(2))
    assert b"<handled-count-too-high" in owner.wire.written
    assert owner.kinds()[-2:] == ["StreamFinished", "StreamFailed"]
    assert owner.stream.phase is Phase.DOWN
    assert owner.of(item) == [], "the session can still be resumed"


def test_a_ping_is_counted_while_the_server_has_not_answered_yet() -> None:
    owner = Owner(sm=ON).online()
    owner.do(owner.stream.probe())  # a server that takes its time
    owner.receive(ENABLED)
    owner.receive(ack(1))
    assert owner.stream.is_open


def test_a_server_that_makes_no_sense_of_it_sends_stanzas_off_as_without() -> None:
    owner = Owner(sm=ON).online()
    item = owner.send()
    owner.receive(SM_FAILED)
    assert owner.of(item) == [Outcome.SENT]
    later = owner.send()
    owner.do(owner.stream.written_left())
    assert owner.of(later) == [Outcome.SENT]


def test_stanzas_of_a_refused_session_count_as_sent_when_they_have_left() -> None:
    owner = Owner(sm=ON).online()
    owner.leaves = False
    first, second = owner.send(), owner.send()
    owner.receive(SM_FAILED)
    assert owner.of(first) == []
    assert owner.stream.awaited is True
    owner.left()
    assert owner.of(first) == owner.of(second) == [Outcome.SENT]


def test_stanzas_of_a_refused_session_that_never_left_were_not_sent() -> None:
    owner = Owner(sm=ON).online()
    owner.leaves = False
    item = owner.send()
    owner.receive(SM_FAILED)
    owner.lose()
    assert owner.of(item) == [Outcome.NOT_SENT]


def test_a_refusal_lets_go_what_waited_for_acknowledgements() -> None:
    owner = Owner(sm=NARROW).online()
    items = [owner.put() for _ in range(4)]
    owner.do(())
    assert owner.queue.full is True
    owner.receive(SM_FAILED)
    owner.do(())
    assert all(item.data in owner.wire.written for item in items)


# -- resuming ----------------------------------------------------------------------------------


def test_a_resumed_session_goes_on_counting() -> None:
    owner = Owner(sm=ON).managed()
    stream = owner.stream
    assert stream.managed is not None
    number = stream.managed.number
    owner.handled.add(number, 4)
    items = [owner.send() for _ in range(3)]
    owner.lose()
    request = stream.resume_request()
    assert request is not None
    assert (request.previd, request.h) == ("first", 4)
    found = owner.resume(2)
    assert [owner.of(item) for item in items] == [
        [Outcome.ACKED],
        [Outcome.ACKED],
        [Outcome.RESENT],
    ]
    assert owner.wire.written.count(b"<message") == 1
    assert stream.managed.number == number
    assert found[-1] == e.CountingBegins(number)
    established = next(each for each in found if isinstance(each, e.StreamEstablished))
    assert established.jid == JID, "a resumed session keeps its address"
    owner.handled.add(number, 1)
    assert stream.managed.ack() == ack(5)


def test_what_is_sent_again_comes_before_what_waited() -> None:
    owner = Owner(sm=ON).managed()
    first = owner.send()
    owner.lose()
    second = owner.put()
    owner.resume(0)
    owner.do(())
    assert owner.wire.written.index(first.data) < owner.wire.written.index(second.data)


def test_a_server_that_resumes_with_too_much_breaks_the_session() -> None:
    owner = Owner(sm=ON).managed()
    item = owner.send()
    owner.lose()
    owner.resume(2)
    assert owner.of(item) == [Outcome.NOT_SENT]
    assert "SessionLost" in owner.kinds()
    assert owner.kinds()[-1] == "StreamFailed"
    assert owner.stream.resume_request() is None


def test_a_session_the_server_has_surely_dropped_is_not_asked_for() -> None:
    owner = Owner(sm=ON).managed()
    item = owner.send()
    owner.lose()
    owner.now += 301  # it keeps it for 300 s
    assert owner.stream.resume_request() is None
    owner.online()
    assert owner.of(item) == [Outcome.NOT_SENT]


@pytest.mark.parametrize(("final", "outcomes"), [(False, []), (True, [Outcome.NOT_SENT])])
def test_the_end_of_a_connection_is_that_of_a_session_only_for_good(
    final: bool, outcomes: list[Outcome]
) -> None:
    owner = Owner(sm=ON).managed()
    item = owner.send()
    owner.lose(final=final)
    assert owner.of(item) == outcomes
    assert owner.finished()[-1].resumable is not final


def test_a_stream_closed_in_order_ends_its_session() -> None:
    owner = Owner(sm=ON).managed()
    item = owner.send()
    owner.do(owner.stream.close("done", 5.0))
    assert owner.wire.written.endswith(b"<a xmlns='urn:xmpp:sm:3' h='0'/>" + REQUEST + CLOSE)
    owner.receive(ack(1))
    owner.lose()
    assert owner.of(item) == [Outcome.ACKED]
    assert owner.stream.resume_request() is None


def test_a_session_that_waits_to_be_resumed_may_be_closed() -> None:
    owner = Owner(sm=ON).managed()
    item = owner.send()
    owner.lose()
    assert e.Disconnect("done") in owner.do(owner.stream.close("done", 5.0))
    assert owner.of(item) == [Outcome.NOT_SENT]


def test_resumptions_that_get_nowhere_come_to_an_end() -> None:
    owner = Owner(sm=ON).managed()
    item = owner.send()
    owner.lose()
    for _ in range(FRUITLESS_RESUMES):
        assert owner.stream.resume_request() is not None
        owner.resume(0)
        owner.lose()
    assert owner.stream.resume_request() is None
    assert owner.of(item)[-1] is Outcome.NOT_SENT


def test_progress_begins_the_count_of_resumptions_anew() -> None:
    owner = Owner(sm=ON).managed()
    for _ in range(FRUITLESS_RESUMES - 1):
        owner.send()
        owner.lose()
        owner.resume(0)
    owner.receive(ack(1))
    owner.lose()
    assert owner.stream.resume_request() is not None


# -- when it is used ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "features", "asks"),
    [
        (ON, OFFERS_SM, True),
        (ON, frozenset(), False),
        (SmOptions(enabled=False), OFFERS_SM, False),
    ],
)
def test_it_is_asked_for_if_it_is_wanted_and_offered(
    options: SmOptions, features: frozenset[str], asks: bool
) -> None:
    session = Session(options)
    session.managed.enable(Established(JID, features))
    assert session.managed.counts_out is asks
    assert bool(session.out.data) is asks


def test_other_options_are_used_from_the_next_new_session_on() -> None:
    owner = Owner(sm=ON).managed()
    owner.stream.manage(SmOptions(enabled=True, resume=False))
    owner.lose()
    assert owner.stream.resume_request() is not None
    owner.online()
    assert b"resume" not in owner.wire.written


def test_another_window_counts_from_the_next_new_session_on() -> None:
    owner = Owner(sm=ON).managed()
    owner.stream.manage(SmOptions(enabled=True, window=1, max_unacked=1))
    items = [owner.put() for _ in range(2)]
    owner.do(())
    assert owner.stream.sm is not None
    assert owner.stream.sm.unacked == 2
    owner.lose(final=True)
    owner.managed()
    for _ in items:
        owner.put()
    owner.do(())
    assert owner.stream.sm.unacked == 1
    assert owner.queue.full is True


@pytest.mark.parametrize(("window", "limit"), [(0, 5), (6, 5), (-1, 5)])
def test_a_window_that_makes_no_sense_is_refused_at_once(window: int, limit: int) -> None:
    with pytest.raises(ValueError, match="window"):
        SmOptions(enabled=True, window=window, max_unacked=limit)


def test_it_is_not_begun_again_once_it_is_switched_off() -> None:
    owner = Owner(sm=ON).managed()
    owner.stream.manage(SmOptions(enabled=False))
    assert owner.stream.managed is not None
    assert owner.stream.managed.enabled, "the present session goes on as it began"
    owner.lose()
    owner.online()
    assert b"<enable" not in owner.wire.written


# -- another process ---------------------------------------------------------------------------


def test_a_session_is_taken_up_by_another_process() -> None:
    owner = Owner(sm=ON).managed()
    assert owner.stream.managed is not None
    owner.handled.add(owner.stream.managed.number, 2)
    items = [owner.send() for _ in range(2)]
    assert owner.stream.unsaved is True
    snapshot = owner.stream.snapshot()
    assert snapshot is not None
    assert (snapshot.previd, snapshot.handled, snapshot.jid) == ("first", 2, JID)
    assert snapshot.unacked == tuple(item.data for item in items)
    assert owner.stream.unsaved is False

    other = Owner(sm=ON)
    other.stream.restore(snapshot, "SCRAM-SHA-256", other.now)
    assert other.stream.restored is True
    assert other.stream.mechanism == "SCRAM-SHA-256"
    request = other.stream.resume_request()
    assert request is not None
    assert (request.previd, request.h) == ("first", 2)
    other.resume(1)
    assert items[0].data not in other.wire.written
    assert items[1].data in other.wire.written
    assert other.outcomes == {1: [Outcome.RESENT]}


@pytest.mark.parametrize("lost", [True, False])
def test_a_session_under_way_is_not_replaced_by_a_stored_one(lost: bool) -> None:
    owner = Owner(sm=ON).managed()
    item = owner.send()
    if lost:
        owner.lose()
    owner.stream.restore(SNAPSHOT, "", owner.now)
    owner.lose(final=True)
    assert owner.of(item) == [Outcome.NOT_SENT], "what it has sent is not forgotten"


def test_a_restored_session_does_not_count_what_was_handled_before() -> None:
    session = Session()
    session.handled.add(1, 4)
    session.managed.restore(SNAPSHOT, 0.0)
    assert session.managed.handled_count == 5


def test_a_store_with_nothing_in_it_changes_nothing() -> None:
    owner = Owner(sm=ON)
    owner.stream.restore(None, "", owner.now)
    assert owner.stream.restored is True
    assert owner.stream.resume_request() is None
    assert owner.stream.snapshot() is None


def test_a_violation_of_a_restored_session_is_no_crash() -> None:
    session = Session()
    session.managed.restore(SNAPSHOT, 0.0)
    with pytest.raises(SmViolation):
        session.managed.established(Established("", resumed=Resumed("old", 99)), 1.0)
    assert session.managed.sm.state is SmState.OFF
    assert [type(event) for event in session.out.events] == [e.Outcomes, e.SessionLost]
