"""What an actor owns: tasks, timers, its handlers' coroutines."""

from __future__ import annotations

import asyncio

import pytest

from supervisors import (
    SHUTDOWN,
    ActorDeadError,
    EventLoopActor,
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


# -- tasks and timers --------


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
