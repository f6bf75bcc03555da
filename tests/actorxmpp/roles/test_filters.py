"""Filters on the way out: order, dropping, coroutines, and what waits for them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from actorxmpp.exceptions import SendQueueFull
from actorxmpp.roles import filters as module
from actorxmpp.roles.filters import OutChain, OutFilters
from actorxmpp.stanza import Message


def message(number: int = 0) -> Message:
    made = Message()
    made["id"] = str(number)
    return made


def test_filters_run_by_mode_and_within_one_in_order() -> None:
    filters = OutFilters()
    order: list[str] = []

    def named(name: str) -> Callable[[Any], Any]:
        return lambda stanza: (order.append(name), stanza)[1]

    filters.add("out_sce", named("last"), None)
    filters.add("out_sync", named("second"), None)
    filters.add("out", named("first"), None)
    filters.add("out_sync", named("before second"), 0)
    stanza = message()
    assert filters.apply(stanza) is stanza
    assert order == ["first", "before second", "second", "last"]


def test_a_filter_may_replace_a_stanza_or_drop_it() -> None:
    filters = OutFilters()
    other = message(2)
    filters.add("out", lambda _stanza: other, None)
    assert filters.apply(message(1)) is other
    filters.add("out", lambda _stanza: None, None)
    filters.add("out_sync", lambda _stanza: pytest.fail("it was dropped before"), None)
    assert filters.apply(message(1)) is None


def test_a_filter_can_be_removed() -> None:
    filters = OutFilters()

    async def slow(stanza: Any) -> Any:
        return stanza

    filters.add("out", slow, None)
    assert filters.slow is True
    filters.remove("out", slow)
    assert (filters.slow, filters.all) == (False, [])
    with pytest.raises(ValueError, match="not in list"):
        filters.remove("out", slow)


class Chain:
    """A chain behind a filter that waits until a stanza is let go."""

    def __init__(self, limit: int = 10) -> None:
        self.filters = OutFilters()
        self.gates: dict[str, asyncio.Future[Any]] = {}
        self.sent: list[Any] = []
        self.dropped: list[tuple[str, Any, str]] = []
        self.chain = OutChain(self.filters, limit, self._deliver, self._drop)
        self.filters.add("out", self._filter, None)

    async def _filter(self, stanza: Any) -> Any:
        gate = self.gates.setdefault(stanza["id"], asyncio.get_running_loop().create_future())
        return await gate and stanza

    def _deliver(self, data: Any, along: Any) -> None:
        if along == "fails":
            raise ValueError("no")
        self.sent.append(data if isinstance(data, str) else int(data["id"]))

    def _drop(self, data: Any, along: Any, reason: str) -> None:
        self.dropped.append((data["id"], along, reason))

    def put(self, number: int, along: Any = None) -> None:
        self.chain.put(message(number), True, along)

    async def turn(self) -> None:
        for _ in range(10):
            await asyncio.sleep(0)

    async def release(self, number: int, result: Any = True) -> None:
        gate = self.gates[str(number)]
        if isinstance(result, Exception):
            gate.set_exception(result)
        else:
            gate.set_result(result)
        await self.turn()


def play(main: Callable[[Chain], Coroutine[Any, Any, None]], limit: int = 10) -> None:
    async def begin() -> None:
        await main(Chain(limit))

    asyncio.run(begin())


def test_stanzas_pass_in_the_order_in_which_they_were_sent() -> None:
    async def main(chain: Chain) -> None:
        chain.put(1)
        chain.chain.put("raw", False, None)
        chain.put(2)
        await chain.turn()
        assert chain.chain.busy
        assert chain.sent == []
        await chain.release(1)
        assert chain.sent == [1, "raw"]
        await chain.release(2)
        assert chain.sent == [1, "raw", 2]
        assert not chain.chain.busy

    play(main)


def test_a_slow_one_steps_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SLOW_AFTER", 0.0)

    async def main(chain: Chain) -> None:
        chain.put(1)
        chain.put(2)
        async with asyncio.timeout(10):
            while len(chain.gates) < 2:  # noqa: ASYNC110
                await asyncio.sleep(0)
        await chain.release(2)
        await chain.release(1)
        assert chain.sent == [2, 1]

    play(main)


@pytest.mark.parametrize(
    ("result", "along", "reason"),
    [
        (None, None, "a filter dropped it"),
        (ValueError("bug"), "future", "a filter failed"),
        (True, "fails", "no"),
    ],
)
def test_what_does_not_get_through_is_reported(result: Any, along: Any, reason: str) -> None:
    async def main(chain: Chain) -> None:
        chain.put(1, along)
        chain.put(2)
        await chain.turn()
        await chain.release(1, result)
        await chain.release(2)
        assert chain.dropped == [("1", along, reason)]
        assert chain.sent == [2]

    play(main)


def test_what_waits_is_bounded() -> None:
    async def main(chain: Chain) -> None:
        chain.put(1)
        await chain.turn()
        chain.put(2)
        with pytest.raises(SendQueueFull):
            chain.put(3)
        await chain.release(1)
        chain.put(3)
        chain.chain.cancel()
        await chain.turn()

    play(main, limit=2)


@pytest.mark.parametrize("begun", [True, False])
def test_at_the_end_all_that_waits_is_reported(begun: bool) -> None:
    async def main(chain: Chain) -> None:
        chain.put(1, "first")
        chain.put(2, "second")
        if begun:
            await chain.turn()
        chain.chain.cancel()
        await chain.turn()
        assert sorted(chain.dropped) == [
            ("1", "first", "the session ended"),
            ("2", "second", "the session ended"),
        ]
        assert chain.sent == []
        assert not chain.chain.busy

    play(main)


def test_what_got_through_before_the_end_is_not_reported() -> None:
    async def main(chain: Chain) -> None:
        chain.put(1)
        await chain.turn()
        await chain.release(1)
        chain.chain.cancel()
        await chain.turn()
        assert (chain.sent, chain.dropped) == ([1], [])

    play(main)
