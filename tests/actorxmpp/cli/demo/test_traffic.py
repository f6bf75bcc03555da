"""Who writes to whom, how fast, and again when there is no answer."""

from __future__ import annotations

from collections import Counter

import pytest

from actorxmpp.cli.demo.bots import ASK, Book, Peer
from actorxmpp.cli.demo.ledger import FIRST_RETRY
from actorxmpp.cli.demo.options import MAX_OUTSTANDING, DemoOptions
from actorxmpp.cli.demo.traffic import Traffic
from actorxmpp.exceptions import ActorXMPPError


class Wire(Peer):
    """A session that writes down what it sends instead of sending it."""

    __slots__ = ("broken", "connected", "sent")

    def __init__(self, index: int, sent: list[tuple[int, str, str]]) -> None:
        super().__init__(index, f"bot{index}@x")
        self.sent = sent
        self.connected = True
        self.broken = False

    @property
    def up(self) -> bool:
        return self.connected

    def send(self, to: str, word: str, id: str) -> bool:
        if self.broken:
            raise ActorXMPPError("gone")
        if self.connected:
            assert word == ASK
            self.sent.append((self.index, to, id))
        return self.connected


class Stand:
    """Traffic over wires."""

    def __init__(self, sessions: int = 10, seed: int = 1) -> None:
        self.options = DemoOptions(sessions, 0, seed=seed)
        self.sent: list[tuple[int, str, str]] = []
        self.wires = [Wire(index, self.sent) for index in range(sessions)]
        self.book = Book()
        self.traffic = Traffic(self.options, self.wires, self.book)
        self.traffic.flowing = True


def test_the_rate_is_kept() -> None:
    stand = Stand()
    for tick in range(1, 101):
        stand.traffic.step(now=tick * 0.02, elapsed=0.02)
    assert len(stand.sent) == pytest.approx(2 * stand.options.rate, abs=1)


def test_nobody_writes_to_himself_and_all_take_part() -> None:
    stand = Stand()
    for _ in range(500):
        stand.traffic.step(now=0.0, elapsed=0.02)
    assert all(to != f"bot{index}@x" for index, to, _ in stand.sent)
    assert set(Counter(index for index, _, _ in stand.sent)) == set(range(10))
    assert len({to for _, to, _ in stand.sent}) == 10


def test_the_seed_decides_who_writes_to_whom() -> None:
    def played(seed: int) -> list[tuple[int, str, str]]:
        stand = Stand(seed=seed)
        for _ in range(100):
            stand.traffic.step(now=0.0, elapsed=0.02)
        return stand.sent

    assert played(1) == played(1)
    assert played(1) != played(2)


def test_what_is_not_answered_is_sent_again_by_the_same_session() -> None:
    stand = Stand()
    stand.traffic.step(now=0.0, elapsed=0.05)
    first = list(stand.sent)
    stand.traffic.flowing = False
    stand.traffic.step(now=FIRST_RETRY - 0.01, elapsed=0.02)
    assert stand.sent == first
    stand.traffic.step(now=FIRST_RETRY, elapsed=0.02)
    assert stand.sent == first * 2


def test_a_session_that_is_down_sends_nothing_and_loses_nothing() -> None:
    stand = Stand()
    stand.traffic.step(now=0.0, elapsed=0.05)
    (index, to, name) = stand.sent[0]
    stand.traffic.flowing = False
    stand.wires[index].connected = False
    stand.traffic.step(now=FIRST_RETRY, elapsed=0.02)
    assert len(stand.sent) == 1
    stand.wires[index].connected = True
    stand.traffic.step(now=FIRST_RETRY * 2, elapsed=0.02)
    assert stand.sent == [(index, to, name)] * 2


def test_a_session_that_breaks_while_it_sends_tries_again() -> None:
    stand = Stand()
    for wire in stand.wires:
        wire.broken = True
    stand.traffic.step(now=0.0, elapsed=0.05)
    assert stand.sent == []
    assert stand.book.ledger.outstanding == 1
    for wire in stand.wires:
        wire.broken = False
    stand.traffic.flowing = False
    stand.traffic.step(now=FIRST_RETRY, elapsed=0.02)
    assert len(stand.sent) == 1


def test_nobody_connected_is_no_message() -> None:
    stand = Stand()
    for wire in stand.wires:
        wire.connected = False
    stand.traffic.step(now=0.0, elapsed=1.0)
    assert stand.book.ledger.sent == 0


def test_without_answers_the_flow_stops() -> None:
    stand = Stand(sessions=200)
    for _ in range(60):
        stand.traffic.step(now=0.0, elapsed=1.0)
    assert stand.book.ledger.outstanding == MAX_OUTSTANDING


def test_one_session_alone_has_nobody_to_write_to() -> None:
    stand = Stand(sessions=1)
    stand.traffic.step(now=0.0, elapsed=1.0)
    assert stand.sent == []
