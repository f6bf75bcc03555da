"""The tree of supervisors, as data and as text."""

from __future__ import annotations

from supervisors import (
    AUTO_ID,
    ChildSpec,
    ChildState,
    DynamicSupervisor,
    Supervisor,
    render,
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
