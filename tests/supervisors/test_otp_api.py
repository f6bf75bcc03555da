"""OTP supervisor_SUITE: requests, specs, flags, counting, order, hot change (otp_cases.toml)."""

from __future__ import annotations

import itertools

import pytest

from supervisors import (
    ActorDeadError,
    AlreadyPresent,
    AlreadyStarted,
    AutoShutdown,
    ChildError,
    ChildNotFound,
    ChildRestarting,
    ChildRunning,
    ChildSpec,
    ChildState,
    ChildType,
    DynamicSupervisor,
    MaxChildren,
    Restart,
    SpecError,
    Strategy,
    Supervisor,
    kill,
    shutdown,
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


def child(id, journal=None, **options):
    return ChildSpec(id, CrashingActor, kwargs={"name": id, "journal": journal}, **options)


async def refs_of(sup):
    return {info.id: info.ref for info in await sup.which_children()}


def test_child_adm():
    async def main():
        sup = await Supervisor.spawn()
        assert await sup.which_children() == []
        assert await sup.count_children() == (0, 0, 0, 0)
        ref = await sup.start_child(child("a"))
        with pytest.raises(AlreadyStarted) as caught:
            await sup.start_child(child("a"))
        assert caught.value.ref is ref
        with pytest.raises(ChildRunning):
            await sup.delete_child("a")
        with pytest.raises(ChildRunning):
            await sup.restart_child("a")
        assert await sup.count_children() == (1, 1, 0, 1)

        await sup.terminate_child("a")
        await sup.terminate_child("a")  # also when it is down
        assert not ref.is_alive()
        assert await sup.count_children() == (1, 0, 0, 1)
        with pytest.raises(AlreadyPresent):
            await sup.start_child(child("a"))
        again = await sup.restart_child("a")
        assert again is not ref
        assert again.is_alive()
        await sup.terminate_child("a")
        await sup.delete_child("a")
        assert await sup.which_children() == []

        for request in (sup.delete_child, sup.terminate_child, sup.restart_child):
            with pytest.raises(ChildNotFound):
                await request("a")
        assert sup.is_alive()
        await shutdown(sup)
        with pytest.raises(ActorDeadError):
            await sup.which_children()

    run(main)


def test_child_adm_simple():
    async def main():
        sup = await DynamicSupervisor.spawn(child("t"))
        assert await sup.which_children() == []
        a, b = await sup.start_child(), await sup.start_child()
        assert {info.ref for info in await sup.which_children()} == {a, b}
        assert await sup.count_children() == (1, 2, 0, 2)
        for request in (sup.delete_child, sup.restart_child):
            with pytest.raises(ChildError, match="keeps no specs"):
                await request(1)
        await sup.terminate_child(a)
        assert [info.ref for info in await sup.which_children()] == [b]
        with pytest.raises(ChildNotFound):
            await sup.terminate_child(a)
        await shutdown(sup)
        with pytest.raises(ActorDeadError):
            await sup.start_child()

    run(main)


def test_extra_return():
    made = []

    def start(name):
        made.append(name)
        return CrashingActor.start(name), {"port": 5222}

    async def main():
        sup = await Supervisor.spawn([ChildSpec("static", start, ("static",))])
        ref, info = await sup.start_child(ChildSpec("a", start, ("a",)))
        assert info == {"port": 5222}
        with pytest.raises(AlreadyStarted):
            await sup.start_child(ChildSpec("a", start, ("a",)))
        await sup.terminate_child("a")
        again, info = await sup.restart_child("a")
        assert again is not ref
        assert info == {"port": 5222}
        again.tell(Crash())
        await run_until_idle()
        assert made == ["static", "a", "a", "a"]
        assert (await refs_of(sup))["a"].is_alive()

    run(main)


INVALID = [
    ("id", None),
    ("id", []),
    ("start", "a string"),
    ("start", None),
    ("args", ["a list"]),
    ("kwargs", ("a", "tuple")),
    ("restart", "prmanent"),
    ("restart", None),
    ("shutdown", -1),
    ("shutdown", "infinty"),
    ("shutdown", True),
    ("shutdown", float("inf")),
    ("start_timeout", 0),
    ("start_timeout", "soon"),
    ("significant", "yes"),
    ("significant", 1),
    ("type", "wrker"),
    ("backoff", 5),
    ("buffer", -1),
    ("buffer", 1.5),
]


@pytest.mark.parametrize(("field", "value"), INVALID)
def test_child_specs(field, value):
    arguments = {"id": "a", "start": CrashingActor, field: value}
    with pytest.raises(SpecError) as caught:
        ChildSpec(**arguments)
    assert caught.value.field == field
    assert caught.value.value is value
    assert f"{field}=" in str(caught.value)


@pytest.mark.parametrize(
    ("restart", "significant", "mode"),
    list(itertools.product(Restart, [False, True], AutoShutdown)),
)
def test_child_specs_map(restart, significant, mode):
    valid = not significant or (restart is not Restart.PERMANENT and mode is not AutoShutdown.NEVER)

    async def main():
        sup = await Supervisor.spawn(auto_shutdown=mode)
        if valid:
            ref = await sup.start_child(child("a", restart=restart, significant=significant))
            assert ref.is_alive()
        else:
            with pytest.raises(SpecError) as caught:
                await sup.start_child(child("a", restart=restart, significant=significant))
            assert caught.value.field == "significant"
        with pytest.raises(SpecError, match="twice"):
            await Supervisor.spawn([child("x"), child("x")])
        with pytest.raises(SpecError, match="ChildSpec"):
            await sup.start_child("no spec")
        assert sup.is_alive()

    run(main)


@pytest.mark.parametrize(
    ("flag", "value"),
    [
        ("strategy", "one_for_noone"),
        ("strategy", None),
        ("intensity", -1),
        ("intensity", "many"),
        ("intensity", True),
        ("intensity", 1.5),
        ("period", 0),
        ("period", -1),
        ("period", "long"),
        ("auto_shutdown", "sometimes"),
        ("auto_shutdown", []),
    ],
)
def test_sup_flags(flag, value):
    async def main():
        with pytest.raises(SpecError) as caught:
            await Supervisor.spawn(**{flag: value})
        assert caught.value.field == flag
        with pytest.raises(TypeError, match="silly"):
            await Supervisor.spawn(silly=1)

    run(main)


def test_count_children():
    async def main():
        sup = await Supervisor.spawn([child("a"), ChildSpec("s", Supervisor), child("b")])
        assert await sup.count_children() == (3, 3, 1, 2)
        await sup.terminate_child("b")
        assert await sup.count_children() == (3, 2, 1, 2)
        simple = await DynamicSupervisor.spawn(child("t"))
        for _ in range(1000):
            await simple.start_child()
        assert await simple.count_children() == (1, 1000, 0, 1000)
        await simple.terminate_child((await simple.which_children())[0].ref)
        assert await simple.count_children() == (1, 999, 0, 999)

    run(main)


def test_count_children_supervisor():
    async def main():
        simple = await DynamicSupervisor.spawn(ChildSpec("t", Supervisor))
        for _ in range(1000):
            await simple.start_child()
        assert await simple.count_children() == (1, 1000, 1000, 0)
        static = await Supervisor.spawn(
            [ChildSpec(n, Supervisor) for n in range(1000)] + [child(n) for n in range(1000, 2000)]
        )
        assert await static.count_children() == (2000, 2000, 1000, 1000)
        await shutdown(static)
        await shutdown(simple)

    run(main)


def test_count_restarting_children():
    async def main():
        use_clock(ManualClock())
        failures = []
        sup = await DynamicSupervisor.spawn(
            ChildSpec("t", CrashingActor), intensity=1_000_000, period=3600.0
        )
        refs = [await sup.start_child(n, None, failures) for n in range(4)]
        assert await sup.count_children() == (1, 4, 0, 4)
        failures.extend(OSError("for ever") for _ in range(100_000))
        for number, ref in enumerate(refs, 1):
            ref.tell(Crash())
            while ref.is_alive():
                await sup.which_children()
            counts = await sup.count_children()
            assert counts.active == 4 - number
            assert counts.workers == 4
        states = {info.state for info in await sup.which_children()}
        assert states == {ChildState.RESTARTING}
        await shutdown(sup)

    run(main)


def test_order_of_children():
    async def main():
        journal = []
        sup = await Supervisor.spawn(
            [child(name, journal) for name in "abcde"], strategy=Strategy.REST_FOR_ONE
        )
        assert journal == [(name, "start") for name in "abcde"]
        journal.clear()
        (await refs_of(sup))["c"].tell(Crash())
        await run_until_idle()
        assert journal == [
            ("e", "stop"), ("d", "stop"), ("c", "start"), ("d", "start"), ("e", "start"),
        ]  # fmt: skip
        journal.clear()
        await shutdown(sup)
        assert journal == [(name, "stop") for name in "edcba"]

    run(main)


def test_which_children():
    async def main():
        sup = await Supervisor.spawn([child("a"), ChildSpec("s", Supervisor)])
        newest, oldest = await sup.which_children()
        assert (newest.id, newest.type, newest.state) == (
            "s", ChildType.SUPERVISOR, ChildState.RUNNING,
        )  # fmt: skip
        assert (oldest.id, oldest.type) == ("a", ChildType.WORKER)
        assert await sup.which_child("a") == oldest
        with pytest.raises(ChildNotFound):
            await sup.which_child("nobody")
        await sup.terminate_child("a")
        assert (await sup.which_child("a")).ref is None

    run(main)


def test_which_children_simple_one_for_one():
    async def main():
        sup = await DynamicSupervisor.spawn(child("t"))
        ref = await sup.start_child()
        assert [info.ref for info in await sup.which_children()] == [ref]
        assert (await sup.which_child(ref)).ref is ref
        kill(ref)
        await run_until_idle()
        with pytest.raises(ChildNotFound):
            await sup.which_child(ref)

    run(main)


def test_code_change():
    async def main():
        use_clock(ManualClock())
        sup = await Supervisor.spawn([child("a")], intensity=1, period=10.0)
        await sup.configure(intensity=3, period=1000.0, strategy=Strategy.ONE_FOR_ALL)
        for _ in range(3):
            (await refs_of(sup))["a"].tell(Crash())
            await run_until_idle()
        assert sup.is_alive()
        for changes in ({"intensity": -1}, {"strategy": "none"}, {"period": 0}):
            with pytest.raises(SpecError):
                await sup.configure(**changes)
        (await refs_of(sup))["a"].tell(Crash())
        await run_until_idle()
        assert not sup.is_alive()  # the refused values changed nothing: three was the limit

    run(main)


def test_code_change_map():
    async def main():
        sup = await Supervisor.spawn([child("a"), child("old")])
        before = await refs_of(sup)
        changed = child("a", restart=Restart.TEMPORARY, shutdown=1.5)
        await sup.configure(children=[child("new"), changed])
        after = await refs_of(sup)
        assert after == {**before, "new": None}  # new ones wait, removed ones stay
        assert await sup.get_childspec("a") == changed
        with pytest.raises(SpecError):
            await sup.configure(children=[child("x"), child("x")])
        assert set(await refs_of(sup)) == {"a", "old", "new"}
        after["a"].tell(Exit())
        await run_until_idle()
        assert set(await refs_of(sup)) == {"old", "new"}  # it had become temporary
        assert (await sup.restart_child("new")).is_alive()

    run(main)


def test_code_change_simple():
    async def main():
        use_clock(ManualClock())
        sup = await DynamicSupervisor.spawn(child("t"), intensity=0)
        await sup.configure(intensity=2, max_children=1)
        ref = await sup.start_child()
        with pytest.raises(MaxChildren):
            await sup.start_child()
        ref.tell(Crash())
        await run_until_idle()
        assert sup.is_alive()
        with pytest.raises(SpecError):
            await sup.configure(max_children=-1)
        with pytest.raises(SpecError):
            await sup.configure(period=-1)

    run(main)


def test_code_change_simple_map():
    async def main():
        sup = await DynamicSupervisor.spawn(child("t"))
        ref = await sup.start_child()
        await sup.configure(template=child("t", restart=Restart.TEMPORARY))
        ref.tell(Crash())
        await run_until_idle()
        assert await sup.which_children() == []  # also those that ran already
        with pytest.raises(SpecError):
            await sup.configure(template="junk")
        plain = await DynamicSupervisor.spawn()
        with pytest.raises(SpecError):
            await plain.configure(template=child("t"))

    run(main)


def test_a_restarting_child_is_named_as_such():
    async def main():
        use_clock(ManualClock())
        sup = await Supervisor.spawn([child("a")])
        place = sup.actor._children["a"]
        place.ref, place.state = None, ChildState.RESTARTING
        with pytest.raises(ChildRestarting):
            await sup.restart_child("a")
        with pytest.raises(ChildRestarting):
            await sup.delete_child("a")

    run(main)
