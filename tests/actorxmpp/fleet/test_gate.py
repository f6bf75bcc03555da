"""The connect gate: its pace, its fairness, and that nothing is ever lost in it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable

import pytest

from actorxmpp.fleet.errors import GateFull
from actorxmpp.fleet.gate import ConnectGate
from supervisors.testing import ManualClock

TURNS = 5
"""Loop turns after which everybody who was let through has noticed."""


class Stand:
    """A gate, a clock moved by hand, and callers that write down when they got through."""

    def __init__(
        self,
        *,
        rate: float = 10.0,
        burst: int = 1,
        max_handshakes: int = 1000,
        max_waiting: int = 1000,
        lease: float = 60.0,
    ) -> None:
        self.clock = ManualClock()
        self.start = self.clock.time()
        self.gate = ConnectGate(
            rate=rate,
            burst=burst,
            max_handshakes=max_handshakes,
            max_waiting=max_waiting,
            lease=lease,
            clock=self.clock,
        )
        self.through: list[tuple[str, float]] = []
        self.tasks: dict[str, asyncio.Task[None]] = {}

    async def _caller(self, name: str, domain: str) -> None:
        await self.gate.acquire(domain)
        self.through.append((name, round(self.clock.time() - self.start, 6)))

    async def call(self, *names: str, domain: str = "x") -> None:
        for name in names:
            self.tasks[name] = asyncio.create_task(self._caller(name, domain))
        await self.settle()

    async def settle(self) -> None:
        for _ in range(TURNS):
            await asyncio.sleep(0)

    async def advance(self, seconds: float) -> None:
        self.clock.advance(seconds)
        await self.settle()

    async def cancel(self, name: str) -> None:
        self.tasks[name].cancel()
        await self.settle()
        assert self.tasks[name].cancelled()

    def release(self, domain: str = "x") -> None:
        self.gate.release(domain)

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.through]


def play(scene: Callable[[Stand], Awaitable[None]], **settings: float) -> Stand:
    """Play a scene on a loop of its own."""

    async def main() -> Stand:
        stand = Stand(**settings)  # type: ignore[arg-type]
        await scene(stand)
        for task in stand.tasks.values():
            task.cancel()
        await asyncio.gather(*stand.tasks.values(), return_exceptions=True)
        return stand

    return asyncio.run(main())


@pytest.mark.parametrize("name", ["rate", "burst", "max_handshakes", "max_waiting", "lease"])
def test_settings_must_be_positive(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} must be more than 0"):
        ConnectGate(**{name: 0}, clock=ManualClock())


class TestPace:
    def test_a_burst_goes_at_once_and_the_rest_at_the_rate(self) -> None:
        async def scene(stand: Stand) -> None:
            await stand.call(*"abcdef")
            for _ in range(50):
                await stand.advance(1 / 64)

        stand = play(scene, rate=8.0, burst=2)
        assert stand.through == [
            ("a", 0.0),
            ("b", 0.0),
            ("c", 0.125),
            ("d", 0.25),
            ("e", 0.375),
            ("f", 0.5),
        ]

    def test_a_quiet_time_saves_no_more_than_a_burst(self) -> None:
        async def scene(stand: Stand) -> None:
            await stand.advance(1000.0)
            await stand.call(*"abcde")

        assert play(scene, burst=3).names == ["a", "b", "c"]

    def test_over_any_second_no_more_pass_than_burst_and_rate(self) -> None:
        async def scene(stand: Stand) -> None:
            rng = random.Random(1)
            for number in range(200):
                await stand.call(str(number), domain=rng.choice("xyz"))
                await stand.advance(rng.expovariate(20))
            for _ in range(1000):
                await stand.advance(0.05)

        stand = play(scene, rate=10.0, burst=5)
        times = [at for _, at in stand.through]
        assert len(times) == 200
        for start in times:
            assert sum(start <= at < start + 1.0 for at in times) <= 16

    def test_a_slow_rate_is_kept_to_the_end(self) -> None:
        async def scene(stand: Stand) -> None:
            await stand.call(*"abc")
            await stand.advance(9.999)
            assert stand.names == ["a"]
            await stand.advance(0.001)
            assert stand.names == ["a", "b"]

        play(scene, rate=0.1)


class TestFairness:
    def test_first_come_first_served(self) -> None:
        async def scene(stand: Stand) -> None:
            names = [str(number) for number in range(50)]
            await stand.call(*names)
            await stand.advance(10.0)
            assert stand.names == names

        play(scene)

    def test_domains_take_turns(self) -> None:
        async def scene(stand: Stand) -> None:
            await stand.call("a1", "a2", "a3", domain="a")
            await stand.call("b1", "b2", domain="b")
            await stand.advance(1.0)
            assert stand.names == ["a1", "a2", "b1", "a3", "b2"]

        play(scene)

    def test_a_domain_that_does_not_answer_holds_up_nobody_else(self) -> None:
        async def scene(stand: Stand) -> None:
            await stand.call("dead1", "dead2", "dead3", domain="dead")
            await stand.call("a1", "a2", domain="alive")
            await stand.advance(1.0)
            stand.release("alive")
            await stand.advance(1.0)
            assert stand.names == ["dead1", "a1", "a2"]

        play(scene, max_handshakes=1)


class TestHandshakes:
    def test_no_more_are_under_way_than_allowed(self) -> None:
        async def scene(stand: Stand) -> None:
            await stand.call(*"abcd")
            await stand.advance(10.0)
            assert (stand.names, stand.gate.handshakes("x")) == (["a", "b"], 2)
            stand.release()
            await stand.settle()
            assert stand.names == ["a", "b", "c"]

        play(scene, max_handshakes=2, burst=10)

    def test_a_place_that_is_never_given_back_expires(self) -> None:
        async def scene(stand: Stand) -> None:
            await stand.call(*"abc")
            await stand.advance(59.9)
            assert stand.names == ["a"]
            await stand.advance(0.1)
            assert stand.names == ["a", "b"]
            await stand.advance(60.0)
            assert stand.names == ["a", "b", "c"]

        play(scene, max_handshakes=1, lease=60.0)

    def test_a_place_lost_under_steady_traffic_expires_too(self) -> None:
        async def scene(stand: Stand) -> None:
            await stand.call("crashed")
            for number in range(100):
                await stand.call(str(number))
                await stand.advance(1.0)
                stand.release()
            assert stand.gate.handshakes("x") == 0
            assert len(stand.names) == 101

        play(scene, max_handshakes=2, lease=60.0)

    def test_giving_back_too_often_changes_nothing(self) -> None:
        async def scene(stand: Stand) -> None:
            stand.release()
            stand.release("never seen")
            await stand.call(*"ab")
            await stand.advance(1.0)
            assert stand.names == ["a"]

        play(scene, max_handshakes=1)


class TestCancel:
    def test_who_leaves_the_line_is_not_waited_for(self) -> None:
        async def scene(stand: Stand) -> None:
            await stand.call(*"abc")
            await stand.cancel("b")
            assert stand.gate.waiting == 1
            await stand.advance(0.1)
            assert stand.names == ["a", "c"]

        play(scene)

    def test_who_was_let_through_but_is_gone_passes_it_on(self) -> None:
        async def scene(stand: Stand) -> None:
            await stand.call(*"abc")
            stand.clock.advance(0.1)  # b has its turn, and does not know it yet
            stand.tasks["b"].cancel()
            await stand.settle()
            assert stand.tasks["b"].cancelled()
            assert stand.names == ["a", "c"]
            assert stand.gate.handshakes("x") == 2

        play(scene)

    def test_a_place_goes_back_with_its_holder(self) -> None:
        async def scene(stand: Stand) -> None:
            await stand.call(*"abc")
            await stand.advance(1.0)
            stand.release()
            stand.tasks["b"].cancel()
            await stand.settle()
            assert stand.names == ["a", "c"]

        play(scene, max_handshakes=1, burst=5)

    def test_a_cancelled_caller_is_skipped_when_its_turn_comes(self) -> None:
        async def scene(stand: Stand) -> None:
            await stand.call(*"abc")
            stand.tasks["b"].cancel()
            stand.clock.advance(0.1)  # before b has run again
            await stand.settle()
            assert stand.names == ["a", "c"]
            assert stand.gate.waiting == 0

        play(scene)

    def test_those_who_come_and_go_leave_nothing_behind(self) -> None:
        async def scene(stand: Stand) -> None:
            await stand.call("first")
            for number in range(100):
                name = str(number)
                await stand.call(name, domain=f"domain{number}")
                await stand.cancel(name)
            await stand.advance(100.0)
            assert stand.gate.waiting == 0
            assert list(stand.gate._lanes) == ["x"]
            assert not stand.gate._queue
            stand.release()
            assert not stand.gate._lanes
            assert stand.clock.pending == 0

        play(scene)


class TestBounds:
    def test_the_line_has_an_end(self) -> None:
        async def scene(stand: Stand) -> None:
            await stand.call(*"abc")
            with pytest.raises(GateFull, match="2 connections wait"):
                await stand.gate.acquire("x")
            assert stand.gate.waiting == 2

        play(scene, max_waiting=2)

    def test_chance_orders_lose_nobody(self) -> None:
        async def scene(stand: Stand) -> None:
            rng = random.Random(7)
            cancelled = 0
            for number in range(400):
                name, domain = str(number), rng.choice("xyz")
                await stand.call(name, domain=domain)
                if rng.random() < 0.2 and not stand.tasks[name].done():
                    await stand.cancel(name)
                    cancelled += 1
                if rng.random() < 0.5:
                    stand.release(rng.choice("xyz"))
                await stand.advance(rng.random() * 0.1)
            for _ in range(500):
                for domain in "xyz":
                    stand.release(domain)
                await stand.advance(1.0)
            assert len(stand.names) == 400 - cancelled
            assert stand.gate.waiting == 0

        play(scene, max_handshakes=3, burst=2)


def test_without_a_clock_the_loops_own_is_used() -> None:
    async def main() -> None:
        gate = ConnectGate(rate=1000.0, burst=1)
        for _ in range(5):
            await gate.acquire("x")

    asyncio.run(main())
