"""Akka's eight backoff cases (SupervisionSpec), by their names, and the delays themselves."""

from __future__ import annotations

import logging

import pytest

from supervisors import (
    Backoff,
    ChildSpec,
    ChildState,
    DynamicSupervisor,
    ExitKind,
    Jitter,
    Strategy,
    Supervisor,
    dead_letters,
)
from supervisors.testing import (
    Crash,
    CrashingActor,
    ManualClock,
    run,
    run_until_idle,
    use_clock,
)

SLOW = Backoff(min=1.0, max=8.0, jitter=Jitter.AKKA, random_factor=0.0)


class Collector(CrashingActor):
    """Keeps what it was told, in a list that outlives it."""

    def __init__(self, got, *, failures=None, journal=None, name=None):
        super().__init__(name, journal, failures)
        self.got = got

    def on_receive(self, message):
        if not isinstance(message, Crash):
            self.got.append(message)
        return super().on_receive(message)


def child(id="a", got=None, *, failures=None, journal=None, backoff=SLOW, **options):
    kwargs = {"failures": failures, "journal": journal, "name": id}
    return ChildSpec(
        id, Collector, ([] if got is None else got,), kwargs, backoff=backoff, **options
    )


async def crash(sup, id="a"):
    (await sup.which_child(id)).ref.tell(Crash())
    await run_until_idle()


async def delay_until_up(sup, clock, id="a"):
    """Whole seconds on the clock until the child is up again."""
    seconds = 0
    while (await sup.which_child(id)).state is not ChildState.RUNNING:
        clock.advance(1.0)
        await run_until_idle()
        seconds += 1
        assert seconds < 100
    return seconds


def test_restart_after_exponential_backoff():
    async def main():
        clock = use_clock(ManualClock())
        sup = await Supervisor.spawn([child()], intensity=0)
        delays = []
        for _ in range(5):
            await crash(sup)
            delays.append(await delay_until_up(sup, clock))
        assert delays == [1, 2, 4, 8, 8]
        assert (await sup.which_child("a")).restarts == 5

    run(main)


def test_reset_exponential_backoff_count_after_reset_timeout():
    async def main():
        clock = use_clock(ManualClock())
        backoff = Backoff(1.0, 100.0, Jitter.AKKA, 0.0, reset_after=10.0)
        sup = await Supervisor.spawn([child(backoff=backoff)])
        for expected in (1, 2, 4):
            await crash(sup)
            assert await delay_until_up(sup, clock) == expected
        clock.advance(9.9)
        await crash(sup)
        assert await delay_until_up(sup, clock) == 8
        clock.advance(10.0)
        await crash(sup)
        assert await delay_until_up(sup, clock) == 1

    run(main)


def test_fail_if_reaching_maximum_number_of_restarts_with_backoff():
    async def main():
        clock = use_clock(ManualClock())
        backoff = Backoff(1.0, 1.0, max_restarts=2)
        sup = await Supervisor.spawn([child(backoff=backoff, id="a"), child("b")])
        other = (await sup.which_child("b")).ref
        for _ in range(2):
            await crash(sup)
            await delay_until_up(sup, clock)
        await crash(sup)
        assert sup.reason.kind is ExitKind.SHUTDOWN
        assert "max_restarts" in sup.reason.detail
        assert not other.is_alive()

    run(main)


def test_publish_dropped_messages_while_backing_off_and_stash_is_full():
    async def main():
        clock = use_clock(ManualClock())
        got, dead = [], []
        unsubscribe = dead_letters.subscribe(dead.append)
        sup = await Supervisor.spawn([child(got=got, buffer=2)])
        address = sup.actor.address("a")
        await crash(sup)
        assert [address.tell(n) for n in range(4)] == [True, True, False, False]
        assert [(letter.target, letter.message) for letter in dead] == [(address, 2), (address, 3)]
        await delay_until_up(sup, clock)
        assert got == [0, 1]
        assert address.waiting == 0
        unsubscribe()

    run(main)


@pytest.mark.parametrize("strategy", [Strategy.ONE_FOR_ALL, Strategy.REST_FOR_ONE])
def test_stop_children_when_backoff(strategy):
    """Those that depend on the child are stopped at once and start with it again."""

    async def main():
        clock = use_clock(ManualClock())
        journal = []
        sup = await Supervisor.spawn(
            [child("a", journal=journal), child("b", journal=journal)], strategy=strategy
        )
        journal.clear()
        await crash(sup)
        assert journal == [("b", "stop")]
        assert await delay_until_up(sup, clock) == 1
        assert journal == [("b", "stop"), ("a", "start"), ("b", "start")]

    run(main)


def test_ensure_stash_message_retention_on_start_exception_when_backoff():
    async def main():
        clock = use_clock(ManualClock())
        got, failures = [], []
        sup = await Supervisor.spawn([child(got=got, failures=failures, buffer=10)])
        address = sup.actor.address("a")
        await crash(sup)
        failures.extend([OSError("first"), OSError("second")])
        address.tell("one")
        clock.advance(1.0)
        await run_until_idle()  # its start fails
        address.tell("two")
        clock.advance(2.0)
        await run_until_idle()  # again
        assert got == []
        assert address.waiting == 2
        assert await delay_until_up(sup, clock) == 4
        assert got == ["one", "two"]

    run(main)


def test_log_at_critical_level_after_specified_attempts(caplog):
    caplog.set_level(logging.INFO, logger="supervisors")

    async def main():
        clock = use_clock(ManualClock())
        backoff = Backoff(1.0, 1.0, critical_after=3)
        sup = await Supervisor.spawn([child(backoff=backoff)])
        for _ in range(4):
            await crash(sup)
            await delay_until_up(sup, clock)

    run(main)
    levels = [r.levelname for r in caplog.records if "restarts in" in r.getMessage()]
    assert levels == ["INFO", "INFO", "CRITICAL", "CRITICAL"]


def test_default_reset_backoff_after_to_average_of_min_and_max_backoff():
    assert Backoff(2.0, 10.0).reset_after == 6.0
    assert Backoff(2.0, 10.0, reset_after=1.5).reset_after == 1.5


# -- beyond the eight --------


def test_a_pending_restart_is_called_off_by_terminate_and_by_stop():
    async def main():
        clock = use_clock(ManualClock())
        for kind in (Supervisor, DynamicSupervisor):
            sup = await kind.spawn()
            await sup.start_child(child())
            await crash(sup)
            assert clock.pending == 1
            await sup.terminate_child("a")
            assert clock.pending == 0
            await sup.start_child(child("b"))
            await crash(sup, "b")
            assert await sup.stop(block=False)
            assert clock.pending == 0

    run(main)
