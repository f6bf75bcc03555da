"""OTP supervisor_SUITE: memory, scale, hanging restart loops, names (otp_cases.toml)."""

from __future__ import annotations

import gc
import sys
import weakref

import pytest

from supervisors import (
    NORMAL,
    SHUTDOWN,
    AlreadyPresent,
    AlreadyStarted,
    ChildRestarting,
    ChildSpec,
    ChildState,
    DynamicSupervisor,
    EventLoopActor,
    ExitReason,
    Restart,
    StartError,
    Strategy,
    Supervisor,
    kill,
    shutdown,
)
from supervisors.testing import Crash, CrashingActor, Exit, run, run_until_idle


class Payload:
    pass


class Forgetful(EventLoopActor):
    def __init__(self, *payload):
        super().__init__()


@pytest.mark.parametrize("strategy", [*Strategy, None])
def test_do_not_save_start_parameters_for_temporary_children(strategy):
    async def main():
        if strategy is None:
            sup = await DynamicSupervisor.spawn()
        else:
            sup = await Supervisor.spawn(strategy=strategy)
        kept, dropped = Payload(), Payload()
        references = [weakref.ref(kept), weakref.ref(dropped)]
        await sup.start_child(ChildSpec("kept", Forgetful, (kept,), {}))
        await sup.start_child(ChildSpec("t", Forgetful, (dropped,), restart=Restart.TEMPORARY))
        del kept, dropped
        await run_until_idle()
        gc.collect()
        assert [reference() is not None for reference in references] == [True, False]
        assert (await sup.get_childspec("t")).args == ()

    run(main)


@pytest.mark.parametrize("kind", [Supervisor, DynamicSupervisor])
@pytest.mark.parametrize("how", ["kill", "normal", "abnormal", "by supervisor"])
def test_do_not_save_child_specs_for_temporary_children(kind, how):
    async def main():
        sup = await kind.spawn()
        ref = await sup.start_child(ChildSpec("t", CrashingActor, restart=Restart.TEMPORARY))
        if how == "by supervisor":
            await sup.terminate_child("t")
        elif how == "kill":
            kill(ref)
        else:
            ref.tell(Exit(NORMAL if how == "normal" else ExitReason.error(OSError())))
        await run_until_idle()
        assert await sup.which_children() == []

    run(main)


def count_calls(function):
    """How many Python functions are called: a measure of work that no slow machine changes."""
    calls = 0

    def note(_frame, event, _arg):
        nonlocal calls
        calls += event == "call"

    sys.setprofile(note)
    try:
        function()
    finally:
        sys.setprofile(None)
    return calls


def start_and_terminate_temporary(count):
    async def main():
        sup = await DynamicSupervisor.spawn(ChildSpec("t", Forgetful, restart=Restart.TEMPORARY))
        refs = [await sup.start_child() for _ in range(count)]
        for ref in refs:
            await sup.terminate_child(ref)
        assert await sup.which_children() == []

    return main


def test_simple_one_for_one_scale_many_temporary_children():
    few = count_calls(lambda: run(start_and_terminate_temporary(100)))
    many = count_calls(lambda: run(start_and_terminate_temporary(1_000)))
    assert many < 15 * few


def start_and_stop_static(count):
    async def main():
        sup = await Supervisor.spawn([ChildSpec(n, Forgetful) for n in range(count)])
        assert await shutdown(sup, timeout=None) == SHUTDOWN

    return main


def test_scale_start_stop_many_children():
    """The real times, for 1,000 and 100,000, are in `python -m benchmarks actors`."""
    few = count_calls(lambda: run(start_and_stop_static(100)))
    many = count_calls(lambda: run(start_and_stop_static(10_000)))
    assert many < 150 * few


class Failing(EventLoopActor):
    """Starts as long as `working` is true."""

    working = True

    def __init__(self, *_extra):
        super().__init__()

    def on_start(self):
        if not self.working:
            raise OSError("still broken")

    def on_receive(self, message):
        raise message


@pytest.fixture
def broken(monkeypatch):
    def switch():
        monkeypatch.setattr(Failing, "working", False)

    yield switch
    monkeypatch.setattr(Failing, "working", True)


@pytest.mark.parametrize("strategy", Strategy)
def test_hanging_restart_loop(strategy, broken):
    async def main():
        sup = await Supervisor.spawn(
            [ChildSpec("bad", Failing), ChildSpec("good", CrashingActor)],
            strategy=strategy,
            intensity=10**9,
        )
        broken()
        (await sup.which_child("bad")).ref.tell(OSError("down"))
        for _ in range(100):  # it answers, time and again, from the middle of the loop
            info = await sup.which_child("bad")
        assert info.state is ChildState.RESTARTING
        assert info.ref is None
        with pytest.raises(AlreadyPresent):
            await sup.start_child(ChildSpec("bad", Failing))
        with pytest.raises(ChildRestarting):
            await sup.restart_child("bad")
        with pytest.raises(ChildRestarting):
            await sup.delete_child("bad")
        await sup.terminate_child("bad")
        assert (await sup.which_child("bad")).state is ChildState.DOWN
        assert sup.is_alive()
        (await sup.which_child("good"))
        assert await shutdown(sup) == SHUTDOWN

    run(main)


def test_hanging_restart_loop_rest_for_one(broken):
    async def main():
        sup = await Supervisor.spawn(
            [
                ChildSpec(name, kind)
                for name, kind in {"a": CrashingActor, "b": Failing, "c": Failing}.items()
            ],
            strategy=Strategy.REST_FOR_ONE,
            intensity=10**9,
        )
        first = (await sup.which_child("a")).ref
        broken()
        (await sup.which_child("b")).ref.tell(OSError("down"))
        for _ in range(100):
            states = {info.id: info.state for info in await sup.which_children()}
        assert states == {
            "a": ChildState.RUNNING, "b": ChildState.RESTARTING, "c": ChildState.DOWN,
        }  # fmt: skip
        assert (await sup.which_child("a")).ref is first
        assert await shutdown(sup) == SHUTDOWN  # from the middle of the loop

    run(main)


def test_hanging_restart_loop_simple(broken):
    async def main():
        sup = await DynamicSupervisor.spawn(ChildSpec("t", Failing), intensity=10**9)
        ref = await sup.start_child()
        other = await sup.start_child()
        broken()
        ref.tell(OSError("down"))
        for _ in range(100):
            infos = await sup.which_children()
        assert {info.state for info in infos} == {ChildState.RESTARTING, ChildState.RUNNING}
        bad = next(info.id for info in infos if info.ref is None)
        await sup.terminate_child(bad)
        assert [info.ref for info in await sup.which_children()] == [other]
        assert await shutdown(sup) == SHUTDOWN

    run(main)


def test_simple_global_supervisor():
    """Registered names are addresses here: both the worker's and the supervisor's come back."""

    async def main():
        inner = ChildSpec("inner", Supervisor, ([ChildSpec("worker", CrashingActor)],))
        sup = await Supervisor.spawn([inner], intensity=10)
        inner_name = sup.actor.address("inner")
        worker_name = inner_name.ref.actor.address("worker")
        for victim in (worker_name.ref, inner_name.ref, worker_name.ref):
            kill(victim)
            await run_until_idle()
            assert await inner_name.ref.count_children() == (1, 1, 0, 1)
            assert await worker_name.ask("still there?") == "still there?"

    run(main)


def test_already_started_outside_supervisor():
    async def main():
        outside = CrashingActor.start()

        def start():
            raise AlreadyStarted("the only one", outside)

        sup = await Supervisor.spawn()
        with pytest.raises(StartError) as caught:
            await sup.start_child(ChildSpec("the only one", start))
        assert isinstance(caught.value.__cause__, AlreadyStarted)
        assert caught.value.__cause__.ref is outside
        assert await sup.which_children() == []
        assert outside.is_alive()
        outside.tell(Crash())
        await run_until_idle()
        assert sup.is_alive()

    run(main)
