"""OTP supervisor_SUITE: each end of a child x its restart type; significant (otp_cases.toml)."""

from __future__ import annotations

import pytest

from supervisors import (
    KILLED,
    NORMAL,
    SHUTDOWN,
    AutoShutdown,
    ChildSpec,
    ChildState,
    DynamicSupervisor,
    ExitReason,
    Restart,
    SpecError,
    Strategy,
    Supervisor,
    kill,
)
from supervisors.testing import Crash, CrashingActor, Exit, run, run_until_idle

NORMAL_ENDS = [NORMAL]
SHUTDOWN_ENDS = [SHUTDOWN, ExitReason.shutdown("why")]
ABNORMAL_ENDS = [ExitReason.error(RuntimeError("abnormal")), KILLED]
ENDS = ["kill", "crash", "normal", "shutdown"]


def child(id, **options):
    return ChildSpec(id, CrashingActor, **options)


async def ref_of(sup, id):
    return (await sup.which_child(id)).ref


async def end(ref, how):
    if how == "kill" or how is KILLED:
        kill(ref)
    elif how == "crash":
        ref.tell(Crash())
    else:
        ref.tell(Exit({"normal": NORMAL, "shutdown": SHUTDOWN}.get(how, how)))
    await run_until_idle()


def what_follows(restart, reason, dynamic=False):
    """What becomes of a child: restarted, kept or gone."""

    async def main():
        sup = await (DynamicSupervisor if dynamic else Supervisor).spawn()
        ref = await sup.start_child(child("a", restart=restart))
        await end(ref, reason)
        infos = await sup.which_children()
        assert sup.is_alive()
        if not infos:
            return "gone"
        if infos[0].ref is None:
            assert infos[0].state is ChildState.DOWN
            return "kept"
        assert infos[0].ref is not ref
        assert infos[0].restarts == 1
        return "restarted"

    return run(main)


@pytest.mark.parametrize("reason", NORMAL_ENDS, ids=repr)
def test_permanent_normal(reason):
    assert what_follows(Restart.PERMANENT, reason) == "restarted"


@pytest.mark.parametrize("reason", SHUTDOWN_ENDS, ids=repr)
def test_permanent_shutdown(reason):
    assert what_follows(Restart.PERMANENT, reason) == "restarted"


@pytest.mark.parametrize("reason", ABNORMAL_ENDS, ids=repr)
def test_permanent_abnormal(reason):
    assert what_follows(Restart.PERMANENT, reason) == "restarted"


@pytest.mark.parametrize("reason", NORMAL_ENDS, ids=repr)
def test_transient_normal(reason):
    assert what_follows(Restart.TRANSIENT, reason) == "kept"


@pytest.mark.parametrize("reason", SHUTDOWN_ENDS, ids=repr)
def test_transient_shutdown(reason):
    assert what_follows(Restart.TRANSIENT, reason) == "kept"


@pytest.mark.parametrize("reason", ABNORMAL_ENDS, ids=repr)
def test_transient_abnormal(reason):
    assert what_follows(Restart.TRANSIENT, reason) == "restarted"


@pytest.mark.parametrize("reason", NORMAL_ENDS, ids=repr)
def test_temporary_normal(reason):
    assert what_follows(Restart.TEMPORARY, reason) == "gone"


@pytest.mark.parametrize("reason", SHUTDOWN_ENDS, ids=repr)
def test_temporary_shutdown(reason):
    assert what_follows(Restart.TEMPORARY, reason) == "gone"


@pytest.mark.parametrize("reason", ABNORMAL_ENDS, ids=repr)
def test_temporary_abnormal(reason):
    assert what_follows(Restart.TEMPORARY, reason) == "gone"


@pytest.mark.parametrize("reason", [*NORMAL_ENDS, *SHUTDOWN_ENDS, *ABNORMAL_ENDS], ids=repr)
@pytest.mark.parametrize("restart", Restart)
def test_a_dynamic_supervisor_keeps_nothing_that_does_not_run(restart, reason):
    static = what_follows(restart, reason)
    assert what_follows(restart, reason, dynamic=True) == static.replace("kept", "gone")


# -- significant children --------


def survives(mode, restart, how, *, significant, others=0):
    """Whether a supervisor survives the end of its first child."""

    async def main():
        specs = [child(n, restart=restart, significant=significant) for n in range(others + 1)]
        sup = await Supervisor.spawn(specs, auto_shutdown=mode)
        if how == "terminate_child":
            await sup.terminate_child(0)
            await run_until_idle()
        else:
            await end(await ref_of(sup, 0), how)
        return sup.is_alive()

    return run(main)


@pytest.mark.parametrize("how", ENDS)
@pytest.mark.parametrize("mode", AutoShutdown)
def test_nonsignificant_temporary(mode, how):
    assert survives(mode, Restart.TEMPORARY, how, significant=False)


@pytest.mark.parametrize("how", ENDS)
@pytest.mark.parametrize("mode", AutoShutdown)
def test_nonsignificant_transient(mode, how):
    assert survives(mode, Restart.TRANSIENT, how, significant=False)


@pytest.mark.parametrize("how", [*ENDS, "terminate_child"])
def test_significant_temporary(how):
    triggers = how != "terminate_child"
    any_mode, all_mode = AutoShutdown.ANY_SIGNIFICANT, AutoShutdown.ALL_SIGNIFICANT
    for others in (0, 1):
        alive = survives(any_mode, Restart.TEMPORARY, how, significant=True, others=others)
        assert alive is not triggers
    assert survives(all_mode, Restart.TEMPORARY, how, significant=True) is not triggers
    assert survives(all_mode, Restart.TEMPORARY, how, significant=True, others=1)


@pytest.mark.parametrize("how", [*ENDS, "terminate_child"])
def test_significant_transient(how):
    triggers = how in ("normal", "shutdown")
    any_mode, all_mode = AutoShutdown.ANY_SIGNIFICANT, AutoShutdown.ALL_SIGNIFICANT
    for others in (0, 1):
        alive = survives(any_mode, Restart.TRANSIENT, how, significant=True, others=others)
        assert alive is not triggers
    assert survives(all_mode, Restart.TRANSIENT, how, significant=True) is not triggers
    assert survives(all_mode, Restart.TRANSIENT, how, significant=True, others=1)


def test_significant_simple():
    async def main():
        significant = child("t", restart=Restart.TEMPORARY, significant=True)
        with pytest.raises(SpecError, match="significant"):
            await DynamicSupervisor.spawn(significant)
        sup = await DynamicSupervisor.spawn()
        with pytest.raises(SpecError, match="significant"):
            await sup.start_child(significant)
        with pytest.raises(TypeError, match="auto_shutdown"):
            await DynamicSupervisor.spawn(auto_shutdown=AutoShutdown.ANY_SIGNIFICANT)

    run(main)


@pytest.mark.parametrize("restart", [Restart.TEMPORARY, Restart.TRANSIENT])
@pytest.mark.parametrize("strategy", [Strategy.ONE_FOR_ALL, Strategy.REST_FOR_ONE])
def test_significant_bystander(strategy, restart):
    async def main():
        sup = await Supervisor.spawn(
            [child("a"), child("bystander", restart=restart, significant=True)],
            strategy=strategy,
            auto_shutdown=AutoShutdown.ANY_SIGNIFICANT,
        )
        await end(await ref_of(sup, "a"), "crash")
        assert sup.is_alive()
        ids = {info.id for info in await sup.which_children()}
        assert ("bystander" in ids) is (restart is Restart.TRANSIENT)

    run(main)


@pytest.mark.parametrize("significant", [False, True])
def test_significant_escalation(significant):
    async def main():
        leaf = child("leaf", restart=Restart.TRANSIENT, significant=True)
        inner = ChildSpec(
            "inner",
            Supervisor,
            ([leaf],),
            {"auto_shutdown": AutoShutdown.ANY_SIGNIFICANT},
            restart=Restart.TRANSIENT,
            significant=significant,
        )
        sup = await Supervisor.spawn([inner], auto_shutdown=AutoShutdown.ANY_SIGNIFICANT)
        inner_ref = await ref_of(sup, "inner")
        await end(await ref_of(inner_ref, "leaf"), "normal")
        assert not inner_ref.is_alive()
        assert sup.is_alive() is not significant

    run(main)


NEVER = AutoShutdown.NEVER
ANY = AutoShutdown.ANY_SIGNIFICANT
ALL = AutoShutdown.ALL_SIGNIFICANT


def specs(count, significant):
    return [child(n, restart=Restart.TEMPORARY, significant=significant) for n in range(count)]


def upgrade(before, after, ends):
    """Change auto_shutdown for live children; which of their ends is the supervisor's."""

    async def main():
        sup = await Supervisor.spawn(specs(ends, before is not NEVER), auto_shutdown=before)
        await sup.configure(children=specs(ends, after is not NEVER), auto_shutdown=after)
        for number in range(ends):
            await end(await ref_of(sup, number), "normal")
            if not sup.is_alive():
                return number + 1
        return None

    return run(main)


def test_significant_upgrade_never_any():
    assert upgrade(NEVER, ANY, 2) == 1


def test_significant_upgrade_any_never():
    assert upgrade(ANY, NEVER, 2) is None


def test_significant_upgrade_never_all():
    assert upgrade(NEVER, ALL, 3) == 3


def test_significant_upgrade_all_never():
    assert upgrade(ALL, NEVER, 2) is None


def test_significant_upgrade_any_all():
    assert upgrade(ANY, ALL, 3) == 3


def test_significant_upgrade_all_any():
    assert upgrade(ALL, ANY, 3) == 1


def test_significant_upgrade_child():
    async def main():
        sup = await Supervisor.spawn(
            [child(n, restart=Restart.TRANSIENT) for n in "ab"], auto_shutdown=ANY
        )
        changed = child("b", restart=Restart.TRANSIENT, significant=True)
        await sup.configure(children=[child("a", restart=Restart.TRANSIENT), changed])
        await end(await ref_of(sup, "a"), "normal")
        assert sup.is_alive()
        await end(await ref_of(sup, "b"), "normal")
        assert not sup.is_alive()

    run(main)
