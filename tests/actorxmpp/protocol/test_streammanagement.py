from __future__ import annotations

import pickle
import re
from collections import deque
from xml.etree.ElementTree import Element, fromstring

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from actorxmpp.protocol.settings import ResumeRequest
from actorxmpp.protocol.streammanagement import (
    MODULUS,
    REQUEST,
    Acked,
    Enabled,
    Lost,
    Resend,
    SmAction,
    SmQueueFull,
    SmSend,
    SmSnapshot,
    SmState,
    SmViolation,
    StreamManagement,
)

NS = "urn:xmpp:sm:3"
ENABLED = "<enabled id='abc' resume='true' max='300' location='[2001:db8::1]:9222'/>"


def element(text: str) -> Element:
    return fromstring(re.sub(r"^<(\w+)", rf"<\1 xmlns='{NS}'", text))


def enabled(text: str = ENABLED, **options: int) -> StreamManagement:
    sm = StreamManagement(**options)
    sm.enable()
    sm.receive(element(text))
    return sm


def send(sm: StreamManagement, count: int) -> list[SmAction]:
    actions: list[SmAction] = []
    for index in range(count):
        actions += sm.sent(b"<message/>", index)
    return actions


def tokens(action: SmAction) -> list[object]:
    assert isinstance(action, Acked | Resend | Lost)
    return [stanza.token for stanza in action.stanzas]


def test_enabling() -> None:
    sm = StreamManagement()
    assert sm.enable(max_seconds=600) == f"<enable xmlns='{NS}' resume='true' max='600'/>".encode()
    assert sm.state is SmState.ENABLING
    (action,) = sm.receive(element(ENABLED))
    assert action == Enabled(True, 300, "[2001:db8::1]:9222")
    assert (sm.state, sm.previd) == (SmState.ENABLED, "abc")
    assert StreamManagement().enable(resume=False) == f"<enable xmlns='{NS}'/>".encode()


def test_a_server_that_does_not_resume() -> None:
    sm = enabled("<enabled/>")
    assert not sm.resumable
    send(sm, 2)
    (lost,) = sm.connection_lost(5.0)
    assert tokens(lost) == [0, 1]
    assert sm.resume_request(6.0) is None
    assert sm.snapshot() is None


def test_a_server_that_refuses() -> None:
    sm = StreamManagement()
    sm.enable()
    send(sm, 1)
    assert sm.receive(element("<failed/>")) == []
    assert (sm.state, sm.unacked) == (SmState.OFF, 0)


def test_without_it_nothing_is_counted() -> None:
    sm = StreamManagement()
    assert send(sm, 100) == []
    assert (sm.unacked, sm.connection_lost(1.0)) == (0, [])


def test_acknowledgements_settle_in_order() -> None:
    sm = enabled(window=3)
    assert send(sm, 3) == [SmSend(REQUEST)]
    assert send(sm, 3) == []  # one question at a time
    first, again = sm.receive(element("<a h='2'/>"))
    assert tokens(first) == [0, 1]
    assert again == SmSend(REQUEST)  # four are still open
    (rest,) = sm.receive(element("<a h='6'/>"))
    assert tokens(rest) == [2, 0, 1, 2]
    assert sm.unacked == 0
    assert sm.receive(element("<a h='6'/>")) == []


def test_stanzas_sent_before_the_answer_count() -> None:
    sm = StreamManagement()
    sm.enable()
    send(sm, 2)
    sm.receive(element(ENABLED))
    (acked,) = sm.receive(element("<a h='2'/>"))
    assert tokens(acked) == [0, 1]


def test_our_own_count() -> None:
    sm = StreamManagement()
    sm.handled()
    sm.enable()
    sm.handled()  # before <enabled/>: not counted
    sm.receive(element(ENABLED))
    sm.handled()
    sm.handled(2)
    assert sm.receive(element("<r/>")) == [SmSend(f"<a xmlns='{NS}' h='3'/>".encode())]


def test_a_peer_that_does_not_answer_is_noticed() -> None:
    sm = enabled(window=2)
    assert sm.asked_at is None
    sm.sent(b"x", now=10.0)
    sm.sent(b"x", now=11.0)
    assert sm.asked_at == 11.0
    assert sm.request(20.0) == REQUEST
    assert sm.asked_at == 11.0
    sm.receive(element("<a h='2'/>"))
    assert sm.asked_at is None


def test_the_queue_is_bounded_and_refuses_whole() -> None:
    sm = enabled(window=2, limit=3)
    send(sm, 3)
    with pytest.raises(SmQueueFull, match="3"):
        sm.sent(b"<message/>", "refused")
    (acked,) = sm.receive(element("<a h='3'/>"))
    assert tokens(acked) == [0, 1, 2]


@pytest.mark.parametrize("h", ["4", str(MODULUS - 1)])
def test_too_much_acknowledged(h: str) -> None:
    sm = enabled()
    send(sm, 3)
    with pytest.raises(SmViolation, match="3 were sent") as caught:
        sm.receive(element(f"<a h='{h}'/>"))
    assert (
        f"<handled-count-too-high xmlns='{NS}' h='{h}' send-count='3'/>"
        in caught.value.reply.decode()
    )
    assert sm.unacked == 3


@pytest.mark.parametrize("h", ["", "x", "-1", "4294967296", "9" * 50, "\u0663"])
def test_an_unreadable_count(h: str) -> None:
    with pytest.raises(SmViolation):
        enabled().receive(element(f"<a h='{h}'/>"))


def test_counters_wrap_around() -> None:
    sm = StreamManagement()
    sm.restore(SmSnapshot("p", MODULUS - 1, MODULUS - 2, (b"a", b"b", b"c")), 0.0, "abc")
    sm.handled(2)
    assert sm.resume_request(0.0) == ResumeRequest("p", 1)
    acked, again, _request = sm.resumed(0)
    assert (tokens(acked), tokens(again)) == (["a", "b"], ["c"])
    (acked,) = sm.receive(element("<a h='1'/>"))
    assert tokens(acked) == ["c"]


def test_resumption_sends_only_what_is_missing() -> None:
    sm = enabled()
    send(sm, 4)
    sm.handled(7)
    assert sm.connection_lost(100.0) == []
    assert sm.state is SmState.SUSPENDED
    sm.sent(b"<message/>", "meanwhile")
    assert sm.resume_request(200.0) == ResumeRequest("abc", 7)
    acked, again, request = sm.resumed(3)
    assert tokens(acked) == [0, 1, 2]
    assert tokens(again) == [3, "meanwhile"]
    assert request == SmSend(REQUEST)
    assert sm.state is SmState.ENABLED
    assert sm.connection_lost(300.0) == []  # and it may be lost again
    assert sm.connection_lost(300.0) == []


def test_resuming_when_nothing_is_missing() -> None:
    sm = enabled()
    sm.connection_lost(0.0)
    assert sm.resumed(0) == []


def test_a_resumption_that_counts_too_much() -> None:
    sm = enabled()
    sm.connection_lost(0.0)
    with pytest.raises(SmViolation):
        sm.resumed(1)


@pytest.mark.parametrize(
    ("h", "acked", "lost"), [(None, [], [0, 1, 2]), (2, [0, 1], [2]), (99, [], [0, 1, 2])]
)
def test_a_session_the_server_has_lost(h: int | None, acked: list[int], lost: list[int]) -> None:
    sm = enabled()
    send(sm, 3)
    sm.connection_lost(0.0)
    actions = sm.resume_refused(h)
    told = [tokens(action) for action in actions]
    assert told == ([acked] if acked else []) + [lost]
    assert (sm.state, sm.unacked) == (SmState.OFF, 0)


def test_a_session_that_is_too_old_is_not_asked_for() -> None:
    sm = enabled()
    sm.connection_lost(100.0)
    assert sm.resume_request(400.0) is not None
    assert sm.resume_request(401.0) is None


def test_a_stream_that_was_closed_has_no_session() -> None:
    sm = enabled()
    send(sm, 1)
    (lost,) = sm.closed()
    assert tokens(lost) == [0]
    assert sm.resume_request(0.0) is None


def test_another_process_takes_over() -> None:
    sm = enabled()
    sm.jid = "romeo@example.net/orchard"
    send(sm, 3)
    sm.handled(5)
    sm.receive(element("<a h='1'/>"))
    snapshot = sm.snapshot()
    assert snapshot is not None
    heir = StreamManagement()
    heir.restore(pickle.loads(pickle.dumps(snapshot)), 1000.0, ["one"])
    assert heir.resume_request(1000.0) == ResumeRequest("abc", 5)
    assert (heir.jid, heir.location) == ("romeo@example.net/orchard", "[2001:db8::1]:9222")
    acked, again, _request = heir.resumed(2)
    assert (tokens(acked), tokens(again)) == (["one"], [None])
    assert heir.snapshot() == SmSnapshot(
        "abc", 5, 2, (b"<message/>",), 300, "[2001:db8::1]:9222", "romeo@example.net/orchard"
    )


def test_stanzas_do_not_show() -> None:
    sm = enabled()
    sm.sent(b"<message>private</message>")
    assert "private" not in repr(sm)
    assert "private" not in repr(sm.snapshot())


@pytest.mark.parametrize(("window", "limit"), [(0, 5), (6, 5)])
def test_a_window_that_makes_no_sense(window: int, limit: int) -> None:
    with pytest.raises(ValueError, match="window"):
        StreamManagement(window=window, limit=limit)


@pytest.mark.parametrize("text", ["<a h='0'/>", "<r/>", "<enabled/>", "<failed/>", "<other/>"])
def test_out_of_turn_nothing_happens(text: str) -> None:
    sm = StreamManagement()
    assert sm.receive(element(text)) == []
    assert sm.state is SmState.OFF


class Session(RuleBasedStateMachine):
    """Against a server that loses connections, and sometimes the session, at any byte."""

    def __init__(self) -> None:
        super().__init__()
        self.sm = enabled(window=3, limit=20)
        self.next = 0
        self.outcome: dict[int, str] = {}
        self.wire: deque[int] = deque()
        self.delivered: list[int] = []
        self.server_h = 0
        self.up = True

    def do(self, actions: list[SmAction]) -> None:
        for action in actions:
            match action:
                case Acked(stanzas):
                    for stanza in stanzas:
                        assert self.outcome[stanza.token] == "open"
                        self.outcome[stanza.token] = "acked"
                case Lost(stanzas):
                    for stanza in stanzas:
                        assert self.outcome[stanza.token] == "open"
                        self.outcome[stanza.token] = "lost"
                case Resend(stanzas):
                    self.wire.extend(stanza.token for stanza in stanzas)
                case _:
                    pass

    @rule()
    def send(self) -> None:
        try:
            actions = self.sm.sent(b"x", self.next)
        except SmQueueFull:
            assert self.sm.unacked == 20
            return
        self.outcome[self.next] = "open"
        if self.up:
            self.wire.append(self.next)
        self.next += 1
        self.do(actions)

    @precondition(lambda self: self.up and self.wire)
    @rule()
    def deliver(self) -> None:
        self.delivered.append(self.wire.popleft())
        self.server_h += 1

    @precondition(lambda self: self.up)
    @rule()
    def acknowledge(self) -> None:
        self.do(self.sm.receive(element(f"<a h='{self.server_h}'/>")))

    @precondition(lambda self: self.up)
    @rule()
    def lose_connection(self) -> None:
        self.wire.clear()
        self.up = False
        self.do(self.sm.connection_lost(0.0))

    @precondition(lambda self: not self.up)
    @rule()
    def resume(self) -> None:
        assert self.sm.resume_request(1.0) is not None
        self.up = True
        self.do(self.sm.resumed(self.server_h))

    @precondition(lambda self: not self.up)
    @rule(tells=st.booleans())
    def lose_session(self, tells: bool) -> None:
        self.do(self.sm.resume_refused(self.server_h if tells else None))
        assert "open" not in self.outcome.values()
        self.up, self.server_h = True, 0
        self.sm.enable()
        self.sm.receive(element(ENABLED))

    @invariant()
    def nothing_is_delivered_twice(self) -> None:
        assert len(set(self.delivered)) == len(self.delivered)
        assert self.delivered == sorted(self.delivered)

    @invariant()
    def what_is_acknowledged_was_delivered(self) -> None:
        acked = {token for token, outcome in self.outcome.items() if outcome == "acked"}
        assert acked <= set(self.delivered)


TestSession = Session.TestCase
TestSession.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


def test_several_stanzas_are_taken_together_or_not_at_all() -> None:
    management = StreamManagement(window=2, limit=3)
    assert management.sent_all([b"<message/>"]) == []  # off: nothing is counted
    management.enable()
    management.receive(fromstring("<enabled xmlns='urn:xmpp:sm:3' id='x' resume='true'/>"))
    assert management.sent_all([b"<message/>"]) == []
    assert [type(action) for action in management.sent_all([b"<iq/>"])] == [SmSend]
    with pytest.raises(SmQueueFull):
        management.sent_all([b"<message/>", b"<message/>"])
    assert management.unacked == 2
    assert management.sent_all([b"<presence/>"]) == []  # it was asked for already
    assert [stanza.data for stanza in management.unacked_stanzas] == [
        b"<message/>",
        b"<iq/>",
        b"<presence/>",
    ]
