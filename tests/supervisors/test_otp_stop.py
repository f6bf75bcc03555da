"""OTP supervisor_SUITE, group sup_stop, ported case by case (otp_cases.toml)."""

from __future__ import annotations

import itertools
from math import inf

import pytest

from supervisors import (
    BRUTAL_KILL,
    INFINITY,
    KILLED,
    NORMAL,
    SHUTDOWN,
    ChildSpec,
    DynamicSupervisor,
    ExitKind,
    ExitReason,
    Restart,
    Supervisor,
    kill,
    monitor,
    shutdown,
)
from supervisors.testing import CrashingActor, Exit, ManualClock, run, run_until_idle, use_clock

REASONS = [
    NORMAL,
    SHUTDOWN,
    ExitReason.shutdown("with detail"),
    ExitReason.error(RuntimeError("abnormal")),
]


def child(id, **options):
    stop_takes = options.pop("stop_takes", 0)
    return ChildSpec(id, CrashingActor, kwargs={"name": id, "stop_takes": stop_takes}, **options)


def note_ends(refs):
    ends = {}
    for name, ref in refs.items():
        monitor(ref, lambda down, name=name: ends.__setitem__(name, down.reason))
    return ends


async def refs_of(sup):
    return {info.id: info.ref for info in await sup.which_children()}


@pytest.mark.parametrize("kind", [CrashingActor, Supervisor])
def test_sup_stop_infinity(kind):
    async def main():
        clock = use_clock(ManualClock())
        sup = await Supervisor.spawn([ChildSpec("a", kind, shutdown=INFINITY)])
        ends = note_ends(await refs_of(sup))
        assert await shutdown(sup) == SHUTDOWN
        await run_until_idle()
        assert ends == {"a": SHUTDOWN}
        assert clock.pending == 0

    run(main)


def test_sup_stop_infinity_waits_as_long_as_it_takes():
    async def main():
        clock = use_clock(ManualClock())
        sup = await Supervisor.spawn([child("a", shutdown=INFINITY, stop_takes=10_000)])
        ended = sup.stop(block=False)
        await run_until_idle()
        clock.advance(9_999)
        await run_until_idle()
        assert not ended.done()
        clock.advance(1)
        assert await ended

    run(main)


def test_sup_stop_timeout():
    async def main():
        clock = use_clock(ManualClock())
        sup = await Supervisor.spawn(
            [child("first"), child("busy", shutdown=1.0, stop_takes=inf), child("last")]
        )
        ends = note_ends(await refs_of(sup))
        ended = sup.stop(block=False)
        await run_until_idle()
        assert ends == {"last": SHUTDOWN}
        clock.advance(0.999)
        await run_until_idle()
        assert "busy" not in ends
        clock.advance(0.001)
        assert await ended
        await run_until_idle()
        assert ends == {"last": SHUTDOWN, "busy": KILLED, "first": SHUTDOWN}

    run(main)


def test_sup_stop_timeout_dynamic():
    async def main():
        clock = use_clock(ManualClock())
        sup = await DynamicSupervisor.spawn()
        specs = [child("a"), child("busy", shutdown=1.0, stop_takes=inf), child("b")]
        ends = note_ends({spec.id: await sup.start_child(spec) for spec in specs})
        ended = sup.stop(block=False)
        await run_until_idle()
        assert ends == {"a": SHUTDOWN, "b": SHUTDOWN}  # the busy one holds up nobody
        clock.advance(1.0)
        assert await ended
        await run_until_idle()
        assert ends["busy"] == KILLED

    run(main)


def test_sup_stop_brutal_kill():
    async def main():
        sup = await Supervisor.spawn(
            [child("polite"), child("brutal", shutdown=BRUTAL_KILL, stop_takes=inf)]
        )
        ends = note_ends(await refs_of(sup))
        assert await shutdown(sup) == SHUTDOWN
        await run_until_idle()
        assert ends == {"polite": SHUTDOWN, "brutal": KILLED}

    run(main)


def test_sup_stop_brutal_kill_dynamic():
    async def main():
        sup = await DynamicSupervisor.spawn()
        specs = [child(n, shutdown=BRUTAL_KILL, stop_takes=inf) for n in range(10)]
        ends = note_ends({spec.id: await sup.start_child(spec) for spec in specs})
        assert await shutdown(sup) == SHUTDOWN
        await run_until_idle()
        assert ends == dict.fromkeys(range(10), KILLED)

    run(main)


def race_specs():
    for restart, reason in itertools.product(Restart, REASONS):
        yield (restart.value, repr(reason)), restart, reason


def test_sup_stop_race():
    async def main():
        sup = await Supervisor.spawn(
            [child(name, restart=restart) for name, restart, _ in race_specs()], intensity=100
        )
        refs = await refs_of(sup)
        ends = note_ends(refs)
        for name, _, reason in race_specs():
            refs[name].tell(Exit(reason))
        assert await shutdown(sup) == SHUTDOWN
        await run_until_idle()
        assert ends == {name: reason for name, _, reason in race_specs()}

    run(main)


def test_sup_stop_non_shutdown_exit_dynamic():
    async def main():
        sup = await DynamicSupervisor.spawn(intensity=100)
        refs = {
            name: await sup.start_child(child(name, restart=restart))
            for name, restart, _ in race_specs()
        }
        ends = note_ends(refs)
        for name, _, reason in race_specs():
            refs[name].tell(Exit(reason))
        assert await shutdown(sup) == SHUTDOWN
        await run_until_idle()
        assert ends == {name: reason for name, _, reason in race_specs()}

    run(main)


def test_a_killed_supervisor_takes_its_children_with_it():
    async def main():
        inner = ChildSpec("inner", Supervisor, ([child("leaf", stop_takes=inf)],))
        sup = await Supervisor.spawn([child("a"), inner])
        refs = await refs_of(sup)
        leaf = (await refs["inner"].which_children())[0].ref
        kill(sup)
        assert [ref.reason.kind for ref in (sup, leaf, *refs.values())] == [ExitKind.KILLED] * 4

    run(main)
