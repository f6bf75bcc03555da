"""Monitors: exactly once, also for the already dead, none after demonitor, across threads."""

from __future__ import annotations

import asyncio
import threading

import pykka
import pytest

from supervisors import (
    KILLED,
    NORMAL,
    SHUTDOWN,
    EventLoopActor,
    ExitKind,
    demonitor,
    kill,
    monitor,
    shutdown,
)
from supervisors.testing import Crash, CrashingActor, Exit, run, run_until_idle


@pytest.mark.parametrize(
    ("end", "kind"),
    [
        (lambda ref: ref.tell(Crash(OSError("x"))), ExitKind.ERROR),
        (lambda ref: ref.tell(Exit()), ExitKind.NORMAL),
        (lambda ref: ref.stop(block=False), ExitKind.SHUTDOWN),
        (kill, ExitKind.KILLED),
    ],
)
def test_a_monitor_fires_once_with_the_reason(end, kind):
    async def main():
        downs = []
        ref = CrashingActor.start()
        for _ in range(3):
            monitor(ref, downs.append)
        end(ref)
        kill(ref)
        ref.stop(block=False)
        await run_until_idle()
        if kind is not ExitKind.KILLED:
            downs = [down for down in downs if down.reason.kind is not ExitKind.KILLED] or downs
        assert len(downs) == 3
        assert {down.ref for down in downs} == {ref}

    run(main)


def test_the_exception_is_handed_on():
    async def main():
        downs = []
        ref = CrashingActor.start()
        monitor(ref, downs.append)
        ref.tell(Crash(OSError("x")))
        await run_until_idle()
        (down,) = downs
        assert down.reason.kind is ExitKind.ERROR
        assert isinstance(down.exception, OSError)
        assert down.exception.__traceback__ is not None

    run(main)


def test_the_already_dead_are_told_of_once():
    async def main():
        ref = CrashingActor.start()
        await shutdown(ref)
        downs = []
        monitor(ref, downs.append)
        assert downs == []  # never from within monitor() itself
        await run_until_idle()
        assert [(down.ref, down.reason) for down in downs] == [(ref, SHUTDOWN)]

    run(main)


def test_none_after_demonitor_even_when_it_is_under_way():
    async def main():
        downs = []
        ref = CrashingActor.start()
        first = monitor(ref, downs.append)
        second = monitor(ref, downs.append)
        demonitor(first)
        kill(ref)
        demonitor(second)  # the actor is dead, the call is queued
        await run_until_idle()
        assert downs == []
        demonitor(second)

    run(main)


def test_a_failing_callback_hurts_no_other(caplog):
    async def main():
        downs = []
        ref = CrashingActor.start()
        monitor(ref, lambda _down: 1 / 0)
        monitor(ref, downs.append)
        kill(ref)
        await run_until_idle()
        assert len(downs) == 1

    run(main)
    assert "callback failed" in caplog.text


def test_a_thread_monitors_and_is_told_on_the_actors_thread():
    async def main():
        ref = CrashingActor.start()
        told = []

        def thread():
            monitor(ref, lambda down: told.append((down.reason, threading.get_ident())))

        await asyncio.to_thread(thread)
        kill(ref)
        await run_until_idle()
        assert told == [(KILLED, threading.get_ident())]
        await asyncio.to_thread(thread)
        await run_until_idle()
        assert len(told) == 2

    run(main)


def test_a_loop_monitors_an_actor_of_another_loop():
    class Far(EventLoopActor):
        pass

    far = Far.start()  # on the background loop

    async def main():
        told = asyncio.get_running_loop().create_future()
        monitor(far, lambda down: told.set_result((down.reason, threading.get_ident())))
        kill(far)
        assert await told == (KILLED, threading.get_ident())
        assert await shutdown(far) == KILLED

    run(main)


def test_a_threading_actor_can_be_monitored():
    class Threaded(pykka.ThreadingActor):
        pass

    async def main():
        ref = Threaded.start()
        told = asyncio.get_running_loop().create_future()
        monitor(ref, told.set_result)
        ref.stop(block=False)
        assert (await told).reason == NORMAL
        late = []
        monitor(ref, late.append)
        await run_until_idle()
        assert [down.ref for down in late] == [ref]

    run(main)


def test_a_monitor_of_a_closed_loops_actor_fires():
    async def main():
        return EventLoopActor.start()

    ref = asyncio.run(main())
    downs = []
    monitor(ref, downs.append)
    assert [down.reason.kind for down in downs] == [ExitKind.KILLED]
