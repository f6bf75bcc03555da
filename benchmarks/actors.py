"""`python -m benchmarks actors`: what an actor, a message and a restart cost, beside the peers.

All in one run on one machine: ours, pykka's ThreadingActor, and an OTP gen_server where Erlang is
installed (Debian: erlang-base). Times are medians of five rounds, in microseconds; logging is off
for all three. Then the scale: the same per child with 1,000 and with 100,000 children.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import logging
import platform
import statistics
import time
import tracemalloc
from typing import TYPE_CHECKING, Any

from benchmarks._actors_peers import ROUNDS, otp, pykka_threading
from benchmarks._report import Result, table, write_json
from supervisors import (
    AUTO_ID,
    ChildSpec,
    DynamicSupervisor,
    EventLoopActor,
    Supervisor,
    shutdown,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

MANY = 100_000


class Hopper(EventLoopActor):
    def on_receive(self, message: Any) -> None:
        left, other, done = message
        if left:
            other.tell((left - 1, self.actor_ref, done))
        else:
            done.set_result(None)


class Echo(EventLoopActor):
    def on_receive(self, message: Any) -> Any:
        return message


class Crasher(EventLoopActor):
    """Tells of each start, and fails when told to."""

    def __init__(self, started: Callable[[Any], None]) -> None:
        super().__init__()
        self.started = started

    def on_start(self) -> None:
        self.started(self.actor_ref)

    def on_receive(self, message: Any) -> None:
        raise RuntimeError(message)


async def median(measure: Callable[[], Awaitable[float]]) -> float:
    values = []
    for _ in range(ROUNDS):
        gc.collect()
        values.append(await measure())
    return statistics.median(values)


async def hop() -> float:
    a, b, count = Hopper.start(), Hopper.start(), 100_000
    done = asyncio.get_running_loop().create_future()
    began = time.perf_counter()
    a.tell((count, b, done))
    await done
    taken = time.perf_counter() - began
    await asyncio.gather(a.stop(block=False), b.stop(block=False))
    return taken / count * 1e6


async def ask() -> float:
    ref, count = Echo.start(), 20_000
    began = time.perf_counter()
    for number in range(count):
        await ref.ask(number, block=False)
    taken = time.perf_counter() - began
    await ref.stop(block=False)
    return taken / count * 1e6


async def start() -> float:
    count = 5_000
    began = time.perf_counter()
    refs = [Echo.start() for _ in range(count)]
    taken = time.perf_counter() - began
    for ref in refs:
        await ref.stop(block=False)
    return taken / count * 1e6


async def start_child() -> float:
    sup, count = await DynamicSupervisor.spawn(ChildSpec(AUTO_ID, Echo)), 10_000
    began = time.perf_counter()
    for _ in range(count):
        await sup.start_child()
    taken = time.perf_counter() - began
    await shutdown(sup)
    return taken / count * 1e6


async def crash_to_restarted(others: int, kind: type = DynamicSupervisor) -> float:
    """From the message that makes a child fail to the on_start of its successor."""
    count = 5_000
    specs = [ChildSpec(number, Echo) for number in range(others)]
    sup = await kind.spawn(intensity=10**9)
    for spec in specs:
        await sup.start_child(spec)
    done = asyncio.get_running_loop().create_future()
    left = count

    def started(ref: Any) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            done.set_result(None)
        else:
            ref.tell("crash")

    await sup.start_child(ChildSpec("it", Echo))
    await sup.terminate_child("it")
    began = time.perf_counter()
    await sup.start_child(ChildSpec("crasher", Crasher, (started,)))
    await done
    taken = time.perf_counter() - began
    await shutdown(sup, timeout=None)
    return taken / count * 1e6


async def memory() -> float:
    count = 10_000
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    refs = [Echo.start() for _ in range(count)]
    gc.collect()
    taken = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    for ref in refs:
        await ref.stop(block=False)
    return taken / count


async def start_stop(count: int, repeat: int) -> float:
    """Per child, for a static supervisor with `count` children."""
    specs = [ChildSpec(number, Echo) for number in range(count)]
    taken = 0.0
    for _ in range(repeat):
        gc.collect()
        began = time.perf_counter()
        sup = await Supervisor.spawn(specs)
        await shutdown(sup, timeout=None)
        taken += time.perf_counter() - began
    return taken / repeat / count * 1e6


async def ours() -> dict[str, float]:
    values = {
        "hop": await median(hop),
        "ask": await median(ask),
        "start": await median(start),
        "start_child": await median(start_child),
        "crash_to_restarted": await median(lambda: crash_to_restarted(0)),
        "memory": await memory(),
        "start_stop_1k": await median(lambda: start_stop(1_000, 10)),
        "start_stop_100k": await median(lambda: start_stop(MANY, 1)),
    }
    for kind, name in ((DynamicSupervisor, "dynamic"), (Supervisor, "static")):
        values[f"restart_{name}_100"] = await median(
            lambda kind=kind: crash_to_restarted(100, kind)
        )
        values[f"restart_{name}_100k"] = await median(
            lambda kind=kind: crash_to_restarted(MANY, kind)
        )
    return values


TARGETS = {
    "hop": ("us", 0.8),
    "ask": ("us", 4.0),
    "start": ("us", 10.0),
    "start_child": ("us", None),
    "crash_to_restarted": ("us", 40.0),
    "memory": ("B", 1.2 * 1024),
}


def results(mine: dict[str, float], peers: dict[str, dict[str, float]]) -> list[Result]:
    found = []
    for name, (unit, target) in TARGETS.items():
        beside = {peer: values[name] for peer, values in peers.items() if name in values}
        found.append(Result(name, unit, mine[name], target, beside))
    found += [Result(name, "us/child", mine[name]) for name in ("start_stop_1k", "start_stop_100k")]
    ratio = mine["start_stop_100k"] / mine["start_stop_1k"]
    found.append(Result("start_stop_100k_to_1k", "x", ratio, 1.5))
    for kind in ("dynamic", "static"):
        few, many = mine[f"restart_{kind}_100"], mine[f"restart_{kind}_100k"]
        beside = {
            peer: values["crash_to_restarted_100k"]
            for peer, values in peers.items()
            if "crash_to_restarted_100k" in values and kind == "dynamic"
        }
        found.append(Result(f"restart_one_of_100_{kind}", "us", few))
        found.append(Result(f"restart_one_of_100k_{kind}", "us", many, None, beside))
        found.append(Result(f"restart_100k_to_100_{kind}", "x", many / few, 2.0))
    return found


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks actors", description=__doc__)
    parser.add_argument("--json", metavar="FILE", help="write the results there")
    parser.add_argument("--no-peers", action="store_true", help="measure ours only")
    arguments = parser.parse_args(argv)
    logging.disable(logging.CRITICAL)
    peers: dict[str, dict[str, float]] = {}
    if not arguments.no_peers:
        peers["pykka"] = pykka_threading()
        erlang = otp()
        if erlang is None:
            print("no OTP beside it: erl and erlc are not installed (Debian: erlang-base)")
        else:
            peers["OTP"] = erlang
    found = results(asyncio.run(ours()), peers)
    print(f"CPython {platform.python_version()}, medians of {ROUNDS}")
    print(table(found))
    if arguments.json:
        write_json(arguments.json, found)
