"""Dynamic supervisors: children side by side."""

from __future__ import annotations

from math import inf

import pytest

from supervisors import (
    AUTO_ID,
    AlreadyStarted,
    ChildSpec,
    DynamicSupervisor,
    MaxChildren,
    Restart,
    SpecError,
)
from supervisors.testing import (
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


@pytest.mark.parametrize("count", [-1, "many", True, 1.0])
def test_max_children_is_checked(count):
    async def main():
        with pytest.raises(SpecError, match="max_children"):
            await DynamicSupervisor.spawn(max_children=count)

    run(main)


def test_max_children():
    async def main():
        sup = await DynamicSupervisor.spawn(max_children=2)
        a = await sup.start_child(child("a"))
        await sup.start_child(child("b"))
        with pytest.raises(MaxChildren):
            await sup.start_child(child("c"))
        await sup.terminate_child(a)
        assert (await sup.start_child(child("c"))).is_alive()

    run(main)


def test_a_dynamic_child_is_found_by_id_ref_and_address():
    async def main():
        sup = await DynamicSupervisor.spawn()
        refs = [await sup.start_child(child(name)) for name in "abc"]
        with pytest.raises(AlreadyStarted):
            await sup.start_child(child("a"))
        address = sup.actor.address("b")
        assert address.ref is refs[1]
        for key in ("a", address, refs[2]):
            await sup.terminate_child(key)
        assert await sup.which_children() == []
        assert address.tell("anybody?") is False

    run(main)
