"""Turns, other threads, other loops, and the end of a loop."""

from __future__ import annotations

import asyncio
import threading
from math import inf

import pykka
import pytest

import supervisors
from supervisors import (
    KILLED,
    NORMAL,
    ActorDeadError,
    CallCancelled,
    ChildSpec,
    EventLoopActor,
    InboxFull,
    InboxPolicy,
    Supervisor,
    dead_letters,
    kill,
    shutdown,
)
from supervisors.scheduler import QUANTUM, current_scheduler
from supervisors.testing import (
    CrashingActor,
    run,
    run_until_idle,
    wait_on,
)


class Worker(EventLoopActor):
    """Runs what it is told: a message is a function of the actor."""

    def on_receive(self, message):
        return message(self) if callable(message) else message


def fail(_actor):
    raise LookupError("failed")


def bounded(policy):
    class Bounded(Worker):
        inbox_limit = 3
        inbox_policy = policy

    return Bounded


class Slow(EventLoopActor):
    def __init__(self, log):
        super().__init__()
        self.log = log

    async def on_receive(self, message):
        await wait_on(self.clock, message)
        self.log.append(message)
        return message


# -- turns --------


def test_a_flooded_actor_leaves_others_their_turn():
    async def main():
        log = []
        busy, quiet = Worker.start(), Worker.start()
        for _ in range(QUANTUM * 3):
            busy.tell(lambda _actor: log.append("busy"))
        quiet.tell(lambda _actor: log.append("quiet"))
        await run_until_idle()
        assert log.index("quiet") == QUANTUM
        assert len(log) == QUANTUM * 3 + 1

    run(main)


def test_the_loop_gets_its_turn_when_the_budget_is_spent():
    async def main():
        scheduler = current_scheduler()
        moments = iter(range(1_000_000))
        scheduler.now = lambda: next(moments)  # each look at the clock is a second later
        log = []
        refs = [Worker.start() for _ in range(3)]
        for ref in refs:
            ref.tell(lambda _actor: log.append("turn"))
        asyncio.get_running_loop().call_soon(log.append, "loop")
        await run_until_idle()
        assert log == ["turn", "loop", "turn", "turn"]

    run(main)


def test_awaited_asks_share_one_budget():
    async def main():
        scheduler = current_scheduler()
        ref = Worker.start()
        moments = iter(range(1_000_000))
        scheduler.now = lambda: next(moments)  # each look at the clock is a second later
        await asyncio.sleep(0)
        before = scheduler.inline
        for n in range(10):
            assert await ref.ask(n, block=False) == n
        assert before == 0
        assert scheduler.inline <= 1  # one used the budget up, the next one waited for the loop

    run(main)


def test_threads_are_refused_when_the_loop_does_not_keep_up(monkeypatch):
    monkeypatch.setattr("supervisors.scheduler.REMOTE_LIMIT", 5)

    async def main():
        ref = Worker.start()
        refused = []

        def thread():
            for n in range(5):
                ref.tell(n)
            with pytest.raises(InboxFull):
                ref.tell("one more")
            refused.append(ref.ask("one more", block=False))
            kill(ref)  # is never refused

        worker = threading.Thread(target=thread)
        worker.start()
        worker.join()  # the loop is blocked meanwhile
        await run_until_idle()
        assert isinstance(refused[0].exception(), InboxFull)
        assert ref.reason == KILLED

    run(main)


def test_a_task_that_only_asks_does_not_starve_the_loop():
    async def main():
        ref = Worker.start()
        ticks = []

        async def tick():
            while True:
                ticks.append(1)
                await asyncio.sleep(0)

        ticking = asyncio.ensure_future(tick())
        for n in range(1000):
            assert await ref.ask(n, block=False) == n
        assert len(ticks) >= 5
        ticking.cancel()

    run(main)


def test_handlers_run_in_their_own_context():
    import contextvars

    variable = contextvars.ContextVar("variable", default="unset")

    async def main():
        ref = Worker.start()
        variable.set("the asker's")
        assert await ref.ask(lambda _actor: variable.get(), block=False) == "unset"

    run(main)


def test_a_keyboard_interrupt_reaches_the_loop():
    class Interrupted(EventLoopActor):
        def on_receive(self, message):
            raise KeyboardInterrupt

    async def main():
        Interrupted.start().tell("now")
        await run_until_idle()

    with pytest.raises(KeyboardInterrupt):
        asyncio.run(main())


# -- threads and loops --------


def in_thread(function):
    """Run a function in a thread from a loop."""
    return asyncio.to_thread(function)


def test_a_thread_uses_an_actor_of_a_loop():
    async def main():
        ref = Worker.start()

        def thread():
            ref.tell("told")
            assert ref.ask("asked") == "asked"
            assert ref.ask("asked", block=False).get(timeout=30) == "asked"
            assert ref.proxy().business_errors.get() == ()
            assert ref.stop() is True
            assert ref.stop() is False

        await in_thread(thread)

    run(main)


def test_puts_of_a_thread_wake_the_loop_once_a_batch(monkeypatch):
    async def main():
        ref = Worker.start()
        loop = asyncio.get_running_loop()
        wakes = []
        real = loop.call_soon_threadsafe
        sent = threading.Event()

        def counting(callback, *args, **kwargs):
            if getattr(callback, "__name__", "") == "_drain":
                wakes.append(callback)
            return real(callback, *args, **kwargs)

        monkeypatch.setattr(loop, "call_soon_threadsafe", counting)
        log = []

        def thread():
            for n in range(1000):
                ref.tell(lambda _actor, n=n: log.append(n))
            sent.set()

        sender = threading.Thread(target=thread)
        sender.start()
        sent.wait()  # the loop is blocked meanwhile: one batch
        sender.join()
        await run_until_idle()
        assert log == list(range(1000))
        assert len(wakes) == 1

    run(main)


def test_a_full_inbox_answers_threads_too():
    async def main():
        dead = []
        unsubscribe = dead_letters.subscribe(dead.append)
        ref = bounded(InboxPolicy.REFUSE).start()
        for n in range(3):
            ref.tell(n)

        def thread():
            with pytest.raises(InboxFull):
                ref.tell("x")
            with pytest.raises(InboxFull):
                ref.ask("x", block=False).get()

        worker = threading.Thread(target=thread)
        worker.start()
        worker.join()  # blocks the loop, so that the inbox stays full
        await run_until_idle()

        def flood():  # nothing is in the inbox yet: all are taken on their way
            answers.extend(ref.ask(n, block=False) for n in range(5))
            ref.tell("told")

        answers = []
        worker = threading.Thread(target=flood)
        worker.start()
        worker.join()
        await run_until_idle()
        unsubscribe()
        assert [answer.exception() is None for answer in answers] == [True] * 3 + [False] * 2
        assert [letter.message for letter in dead] == ["told"]

    run(main)


class Threaded(pykka.ThreadingActor):
    def on_receive(self, message):
        if isinstance(message, pykka.ActorRef):
            return message.ask("from a thread")
        if message == "fail":
            raise OSError("in a thread")
        return message


def test_threading_actors_and_ours_ask_each_other():
    async def main():
        ours, theirs = Worker.start(), Threaded.start()
        try:
            assert await supervisors.ask(theirs, "hello") == "hello"
            assert await supervisors.ask(theirs, ours) == "from a thread"
            with pytest.raises(OSError, match="in a thread"):
                await supervisors.ask(theirs, "fail")
            assert await supervisors.ask(ours, "hi") == "hi"
        finally:
            reason = await shutdown(theirs)
        assert reason == NORMAL
        with pytest.raises(ActorDeadError):
            await supervisors.ask(theirs, "dead")

    run(main)


def test_actors_of_two_loops_ask_each_other():
    def other_loop():
        background = Worker.start()  # no loop here: it runs on the background loop
        assert background.scheduler.thread != threading.get_ident()
        return background

    background = other_loop()

    async def main():
        here = Worker.start()
        assert await background.ask("there", block=False) == "there"
        asked = here.ask("here", block=False)
        assert await background.ask(lambda _actor: asked, block=False) == "here"
        ended = background.stop(block=False)
        assert await ended is True

    run(main)


def test_actors_of_a_closed_loop_are_dead():
    refs, asked, downs = [], [], []

    async def main():
        refs.append(Worker.start())
        refs.append(Slow.start([]))
        refs.append(CrashingActor.start(start_takes=inf))
        sup = Supervisor.start([ChildSpec("a", Worker)])
        refs.append(sup)
        refs.append((await sup.which_child("a")).ref)
        asked.append(refs[1].ask(inf, block=False))
        asked.append(refs[2].ask("never", block=False))
        supervisors.monitor(refs[4], downs.append)
        await asyncio.sleep(0)

    asyncio.run(main())
    assert [ref.is_alive() for ref in refs] == [False] * 5
    for future in asked:
        with pytest.raises((ActorDeadError, CallCancelled)):
            future.get(timeout=30)
    for ref in refs:
        with pytest.raises(ActorDeadError):
            ref.tell("x")
        assert ref.stop() is False
    assert not set(refs) & set(pykka.ActorRegistry.get_all())


def test_a_loop_closed_without_ceremony_is_noticed():
    loop = asyncio.new_event_loop()

    async def main():
        return Worker.start()

    ref = loop.run_until_complete(main())
    loop.close()
    with pytest.raises(ActorDeadError):
        ref.tell("x")
    with pytest.raises(ActorDeadError):
        ref.ask("x", block=False).get()


def test_only_roots_stand_in_pykkas_registry():
    async def main():
        sup = await Supervisor.spawn([ChildSpec("a", Worker), ChildSpec("b", Worker.start)])
        assert pykka.ActorRegistry.get_all() == [sup]
        (await sup.which_child("b")).ref.tell(fail)
        await run_until_idle()
        assert pykka.ActorRegistry.get_all() == [sup]
        await shutdown(sup)
        assert pykka.ActorRegistry.get_all() == []

    run(main)


def test_forgetting_super_init_is_told():
    class Forgetful(EventLoopActor):
        def __init__(self):
            pass

    async def main():
        with pytest.raises(AssertionError, match="super"):
            Forgetful.start()

    run(main)
