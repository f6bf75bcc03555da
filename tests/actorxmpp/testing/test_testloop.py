"""The loop whose time stands still: it passes when a test says so, timers in order."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from actorxmpp.testing.testloop import LATER, START, TestLoop


@pytest.fixture
def loop() -> Iterator[TestLoop]:
    loop = TestLoop()
    asyncio.set_event_loop(loop)
    yield loop
    loop.end()
    asyncio.set_event_loop(None)


def test_idle_runs_what_is_ready_and_lets_no_time_pass(loop: TestLoop) -> None:
    log: list[str] = []
    loop.call_soon(lambda: loop.call_soon(log.append, "second"))
    loop.call_later(0.001, log.append, "later")
    loop.idle()
    assert (log, loop.time()) == (["second"], START)


def test_timers_fire_in_order_each_at_its_own_time(loop: TestLoop) -> None:
    log: list[tuple[str, float]] = []
    for name, seconds in (("b", 2.0), ("a", 1.0), ("c", 5.0)):
        loop.call_later(seconds, lambda name=name: log.append((name, loop.time() - START)))
    loop.advance(3)
    assert log == [("a", pytest.approx(1)), ("b", pytest.approx(2))]
    assert loop.time() - START == pytest.approx(3)


def test_run_lets_as_much_time_pass_as_is_waited_for(loop: TestLoop) -> None:
    async def wait() -> str:
        await asyncio.wait_for(loop.create_future(), 90)
        return "never"

    with pytest.raises(TimeoutError):
        loop.run(wait())
    assert loop.time() - START == pytest.approx(90)


def test_what_never_happens_is_given_up(loop: TestLoop) -> None:
    with pytest.raises(TimeoutError):
        loop.run(loop.create_future())
    assert loop.time() - START == pytest.approx(LATER)


def test_work_in_a_thread_is_waited_for_and_takes_no_time(loop: TestLoop) -> None:
    async def work() -> int:
        return await asyncio.wait_for(asyncio.to_thread(lambda: sum(range(100_000))), 0.001)

    assert loop.run(work()) == sum(range(100_000))
    assert loop.time() == START


def test_the_end_cancels_what_still_runs_and_may_be_repeated(loop: TestLoop) -> None:
    task = loop.create_task(asyncio.Event().wait())
    loop.idle()
    loop.end()
    loop.end()
    assert task.cancelled()
    assert loop.is_closed()
