"""``actorxmpp run`` as a process: against the embedded server, ended by signals."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from actorxmpp.cli.running import LISTED, parked_lines, stop_signal
from actorxmpp.fleet.status import SessionRow
from actorxmpp.status import SessionState
from actorxmpp.testing.server import EmbeddedServer

ROOT = Path(__file__).resolve().parents[3]
PASSWORD = "wherefore art thou"
PATIENCE = 120.0
"""Seconds a process may take for anything; only a broken one needs them."""

BOTS = """
from actorxmpp import ClientXMPP, ComponentXMPP


class Bot(ClientXMPP):
    def __init__(self, jid, password, mood="well"):
        if mood == "broken":
            raise LookupError("no such table")
        super().__init__(jid, password)
        self.add_event_handler("session_start", lambda _: self.send_presence())


class Gateway(ComponentXMPP):
    pass
"""

FILE = """
[fleet]
stop_timeout = {stop_timeout}

[defaults]
password_env = "BOT_PASSWORD"
ca_file = "{ca_file}"

[[clients]]
bot = "bots:Bot"
jid = "bot{{n}}@localhost"
count = 3
server = "127.0.0.1:{port}"

[[clients]]
bot = "bots:Bot"
jid = "broken@localhost"
server = "127.0.0.1:{port}"
kwargs = {{mood = "broken"}}

[[components]]
bot = "bots:Gateway"
jid = "gw.localhost"
server = "127.0.0.1:{component_port}"
secret_env = "BOT_PASSWORD"
"""


class Process:
    """``actorxmpp run`` on a file, read line by line."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.lines: list[str] = []

    @classmethod
    async def start(cls, folder: Path, server: EmbeddedServer, stop_timeout: float) -> Process:
        (folder / "bots.py").write_text(BOTS)
        (folder / "fleet.toml").write_text(
            FILE.format(
                ca_file=server.ca_file,
                port=server.port,
                component_port=server.component_port,
                stop_timeout=stop_timeout,
            )
        )
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "actorxmpp.cli", "run", str(folder / "fleet.toml")),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={**os.environ, "PYTHONPATH": str(ROOT), "BOT_PASSWORD": PASSWORD},
        )
        return cls(process)

    async def until(self, words: str) -> str:
        """Read to the line with these words."""
        stdout = self._process.stdout
        assert stdout is not None
        async with asyncio.timeout(PATIENCE):
            while line := (await stdout.readline()).decode():
                self.lines.append(line.rstrip("\n"))
                if words in line:
                    return self.lines[-1]
        raise AssertionError(f"ended without {words!r}:\n" + "\n".join(self.lines))

    def send(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    async def end(self) -> int:
        """Read to the end, which must come by itself."""
        async with asyncio.timeout(PATIENCE):
            output, _ = await self._process.communicate()
            self.lines += output.decode().splitlines()
            return await self._process.wait()

    def assert_no_traceback_but_the_bots_own(self) -> None:
        """The bot that can't be made is reported with its traceback; nothing else has one."""
        tracebacks = sum(line.startswith("Traceback") for line in self.lines)
        assert tracebacks == self.lines.count("LookupError: no such table")

    async def kill(self) -> None:
        if self._process.returncode is None:
            self._process.kill()
            await self._process.communicate()


def play(
    folder: Path,
    scene: Callable[[Process, EmbeddedServer], Awaitable[None]],
    stop_timeout: float = 30.0,
) -> None:
    """Play a scene with a server and a running fleet."""

    async def main() -> None:
        async with EmbeddedServer(auto_accounts=PASSWORD, auto_components=PASSWORD) as server:
            await server.add_account("bot2", "not what the fleet has")
            process = await Process.start(folder, server, stop_timeout)
            try:
                await scene(process, server)
            finally:
                await process.kill()

    asyncio.run(main())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_runs_parks_what_can_not_work_and_ends_on_a_signal(
    tmp_path: Path, number: signal.Signals
) -> None:
    async def scene(process: Process, server: EmbeddedServer) -> None:
        await process.until("3 connected, 2 parked of 5 sessions")
        assert (await server.stats())["sessions"] == 2
        process.send(number)
        assert await process.end() == 0
        output = "\n".join(process.lines)
        assert f"{number.name}: stopping 3 connected, 2 parked" in output
        assert "2 parked:\n  bot2@localhost: not-authorized" in output
        assert "  broken@localhost: can't start: LookupError: no such table" in output
        assert "cut off" not in output
        assert process.lines[-1].startswith("stopped after")
        process.assert_no_traceback_but_the_bots_own()
        assert PASSWORD not in output
        async with asyncio.timeout(PATIENCE):  # the process is gone, its sockets may be read later
            while (await server.stats())["sessions"]:  # noqa: ASYNC110  asked, not waited for
                await asyncio.sleep(0)

    play(tmp_path, scene)


def test_what_does_not_end_in_time_is_cut_off(tmp_path: Path) -> None:
    async def scene(process: Process, server: EmbeddedServer) -> None:
        await process.until("3 connected")
        assert server.pid is not None
        os.kill(server.pid, signal.SIGSTOP)
        try:
            process.send(signal.SIGTERM)
            assert await process.end() == 0
        finally:
            os.kill(server.pid, signal.SIGCONT)
        process.assert_no_traceback_but_the_bots_own()

    play(tmp_path, scene, stop_timeout=0.3)


def test_a_second_signal_ends_it_at_once(tmp_path: Path) -> None:
    async def scene(process: Process, server: EmbeddedServer) -> None:
        await process.until("3 connected")
        assert server.pid is not None
        os.kill(server.pid, signal.SIGSTOP)
        try:
            process.send(signal.SIGTERM)
            await process.until("stopping")
            process.send(signal.SIGTERM)
            assert await process.end() == -signal.SIGTERM
        finally:
            os.kill(server.pid, signal.SIGCONT)
        assert not any(line.startswith("stopped after") for line in process.lines)

    play(tmp_path, scene, stop_timeout=60.0)


def test_after_the_first_signal_the_next_acts_by_default() -> None:
    async def main() -> signal.Signals:
        told = stop_signal()
        os.kill(os.getpid(), signal.SIGTERM)
        return await told

    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        assert asyncio.run(main()) is signal.SIGTERM
        for number in before:
            assert signal.getsignal(number) is signal.SIG_DFL
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def test_a_long_list_of_parked_sessions_is_cut() -> None:
    rows = [
        SessionRow(f"bot{n}@x", SessionState.PARKED, "conflict", 1.0, None, 0, 0, 0)
        for n in range(LISTED + 7)
    ]
    lines = parked_lines(rows)
    assert lines[0] == "27 parked:"
    assert lines[1] == "  bot0@x: conflict"
    assert len(lines) == LISTED + 2
    assert lines[-1] == "  … and 7 more"
    assert parked_lines([]) == []
