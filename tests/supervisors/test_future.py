"""Futures: awaited on a loop, got from threads; pykka's rules are in test_pykka_rules.py."""

from __future__ import annotations

import asyncio
from math import inf

import pytest

from supervisors import (
    EventLoopActor,
    WouldBlockLoop,
)
from supervisors.testing import (
    run,
    wait_on,
)


class Worker(EventLoopActor):
    """Runs what it is told: a message is a function of the actor."""

    def on_receive(self, message):
        return message(self) if callable(message) else message


class Slow(EventLoopActor):
    def __init__(self, log):
        super().__init__()
        self.log = log

    async def on_receive(self, message):
        await wait_on(self.clock, message)
        self.log.append(message)
        return message


def test_blocking_calls_on_the_loop_raise():
    async def main():
        ref = Worker.start()
        future = ref.ask(lambda _actor: 1, block=False)
        with pytest.raises(WouldBlockLoop):
            future.get()
        with pytest.raises(WouldBlockLoop):
            ref.ask("x")
        with pytest.raises(WouldBlockLoop):
            ref.stop()
        assert ref.is_alive()
        assert await future == 1
        assert future.get() == 1  # it is there: nothing to wait for

    run(main)


def test_derived_futures_can_be_awaited():
    async def main():
        ref = Worker.start()
        one, two = ref.ask([1, 2], block=False), ref.ask([3], block=False)
        assert await one.map(len) == 2
        assert await one.join(two) == [[1, 2], [3]]
        assert await ref.ask([1, 2, 3], block=False).filter(lambda x: x > 1).map(sum) == 5
        assert await asyncio.gather(ref.ask(1, block=False), ref.ask(2, block=False)) == [1, 2]
        assert await asyncio.wait_for(ref.ask("x", block=False), 5) == "x"

    run(main)


def test_an_abandoned_wait_harms_nobody():
    async def main():
        ref = Slow.start([])
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(ref.ask(inf, block=False), 0.001)
        assert ref.is_alive()

    run(main)
