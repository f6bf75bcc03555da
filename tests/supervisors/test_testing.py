"""The tools for tests."""

from __future__ import annotations

import asyncio

import pytest

from supervisors.testing import (
    Crash,
    CrashingActor,
    LeakError,
    ManualClock,
    run,
    run_until_idle,
)


def fail(_actor):
    raise LookupError("failed")


# -- the testing tools --------


def test_run_finds_leaks():
    async def leaking():
        leaked.append(asyncio.ensure_future(asyncio.Event().wait()))

    leaked = []
    with pytest.raises(LeakError, match="left over"):
        run(leaking)

    async def complaining():
        asyncio.get_running_loop().call_soon(fail, None)
        await run_until_idle()

    with pytest.raises(LeakError, match="complained"):
        run(complaining)


def test_the_manual_clock_calls_back_in_order():
    clock = ManualClock(start=100.0)
    log = []
    clock.call_later(2, lambda: log.append(("two", clock.time())))
    clock.call_later(1, lambda: clock.call_later(0.5, lambda: log.append(("later", clock.time()))))
    clock.call_later(9, log.append, "not yet")
    clock.advance(3)
    assert log == [("later", 101.5), ("two", 102.0)]
    assert clock.time() == 103.0
    assert clock.pending == 1


def test_the_crashing_actor_crashes_on_command():
    async def main():
        ref = await CrashingActor.spawn()
        assert await ref.ask("x", block=False) == "x"
        ref.tell(Crash(KeyError("told so")))
        await run_until_idle()
        assert isinstance(ref.reason.exception, KeyError)

    run(main)
