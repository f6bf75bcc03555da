"""What an actor owns: tasks, timers, its handlers' coroutines."""

from __future__ import annotations

import asyncio
from math import inf

import pytest

import supervisors
from supervisors import (
    SHUTDOWN,
    ActorDeadError,
    CallCancelled,
    EventLoopActor,
    dead_letters,
    kill,
    shutdown,
)
from supervisors.testing import (
    ManualClock,
    run,
    run_until_idle,
    use_clock,
    wait_on,
)


class Worker(EventLoopActor):
    """Runs what it is told: a message is a function of the actor."""

    def on_receive(self, message):
        return message(self) if callable(message) else message


def fail(_actor):
    raise LookupError("failed")


# -- tasks, timers, coroutines --------


def test_an_owned_task_ends_with_its_actor_and_crashes_it():
    async def main():
        ref = Worker.start()
        tasks = []
        forever = asyncio.Event().wait
        ref.tell(lambda actor: tasks.append(actor.create_task(forever(), name="mine")))
        await run_until_idle()
        assert tasks[0].get_name() == "mine"
        tasks[0].cancel()
        await run_until_idle()
        assert ref.is_alive()  # a cancelled task is nobody's failure

        ref.tell(lambda actor: tasks.append(actor.create_task(forever())))

        async def failing():
            raise OSError("in a task")

        ref.tell(lambda actor: actor.create_task(failing()) and None)
        await run_until_idle()
        assert isinstance(ref.reason.exception, OSError)
        assert tasks[1].cancelled()

    run(main)


def test_a_dead_actor_owns_nothing():
    async def main():
        ref = Worker.start()
        actor = ref.actor
        await ref.stop(block=False)
        with pytest.raises(ActorDeadError):
            actor.create_task(wait_on(actor.clock, 1))
        with pytest.raises(ActorDeadError):
            actor.call_later(1, print)

    run(main)


def test_timers_fire_on_the_actors_turn_and_end_with_it():
    async def main():
        clock = use_clock(ManualClock())
        fired = []
        ref = Worker.start()
        actor = ref.actor
        actor.call_later(1, fired.append, 1)
        cancelled = actor.call_later(1, fired.append, "cancelled")
        actor.call_later(3, fired.append, 3)
        cancelled.cancel()
        clock.advance(2)
        assert fired == []  # not before its turn
        await run_until_idle()
        assert fired == [1]
        actor.call_later(0, fail, None)
        clock.advance(0)
        await run_until_idle()
        assert isinstance(ref.reason.exception, LookupError)
        clock.advance(5)
        await run_until_idle()
        assert fired == [1]
        assert clock.pending == 0

    run(main)


class Slow(EventLoopActor):
    def __init__(self, log):
        super().__init__()
        self.log = log

    async def on_receive(self, message):
        await wait_on(self.clock, message)
        self.log.append(message)
        return message


class Sequential(Slow):
    sequential = True


@pytest.mark.parametrize(("kind", "order"), [(Slow, [1, 3]), (Sequential, [3, 1])])
def test_coroutine_handlers(kind, order):
    async def main():
        clock = use_clock(ManualClock())
        log = []
        ref = kind.start(log)
        first, second = (ref.ask(takes, block=False) for takes in (3, 1))
        for _ in range(8):
            await run_until_idle()
            clock.advance(1)
        assert [await first, await second] == [3, 1]
        assert log == order

    run(main)


@pytest.mark.parametrize("kind", [Slow, Sequential])
def test_an_ending_actor_answers_the_asks_it_was_working_on(kind):
    async def main():
        ref = kind.start([])
        asked = [ref.ask(inf, block=False) for _ in range(2)]
        await run_until_idle()
        kill(ref)
        for future in asked:
            with pytest.raises(ActorDeadError):
                await future

    run(main)


def test_a_cancelled_handler_is_told_to_its_asker_and_the_actor_lives():
    async def main():
        ref = Slow.start([])
        asked = ref.ask(inf, block=False)
        await run_until_idle()
        (task,) = ref.owned
        task.cancel()
        with pytest.raises(CallCancelled):
            await asked
        assert ref.is_alive()

    run(main)


def test_a_failing_coroutine_handler_of_a_tell_crashes():
    class Failing(EventLoopActor):
        async def on_receive(self, message):
            raise message

    async def main():
        ref = Failing.start()
        ref.tell(OSError("later"))
        await run_until_idle()
        assert isinstance(ref.reason.exception, OSError)

    run(main)


def test_any_awaitable_is_a_result():
    async def main():
        loop = asyncio.get_running_loop()
        ref = Worker.start()
        plain = loop.create_future()
        asked = ref.ask(lambda _actor: plain, block=False)
        ours = supervisors.LoopFuture()
        chained = ref.ask(lambda _actor: ours.map(len), block=False)
        await run_until_idle()
        plain.set_result("later")
        ours.set("abc")
        assert await asked == "later"
        assert await chained == 3

    run(main)


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


def test_a_task_that_fails_while_its_actor_ends_is_logged(caplog):
    async def untidy():
        try:
            await asyncio.Event().wait()
        finally:
            raise OSError("in its cleanup")

    async def main():
        ref = Worker.start()
        await ref.ask(lambda actor: actor.create_task(untidy()) and None, block=False)
        await run_until_idle()
        assert await shutdown(ref) == SHUTDOWN

    run(main)
    assert "failed while the actor ended" in caplog.text


# -- what must not outlive an actor --------


def crashed(ref):
    ref.tell(fail)


def cancelled(ref):
    def cancel(_actor):
        raise asyncio.CancelledError

    ref.tell(cancel)


def stopped(ref):
    ref.stop(block=False)


@pytest.mark.parametrize("end", [crashed, cancelled, stopped, kill])
def test_what_an_actor_owns_is_let_go_of_however_it_ends(end):
    async def main():
        ref = Worker.start()
        released = []

        def own(actor):
            actor.own(lambda: released.append("kept"))
            actor.own(lambda: released.append("left to somebody else")).disown()
            actor.own(lambda: released.append("let go of early")).cancel()
            actor.own(lambda: fail(None))  # a release that fails costs the others nothing

        ref.tell(own)
        await run_until_idle()
        assert released == ["let go of early"]
        end(ref)
        await run_until_idle()
        assert released == ["let go of early", "kept"]
        assert not ref.is_alive()

    run(main)
