"""The server's side of stream management: counters, what is kept, what is asked for."""

from __future__ import annotations

import pytest

from actorxmpp.testing.server import management as module
from actorxmpp.testing.server.management import MODULUS, REQUEST, CountTooHigh, Management

STANZAS = [f"<message id='{number}'/>".encode() for number in range(5)]


def managed(sent: int = 0, *, ack_every: int = 100) -> Management:
    """A session that was sent some stanzas."""
    management = Management("id", 60.0, ack_every)
    for data in STANZAS[:sent]:
        management.sent(data)
    return management


@pytest.mark.parametrize(
    ("sent", "h", "left"), [(0, 0, []), (3, 0, [0, 1, 2]), (3, 2, [2]), (3, 3, [])]
)
def test_what_is_acknowledged_is_forgotten(sent: int, h: int, left: list[int]) -> None:
    management = managed(sent)
    management.acknowledge(h)
    assert list(management.unacked) == [STANZAS[number] for number in left]
    assert management.acked == h


@pytest.mark.parametrize(("sent", "h"), [(0, 1), (3, 4), (3, MODULUS - 1), (0, MODULUS)])
def test_more_than_was_sent_cannot_be_acknowledged(sent: int, h: int) -> None:
    management = managed(sent)
    with pytest.raises(CountTooHigh) as caught:
        management.acknowledge(h)
    assert (caught.value.h, caught.value.sent) == (h, sent)
    assert len(management.unacked) == sent


def test_what_was_acknowledged_cannot_be_taken_back() -> None:
    management = managed(3)
    management.acknowledge(2)
    with pytest.raises(CountTooHigh):
        management.acknowledge(1)


def test_both_counters_run_modulo_two_to_the_32() -> None:
    management = managed()
    management.handled = management.acked = MODULUS - 1
    management.received()
    assert management.handled == 0
    management.sent(STANZAS[0])
    management.sent(STANZAS[1])
    management.acknowledge(1)
    assert not management.unacked


def test_an_acknowledgement_is_asked_for_after_so_many_stanzas() -> None:
    management = managed(ack_every=3)
    assert [management.sent(STANZAS[0]) for _ in range(7)] == [False, False, True] * 2 + [False]


def test_what_was_not_asked_for_is_due_once() -> None:
    management = managed(ack_every=3)
    assert not management.due()
    management.sent(STANZAS[0])
    assert [management.due(), management.due()] == [True, False]
    management.sent(STANZAS[1])
    management.acknowledge(2)
    assert not management.due()


def test_a_resumption_sends_again_what_is_open_and_asks() -> None:
    management = managed(3)
    management.acknowledge(1)
    assert management.resumed() == STANZAS[1] + STANZAS[2] + REQUEST
    management.acknowledge(3)
    assert management.resumed() == b""


@pytest.mark.parametrize("limit", ["MAX_UNACKED", "MAX_UNACKED_BYTES"])
def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    size = len(STANZAS[0]) if limit == "MAX_UNACKED_BYTES" else 1
    monkeypatch.setattr(module, limit, 2 * size)
    management = managed(2)
    assert not management.overfull
    management.sent(STANZAS[2])
    assert management.overfull
    management.acknowledge(1)
    assert not management.overfull


def test_what_was_never_acknowledged_is_handed_out_as_stanzas_once() -> None:
    management = managed(3)
    management.acknowledge(1)
    assert [stanza.get("id") for stanza in management.take_unacked()] == ["1", "2"]
    assert management.take_unacked() == []


def test_a_repr_shows_counts_and_no_stanza() -> None:
    assert repr(managed(2)) == "<Management 0 handled, 0 acked, 2 unacked>"
