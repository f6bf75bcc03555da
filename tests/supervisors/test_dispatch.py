"""What becomes of a handler's result and of what it raises."""

from __future__ import annotations

import asyncio
from math import inf

import pytest

import supervisors
from supervisors import (
    ActorDeadError,
    AskFailure,
    CallCancelled,
    ChildSpec,
    EventLoopActor,
    Supervisor,
    kill,
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


@pytest.mark.parametrize(
    ("option", "supervised", "crashes"),
    [
        (AskFailure.DEFAULT, False, False),
        (AskFailure.DEFAULT, True, True),
        (AskFailure.REPLY, True, False),
        (AskFailure.CRASH, False, True),
    ],
)
@pytest.mark.parametrize("coroutine", [False, True])
def test_fact_3_a_failure_in_an_ask(option, supervised, crashes, coroutine):
    class Asked(EventLoopActor):
        ask_failure = option
        business_errors = (KeyError,)

        def on_receive(self, message):
            if coroutine:
                return self.later(message)
            raise message

        async def later(self, message):
            await asyncio.sleep(0)
            raise message

    async def main():
        if supervised:
            sup = await Supervisor.spawn([ChildSpec("a", Asked)])
            ref = (await sup.which_child("a")).ref
        else:
            ref = Asked.start()
        with pytest.raises(KeyError):
            await ref.ask(KeyError("a business error"), block=False)
        assert ref.is_alive()
        with pytest.raises(ValueError, match="a bug"):
            await ref.ask(ValueError("a bug"), block=False)
        await run_until_idle()
        assert ref.is_alive() is not crashes

    run(main)
