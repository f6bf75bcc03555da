"""Entities in any order of events: no message is lost, and none is handled twice.

Each seed plays another sequence: messages of all kinds, asks, failures, kills, stops, a supervisor
that is killed or fails, starts that fail or take their time, idle ends. At the end every message
was either handled, in order, or given to the owner; and every future is done.
"""

from __future__ import annotations

import asyncio
import logging
import random
from typing import Any

import pytest

from supervisors import (
    BRUTAL_KILL,
    Backoff,
    ChildSpec,
    DynamicSupervisor,
    Entities,
    EntityAddress,
    EventLoopActor,
    Restart,
    Supervisor,
    kill,
    shutdown,
)
from supervisors.testing import ManualClock, run, run_until_idle, use_clock

SEEDS = 60
IDS = "abc"
KINDS = ("plain", "plain", "plain", "crash", "stop", "exit", "slow", "crash later")


class Actor(EventLoopActor):
    """Does what the kind of a message says, and writes down its number first."""

    sequential = True
    inbox_limit = 15

    def __init__(self, play: Play, address: EntityAddress) -> None:
        super().__init__()
        self.play = play
        self.id = address.child_id

    def on_start(self) -> Any:
        chance = self.play.random.random
        if chance() < self.play.failing_starts:
            raise OSError("can't start, on purpose")
        return asyncio.sleep(0) if chance() < self.play.slow_starts else None

    def on_receive(self, message: tuple[str, int]) -> Any:
        kind, number = message
        self.play.handled[self.id].append(number)
        if kind == "crash":
            raise RuntimeError("crashed on purpose")
        if kind == "stop":
            self.stop()
        if kind == "exit":
            self.exit()
        return self.later(kind) if kind in ("slow", "crash later") else None

    async def later(self, kind: str) -> None:
        await asyncio.sleep(0)
        if kind == "crash later":
            raise RuntimeError("crashed on purpose")

    def on_idle(self) -> Any:
        answer = self.play.random.choice([False, None, "later"])
        return self.later("slow") if answer == "later" else answer

    def on_stop(self) -> Any:
        return self.later("slow") if self.play.random.random() < 0.4 else None


class Pool(DynamicSupervisor):
    def on_receive(self, _message: Any) -> None:
        raise RuntimeError("crashed on purpose")


class Play:
    """One sequence, and the account of all messages."""

    def __init__(self, seed: int) -> None:
        choice = random.Random(seed).choice
        self.random = random.Random(seed)
        self.clock = use_clock(ManualClock())
        self.failing_starts = choice([0, 0, 0.1, 0.4])
        self.slow_starts = choice([0, 0.3, 1])
        self.top: Any = None
        self.number = 0
        self.told: dict[str, list[int]] = {id_: [] for id_ in IDS}
        self.handled: dict[str, list[int]] = {id_: [] for id_ in IDS}
        self.refused: list[int] = []
        self.futures: list[Any] = []
        spec = ChildSpec(
            "entity",
            Actor,
            (self,),
            restart=choice([Restart.TRANSIENT, Restart.TEMPORARY]),
            buffer=choice([1, 5, 50]),
            keep_waiting=choice([True, True, True, False]),
            shutdown=choice([BRUTAL_KILL, 5.0]),
            backoff=choice([None, Backoff(1.0, 1.0, random=self.random.random)]),
        )
        self.entities = Entities(
            spec,
            idle=choice([None, 2.0]),
            limit=choice([2, 10]),
            on_refused=lambda message, _refusal: self.refused.append(message[1]),
        )

    async def supervise(self) -> None:
        many = {"intensity": 10**6}
        pool = ChildSpec("pool", Pool, kwargs={"on_demand": self.entities, **many})
        self.top = await Supervisor.spawn([pool], intensity=10**6)

    def address(self) -> EntityAddress:
        return self.entities.address(self.random.choice(IDS))

    # what can happen

    def tell(self) -> None:
        address = self.address()
        self.number += 1
        self.told[address.child_id].append(self.number)
        taken = address.tell((self.random.choice(KINDS), self.number))
        assert taken is (self.number not in self.refused)

    def ask(self) -> None:
        self.number += 1
        self.futures.append(self.address().ask(("plain", self.number)))

    def start(self) -> None:
        self.futures.append(self.address().start())

    def stop(self) -> None:
        self.address().stop()

    def kill(self) -> None:
        ref = self.address().ref
        if ref is not None:
            kill(ref)

    async def pool(self) -> Any:
        return None if self.top is None else (await self.top.which_child("pool")).ref

    async def terminate(self) -> None:
        pool = await self.pool()
        if pool is not None and pool.is_alive():
            pool.terminate_child(self.random.choice(IDS))

    async def end_pool(self) -> None:
        pool = await self.pool()
        if pool is not None and pool.is_alive():
            self.random.choice([kill, lambda ref: ref.tell("crash")])(pool)

    async def turn(self) -> None:
        await asyncio.sleep(0)

    async def idle(self) -> None:
        await run_until_idle()

    def advance(self) -> None:
        self.clock.advance(self.random.choice([1.0, 2.0, 5.0]))

    async def go_on(self) -> None:
        """Do one thing."""
        often = [self.tell] * 25 + [self.ask] * 6 + [self.turn] * 4 + [self.stop, self.kill] * 3
        seldom = [self.start, self.terminate, self.idle, self.advance] * 2 + [self.end_pool]
        done = self.random.choice([*often, *seldom])()
        if done is not None:
            await done

    async def settle(self) -> None:
        """Let everything come to its end."""
        self.failing_starts = 0
        if self.top is None:
            await self.supervise()
        for _ in range(100):  # a failure each, and a second until the restart
            await run_until_idle()
            self.clock.advance(1.0)
            if all(future.done() for future in self.futures) and not self.waiting():
                break
        await run_until_idle()

    def waiting(self) -> int:
        return sum(address.waiting for address in self.entities)

    def check(self) -> None:
        assert all(future.done() for future in self.futures)
        assert not self.waiting()
        assert len(self.refused) == len(set(self.refused))
        for id_ in IDS:
            handled = self.handled[id_]
            assert handled == sorted(set(handled)), "each once, in order"
            for number in self.told[id_]:
                assert (number in handled) != (number in self.refused), number


@pytest.mark.parametrize("seed", range(SEEDS))
def test_no_message_is_lost_or_handled_twice(seed: int, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)

    async def main() -> None:
        play = Play(seed)
        steps = play.random.randrange(20, 80)
        supervised_at = play.random.randrange(15)
        for step in range(steps):
            if step == supervised_at:
                await play.supervise()
            await play.go_on()
        await play.settle()
        play.check()
        await shutdown(play.top)
        assert len(play.entities) == 0

    run(main)
