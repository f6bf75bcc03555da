"""How long the event loop is held up while sessions log in: `python -m benchmarks looplag`.

A fleet of clients (TLS, SCRAM, roster, presence) logs in, paced as `actorxmpp run` does it by
default, to a real Prosody if there is one on this machine, else to the embedded server; either is a
process of its own. A timer that is due every millisecond measures how late it is called. What is
done once in a process (imports, the TLS context, caches) is within the measured time, as it is for
a user. `--rate 0` lets all log in at once.

Two numbers, because other processes take the processor away, too: the longest time the timer was
late, and the most CPU time this thread used between two calls of it. Only the second is ours for
sure. `--trace MS` prints where the loop's thread was, whenever the timer is later than that.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import shutil
import sys
import threading
import time
import traceback
from typing import TYPE_CHECKING, Any

from actorxmpp import ClientXMPP, SessionSettings, TlsPolicy
from actorxmpp.fleet.gate import ConnectGate
from actorxmpp.fleet.heap import settle_heap
from actorxmpp.fleet.models import FleetTable
from actorxmpp.fleet.supervisor import Fleet
from actorxmpp.settings import SessionKind, SessionSpec
from actorxmpp.status import SessionState
from actorxmpp.testing.server import EmbeddedServer
from benchmarks._report import Result, table, write_json

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

SESSIONS = 500
PASSWORD = "secret"
EVERY_S = 0.001
TARGET_MS = 50.0
TIMEOUT_S = 120.0
AFTER_S = 1.0
"""Measured on after the last login: what was put off must not come then."""


class Bot(ClientXMPP):
    """What most bots do first."""

    def __init__(self, jid: str, password: str) -> None:
        super().__init__(jid, password)
        for name in ("xep_0030", "xep_0199", "xep_0198"):
            self.register_plugin(name)
        self.add_event_handler("session_start", self.begin)

    async def begin(self, _event: Any) -> None:
        self.send_presence()
        await self.get_roster()


class Probe:
    """A timer that measures how late it is."""

    def __init__(self, trace_ms: float | None) -> None:
        self._loop = asyncio.get_running_loop()
        self.late: list[float] = []
        self.busy: list[float] = []
        self._due = self._cpu = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._stop = threading.Event()
        if trace_ms is not None:
            watcher = threading.Thread(
                target=self._watch, args=(trace_ms / 1000, threading.get_ident()), daemon=True
            )
            watcher.start()

    def start(self) -> None:
        self._cpu = time.thread_time()
        self._due = time.perf_counter() + EVERY_S
        self._timer = self._loop.call_later(EVERY_S, self._tick)

    def stop(self) -> None:
        self._stop.set()
        if self._timer is not None:
            self._timer.cancel()

    def _tick(self) -> None:
        self.late.append(time.perf_counter() - self._due)
        self.busy.append(time.thread_time() - self._cpu)
        self.start()

    def _watch(self, limit: float, thread: int) -> None:
        told = 0.0
        while not self._stop.wait(limit / 4):
            due = self._due
            if due not in (0.0, told) and time.perf_counter() - due > limit:
                told = due
                stack = traceback.format_stack(sys._current_frames()[thread])
                late = (time.perf_counter() - due) * 1000
                sys.stderr.write(f"--- {late:.0f} ms late\n{''.join(stack[-8:])}")


@contextlib.asynccontextmanager
async def running_server(sessions: int, which: str) -> AsyncIterator[tuple[str, str, int, str]]:
    """Yield name, domain, port and CA file of a server with the accounts."""
    if which == "embedded" or (which == "auto" and shutil.which("prosody") is None):
        async with EmbeddedServer(auto_accounts=PASSWORD) as embedded:
            yield "embedded", "localhost", embedded.port, str(embedded.ca_file)
        return
    from tests.integration.servers.prosody import Prosody

    with Prosody() as prosody:
        prosody.add_accounts({f"bot{n}": PASSWORD for n in range(sessions)})
        yield "prosody", prosody.domain, prosody.ports.starttls, str(prosody.ca_file)


async def measure(sessions: int, which: str, rate: float, trace: float | None) -> Probe:
    """Log in and measure."""
    async with running_server(sessions, which) as (name, domain, port, ca_file):
        pace = FleetTable(connect_rate=rate) if rate else None
        gate = pace and ConnectGate(
            rate=pace.connect_rate, burst=pace.connect_burst, max_handshakes=pace.max_handshakes
        )
        settings = SessionSettings(
            server=("127.0.0.1", port), tls=TlsPolicy(ca_file=ca_file), gate=gate
        )
        jids = [f"bot{n}@{domain}" for n in range(sessions)]
        specs = [
            SessionSpec(jid, SessionKind.CLIENT, lambda jid=jid: Bot(jid, PASSWORD), settings)
            for jid in jids
        ]
        fleet = Fleet()
        await fleet.open()
        settle_heap()
        probe = Probe(trace)
        began = time.perf_counter()
        probe.start()
        await fleet.add_all(specs)
        while fleet.status().states[SessionState.CONNECTED] < sessions:
            if time.perf_counter() - began > TIMEOUT_S:
                raise SystemExit(f"not all logged in: {fleet.status().line()}")
            await asyncio.sleep(0.02)
        seconds = time.perf_counter() - began
        await asyncio.sleep(AFTER_S)
        probe.stop()
        print(f"{name}: {sessions} logins in {seconds:.2f} s, {len(probe.late)} measurements")
        await fleet.stop(5.0)
        return probe


def results(probe: Probe) -> list[Result]:
    """The longest, and what is usual."""
    late, busy = sorted(probe.late), sorted(probe.busy)
    return [
        Result("looplag_max", "ms late", late[-1] * 1000, TARGET_MS),
        Result("looplag_p99", "ms late", late[int(len(late) * 0.99)] * 1000),
        Result("looplag_cpu_max", "ms of CPU", busy[-1] * 1000, TARGET_MS),
    ]


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks looplag", description=__doc__)
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--sessions", type=int, default=SESSIONS)
    parser.add_argument("--server", choices=("auto", "prosody", "embedded"), default="auto")
    parser.add_argument(
        "--rate", type=float, default=50.0, help="connections per second; 0: no limit"
    )
    parser.add_argument("--trace", type=float, metavar="MS")
    options = parser.parse_args(argv)
    found = results(
        asyncio.run(measure(options.sessions, options.server, options.rate, options.trace))
    )
    print(table(found))
    if options.json:
        write_json(options.json, found)
    return 0
