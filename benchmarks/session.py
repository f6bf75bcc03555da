"""One connected session: memory and CPU of a login, beside slixmpp.

The same embedded server, STARTTLS, SCRAM, presence and roster, the same plugins on both sides
(those not written here yet are left out on both and named). Each side logs in a number of
sessions in a process of its own: memory is the growth of its resident set, CPU its process time
from construction to session_start, each divided by the sessions. Each account has a salt of its own
and logs in for the first time, so each login pays for its PBKDF2. slixmpp is measured as
documented (an SSLContext for each session) and with one context shared by all.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import importlib.util
import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from actorxmpp.testing.server import EmbeddedServer
from benchmarks._report import Result, table, write_json

NINE = (
    "xep_0030",
    "xep_0199",
    "xep_0115",
    "xep_0092",
    "xep_0045",
    "xep_0085",
    "xep_0184",
    "xep_0198",
    "xep_0280",
)
PASSWORD = "secret"
SESSIONS = {"ours": 1_000, "slixmpp, shared context": 200, "slixmpp": 60}
AT_ONCE = 20
"""Logins under way at once, on either side."""

WARM_UP = 5
"""Sessions before the measurement: imports, contexts and caches are paid once a process."""


def rss_kib() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024


def plugins() -> tuple[list[str], list[str]]:
    """Which of the nine exist here, and which don't."""
    found = [
        name for name in NINE if importlib.util.find_spec(f"actorxmpp.plugins.{name}") is not None
    ]
    return found, [name for name in NINE if name not in found]


class Fleet:
    """Logs in sessions of one library, a few at a time, and keeps them."""

    def __init__(self, host: str, port: int, ca_file: str, names: list[str]) -> None:
        self.host, self.port, self.ca_file, self.names = host, port, ca_file, names
        self.kept: list[Any] = []

    def prepare(self) -> None: ...

    async def login(self, number: int) -> None:
        raise NotImplementedError

    async def grow(self, first: int, count: int) -> None:
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(number: int) -> None:
            async with gate:
                await self.login(number)

        await asyncio.gather(*(one(first + number) for number in range(count)))


class Ours(Fleet):
    def prepare(self) -> None:
        from actorxmpp import SessionSettings, TlsPolicy

        self.settings = SessionSettings(
            server=(self.host, self.port), tls=TlsPolicy(ca_file=self.ca_file)
        )

    async def login(self, number: int) -> None:
        from actorxmpp import ClientXMPP

        bot = ClientXMPP(f"bot{number}@localhost", PASSWORD, settings=self.settings)
        bot.settings = replace(self.settings, autoconnect=False)
        for name in self.names:
            bot.register_plugin(name)
        await started(bot)
        self.kept.append(bot)


class Slixmpp(Fleet):
    def prepare(self) -> None:
        self.context: Any = None

    async def login(self, number: int) -> None:
        import slixmpp

        more = {} if self.context is None else {"ssl_context": self.context}
        bot = slixmpp.ClientXMPP(f"bot{number}@localhost", PASSWORD, **more)
        bot.ca_certs = None if more else self.ca_file
        bot.enable_direct_tls = False
        for name in self.names:
            bot.register_plugin(name)
        await started(bot, self.host, self.port)
        self.kept.append(bot)


class SlixmppShared(Slixmpp):
    def prepare(self) -> None:
        import ssl

        self.context = ssl.create_default_context(cafile=self.ca_file)


async def started(bot: Any, *address: Any) -> None:
    """Connect and wait until presence and roster are dealt with."""
    up = asyncio.Event()

    async def start(_event: Any) -> None:
        bot.send_presence()
        await bot.get_roster()
        up.set()

    bot.add_event_handler("session_start", start)
    bot.connect(*address)
    async with asyncio.timeout(60):
        await up.wait()


SIDES = {"ours": Ours, "slixmpp, shared context": SlixmppShared, "slixmpp": Slixmpp}


async def child(side: str, count: int, host: str, port: int, ca: str, names: list[str]) -> Any:
    fleet = SIDES[side](host, port, ca, names)
    fleet.prepare()
    await fleet.grow(0, WARM_UP)
    await asyncio.sleep(0.5)
    gc.collect()
    memory, cpu = rss_kib(), time.process_time()
    await fleet.grow(WARM_UP, count)
    cpu = time.process_time() - cpu
    gc.collect()
    await asyncio.sleep(0.5)
    memory = rss_kib() - memory
    return {"kib": memory / count, "ms": cpu / count * 1e3}


async def measure(side: str, count: int, names: list[str]) -> dict[str, float]:
    """One side against a server of its own."""
    async with EmbeddedServer(domain="localhost", auto_accounts=PASSWORD) as server:
        command = [sys.executable, "-m", "benchmarks.session", side, str(count)]
        command += [server.host, str(server.port), str(server.ca_file), *names]
        process = await asyncio.create_subprocess_exec(
            *command, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        out, err = await process.communicate()
        if process.returncode:
            raise RuntimeError(f"{side} failed:\n{err.decode()}")
        figures: dict[str, float] = json.loads(out.splitlines()[-1])
        return figures


def main(argv: list[str] | None = None) -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks session", description=__doc__)
    parser.add_argument("--sessions", type=int, help="our sessions (slixmpp's are fewer)")
    parser.add_argument("--json", metavar="FILE", help="write the results there")
    options = parser.parse_args(argv)
    names, missing = plugins()
    print(f"plugins on both sides: {' '.join(names)}")
    print(f"left out on both sides, not written yet: {' '.join(missing) or 'none'}")
    if missing and importlib.util.find_spec("slixmpp") is None:
        print("slixmpp is not installed: ours alone", file=sys.stderr)
    figures = {}
    for side in SIDES:
        if side != "ours" and importlib.util.find_spec("slixmpp") is None:
            continue
        count = SESSIONS[side]
        if side == "ours" and options.sessions:
            count = options.sessions
        figures[side] = asyncio.run(measure(side, count, names))
        row = figures[side]
        print(f"{side}: {row['kib']:.0f} KiB, {row['ms']:.1f} ms ({count} sessions)", flush=True)
    peers = [side for side in figures if side != "ours"]
    results = [
        Result(name, unit, figures["ours"][key], target, {p: figures[p][key] for p in peers})
        for name, unit, key, target in (
            ("memory of a TLS session", "KiB", "kib", 64.0),
            ("CPU of a login", "ms", "ms", 3.0),
        )
    ]
    print(table(results))
    if options.json:
        write_json(options.json, results)
    return 0


if __name__ == "__main__":
    words = sys.argv[1:]
    print(
        json.dumps(
            asyncio.run(
                child(words[0], int(words[1]), words[2], int(words[3]), words[4], words[5:])
            )
        )
    )
