"""What OTP's cases don't cover: slow starts, deadlines, other loops, the tree."""

from __future__ import annotations

import asyncio
import threading
from math import inf

import pykka
import pytest

from supervisors import (
    AUTO_ID,
    SHUTDOWN,
    ActorDeadError,
    ChildSpec,
    ChildState,
    DynamicSupervisor,
    EventKind,
    EventLoopActor,
    ExitKind,
    InboxFull,
    Restart,
    StartAborted,
    StartError,
    StartTimeout,
    Strategy,
    Supervisor,
    kill,
    render,
    shutdown,
    telemetry,
)
from supervisors.testing import (
    Crash,
    CrashingActor,
    Exit,
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


# -- starts --------


def test_children_with_slow_starts_start_in_order():
    async def main():
        clock = use_clock(ManualClock())
        journal = []
        names = "abc"
        starting = asyncio.ensure_future(
            Supervisor.spawn([child(n, journal, start_takes=10) for n in names])
        )
        for done in range(3):
            await run_until_idle()
            assert journal == [(n, "start") for n in names[:done]]
            clock.advance(10)
        sup = await starting
        assert await sup.count_children() == (3, 3, 0, 3)
        assert clock.pending == 0

    run(main)


def test_a_failed_start_ends_those_before_and_names_the_child():
    async def main():
        journal = []
        bad = child("bad", journal, failures=[OSError("broken")])
        with pytest.raises(StartError) as caught:
            await Supervisor.spawn([child("a", journal), child("b", journal), bad, child("c")])
        assert caught.value.child_id == "bad"
        assert isinstance(caught.value.__cause__, OSError)
        assert journal == [("a", "start"), ("b", "start"), ("b", "stop"), ("a", "stop")]
        outer = ChildSpec("outer", Supervisor, ([child("x", failures=[OSError()] * 9)],))
        sup = await Supervisor.spawn()
        with pytest.raises(StartError) as caught:
            await sup.start_child(outer)
        assert caught.value.child_id == "outer"
        assert caught.value.__cause__.child_id == "x"

    run(main)


def test_a_failed_start_is_a_shutdown_that_names_the_child():
    """The portable half of OTP's faulty_application_shutdown."""

    async def main():
        ref = Supervisor.start([child("bad", failures=[OSError("broken")])])
        assert ref.reason.kind is ExitKind.SHUTDOWN
        assert ref.reason.detail == ("failed_to_start_child", "bad")
        assert isinstance(ref.reason.exception.__cause__, OSError)

    run(main)


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


def test_a_supervisor_that_is_starting_can_be_stopped():
    async def main():
        use_clock(ManualClock())
        journal = []
        inner = ChildSpec(
            "inner",
            Supervisor,
            ([child("a", journal), child("b", start_takes=inf, start_timeout=None)],),
        )
        sup = await Supervisor.spawn()
        starting = sup.start_child(inner)
        await run_until_idle()
        assert await shutdown(sup) == SHUTDOWN
        assert journal == [("a", "start"), ("a", "stop")]
        with pytest.raises(ActorDeadError):
            await starting

    run(main)


# -- issue 3, "Shows" 5 --------


def test_siblings_of_a_child_that_hangs_in_its_end_are_not_late():
    """Each sibling ends at the moment the hanging one's deadline allows, not after its own."""

    async def main():
        clock = use_clock(ManualClock())
        moments = {}

        class Noting(EventLoopActor):
            def __init__(self, name):
                super().__init__()
                self.name = name

            def on_stop(self):
                moments[self.name] = self.clock.time() - began

        sup = await Supervisor.spawn(
            [
                ChildSpec("first", Noting, ("first",)),
                child("hung", stop_takes=inf, shutdown=2.0),
                ChildSpec("last", Noting, ("last",)),
            ]
        )
        began = clock.time()
        ended = sup.stop(block=False)
        for _ in range(4):
            await run_until_idle()
            clock.advance(1.0)
        assert await ended
        assert moments == {"last": 0.0, "first": 2.0}

    run(main)


def test_a_child_that_hangs_does_not_hold_up_requests_for_others():
    async def main():
        clock = use_clock(ManualClock())
        sup = await DynamicSupervisor.spawn()
        await sup.start_child(child("hung", stop_takes=inf, shutdown=2.0))
        await sup.start_child(child("other"))
        first, second = sup.terminate_child("hung"), sup.terminate_child("hung")
        await sup.terminate_child("other")
        assert not first.done()
        clock.advance(2.0)
        await first
        await second

    run(main)


# -- children elsewhere --------


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


# -- telemetry and the tree --------


def test_telemetry():
    async def main():
        use_clock(ManualClock())
        events = []
        unsubscribe = telemetry.subscribe(events.append)
        sup = await Supervisor.spawn([child("a")], intensity=1)
        first = await ref_of(sup, "a")
        for _ in range(2):
            (await ref_of(sup, "a")).tell(Crash())
            await run_until_idle()
        unsubscribe()
        await Supervisor.spawn([child("unheard")])
        assert [(event.kind, event.restarts) for event in events] == [
            (EventKind.STARTED, 0),
            (EventKind.EXITED, 0),
            (EventKind.RESTARTED, 1),
            (EventKind.EXITED, 1),
            (EventKind.GAVE_UP, 1),
        ]
        assert {(event.supervisor, event.child_id) for event in events} == {(sup, "a")}
        assert events[1].ref is first
        assert events[1].reason.kind is ExitKind.ERROR
        assert isinstance(events[1].exception, RuntimeError)

    run(main)


def test_a_failing_subscriber_hurts_nobody(caplog):
    async def main():
        unsubscribe = telemetry.subscribe(lambda _event: 1 / 0)
        sup = await Supervisor.spawn([child("a")])
        unsubscribe()
        assert sup.is_alive()

    run(main)
    assert "subscriber" in caplog.text


def test_the_tree_as_data_and_as_text():
    async def main():
        use_clock(ManualClock())
        inner = ChildSpec("inner", Supervisor, ([child("leaf")],), {"name": "inner"})
        pool = ChildSpec("pool", DynamicSupervisor)
        sup = await Supervisor.spawn([inner, pool, child("down")], name="top")
        await (await ref_of(sup, "pool")).start_child(ChildSpec(AUTO_ID, CrashingActor))
        (await ref_of(await ref_of(sup, "inner"), "leaf")).tell(Crash())
        await sup.terminate_child("down")
        await run_until_idle()
        tree = await sup.tree()
        assert [node.id for node in tree.children] == ["inner", "pool", "down"]
        assert tree.children[0].children[0].restarts == 1
        assert tree.children[2].state is ChildState.DOWN
        assert render(tree).splitlines() == [
            "top  Supervisor",
            "├─ inner  Supervisor",
            "│  └─ leaf  CrashingActor  (restarts: 1)",
            "├─ pool  DynamicSupervisor",
            "│  └─ 1  CrashingActor",
            "└─ down  [down]",
        ]

    run(main)


# -- supervisors as base classes --------


def test_a_subclass_with_hooks_and_messages_of_its_own():
    class Session(Supervisor):
        def __init__(self, journal):
            self.journal = journal
            super().__init__([child("a", journal)], strategy=Strategy.REST_FOR_ONE)
            self.first = self.address("a")

        async def on_start(self):
            started = super().on_start()
            if started is not None:
                await started
            self.journal.append("started")

        def on_receive(self, message):
            return self.first.ask(message)

        async def on_stop(self):
            await asyncio.sleep(0)
            self.journal.append("stopped")

    async def main():
        journal = []
        sup = await Session.spawn(journal)
        assert await sup.ask("for a", block=False) == "for a"
        assert await shutdown(sup) == SHUTDOWN
        assert journal == [("a", "start"), "started", ("a", "stop"), "stopped"]

    run(main)


def test_a_crashing_supervisor_takes_its_children_with_it_and_is_restarted():
    class Clumsy(Supervisor):
        def on_receive(self, message):
            raise message

    async def main():
        journal = []
        sup = await Supervisor.spawn([ChildSpec("s", Clumsy, ([child("a", journal)],))])
        first = await ref_of(sup, "s")
        first.tell(OSError("clumsy"))
        await run_until_idle()
        assert journal == [("a", "start"), ("a", "stop"), ("a", "start")]
        assert isinstance(first.reason.exception, OSError)

    run(main)


def test_giving_up_under_a_transient_spec_is_final():
    """Fact 8: a supervisor gives up with `shutdown`, which a transient child may end with."""

    async def main():
        use_clock(ManualClock())
        inner = ChildSpec(
            "inner", Supervisor, ([child("a")],), {"intensity": 0}, restart=Restart.TRANSIENT
        )
        sup = await Supervisor.spawn([inner])
        (await ref_of(await ref_of(sup, "inner"), "a")).tell(Crash())
        await run_until_idle()
        assert (await sup.which_child("inner")).state is ChildState.DOWN
        assert sup.is_alive()

    run(main)


def test_dynamic_children_that_end_normally_leave_nothing():
    async def main():
        sup = await DynamicSupervisor.spawn()
        refs = [
            await sup.start_child(ChildSpec(AUTO_ID, CrashingActor, restart=Restart.TRANSIENT))
            for _ in range(100)
        ]
        for ref in refs:
            ref.tell(Exit())
        await run_until_idle()
        assert sup.actor._children == {}

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
