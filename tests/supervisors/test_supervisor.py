"""Static supervisors, where OTP's cases say nothing: slow starts, deadlines, subclasses."""

from __future__ import annotations

import asyncio
from math import inf

import pytest

from supervisors import (
    SHUTDOWN,
    ActorDeadError,
    ChildSpec,
    ChildState,
    EventLoopActor,
    ExitKind,
    Restart,
    StartError,
    Strategy,
    Supervisor,
    shutdown,
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
