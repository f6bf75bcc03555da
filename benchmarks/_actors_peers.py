"""The peers of the actors benchmark: pykka's ThreadingActor, and OTP where `erl` is installed."""

from __future__ import annotations

import gc
import shutil
import statistics
import subprocess
import tempfile
import threading
import time
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pykka

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 5


def median(measure: Callable[[], float]) -> float:
    return statistics.median(measure() for _ in range(ROUNDS))


class Peer(pykka.ThreadingActor):
    def on_receive(self, message: Any) -> Any:
        if isinstance(message, tuple):
            left, other, done = message
            if left:
                other.tell((left - 1, self.actor_ref, done))
            else:
                done.set()
            return None
        return message


def hop() -> float:
    a, b, done, count = Peer.start(), Peer.start(), threading.Event(), 20_000
    began = time.perf_counter()
    a.tell((count, b, done))
    done.wait()
    taken = time.perf_counter() - began
    pykka.ActorRegistry.stop_all()
    return taken / count * 1e6


def ask() -> float:
    ref, count = Peer.start(), 3_000
    began = time.perf_counter()
    for number in range(count):
        ref.ask(number)
    taken = time.perf_counter() - began
    ref.stop()
    return taken / count * 1e6


def start() -> float:
    count = 200
    began = time.perf_counter()
    for _ in range(count):
        Peer.start()
    taken = time.perf_counter() - began
    pykka.ActorRegistry.stop_all()
    return taken / count * 1e6


class Threadless(Peer):
    """For its memory without the thread, which tracemalloc doesn't see anyway."""

    def _start_actor_loop(self) -> None:
        self.kept = self


def memory() -> float:
    count = 1000
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    actors = [Threadless() for _ in range(count)]
    taken = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    del actors
    return taken / count


def pykka_threading() -> dict[str, float]:
    return {
        "hop": median(hop),
        "ask": median(ask),
        "start": median(start),
        "memory": memory(),
    }


def otp() -> dict[str, float] | None:
    """What benchmarks/actors_peer.erl prints; None when Erlang is not installed."""
    erl, erlc = shutil.which("erl"), shutil.which("erlc")
    if erl is None or erlc is None:
        return None
    source = Path(__file__).with_name("actors_peer.erl")
    with tempfile.TemporaryDirectory() as made:
        subprocess.run([erlc, "-o", made, str(source)], check=True)
        command = [erl, "-noshell", "+P", "1000000", "-pa", made, "-s", "actors_peer", "main"]
        done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=300)
    return {name: float(value) for name, value in map(str.split, done.stdout.splitlines())}
