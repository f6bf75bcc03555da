"""EventLoopActor: the facts that shaped its design, and the ways it ends."""

from __future__ import annotations

import asyncio
import gc
import weakref
from math import inf

import pykka
import pytest

from supervisors import (
    KILLED,
    NORMAL,
    SHUTDOWN,
    ActorDeadError,
    CallCancelled,
    EventLoopActor,
    ExitKind,
    ExitReason,
    StartAborted,
    StartError,
    dead_letters,
    kill,
    shutdown,
)
from supervisors.scheduler import current_scheduler
from supervisors.testing import (
    CrashingActor,
    ManualClock,
    run,
    run_until_idle,
    use_clock,
)


class Worker(EventLoopActor):
    """Runs what it is told: a message is a function of the actor."""

    def on_receive(self, message):
        return message(self) if callable(message) else message


# -- facts about pykka that the runtime deals with --------


def test_fact_1_an_actor_lives_from_start_to_exit_without_anybody_holding_it():
    async def main():
        ended = []

        class Lonely(EventLoopActor):
            def on_stop(self):
                ended.append(self.kept)

            def on_receive(self, message):
                self.kept = message

        ref = Lonely.start()
        actor = weakref.ref(ref.actor)
        ref.tell("message")
        await run_until_idle()
        pykka.ActorRegistry.unregister(ref)  # which would hold it, too
        del ref
        gc.collect()
        assert actor() is not None
        await run_until_idle()
        actor().stop()
        await run_until_idle()
        gc.collect()
        assert ended == ["message"]
        assert actor() is None

    run(main)


def test_a_dead_ref_does_not_keep_its_actor():
    async def main():
        ref = Worker.start()
        actor = weakref.ref(ref.actor)
        await ref.stop(block=False)
        gc.collect()
        assert actor() is None
        assert ref.reason == SHUTDOWN

    run(main)


def raise_cancelled(_actor):
    raise asyncio.CancelledError


def test_fact_2_a_cancelled_error_ends_its_own_actor_only():
    async def main():
        one, asked, other = Worker.start(), Worker.start(), Worker.start()
        one.tell(raise_cancelled)
        with pytest.raises(CallCancelled):
            await asked.ask(raise_cancelled, block=False)
        assert one.reason.kind is asked.reason.kind is ExitKind.KILLED
        assert await other.ask("alive", block=False) == "alive"

    run(main)


@pytest.mark.parametrize("coroutine", [False, True])
def test_fact_4_a_failed_start_is_told(coroutine):
    class Failing(EventLoopActor):
        def on_start(self):
            if coroutine:
                return self.later()
            raise OSError("no start")

        async def later(self):
            raise OSError("no start")

    async def main():
        with pytest.raises(StartError) as caught:
            await Failing.spawn()
        assert isinstance(caught.value.__cause__, OSError)
        ref = Failing.start()
        await run_until_idle()
        assert not ref.is_alive()
        assert isinstance(ref.reason.exception, OSError)
        if not coroutine:  # the runtime's own frame is cut off: it would hold the actor
            frame = ref.reason.exception.__traceback__.tb_frame
            assert frame.f_code.co_name == "on_start"

    run(main)


def test_a_start_that_takes_time_is_waited_for_and_messages_wait_for_it():
    async def main():
        clock = use_clock(ManualClock())
        spawning = asyncio.ensure_future(CrashingActor.spawn(start_takes=5))
        await run_until_idle()
        assert not spawning.done()
        clock.advance(5)
        assert (await spawning).is_alive()
        ref = CrashingActor.start(start_takes=5)
        answer = ref.ask("x", block=False)
        await run_until_idle()
        assert not answer.done()
        clock.advance(5)
        assert await answer == "x"

    run(main)


def test_a_cancelled_spawn_ends_the_actor():
    async def main():
        spawning = asyncio.ensure_future(CrashingActor.spawn(start_takes=inf))
        await run_until_idle()
        assert len(current_scheduler().records) == 1
        spawning.cancel()
        with pytest.raises(asyncio.CancelledError):
            await spawning
        await run_until_idle()
        assert not current_scheduler().records

    run(main)


def test_an_actor_may_end_itself_in_its_start():
    class Leaving(EventLoopActor):
        def on_start(self):
            self.exit()

    async def main():
        with pytest.raises(StartAborted):
            await Leaving.spawn()

    run(main)


@pytest.mark.parametrize("end", ["stop", "exit", "crash", "kill"])
def test_fact_6_a_late_ask_is_always_answered(end):
    """pykka leaves an ask unanswered that comes between the last message and the end."""

    async def main():
        ref = Worker.start()
        during = []

        def leave(actor):
            during.append(ref.ask("put while it handles its last message", block=False))
            {"stop": actor.stop, "exit": actor.exit, "kill": lambda: kill(ref)}.get(
                end, lambda: 1 / 0
            )()
            during.append(ref.ask("put after that", block=False))

        before = ref.ask("before", block=False)
        ref.tell(leave)
        waiting = ref.ask("waits behind", block=False)
        await run_until_idle()
        assert not ref.is_alive()
        after = ref.ask("after", block=False)
        assert await before == "before"
        for future in (waiting, *during, after):
            assert future.done()
            if future.exception() is None:
                assert end == "stop"  # what came before a stop is still handled
            else:
                assert isinstance(future.exception(), ActorDeadError)
        assert isinstance(after.exception(), ActorDeadError)

    run(main)


def test_what_is_told_to_an_ending_actor_becomes_a_dead_letter():
    async def main():
        dead = []
        unsubscribe = dead_letters.subscribe(dead.append)
        ref = Worker.start()
        ref.tell(lambda actor: actor.exit())
        ref.tell("too late")
        await run_until_idle()
        unsubscribe()
        assert [(letter.target, letter.message) for letter in dead] == [(ref, "too late")]

    run(main)


# -- exits --------


class Hooked(EventLoopActor):
    def __init__(self, log):
        super().__init__()
        self.log = log

    def on_receive(self, message):
        return message(self)

    def on_stop(self):
        self.log.append("on_stop")

    def on_failure(self, *exc_info):
        self.log.append(exc_info[0].__name__)


def fail(_actor):
    raise LookupError("failed")


@pytest.mark.parametrize(
    ("how", "reason", "hooks"),
    [
        (lambda actor: actor.stop(), NORMAL, ["on_stop"]),
        (lambda actor: actor.exit(), SHUTDOWN, ["on_stop"]),
        (lambda actor: actor.exit(NORMAL), NORMAL, ["on_stop"]),
        (lambda actor: actor.exit(ExitReason.shutdown(7)), ExitReason.shutdown(7), ["on_stop"]),
        (lambda actor: kill(actor.actor_ref), KILLED, []),
        (lambda actor: actor.exit(OSError()), ExitKind.ERROR, ["OSError"]),
        (fail, ExitKind.ERROR, ["LookupError"]),
    ],
)
def test_each_way_to_end(how, reason, hooks):
    async def main():
        log = []
        ref = Hooked.start(log)
        ref.tell(how)
        await run_until_idle()
        assert not ref.is_alive()
        if isinstance(reason, ExitKind):
            assert ref.reason.kind is reason
            assert ref.reason.exception is not None
        else:
            assert ref.reason == reason
        assert log == hooks

    run(main)


def test_shutdown_kills_at_the_deadline():
    async def main():
        clock = use_clock(ManualClock())
        ref = CrashingActor.start(stop_takes=inf)
        ending = asyncio.ensure_future(shutdown(ref, timeout=2.0))
        await run_until_idle()
        clock.advance(1.999)
        await run_until_idle()
        assert not ending.done()
        clock.advance(0.001)
        assert await ending == KILLED
        assert await shutdown(ref) == KILLED  # also of a dead one

    run(main)


def test_an_exit_waits_for_the_cleanup_of_its_tasks_but_not_for_ever():
    async def main():
        clock = use_clock(ManualClock())
        log = []

        async def tidy():
            try:
                await asyncio.Event().wait()
            finally:
                await asyncio.sleep(0)
                log.append("tidied")

        ref = Worker.start()
        await ref.ask(lambda actor: actor.create_task(tidy()) and None, block=False)
        await run_until_idle()
        assert await shutdown(ref) == SHUTDOWN
        assert log == ["tidied"]

        release = asyncio.Event()

        async def stubborn():
            while not release.is_set():
                try:
                    await release.wait()
                except asyncio.CancelledError:
                    log.append("refused")

        ref = Worker.start()
        await ref.ask(lambda actor: actor.create_task(stubborn()) and None, block=False)
        await run_until_idle()
        ended = ref.stop(block=False)
        await run_until_idle()
        assert log[-1] == "refused"
        assert not ended.done()
        clock.advance(5.0)
        assert await ended
        release.set()

    run(main)


def test_a_failing_on_stop_is_the_reason_of_a_normal_end():
    class Failing(EventLoopActor):
        async def on_stop(self):
            raise OSError("can't stop")

    async def main():
        reason = await shutdown(Failing.start())
        assert isinstance(reason.exception, OSError)

    run(main)
