from __future__ import annotations

import asyncio
import gc
import weakref

from actorxmpp.net.shared import READ_BUFFER, LoopShared, shared

from .harness import run, turns


class Counting:
    def __init__(self, shared_: LoopShared) -> None:
        self.flushed = 0
        self._shared = shared_

    def flush(self) -> None:
        self.flushed += 1


def test_each_asked_for_is_flushed_once_in_the_next_turn() -> None:
    async def main() -> None:
        mine = shared(asyncio.get_running_loop())
        one, two = Counting(mine), Counting(mine)
        mine.flush_soon(one)
        mine.flush_soon(two)
        assert (one.flushed, two.flushed) == (0, 0)
        await turns(2)
        assert (one.flushed, two.flushed) == (1, 1)
        mine.flush_soon(one)
        await turns(2)
        assert (one.flushed, two.flushed) == (2, 1)

    run(main)


def test_one_per_loop_and_gone_with_it() -> None:
    async def main() -> LoopShared:
        mine = shared(asyncio.get_running_loop())
        assert shared(asyncio.get_running_loop()) is mine
        assert len(mine.read_buffer) == READ_BUFFER
        return mine

    first, second = run(main), run(main)
    assert first is not second
    gone = weakref.ref(first)
    del first
    gc.collect()
    assert gone() is None
