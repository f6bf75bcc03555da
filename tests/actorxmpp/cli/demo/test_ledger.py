"""The ledger: nothing is lost that is asked again, nothing counts twice."""

from __future__ import annotations

from actorxmpp.cli.demo.ledger import AFTER_BOUNCE, FIRST_RETRY, LONGEST_RETRY, Inbox, Ledger


def test_an_answer_settles_a_message() -> None:
    ledger = Ledger()
    ask = ledger.ask(0, 1, now=10.0)
    assert (ledger.sent, ledger.outstanding) == (1, 1)
    assert ledger.answer(ask.id, now=10.5)
    assert (ledger.answered, ledger.outstanding) == (1, 0)
    assert 0.47 < ledger.latency.percentile(50) < 0.53


def test_a_second_answer_counts_for_nothing() -> None:
    ledger = Ledger()
    ask = ledger.ask(0, 1, now=0.0)
    assert ledger.answer(ask.id, now=1.0)
    assert not ledger.answer(ask.id, now=2.0)
    assert not ledger.answer("never sent", now=2.0)
    assert ledger.answered == ledger.latency.count == 1


def test_ids_differ() -> None:
    ledger = Ledger()
    assert len({ledger.ask(0, 1, now=0.0).id for _ in range(100)}) == 100


def test_a_message_is_due_again_until_it_is_answered() -> None:
    ledger = Ledger()
    ask = ledger.ask(0, 1, now=0.0)
    now, waits = 0.0, []
    for _ in range(4):
        assert ledger.due(ask.next_at - 0.001, limit=10) == []
        waits.append(ask.next_at - now)
        now = ask.next_at
        assert ledger.due(now, limit=10) == [ask]
    assert waits == [FIRST_RETRY, 2 * FIRST_RETRY, LONGEST_RETRY, LONGEST_RETRY]
    assert (ask.attempts, ledger.sent_again, ledger.sent) == (5, 4, 1)
    ledger.answer(ask.id, now)
    assert ledger.due(now + 100.0, limit=10) == []


def test_latency_counts_from_the_first_attempt() -> None:
    ledger = Ledger()
    ask = ledger.ask(0, 1, now=0.0)
    ledger.due(FIRST_RETRY, limit=10)
    ledger.answer(ask.id, FIRST_RETRY + 0.1)
    assert ledger.latency.percentile(50) > FIRST_RETRY * 0.97


def test_a_bounced_message_is_due_soon_and_once() -> None:
    ledger = Ledger()
    ask = ledger.ask(0, 1, now=0.0)
    ledger.bounce(ask.id, now=0.1)
    assert ledger.bounced == 1
    assert ledger.due(0.1 + AFTER_BOUNCE, limit=10) == [ask]
    # The attempt planned first has been replaced, not doubled.
    assert ledger.due(FIRST_RETRY, limit=10) == []


def test_a_bounce_of_what_is_answered_changes_nothing() -> None:
    ledger = Ledger()
    ask = ledger.ask(0, 1, now=0.0)
    ledger.answer(ask.id, now=0.1)
    ledger.bounce(ask.id, now=0.2)
    assert (ledger.bounced, ledger.due(100.0, limit=10)) == (0, [])


def test_a_message_that_could_not_be_sent_is_no_attempt() -> None:
    ledger = Ledger()
    ask = ledger.ask(0, 1, now=0.0)
    (due,) = ledger.due(FIRST_RETRY, limit=10)
    ledger.postpone(due, FIRST_RETRY)
    assert (ask.attempts, ledger.sent_again) == (1, 0)
    assert ledger.due(FIRST_RETRY + AFTER_BOUNCE, limit=10) == [ask]


def test_no_more_are_due_at_once_than_asked_for() -> None:
    ledger = Ledger()
    asks = [ledger.ask(0, 1, now=0.0) for _ in range(5)]
    assert ledger.due(FIRST_RETRY, limit=3) == asks[:3]
    assert ledger.due(FIRST_RETRY, limit=3) == asks[3:]


def test_an_inbox_counts_a_message_once() -> None:
    inbox = Inbox()
    assert inbox.take("a")
    assert not inbox.take("a")
    assert inbox.take("b")
    assert (inbox.received, inbox.repeats) == (2, 1)


def test_an_inbox_does_not_grow_without_end() -> None:
    inbox = Inbox()
    for number in range(5_000):
        inbox.take(str(number))
    assert len(inbox._seen) == 1_000
    assert not inbox.take("4999")
