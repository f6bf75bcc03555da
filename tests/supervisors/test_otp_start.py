"""OTP supervisor_SUITE, groups sup_start and sup_start_map (otp_cases.toml)."""

from __future__ import annotations

import pytest

from supervisors import (
    AUTO_ID,
    IGNORE,
    SHUTDOWN,
    ChildSpec,
    ChildState,
    ChildType,
    DynamicSupervisor,
    EventLoopActor,
    ExitKind,
    Restart,
    SpecError,
    StartError,
    StartIgnored,
    Supervisor,
    monitor,
    shutdown,
)
from supervisors.policy import INFINITY
from supervisors.testing import CrashingActor, run, run_until_idle


def child(id, **options):
    return ChildSpec(id, CrashingActor, **options)


def ignored(id, **options):
    return ChildSpec(id, lambda: IGNORE, **options)


async def infos(sup):
    return {info.id: info for info in await sup.which_children()}


def test_sup_start_normal():
    async def main():
        sup = await Supervisor.spawn()
        downs = []
        monitor(sup, downs.append)
        assert await shutdown(sup) == SHUTDOWN
        await run_until_idle()
        assert [down.reason for down in downs] == [SHUTDOWN]

    run(main)


def test_sup_start_ignore_init(caplog):
    class Unwanted(Supervisor):
        def on_start(self):
            raise StartIgnored("not today")

    async def main():
        with pytest.raises(StartIgnored):
            await Unwanted.spawn([child("a")])
        ref = Unwanted.start([child("a")])
        assert not ref.is_alive()
        assert ref.reason.kind is ExitKind.NORMAL

    run(main)
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


def test_sup_start_ignore_child():
    async def main():
        sup = await Supervisor.spawn([ignored("no"), child("yes")])
        seen = await infos(sup)
        assert (seen["no"].ref, seen["no"].state) == (None, ChildState.DOWN)
        assert seen["yes"].ref.is_alive()
        assert await sup.count_children() == (2, 1, 0, 2)

    run(main)


def test_sup_start_ignore_temporary_child():
    async def main():
        sup = await Supervisor.spawn([ignored("no", restart=Restart.TEMPORARY), child("yes")])
        assert list(await infos(sup)) == ["yes"]
        assert await sup.count_children() == (1, 1, 0, 1)

    run(main)


def test_sup_start_ignore_temporary_child_start_child():
    async def main():
        sup = await Supervisor.spawn()
        assert await sup.start_child(ignored("no", restart=Restart.TEMPORARY)) is None
        assert await sup.start_child(ignored("kept")) is None
        assert list(await infos(sup)) == ["kept"]
        assert await sup.count_children() == (1, 0, 0, 1)

    run(main)


def test_sup_start_ignore_temporary_child_start_child_simple():
    async def main():
        sup = await DynamicSupervisor.spawn(ignored("t", restart=Restart.TEMPORARY))
        assert await sup.start_child() is None
        assert await sup.which_children() == []
        assert await sup.count_children() == (1, 0, 0, 0)

    run(main)


def test_sup_start_ignore_permanent_child_start_child_simple():
    async def main():
        sup = await DynamicSupervisor.spawn(ignored("t"))
        assert await sup.start_child() is None
        assert await sup.which_children() == []
        assert await shutdown(sup) == SHUTDOWN

    run(main)


@pytest.mark.parametrize("junk", ["abc", [1], [("id", CrashingActor)], [None]])
def test_sup_start_error_return(junk):
    async def main():
        with pytest.raises(SpecError, match="children="):
            await Supervisor.spawn(junk)

    run(main)


def test_sup_start_fail():
    class Failing(Supervisor):
        def on_start(self):
            raise LookupError("no such thing")

    async def main():
        with pytest.raises(StartError) as caught:
            await Failing.spawn([child("a")])
        assert isinstance(caught.value.__cause__, LookupError)
        assert caught.value.__cause__.__traceback__ is not None

    run(main)


@pytest.mark.parametrize("faulty", [lambda: 1 / 0, lambda: "junk", lambda: None])
def test_sup_start_child_returns_error(faulty):
    async def main():
        sup = await Supervisor.spawn()
        with pytest.raises(StartError) as caught:
            await sup.start_child(ChildSpec("a", faulty))
        assert caught.value.child_id == "a"
        assert await sup.which_children() == []
        assert sup.is_alive()

    run(main)


def test_sup_start_restart_child_returns_error():
    async def main():
        failures = []
        sup = await Supervisor.spawn([child("a", args=("a", None, failures))])
        await sup.terminate_child("a")
        failures.append(OSError("gone"))
        with pytest.raises(StartError):
            await sup.restart_child("a")
        info = (await infos(sup))["a"]
        assert (info.ref, info.state) == (None, ChildState.DOWN)
        assert (await sup.restart_child("a")).is_alive()

    run(main)


@pytest.mark.parametrize("faulty", [lambda: 1 / 0, lambda: "junk"])
def test_sup_start_child_returns_error_simple(faulty):
    async def main():
        sup = await DynamicSupervisor.spawn(ChildSpec("t", faulty))
        with pytest.raises(StartError):
            await sup.start_child()
        assert await sup.which_children() == []

    run(main)


def test_sup_start_map():
    async def main():
        sup = await Supervisor.spawn(
            [child("worker"), ChildSpec("sup", Supervisor), child("own", shutdown=0.5)]
        )
        spec = await sup.get_childspec("worker")
        assert (spec.restart, spec.shutdown, spec.type, spec.significant) == (
            Restart.PERMANENT, 5.0, ChildType.WORKER, False,
        )  # fmt: skip
        spec = await sup.get_childspec("sup")
        assert (spec.shutdown, spec.type) == (INFINITY, ChildType.SUPERVISOR)
        assert (await sup.get_childspec("own")).shutdown == 0.5

    run(main)


def test_sup_start_map_simple():
    async def main():
        template = child(AUTO_ID, restart=Restart.TRANSIENT)
        sup = await DynamicSupervisor.spawn(template)
        ref = await sup.start_child("x")
        assert await sup.get_childspec(ref) == template
        stranger = EventLoopActor.start()
        with pytest.raises(Exception, match="not found"):
            await sup.get_childspec(stranger)

    run(main)


def test_sup_start_map_faulty_specs():
    with pytest.raises(TypeError, match="id"):
        ChildSpec(start=CrashingActor)
    with pytest.raises(TypeError, match="start"):
        ChildSpec("a")
    with pytest.raises(TypeError, match="silly"):
        ChildSpec("a", CrashingActor, silly=1)  # OTP accepts it; a keyword argument can't be silly
    with pytest.raises(SpecError) as caught:
        ChildSpec("a", "not callable")
    assert (caught.value.field, caught.value.value) == ("start", "not callable")
