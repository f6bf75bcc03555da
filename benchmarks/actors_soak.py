"""`python -m benchmarks actors_soak`: 1,000 actors under 20 supervisors, and chaos.

For `--seconds` (60), actors crash, stop, are killed, have their handlers cancelled, are restarted
through their supervisors, and are asked from the loop and from threads. Every ask must be answered,
by a reply or a typed error; at the end nothing may be left: no task, no actor, no ref, and
asyncio's debug mode must have kept silent. Exits with 1 and says what is wrong if not.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import logging
import random
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pykka

from supervisors import (
    ActorDeadError,
    Address,
    CallCancelled,
    ChildSpec,
    DynamicSupervisor,
    EventLoopActor,
    InboxFull,
    LoopRef,
    Restart,
    Strategy,
    Supervisor,
    SupervisorsError,
    kill,
    shutdown,
)

SUPERVISORS = 20
CHILDREN = 50
THREADS = 4
#: An ask that takes longer than this has lost its reply: nothing here takes a second.
LOST_AFTER = 20.0

TOLD = (ActorDeadError, CallCancelled, InboxFull, ZeroDivisionError)


class Victim(EventLoopActor):
    """Answers at once or later, fails, owns tasks and timers."""

    def on_start(self) -> Any:
        self.create_task(asyncio.Event().wait())
        self.call_later(random.random() * 10, int)
        return asyncio.sleep(0) if random.random() < 0.3 else None

    def on_receive(self, message: Any) -> Any:
        if message == "crash":
            raise ZeroDivisionError(message)
        if message == "later":
            return self.later(message)
        if message == "crash later":
            return self.crash_later()
        if message == "cancel":
            for task in list(self.actor_ref.owned or ()):
                task.cancel()
        return message

    async def later(self, message: Any) -> Any:
        await asyncio.sleep(random.random() * 0.01)
        return message

    async def crash_later(self) -> None:
        await asyncio.sleep(0)
        raise ZeroDivisionError

    def on_stop(self) -> Any:
        return asyncio.sleep(0) if random.random() < 0.3 else None


class Chaos:
    """The load, and what came of it."""

    def __init__(self, seconds: float) -> None:
        self.until = time.monotonic() + seconds
        self.counts: Counter[str] = Counter()
        self.thread_counts = [Counter[str]() for _ in range(THREADS)]
        self.supervisors: list[Any] = []
        self.addresses: list[Address] = []
        self.not_healed = 0

    @property
    def over(self) -> bool:
        return time.monotonic() >= self.until

    async def build(self) -> Any:
        strategies = list(Strategy)
        specs = []
        for number in range(SUPERVISORS):
            children = [ChildSpec(n, Victim) for n in range(CHILDREN)]
            options: dict[str, Any] = {"intensity": 20, "period": 1.0}
            if number % 4 == 3:
                specs.append(ChildSpec(number, DynamicSupervisor, kwargs=options))
            else:
                options["strategy"] = strategies[number % 3]
                specs.append(ChildSpec(number, Supervisor, (children,), options))
        root = await Supervisor.spawn(specs, intensity=10**9)
        for number in range(SUPERVISORS):
            name = root.actor.address(number)
            self.supervisors.append(name)
            if number % 4 != 3:
                below = name.ref.actor
                self.addresses.extend(below.address(n) for n in range(CHILDREN))
        return root

    def note(self, counts: Counter[str], outcome: BaseException | None) -> None:
        counts["answered" if outcome is None else type(outcome).__name__] += 1

    async def one_ask(self, address: Address, message: str) -> None:
        self.counts["asks"] += 1
        try:
            await asyncio.wait_for(address.ask(message), LOST_AFTER)
        except TimeoutError:
            self.counts["LOST"] += 1
        except TOLD as told:
            self.note(self.counts, told)
        else:
            self.note(self.counts, None)

    async def asker(self) -> None:
        messages = ["now", "later", "later", "crash", "crash later", "cancel"]
        weights = [60, 10, 10, 1, 1, 2]
        while not self.over:
            message = random.choices(messages, weights)[0]
            await self.one_ask(random.choice(self.addresses), message)
            await asyncio.sleep(0)

    async def breaker(self) -> None:
        while not self.over:
            ref = random.choice(self.addresses).ref
            if ref is not None:
                self.counts["broken"] += 1
                how = random.random()
                if how < 0.3:
                    kill(ref)
                elif how < 0.6:
                    ref.stop(block=False)
                else:
                    self.tell(ref, random.choice(["crash", "crash later", "cancel"]))
            await asyncio.sleep(random.random() * 0.01)

    def tell(self, ref: Any, message: str) -> None:
        try:
            ref.tell(message)
        except ActorDeadError:
            self.counts["told the dead"] += 1

    async def operator(self) -> None:
        """Uses the supervisors' requests, and grows and shrinks the dynamic ones."""
        while not self.over:
            number = random.randrange(SUPERVISORS)
            sup = self.supervisors[number].ref
            if sup is None:
                await asyncio.sleep(0)
                continue
            try:
                if number % 4 == 3:
                    await self.resize(sup)
                else:
                    child = random.randrange(CHILDREN)
                    await sup.terminate_child(child)
                    await sup.restart_child(child)
                await sup.count_children()
            except (SupervisorsError, ActorDeadError) as told:
                self.note(self.counts, told)
            await asyncio.sleep(random.random() * 0.02)

    async def resize(self, sup: Any) -> None:
        infos = await sup.which_children()
        if len(infos) >= CHILDREN:
            await sup.terminate_child(random.choice(infos).id)
        else:
            restart = random.choice(list(Restart))
            ref = await sup.start_child(ChildSpec(random.random(), Victim, restart=restart))
            await asyncio.wait_for(ref.ask("later", block=False), LOST_AFTER)

    def thread(self, counts: Counter[str]) -> None:
        while not self.over:
            address = random.choice(self.addresses)
            counts["asks"] += 1
            try:
                address.ask(random.choice(["now", "now", "later"])).get(timeout=LOST_AFTER)
            except pykka.Timeout:
                counts["LOST"] += 1
            except TOLD as told:
                self.note(counts, told)
            else:
                self.note(counts, None)

    async def heal(self) -> int:
        """After the chaos all children of static supervisors come back; how many did not."""
        down = len(self.addresses)
        for _ in range(500):
            down = sum(not address.is_alive() for address in self.addresses)
            if not down:
                break
            await asyncio.sleep(0.01)
        return down

    async def run(self) -> None:
        root = await self.build()
        threads = [
            threading.Thread(target=self.thread, args=(counts,)) for counts in self.thread_counts
        ]
        for thread in threads:
            thread.start()
        async with asyncio.TaskGroup() as group:
            for _ in range(20):
                group.create_task(self.asker())
            for _ in range(4):
                group.create_task(self.breaker())
            for _ in range(2):
                group.create_task(self.operator())
        for thread in threads:
            await asyncio.to_thread(thread.join)
        self.not_healed = await self.heal()
        await shutdown(root, timeout=None)
        self.supervisors.clear()
        self.addresses.clear()


def left_over() -> dict[str, int]:
    gc.collect()
    kinds = {"actors": EventLoopActor, "refs": LoopRef, "addresses": Address}
    objects = gc.get_objects()
    return {name: sum(isinstance(o, kind) for o in objects) for name, kind in kinds.items()}


async def soak(seconds: float) -> tuple[Chaos, dict[str, int]]:
    loop = asyncio.get_running_loop()
    loop.slow_callback_duration = 1.0
    complaints: list[Any] = []
    loop.set_exception_handler(lambda _loop, context: complaints.append(context))
    chaos = Chaos(seconds)
    before = left_over()
    await chaos.run()
    await asyncio.sleep(0.1)
    tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    found = {name: count - before[name] for name, count in left_over().items()}
    found["tasks"] = len(tasks)
    found["in pykka's registry"] = len(pykka.ActorRegistry.get_all())
    found["loop complaints"] = len(complaints)
    return chaos, found


class _Asyncio(logging.Handler):
    """Counts what asyncio's debug mode has to say."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record.getMessage())


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks actors_soak", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--json", metavar="FILE")
    arguments = parser.parse_args(argv)
    seed = arguments.seed if arguments.seed is not None else random.randrange(2**32)
    random.seed(seed)
    logging.getLogger("supervisors").setLevel(logging.CRITICAL + 1)
    spoken = _Asyncio()
    logging.getLogger("asyncio").addHandler(spoken)
    chaos, found = asyncio.run(soak(arguments.seconds), debug=True)
    counts = sum(chaos.thread_counts, Counter(chaos.counts))
    found["asyncio's debug mode said"] = len(spoken.records)
    found["replies lost"] = counts["LOST"]
    found["children that did not come back"] = chaos.not_healed
    answered = counts["asks"] - counts["LOST"]
    print(
        f"{arguments.seconds:.0f} s, seed {seed}: {answered:,} of {counts['asks']:,} asks answered"
    )
    print("outcomes:", dict(counts.most_common()))
    print("from threads:", sum(c["asks"] for c in chaos.thread_counts))
    print("left over:", found)
    for line in spoken.records[:5]:
        print("asyncio:", line)
    if arguments.json:
        content = {
            name: {"unit": "count", "ours": count, "peers": {}, "ratio": None, "target": 0}
            for name, count in found.items()
        }
        Path(arguments.json).write_text(json.dumps(content, indent=2) + "\n")
    return 1 if any(found.values()) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
