"""OTP supervisor_SUITE: the strategies, escalation and restart counting (otp_cases.toml)."""

from __future__ import annotations

import gc
import weakref

import pytest

from supervisors import (
    SHUTDOWN,
    ChildSpec,
    ChildState,
    DynamicSupervisor,
    EventLoopActor,
    ExitKind,
    Restart,
    StartIgnored,
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


def child(id, failures=None, journal=None, **options):
    args = {"name": id, "journal": journal, "start_failures": failures}
    return ChildSpec(id, CrashingActor, kwargs=args, **options)


async def refs_of(sup):
    return {info.id: info.ref for info in await sup.which_children()}


async def crash(ref):
    ref.tell(Crash())
    await run_until_idle()


async def crash_child(sup, id):
    await crash((await refs_of(sup))[id])


def gave_up(sup):
    return sup.reason is not None and sup.reason.kind is ExitKind.SHUTDOWN


def test_multiple_restarts():
    async def main():
        clock = use_clock(ManualClock())
        sup = await Supervisor.spawn([child("a")], intensity=1, period=1.0)
        for _ in range(10):
            await crash_child(sup, "a")
            clock.advance(1.001)
        assert sup.is_alive()
        assert (await sup.which_child("a")).restarts == 10

    run(main)


def test_one_for_one():
    async def main():
        use_clock(ManualClock())
        sup = await Supervisor.spawn([child("a"), child("b")], intensity=2, period=3600.0)
        before = await refs_of(sup)
        await crash_child(sup, "a")
        after = await refs_of(sup)
        assert after["a"] is not before["a"]
        assert after["b"] is before["b"]
        await crash_child(sup, "a")
        assert sup.is_alive()
        await crash_child(sup, "b")
        assert gave_up(sup)
        assert not after["b"].is_alive()

    run(main)


@pytest.mark.parametrize("strategy", Strategy)
def test_escalation(strategy):
    async def main():
        failures = []
        sup = await Supervisor.spawn(
            [child("a", failures), child("b")], strategy=strategy, intensity=3
        )
        refs = await refs_of(sup)
        failures.extend(OSError("can't start") for _ in range(10))
        await crash(refs["a"])
        assert gave_up(sup)
        assert not refs["b"].is_alive()
        assert len(failures) == 7  # each failed attempt counted: three were allowed

    run(main)


def test_one_for_one_escalation():
    test_escalation(Strategy.ONE_FOR_ONE)


def test_one_for_all():
    async def main():
        journal = []
        sup = await Supervisor.spawn(
            [child(name, journal=journal) for name in "abc"], strategy=Strategy.ONE_FOR_ALL
        )
        before = await refs_of(sup)
        journal.clear()
        await crash_child(sup, "b")
        after = await refs_of(sup)
        assert not set(before.values()) & set(after.values())
        assert journal == [
            ("c", "stop"), ("a", "stop"), ("a", "start"), ("b", "start"), ("c", "start"),
        ]  # fmt: skip

    run(main)


def test_one_for_all_escalation():
    test_escalation(Strategy.ONE_FOR_ALL)


def test_one_for_all_other_child_fails_restart():
    async def main():
        journal, failures = [], []
        sup = await Supervisor.spawn(
            [child("a", journal=journal), child("b", failures, journal)],
            strategy=Strategy.ONE_FOR_ALL,
        )
        journal.clear()
        failures.append(OSError("once"))
        await crash_child(sup, "a")
        assert journal == [
            ("b", "stop"), ("a", "start"),  # then b fails to start, so that a is stopped again
            ("a", "stop"), ("a", "start"), ("b", "start"),
        ]  # fmt: skip
        assert await sup.count_children() == (2, 2, 0, 2)

    run(main)


def test_rest_for_one():
    async def main():
        journal = []
        sup = await Supervisor.spawn(
            [child(name, journal=journal) for name in "abcd"], strategy=Strategy.REST_FOR_ONE
        )
        before = await refs_of(sup)
        journal.clear()
        await crash_child(sup, "b")
        after = await refs_of(sup)
        assert {name for name in "abcd" if before[name] is after[name]} == {"a"}
        assert journal == [
            ("d", "stop"), ("c", "stop"), ("b", "start"), ("c", "start"), ("d", "start"),
        ]  # fmt: skip

    run(main)


def test_rest_for_one_escalation():
    test_escalation(Strategy.REST_FOR_ONE)


def test_rest_for_one_other_child_fails_restart():
    async def main():
        journal, failures = [], []
        sup = await Supervisor.spawn(
            [child("a", journal=journal), child("b", failures, journal), child("c")],
            strategy=Strategy.REST_FOR_ONE,
        )
        journal.clear()
        failures.append(OSError("once"))
        await crash_child(sup, "a")
        assert journal == [("b", "stop"), ("a", "start"), ("b", "start")]  # a only once
        assert await sup.count_children() == (3, 3, 0, 3)

    run(main)


def test_simple_one_for_one():
    async def main():
        sup = await DynamicSupervisor.spawn(ChildSpec("t", CrashingActor), intensity=1)
        a, b = await sup.start_child("a"), await sup.start_child("b")
        await crash(a)
        refs = [info.ref for info in await sup.which_children()]
        assert b in refs
        assert a not in refs
        assert len(refs) == 2
        await crash(b)
        assert gave_up(sup)

    run(main)


def test_simple_one_for_one_shutdown():
    async def main():
        clock = use_clock(ManualClock())
        template = ChildSpec("t", CrashingActor, kwargs={"stop_takes": 0.5}, shutdown=1.0)
        sup = await DynamicSupervisor.spawn(template)
        refs = [await sup.start_child() for _ in range(5)]
        ended = sup.stop(block=False)
        await run_until_idle()
        clock.advance(0.5)  # the sum would be 2.5, and killed after 1.0
        assert await ended
        assert [ref.reason for ref in refs] == [SHUTDOWN] * 5

    run(main)


def test_simple_one_for_one_extra():
    def start(*args, **kwargs):
        return CrashingActor.start(*args, **kwargs), ("extra", args)

    async def main():
        sup = await DynamicSupervisor.spawn(ChildSpec("t", start, args=("x",)))
        ref, info = await sup.start_child(None)
        assert info == ("extra", ("x", None))
        assert await ref.ask("alive", block=False) == "alive"
        await crash(ref)
        (only,) = await sup.which_children()
        assert only.ref is not ref
        assert only.ref.actor.name == "x"  # restarted with the same arguments

    run(main)


def test_simple_one_for_one_escalation():
    async def main():
        failures = []
        sup = await DynamicSupervisor.spawn(ChildSpec("t", CrashingActor), intensity=2)
        a = await sup.start_child("a", None, failures)
        b = await sup.start_child("b")
        failures.extend(OSError("can't start") for _ in range(10))
        await crash(a)
        assert gave_up(sup)
        assert not b.is_alive()
        assert len(failures) == 8

    run(main)


class Payload:
    pass


class Forgetful(EventLoopActor):
    """Takes an argument and doesn't keep it."""

    def __init__(self, payload):
        super().__init__()

    def on_receive(self, message):
        raise message


def test_simple_one_for_one_corruption():
    async def main():
        template = ChildSpec("t", Forgetful, restart=Restart.TEMPORARY)
        sup = await DynamicSupervisor.spawn(template)
        first = await sup.start_child(Payload())
        kill(first)
        await run_until_idle()
        payloads = []
        for _ in range(20):
            payload = Payload()
            payloads.append(weakref.ref(payload))
            await sup.start_child(payload)
            del payload
        await run_until_idle()
        gc.collect()
        assert [reference() for reference in payloads] == [None] * 20

    run(main)


def test_simple_one_for_one_restart_ignore():
    async def main():
        failures = []
        sup = await DynamicSupervisor.spawn(ChildSpec("t", CrashingActor))
        ref = await sup.start_child("a", None, failures)
        failures.append(StartIgnored("enough"))
        await crash(ref)
        assert await sup.which_children() == []
        assert sup.is_alive()

    run(main)


@pytest.mark.parametrize("strategy", [Strategy.ONE_FOR_ALL, Strategy.REST_FOR_ONE])
def test_temporary_bystander(strategy):
    async def main():
        sup = await Supervisor.spawn(
            [child("a"), child("temporary", restart=Restart.TEMPORARY)], strategy=strategy
        )
        await crash_child(sup, "a")
        assert list(await refs_of(sup)) == ["a"]
        assert sup.is_alive()

    run(main)


def test_tree():
    async def main():
        journal = []
        inner = ChildSpec(
            "inner",
            Supervisor,
            ([child("leaf", journal=journal)],),
            {"intensity": 0, "name": "inner"},
        )
        sup = await Supervisor.spawn([inner, child("other")])
        before = await refs_of(sup)
        await before["inner"].start_child(child("dynamic"))
        await crash_child(before["inner"], "leaf")
        after = await refs_of(sup)
        assert before["inner"].reason.kind is ExitKind.SHUTDOWN
        assert after["inner"] is not before["inner"]
        assert after["other"] is before["other"]
        assert list(await refs_of(after["inner"])) == ["leaf"]

    run(main)


def test_child_unlink():
    async def main():
        sup = await Supervisor.spawn([child("a"), child("b")])
        ref = (await refs_of(sup))["a"]
        ref.parent = None  # as if it had unlinked: its end is reported to nobody
        assert await shutdown(sup) == SHUTDOWN
        assert not ref.is_alive()

    run(main)


def test_a_restart_brings_back_what_was_terminated_in_its_group():
    """OTP starts every spec of the group again, also those somebody had stopped."""

    async def main():
        sup = await Supervisor.spawn([child("a"), child("b")], strategy=Strategy.ONE_FOR_ALL)
        await sup.terminate_child("b")
        assert (await sup.which_child("b")).state is ChildState.DOWN
        await crash_child(sup, "a")
        assert (await sup.which_child("b")).state is ChildState.RUNNING

    run(main)


def test_exit_of_a_child_that_is_being_replaced_counts_once():
    async def main():
        sup = await Supervisor.spawn(
            [child("a"), child("b")], strategy=Strategy.ONE_FOR_ALL, intensity=1
        )
        refs = await refs_of(sup)
        refs["a"].tell(Crash())
        refs["b"].tell(Exit())
        await run_until_idle()
        assert (await sup.count_children()).active == 2 or gave_up(sup)

    run(main)
