"""A process is killed with unacknowledged stanzas queued; the next one loses none of them.

The server is real, the kill is SIGKILL, and what was unacknowledged had really not arrived: a proxy
swallows it on its way.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import sys
from pathlib import Path

from actorxmpp import ClientXMPP
from actorxmpp.net.tls import TlsPolicy
from actorxmpp.settings import SessionSettings

from .ours import Sockets
from .program import HERE, ROOT
from .servers.base import HOST
from .servers.prosody import Prosody

DEADLINE_S = 120.0
POLL_S = 0.02
BEFORE, SWALLOWED = 60, 60


class Proxy:
    """Forwards to the server, until it swallows what the client sends."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.swallowing = False

    async def start(self) -> int:
        self._server = await asyncio.start_server(self._accept, HOST, 0)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_connection(HOST, self._target)
        for source, sink, outward in ((reader, inner_writer, True), (inner_reader, writer, False)):
            task = asyncio.create_task(self._pump(source, sink, outward))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pump(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, outward: bool
    ) -> None:
        try:
            with contextlib.suppress(OSError):
                while data := await source.read(65_536):
                    if not (outward and self.swallowing):
                        sink.write(data)
                        await sink.drain()
        finally:  # also when it is cancelled, at the end of the test
            sink.close()


class Child:
    """The bot's process."""

    def __init__(self, output: Path, *args: object) -> None:
        self._args = [str(arg) for arg in args]
        self._file = output
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        with self._file.open("wb") as output:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                str(HERE / "storedbot.py"),
                *self._args,
                stdout=output,
                stderr=output,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
            )

    @property
    def output(self) -> str:
        return self._file.read_text()

    def sent(self) -> int:
        numbers = re.findall(r"^sent (\d+)$", self.output, re.MULTILINE)
        return int(numbers[-1]) + 1 if numbers else 0

    async def until(self, pattern: str) -> None:
        assert self._process is not None
        while not re.search(pattern, self.output, re.MULTILINE):
            assert self._process.returncode is None, self.output
            await asyncio.sleep(POLL_S)

    async def kill(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(signal.SIGKILL)
            await self._process.wait()


def test_nothing_is_lost_when_the_process_is_killed(prosody: Prosody, tmp_path: Path) -> None:
    prosody.add_accounts({"romeo": "secret", "juliet": "secret"})

    async def main() -> None:
        proxy = Proxy(prosody.ports.starttls)
        port = await proxy.start()
        got: list[str] = []
        sockets = Sockets()
        settings = SessionSettings(
            server=(HOST, prosody.ports.starttls),
            tls=TlsPolicy(ca_file=str(prosody.ca_file)),
            connector=sockets.connect,
        )
        juliet = ClientXMPP(f"juliet@{prosody.domain}/balcony", "secret", settings=settings)
        juliet.add_event_handler("message", lambda msg: got.append(msg["body"]))
        juliet.connect()
        await juliet.wait_until("session_start", DEADLINE_S)
        juliet.send_presence()

        romeo = f"romeo@{prosody.domain}/orchard"
        login = (romeo, "secret", port, prosody.ca_file, tmp_path / "sessions.db")
        peer = f"juliet@{prosody.domain}/balcony"
        first = Child(tmp_path / "first.txt", *login, peer, 10_000)
        second = Child(tmp_path / "second.txt", *login, peer, 0)
        try:
            await first.start()
            await first.until(f"^sent {BEFORE}$")
            proxy.swallowing = True
            await asyncio.sleep(POLL_S)
            arrived = len(got)
            await first.until(f"^sent {arrived + SWALLOWED}$")
            await first.kill()
            handed_over = first.sent()
            assert len(got) < handed_over - SWALLOWED // 2, "nothing was swallowed"
            proxy.swallowing = False
            await second.start()
            await second.until("^done$")
            assert re.search("^resumed$", second.output, re.MULTILINE), second.output
            assert "lost" not in second.output
            while len(got) < handed_over:  # noqa: ASYNC110  bounded by the deadline
                await asyncio.sleep(POLL_S)
        finally:
            await first.kill()
            await second.kill()
            await juliet.disconnect()
            await proxy.stop()
            await sockets.closed()
        assert got == [str(number) for number in range(len(got))]

    async def limited() -> None:
        async with asyncio.timeout(DEADLINE_S):
            await main()

    asyncio.run(limited())
