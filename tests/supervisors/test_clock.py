"""The clock of a loop."""

from __future__ import annotations

import asyncio

from supervisors import LoopClock


def test_a_loops_clock_is_the_loops_time():
    async def main():
        loop = asyncio.get_running_loop()
        clock = LoopClock(loop)
        before = loop.time()
        assert before <= clock.time() <= loop.time()

    asyncio.run(main())


def test_it_calls_back_with_arguments_unless_cancelled():
    async def main():
        loop = asyncio.get_running_loop()
        clock, called = LoopClock(loop), loop.create_future()
        never = clock.call_later(0, called.set_result, "never")
        never.cancel()
        clock.call_later(0, called.set_result, "called")
        assert await called == "called"

    asyncio.run(main())
