"""Limits of inboxes, and what happens there."""

from __future__ import annotations

import pytest

from supervisors import (
    NORMAL,
    SHUTDOWN,
    ActorDeadError,
    EventLoopActor,
    InboxFull,
    InboxPolicy,
    dead_letters,
    shutdown,
)
from supervisors.testing import (
    run,
    run_until_idle,
)


class Worker(EventLoopActor):
    """Runs what it is told: a message is a function of the actor."""

    def on_receive(self, message):
        return message(self) if callable(message) else message


# -- inboxes --------


def bounded(policy):
    class Bounded(Worker):
        inbox_limit = 3
        inbox_policy = policy

    return Bounded


def test_a_full_inbox_refuses():
    async def main():
        ref = bounded(InboxPolicy.REFUSE).start()
        answers = [ref.ask(n, block=False) for n in range(3)]
        with pytest.raises(InboxFull):
            ref.tell("one more")
        with pytest.raises(InboxFull):
            await ref.ask("one more", block=False)
        assert [await answer for answer in answers] == [0, 1, 2]
        assert await ref.ask("room again", block=False) == "room again"

    run(main)


def test_a_full_inbox_drops_the_oldest():
    async def main():
        dead = []
        unsubscribe = dead_letters.subscribe(dead.append)
        ref = bounded(InboxPolicy.DROP_OLDEST).start()
        ref.tell("told")
        answers = [ref.ask(n, block=False) for n in range(4)]
        unsubscribe()
        assert [letter.message for letter in dead] == ["told"]
        with pytest.raises(InboxFull):
            await answers[0]
        assert [await answer for answer in answers[1:]] == [1, 2, 3]

    run(main)


def test_a_full_inbox_fails_its_actor():
    async def main():
        ref = bounded(InboxPolicy.FAIL).start()
        answers = [ref.ask(n, block=False) for n in range(3)]
        with pytest.raises(InboxFull):
            ref.tell("one more")
        assert isinstance(ref.reason.exception, InboxFull)
        for answer in answers:
            with pytest.raises(ActorDeadError):
                await answer

    run(main)


@pytest.mark.parametrize("policy", InboxPolicy)
def test_a_full_inbox_can_always_be_stopped(policy):
    async def main():
        ref = bounded(policy).start()
        for n in range(3):
            ref.tell(n)
        assert await shutdown(ref) == SHUTDOWN
        ref = bounded(policy).start()
        for n in range(3):
            ref.tell(n)
        ref.actor.stop()
        await run_until_idle()
        assert ref.reason == NORMAL

    run(main)
