"""Telemetry: what supervisors do, as events."""

from __future__ import annotations

from supervisors import (
    ChildSpec,
    EventKind,
    ExitKind,
    Supervisor,
    telemetry,
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
