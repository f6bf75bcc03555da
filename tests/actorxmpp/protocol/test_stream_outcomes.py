"""Each stanza put into the queue ends in exactly one outcome, or waits on, whatever happens.

Random sequences of verbs; the bytes of every connection are recorded, so that what is said to have
been sent can be looked for among what has left.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actorxmpp.exceptions import SendQueueFull
from actorxmpp.protocol.actions import Established
from actorxmpp.protocol.countingqueue import CountingQueue, QueuePolicy
from actorxmpp.protocol.states import Phase
from actorxmpp.protocol.stream import SendQueue
from actorxmpp.protocol.streamevents import Outcome
from actorxmpp.protocol.streammanagement import SmOptions

from .streams import (
    ENABLED,
    FINAL,
    HEADER,
    JID,
    OFFERS_SM,
    SM_FAILED,
    Owner,
    ack,
    number,
    numbers,
    stanza,
)

LIMIT = 6
WINDOW = SmOptions(enabled=True, window=2, max_unacked=4)


class Story(Owner):
    """A stream to which anything may happen.

    Args:
        queue: the send queue.
        sm: how stream management is used.
        resend_lost: messages of a lost session are sent again.
    """

    def __init__(
        self, queue: SendQueue | None = None, sm: SmOptions | None = None, *, resend_lost: bool
    ) -> None:
        made = SendQueue(LIMIT) if queue is None else queue
        super().__init__(made, sm, resend_lost=resend_lost)
        self.taken: set[int] = set()
        self.dropped: list[int] = []

    # what may happen, each with a number to choose details by

    def step_put(self, chosen: int) -> None:
        item = stanza(self.put_count, ("message", "iq", "presence")[chosen % 3])
        self.put_count += 1
        try:
            dropped = self.queue.put(item)
        except SendQueueFull:
            return
        self.taken.add(number(item))
        self.dropped += numbers(dropped or ())

    def step_write(self, _chosen: int) -> None:
        self.do(())

    def step_flush(self, _chosen: int) -> None:
        self.queue.flush()

    def step_leave(self, chosen: int) -> None:
        """From here on bytes leave at once, or not."""
        self.leaves = bool(chosen % 2)
        if self.leaves:
            self.left()

    def step_pause(self, chosen: int) -> None:
        if chosen % 2:
            self.queue.pause()
        else:
            self.queue.resume()

    def step_connect(self, chosen: int) -> None:
        """A connection, whose login has one of four results."""
        request = self.stream.resume_request()
        if request is None or chosen % 2:
            self.connect(Established(JID, OFFERS_SM))
        else:
            self.connect(Established(JID, OFFERS_SM, refused_h=self.acked(chosen)))

    def step_resume(self, chosen: int) -> None:
        if self.stream.phase is Phase.DOWN and self.stream.resume_request() is not None:
            self.resume(self.acked(chosen))

    def step_establish(self, _chosen: int) -> None:
        if self.stream.phase is Phase.NEGOTIATING:
            self.receive(HEADER + b"<go/>")

    def step_enabled(self, chosen: int) -> None:
        self.receive(SM_FAILED if chosen % 8 == 7 else ENABLED)

    def step_ack(self, chosen: int) -> None:
        self.receive(ack(self.acked(chosen)))

    def step_close(self, _chosen: int) -> None:
        self.do(self.stream.close("done", 5.0))

    def step_lose(self, chosen: int) -> None:
        self.lose(final=chosen % 4 == 3)

    def step_time(self, chosen: int) -> None:
        self.pass_time(chosen)

    def acked(self, chosen: int) -> int:
        """What the server may say it has handled; sometimes more than it can have."""
        sm = self.stream.sm
        if sm is None:
            return chosen
        return sm.acked_count + chosen % (sm.unacked + (2 if chosen % 16 == 15 else 1))

    # what must hold

    def check(self) -> None:
        """At any time no stanza has two ends, and none is both ended and waiting."""
        assert self.unsent_but_sent == []
        ended = self.ended()
        waiting = numbers([*self.queue.ready, *self.queue.waiting])
        assert len(set(waiting)) == len(waiting), "a stanza waits twice"
        assert not ended.intersection(waiting), "a stanza has ended and waits"
        for outcomes in self.outcomes.values():
            assert all(outcome is Outcome.RESENT for outcome in outcomes[:-1])

    def check_end(self) -> None:
        """When the session is over each stanza has ended."""
        self.lose(final=True)
        self.check()
        waiting = numbers(self.queue.take_waiting())
        assert sorted([*self.ended(), *waiting]) == sorted(self.taken)
        if isinstance(self.queue, CountingQueue):
            assert self.queue.counts.check()
        assert len(self.finished()) == len(self.wires), "one end for each connection"

    def ended(self) -> set[int]:
        ended = {one for one, outcomes in self.outcomes.items() if outcomes[-1] in FINAL}
        assert not ended.intersection(self.dropped)
        return ended.union(self.dropped)


STEPS = sorted(name for name in vars(Story) if name.startswith("step_"))
LIKELY = ["step_put", "step_put", "step_put", "step_write", "step_establish", "step_ack"]
STORIES = st.lists(
    st.tuples(st.sampled_from([*STEPS, *LIKELY]), st.integers(0, 31)), min_size=10, max_size=60
)


def counting(policy: QueuePolicy) -> Callable[[], Story]:
    def make() -> Story:
        queue = CountingQueue(LIMIT, now=lambda: story.now)
        story = Story(queue, resend_lost=False)
        queue.configure(policy, LIMIT, max_age=40.0)
        return story

    return make


KINDS: dict[str, Callable[[], Story]] = {
    "plain": lambda: Story(resend_lost=False),
    "managed": lambda: Story(sm=WINDOW, resend_lost=False),
    "managed, lost messages sent again": lambda: Story(sm=WINDOW, resend_lost=True),
    "managed, not resumable": lambda: Story(
        sm=SmOptions(enabled=True, resume=False, window=2, max_unacked=4), resend_lost=False
    ),
    "component": counting(QueuePolicy.REFUSE),
    "component, drops the oldest": counting(QueuePolicy.DROP_OLDEST),
}


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=60)
@given(steps=STORIES)
def test_each_stanza_ends_once(kind: str, steps: list[tuple[str, int]]) -> None:
    story = KINDS[kind]()
    story.connect()
    story.establish()
    for name, chosen in steps:
        getattr(story, name)(chosen)
        story.check()
    story.check_end()


def test_the_stories_reach_every_outcome() -> None:
    story = Story(sm=WINDOW, resend_lost=True)
    story.connect()
    story.establish()
    story.receive(ENABLED)
    for _ in range(4):
        story.step_put(0)
    story.step_put(1)  # an IQ that finds the window full
    story.do(())
    assert story.queue.full
    story.receive(ack(1))
    story.lose()
    story.resume(2)
    story.step_close(0)
    story.lose()
    story.check_end()
    seen = {outcome for outcomes in story.outcomes.values() for outcome in outcomes}
    assert seen == {Outcome.ACKED, Outcome.RESENT, Outcome.NOT_SENT}
