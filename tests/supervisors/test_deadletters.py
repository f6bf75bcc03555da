"""Messages that reach no actor: why, and where they go."""

from __future__ import annotations

import logging

import pytest

from supervisors import (
    ActorDeadError,
    DeadLetter,
    EventLoopActor,
    InboxFull,
    Refusal,
    RefusalReason,
    dead_letters,
)
from supervisors.deadletters import LOGGED, DeadLetters
from supervisors.testing import (
    run,
    run_until_idle,
)


class Worker(EventLoopActor):
    """Runs what it is told: a message is a function of the actor."""

    def on_receive(self, message):
        return message(self) if callable(message) else message


def test_a_failing_subscriber_of_dead_letters_hurts_nobody(caplog):
    async def main():
        dead = []
        unsubscribe = [
            dead_letters.subscribe(each) for each in (lambda _letter: 1 / 0, dead.append)
        ]
        ref = Worker.start()
        ref.tell(lambda actor: actor.exit())
        ref.tell("late")
        await run_until_idle()
        for each in unsubscribe:
            each()
        assert [letter.message for letter in dead] == ["late"]

    run(main)
    assert "subscriber of dead letters" in caplog.text


@pytest.mark.parametrize("reason", RefusalReason)
def test_every_refusal_says_why_and_has_an_error_for_an_asker(reason):
    full = InboxFull if reason is RefusalReason.DROPPED else ActorDeadError
    error = Refusal(reason).error("romeo")
    assert isinstance(error, full)
    assert str(error) == f"romeo: {reason.value}"
    known = OSError("on purpose")
    assert Refusal(reason, known).error("romeo") is known
    assert str(Refusal(reason, known)) == f"{reason.value}: on purpose"


def test_letters_are_counted_and_the_log_goes_quiet(caplog):
    caplog.set_level(logging.INFO)
    letters, got = DeadLetters(), []
    unsubscribe = letters.subscribe(got.append)
    for number in range(LOGGED + 5):
        letters.publish("romeo", number, "he is away")
    unsubscribe()
    letters.publish("romeo", "unheard", "he is away")
    assert letters.count == LOGGED + 6
    assert got[0] == DeadLetter("romeo", 0, "he is away")
    assert len(got) == LOGGED + 5
    assert len(caplog.records) == LOGGED
