"""What static and dynamic supervisors share: slow starts, deadlines, children on other loops."""

from __future__ import annotations

import asyncio
import threading
from math import inf

import pykka
import pytest

from supervisors import (
    SHUTDOWN,
    ActorDeadError,
    ChildSpec,
    ChildState,
    DynamicSupervisor,
    EventKind,
    InboxFull,
    StartAborted,
    StartError,
    StartTimeout,
    Supervisor,
    kill,
    shutdown,
    telemetry,
)
from supervisors.testing import (
    Crash,
    CrashingActor,
    ManualClock,
    run,
    run_until_idle,
    use_clock,
)


def child(name, journal=None, *, failures=None, start_takes=0, stop_takes=0, **options):
    kwargs = {
        "name": name,
        "journal": journal,
        "start_failures": failures,
        "start_takes": start_takes,
        "stop_takes": stop_takes,
    }
    return ChildSpec(name, CrashingActor, kwargs=kwargs, **options)


async def ref_of(sup, name):
    return (await sup.which_child(name)).ref


@pytest.mark.parametrize("kind", [Supervisor, DynamicSupervisor])
def test_a_start_that_never_ends_is_killed_at_its_timeout(kind):
    async def main():
        clock = use_clock(ManualClock())
        sup = await kind.spawn()
        starting = sup.start_child(child("hung", start_takes=inf, start_timeout=3.0))
        await run_until_idle()
        assert (await sup.which_child("hung")).state is ChildState.STARTING
        clock.advance(2.999)
        await run_until_idle()
        assert not starting.done()
        clock.advance(0.001)
        with pytest.raises(StartTimeout):
            await starting
        assert await sup.which_children() == []

    run(main)


def test_a_restart_that_hangs_is_timed_out_and_tried_again():
    async def main():
        clock = use_clock(ManualClock())
        journal = []

        def start():
            takes = 0 if len(made) != 1 else inf
            made.append(takes)
            return CrashingActor.start("a", journal, start_takes=takes)

        made = []
        sup = await Supervisor.spawn([ChildSpec("a", start, start_timeout=1.0)])
        (await ref_of(sup, "a")).tell(Crash())
        await run_until_idle()
        assert (await sup.which_child("a")).state is ChildState.STARTING
        clock.advance(1.0)
        await run_until_idle()
        assert made == [0, inf, 0]
        assert (await ref_of(sup, "a")).is_alive()

    run(main)


@pytest.mark.parametrize("kind", [Supervisor, DynamicSupervisor])
def test_a_start_under_way_can_be_called_off(kind):
    async def main():
        use_clock(ManualClock())
        sup = await kind.spawn()
        starting = sup.start_child(child("hung", start_takes=inf, start_timeout=None))
        await run_until_idle()
        await sup.terminate_child("hung")
        with pytest.raises(StartAborted):
            await starting
        assert await sup.count_children() == (kind is Supervisor, 0, 0, kind is Supervisor)

    run(main)


@pytest.mark.parametrize("kind", [Supervisor, DynamicSupervisor])
def test_a_supervisor_with_a_hanging_start_answers_and_stops(kind):
    async def main():
        clock = use_clock(ManualClock())
        sup = await kind.spawn()
        fine = await sup.start_child(child("fine"))
        hung = sup.start_child(child("hung", start_takes=inf, start_timeout=None))
        behind = sup.start_child(child("behind"))
        await run_until_idle()
        assert behind.done() is (kind is DynamicSupervisor)  # only static ones have an order
        states = {info.id: info.state for info in await sup.which_children()}
        assert states["hung"] is ChildState.STARTING
        assert await shutdown(sup) == SHUTDOWN
        assert not fine.is_alive()
        with pytest.raises((ActorDeadError, StartAborted)):
            await hung
        if kind is Supervisor:
            with pytest.raises(ActorDeadError):
                await behind
        assert clock.pending == 0

    run(main)


def test_a_child_on_another_loop_is_supervised_too():
    class Far(CrashingActor):
        pass

    def start_far():
        box = []
        thread = threading.Thread(target=lambda: box.append(Far.start("far")))
        thread.start()
        thread.join()
        return box[0]

    async def main():
        sup = await Supervisor.spawn([ChildSpec("far", start_far)])
        address = sup.actor.address("far")
        first = address.ref
        assert first.scheduler is not sup.scheduler
        back = asyncio.get_running_loop().create_future()
        unsubscribe = telemetry.subscribe(
            lambda event: event.kind is EventKind.RESTARTED and back.set_result(event.ref)
        )
        first.tell(Crash())
        assert await back is not first
        unsubscribe()
        assert await address.ask("hello") == "hello"
        second = address.ref
        await shutdown(sup)
        assert not second.is_alive()
        assert not set(pykka.ActorRegistry.get_all()) & {first, second}

    run(main)


def test_requests_from_a_thread():
    async def main():
        sup = await Supervisor.spawn([child("a")])

        def thread():
            assert sup.count_children().get(timeout=30) == (1, 1, 0, 1)
            assert sup.start_child(child("b")).get(timeout=30).is_alive()
            sup.terminate_child("a").get(timeout=30)
            assert sup.stop() is True

        await asyncio.to_thread(thread)

    run(main)


def test_a_supervisor_without_any_loop_here():
    sup = Supervisor.start([child("a")])
    address = sup.which_child("a").get(timeout=30).ref
    assert address.ask("hello", timeout=30) == "hello"
    address.tell(Crash())
    while sup.which_child("a").get(timeout=30).ref in (address, None):
        pass
    assert sup.count_children().get(timeout=30) == (1, 1, 0, 1)
    assert pykka.ActorRegistry.get_all() == [sup]
    assert pykka.ActorRegistry.stop_all() == [True]


@pytest.mark.parametrize("kind", [Supervisor, DynamicSupervisor])
def test_requests_that_wait_have_a_limit(kind, monkeypatch):
    monkeypatch.setattr("supervisors.operation.MAX_REQUESTS", 3)

    async def main():
        use_clock(ManualClock())
        sup = await kind.spawn()
        asked = [sup.start_child(child(n, start_takes=inf, start_timeout=None)) for n in range(6)]
        await run_until_idle()
        refused = [isinstance(future.exception(), InboxFull) for future in asked]
        assert refused == (
            [False] * 4 + [True] * 2 if kind is Supervisor else [False] * 3 + [True] * 3
        )
        await shutdown(sup)

    run(main)


def test_killing_a_child_during_its_shutdown_ends_the_wait():
    async def main():
        use_clock(ManualClock())
        sup = await Supervisor.spawn([child("a", stop_takes=inf)])
        ref = await ref_of(sup, "a")
        ended = sup.stop(block=False)
        await run_until_idle()
        kill(ref)
        assert await ended

    run(main)


def test_a_supervisor_hears_of_a_child_whose_loop_is_closed():
    async def main():
        made = []

        def start_far():
            if not made:
                box = []

                async def far():
                    box.append(CrashingActor.start("far"))

                thread = threading.Thread(target=lambda: made.append(asyncio.run(far())))
                thread.start()
                thread.join()
                return box[0]
            return CrashingActor.start("here")

        sup = await Supervisor.spawn()
        with pytest.raises(StartError):  # its loop was gone before it could be supervised
            await sup.start_child(ChildSpec("far", start_far))
        assert (await sup.start_child(ChildSpec("far", start_far))).is_alive()

        ready, release = threading.Event(), threading.Event()
        far_refs = []

        async def serve():
            far_refs.append(CrashingActor.start("served"))
            ready.set()
            await asyncio.to_thread(release.wait)

        thread = threading.Thread(target=lambda: asyncio.run(serve()))
        thread.start()
        ready.wait()
        await sup.start_child(
            ChildSpec("served", lambda: far_refs.pop() if far_refs else CrashingActor.start())
        )
        address = sup.actor.address("served")
        first = address.ref
        release.set()
        thread.join()
        await run_until_idle()
        assert not first.is_alive()
        assert address.ref.scheduler is sup.scheduler

    run(main)
