"""One component: messages per CPU second, and what 10,000 waiting IQs cost, beside slixmpp.

One embedded server. A load of raw XML (no library) is a component of that server and writes to the
component under test, which answers each message with its own text; it runs in a process of its
own, and its process time over a number of messages, best of some rounds, is what counts. The
handler is the same on both sides. Ours is measured a second time with an actor for each user.

Then the component under test asks the load 10,000 IQs, which are not answered, and the messages are
measured again.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import importlib.util
import json
import re
import subprocess
import sys
import time
from typing import Any

from actorxmpp.testing.server import EmbeddedServer
from benchmarks._report import Result, table, write_json

SECRET = "secret"
LOAD = "load.localhost"
ECHO = "echo.localhost"
USERS = 100
WINDOW = 200
"""Messages on their way at once: a busy gateway, not a flooded one."""

MESSAGES = {"ours": 20_000, "ours, an actor for each user": 20_000, "slixmpp": 5_000}
WITH_IQS = {"ours": 20_000, "slixmpp": 100}
"""slixmpp looks at each waiting IQ for each stanza: more messages take minutes."""

WARM_UP = 500
ROUNDS = 3
IQS = 10_000
FACTOR = 4.0
"""How many times slixmpp's messages per CPU second are wanted."""

IQ_FACTOR = 1.2
BODY = "What's in a name? That which we call a rose by any other name"


# the load


class Load:
    """A component that writes raw messages and counts what comes back."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._tail = b""
        self.iqs = 0

    @classmethod
    async def connect(cls, host: str, port: int) -> Load:
        reader, writer = await asyncio.open_connection(host, port)
        writer.write(
            b"<stream:stream xmlns='jabber:component:accept' "
            b"xmlns:stream='http://etherx.jabber.org/streams' to='%s'>" % LOAD.encode()
        )
        header = await reader.readuntil(b">")
        while not (found := re.search(rb"\bid=['\"]([^'\"]+)", header)):
            header = await reader.readuntil(b">")
        digest = hashlib.sha1(found[1] + SECRET.encode()).hexdigest()
        writer.write(f"<handshake>{digest}</handshake>".encode())
        await reader.readuntil(b">")
        return cls(reader, writer)

    async def run(self, count: int) -> None:
        """Write messages, and wait until each is answered."""
        sent = got = 0
        while got < count:
            portion = min(WINDOW - (sent - got), count - sent)
            if portion > 0:
                self._writer.write(b"".join(map(_message, range(sent, sent + portion))))
                sent += portion
            got += await self._read(b"</message>")

    async def take_iqs(self, count: int) -> None:
        """Wait until so many IQs have come, and answer none."""
        got = 0
        while got < count:
            got += await self._read(b"</iq>")

    async def _read(self, end: bytes) -> int:
        async with asyncio.timeout(60):
            data = self._tail + await self._reader.read(262_144)
        cut = data.rfind(end) + len(end)
        if cut < len(end):
            self._tail = data
            return 0
        self._tail = data[cut:]
        return data.count(end)


def _message(number: int) -> bytes:
    user = number % USERS
    return (
        f"<message from='juliet@{LOAD}/balcony' to='user{user}@{ECHO}' type='chat' "
        f"id='m{number}'><body>{BODY}</body></message>"
    ).encode()


# the component under test, in its own process


def ours(port: int) -> Any:
    from actorxmpp import ComponentXMPP

    class Echo(ComponentXMPP):
        def __init__(self) -> None:
            super().__init__(ECHO, SECRET, "127.0.0.1", port)
            self.add_event_handler("message", self.message)

        def message(self, msg: Any) -> None:
            if msg["type"] in ("chat", "normal"):
                msg.reply(msg["body"]).send()

    return Echo()


def ours_with_users(port: int) -> Any:
    from actorxmpp import ComponentXMPP, UserActor

    class User(UserActor):
        def on_message(self, msg: Any) -> None:
            if msg["type"] in ("chat", "normal"):
                msg.reply(msg["body"]).send()

    component = ComponentXMPP(ECHO, SECRET, "127.0.0.1", port)
    component.users(User)
    return component


def slix(port: int) -> Any:
    import slixmpp

    class Echo(slixmpp.ComponentXMPP):
        def __init__(self) -> None:
            super().__init__(ECHO, SECRET, "127.0.0.1", port)
            self.add_event_handler("message", self.message)

        def message(self, msg: Any) -> None:
            if msg["type"] in ("chat", "normal"):
                msg.reply(msg["body"]).send()

    return Echo()


SIDES = {"ours": ours, "ours, an actor for each user": ours_with_users, "slixmpp": slix}


async def child(side: str, port: int) -> None:
    """Be the component under test; steered by lines on stdin."""
    component = SIDES[side](port)
    up = asyncio.Event()
    component.add_event_handler("session_start", lambda _event: up.set())
    component.connect()
    await up.wait()
    say({"up": True})
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(lines), sys.stdin
    )
    while line := (await lines.readline()).decode().strip():
        if line == "iqs":
            ask(component)
        say({"cpu": time.process_time()})


def ask(component: Any) -> None:
    """Send 10,000 IQs that wait for their answers."""

    def ignore(_iq: Any) -> None:
        """Nobody waits for what becomes of them."""

    for _ in range(IQS):
        iq = component.make_iq_get(queryxmlns="urn:x", ito=LOAD, ifrom=ECHO)
        iq.send(callback=ignore, timeout=600)


def say(what: Any) -> None:
    print(json.dumps(what), flush=True)


# measuring


class Side:
    """The process of one side."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, name: str, port: int) -> Side:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "benchmarks.component", name, str(port),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        side = cls(process)
        await side._answer()
        return side

    async def _answer(self) -> Any:
        assert self._process.stdout is not None
        async with asyncio.timeout(120):
            line = await self._process.stdout.readline()
        if not line:
            raise RuntimeError("the component under test ended")
        return json.loads(line)

    async def order(self, word: str) -> float:
        """Give an order; returns the process time after it, in seconds."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{word}\n".encode())
        cpu: float = (await self._answer())["cpu"]
        return cpu

    async def stop(self) -> None:
        self._process.kill()
        await self._process.wait()


async def seconds_each(side: Side, load: Load, count: int, rounds: int = ROUNDS) -> float:
    """CPU seconds a message takes, best of some rounds."""
    best = float("inf")
    for _ in range(rounds):
        before = await side.order("cpu")
        await load.run(count)
        best = min(best, (await side.order("cpu") - before) / count)
    return best


async def measure(host: str, port: int, name: str, count: int | None) -> dict[str, float]:
    """One side: CPU seconds a message, and with waiting IQs."""
    load = await Load.connect(host, port)
    side = await Side.start(name, port)
    try:
        await load.run(WARM_UP)
        found = {"message": await seconds_each(side, load, count or MESSAGES[name])}
        if name in WITH_IQS:
            await side.order("iqs")
            await load.take_iqs(IQS)
            fewer = min(count or MESSAGES[name], WITH_IQS[name])
            rounds = ROUNDS if name == "ours" else 1
            found["with IQs"] = await seconds_each(side, load, fewer, rounds)
    finally:
        await side.stop()
        load._writer.close()
    return found


async def measure_all(names: list[str], count: int | None) -> dict[str, dict[str, float]]:
    found = {}
    async with EmbeddedServer(domain="localhost", auto_components=SECRET) as server:
        for name in names:
            found[name] = await measure(server.host, server.component_port, name, count)
            row = found[name]
            text = f"{name}: {1e6 * row['message']:.1f} us CPU a message"
            if "with IQs" in row:
                text += f", {1e6 * row['with IQs']:.1f} us with {IQS:,} IQs waiting"
            print(text, flush=True)
    return found


def results_of(found: dict[str, dict[str, float]]) -> list[Result]:
    rate = {name: 1 / row["message"] for name, row in found.items()}
    peer = {"slixmpp": rate["slixmpp"]} if "slixmpp" in rate else {}
    wanted = FACTOR * peer["slixmpp"] if peer else None
    iqs = {name: row["with IQs"] / row["message"] for name, row in found.items() if len(row) > 1}
    users = "ours, an actor for each user"
    return [
        Result("messages through a component", "per CPU s", rate["ours"], wanted, peer),
        Result("the same, an actor for each user", "per CPU s", rate[users], None, peer),
        Result(
            f"cost of a message with {IQS:,} IQs waiting",
            "times",
            iqs["ours"],
            IQ_FACTOR,
            {name: value for name, value in iqs.items() if name != "ours"},
        ),
    ]


def main(argv: list[str] | None = None) -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks component", description=__doc__)
    parser.add_argument("--messages", type=int, help="messages of a round, on each side")
    parser.add_argument("--json", metavar="FILE", help="write the results there")
    options = parser.parse_args(argv)
    names = list(SIDES)
    if importlib.util.find_spec("slixmpp") is None:
        print("slixmpp is not installed: ours alone", file=sys.stderr)
        names.remove("slixmpp")
    results = results_of(asyncio.run(measure_all(names, options.messages)))
    print(table(results))
    ratio = results[0].ratio
    if ratio is not None:
        print(f"{ratio:.2f} times slixmpp's messages per CPU second (target {FACTOR:g})")
    if options.json:
        write_json(options.json, results)
    return 0


if __name__ == "__main__":
    asyncio.run(child(sys.argv[1], int(sys.argv[2])))
