"""What a component sends is accounted for: each stanza is in exactly one of the counts."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from actorxmpp.exceptions import SendQueueFull, StanzaTooLarge
from actorxmpp.protocol.countingqueue import CountingQueue, OutgoingCounts, QueuePolicy
from actorxmpp.protocol.streamevents import Outgoing

from .streams import numbers, stanza

LARGEST = 1000
AGES = st.sampled_from([None, 5.0, 20.0])


def counts(**known: int) -> OutgoingCounts:
    names = [name for name in OutgoingCounts.__slots__ if name != "given"]
    values = {name: known.get(name, 0) for name in names}
    return OutgoingCounts(given=sum(values.values()), **values)


class Accounts(RuleBasedStateMachine):
    """A counting queue beside a plain list of what became of each stanza."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.woken = False
        self.queue = CountingQueue(3, now=lambda: self.now)
        self.queue.attach(self._wake)
        self.queue.stream_up(LARGEST)
        self.queue.stream_down()
        self.fate: dict[int, str] = {}

    def _wake(self) -> None:
        self.woken = True

    def fates(self, items: list[Outgoing], fate: str, *, was: str = "waiting") -> None:
        for each in numbers(items):
            assert self.fate[each] == was
            self.fate[each] = fate

    @initialize(policy=st.sampled_from(QueuePolicy), limit=st.integers(1, 3), age=AGES)
    def begin(self, policy: QueuePolicy, limit: int, age: float | None) -> None:
        self.queue.configure(policy, limit, age)

    # in

    @rule(large=st.integers(0, 5))
    def put(self, large: int) -> None:
        item = stanza(len(self.fate))
        if large == 0:
            item = item._replace(data=item.data + b" " * LARGEST)
        (given,) = numbers([item])
        self.fate[given] = "waiting"
        try:
            dropped = self.queue.put(item)
        except (SendQueueFull, StanzaTooLarge):
            self.fate[given] = "refused"
        else:
            self.fates(dropped or [], "dropped")

    @rule()
    def put_two(self) -> None:
        self.put(1)
        self.put(1)

    @rule(count=st.integers(1, 3))
    def take_and_put_back_some(self, count: int) -> None:
        """As the stream does that has no room for all."""
        taken = self.queue.take()
        self.queue.fill(taken[count:])
        self.fates(taken[:count], "sent")

    @rule()
    def take(self) -> None:
        taken = self.queue.take()
        self.queue.wake_senders()
        self.fates(taken, "sent")
        assert numbers(taken) == sorted(numbers(taken)), "stanzas overtake each other"

    @rule()
    def lose_what_was_sent(self) -> None:
        """The connection is lost before the last one has left."""
        sent = [each for each, fate in self.fate.items() if fate == "sent"]
        if sent:
            self.fate[sent[-1]] = "ended"
            self.queue.lost(1)

    @rule()
    def end(self) -> None:
        unreported = self.queue.counts.expired - list(self.fate.values()).count("expired")
        found = self.queue.take_waiting()
        self.fates(found[:unreported], "expired")
        self.fates(found[unreported:], "ended")
        assert "waiting" not in self.fate.values()

    # what else happens

    @rule()
    def up(self) -> None:
        self.queue.stream_up(LARGEST)
        self.queue.flush()

    @rule()
    def down(self) -> None:
        self.queue.stream_down()

    @rule(paused=st.booleans())
    def slow(self, paused: bool) -> None:
        if paused:
            self.queue.pause()
        else:
            self.queue.resume()

    @rule()
    def room(self) -> None:
        self.queue.room_again()

    @rule(seconds=st.integers(1, 10))
    def time(self, seconds: int) -> None:
        self.now += seconds

    @rule()
    def expire(self) -> None:
        deadline = self.queue.deadline
        expired = self.queue.expire(self.now)
        self.fates(expired, "expired")
        assert bool(expired) == (deadline is not None and deadline <= self.now)

    @rule(policy=st.sampled_from(QueuePolicy), limit=st.integers(1, 4), age=AGES)
    def configure(self, policy: QueuePolicy, limit: int, age: float | None) -> None:
        self.queue.configure(policy, limit, age)

    # what must hold

    @invariant()
    def the_sums_are_right(self) -> None:
        found = self.queue.counts
        assert found.check()
        assert found.given == len(self.fate)
        known = Counter(self.fate.values())
        for name in ("sent", "refused", "dropped"):
            assert getattr(found, name) == known[name], name
        # what is too old is given up at once, and handed back when the stream asks for it
        unreported = found.expired - known["expired"]
        assert found.waiting == known["waiting"] - unreported
        assert found.ended == known["ended"]

    @invariant()
    def what_waits_is_in_order(self) -> None:
        waiting = numbers([*self.queue.ready, *self.queue.waiting])
        assert waiting == sorted(waiting)
        assert all(self.fate[each] == "waiting" for each in waiting)


TestAccounts = Accounts.TestCase
TestAccounts.settings = settings(max_examples=60, stateful_step_count=40)


class Clock:
    """A counting queue and its time."""

    def __init__(self, policy: QueuePolicy, limit: int = 2, max_age: float | None = None) -> None:
        self.now = 0.0
        self.queue = CountingQueue(limit, now=lambda: self.now)
        self.queue.configure(policy, limit, max_age)


def test_a_stanza_that_is_refused_costs_no_other_its_place() -> None:
    queue = Clock(QueuePolicy.DROP_OLDEST).queue
    queue.stream_up(30)
    kept = [stanza(0), stanza(1)]
    for each in kept:
        queue.put(each)
    with pytest.raises(StanzaTooLarge):
        queue.put(Outgoing(None, b"<message/>" * 10))
    assert list(queue.waiting) == kept
    assert queue.counts == counts(waiting=2, refused=1)


def test_what_is_too_old_at_the_end_is_handed_back() -> None:
    clock = Clock(QueuePolicy.REFUSE, max_age=5.0)
    old, young = stanza(0), stanza(1)
    clock.queue.put(old)
    clock.now = 3.0
    clock.queue.put(young)
    clock.now = 6.0
    clock.queue.stream_up(None)
    clock.queue.flush()  # sends the young one, and gives the old one up
    clock.queue.stream_down()
    assert clock.queue.take_waiting() == [old, young]
    assert clock.queue.counts == counts(expired=1, ended=1)


def test_what_went_out_and_came_back_is_as_young_as_it_was_then() -> None:
    clock = Clock(QueuePolicy.REFUSE, max_age=5.0)
    clock.queue.stream_up(None)
    clock.queue.flush()
    clock.queue.put(stanza(0))
    clock.now = 4.0
    clock.queue.stream_down()
    assert clock.queue.deadline == 9.0


def test_there_is_always_room_for_one_more_if_the_oldest_goes() -> None:
    queue = Clock(QueuePolicy.DROP_OLDEST).queue
    for count in range(2):
        queue.put(stanza(count))
    assert queue.room == 1
    assert numbers(queue.put(stanza(2)) or []) == [0]
