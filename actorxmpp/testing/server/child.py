"""The parent's end of one server process: its pipes, calls and answers, its last words.

`process.py` owns one `Child` at a time; `control.py` has the other end. Every call is answered,
times out, or fails when the process ends: none waits for ever.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from pathlib import Path
from typing import Any, Final

from actorxmpp.testing.server.limits import CONTROL_LINE_BYTES, KIB

_STDERR_KEPT: Final = 16 * KIB
_PACKAGE_ROOT: Final = Path(__file__).resolve().parents[3]


class EmbeddedServerError(RuntimeError):
    """The server can't start, has ended, or refused a command; the message says which and why."""


class Child:
    """One server process: its pipes, the calls that wait for an answer, its last words."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._calls = 0
        self._last_words = b""
        self._killed = False
        self._readers = (
            asyncio.create_task(self._read_replies(), name="embedded-server-replies"),
            asyncio.create_task(self._read_errors(), name="embedded-server-stderr"),
        )

    @classmethod
    async def spawn(cls) -> Child:
        """Start the process; it does nothing before its first command."""
        path = os.pathsep.join(filter(None, [str(_PACKAGE_ROOT), os.environ.get("PYTHONPATH")]))
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",  # a user's ssl.py in the working folder is not ours to import
            "-m",
            "actorxmpp.testing.server",
            "--control",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=CONTROL_LINE_BYTES,
            env=os.environ | {"PYTHONPATH": path},
        )
        return cls(process)

    @property
    def running(self) -> bool:
        """Return whether it has neither ended nor been killed."""
        return self._process.returncode is None and not self._killed

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    async def call(self, do: str, fields: dict[str, Any], *, seconds: float) -> dict[str, Any]:
        """Give a command and return its answer.

        Args:
            do: the command's name.
            fields: what it needs.
            seconds: how long to wait.

        Raises:
            EmbeddedServerError: it was refused, not answered in time, or the process ended.
        """
        stdin = self._process.stdin
        assert stdin is not None
        self._calls += 1
        number = self._calls
        future: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[number] = future
        try:
            stdin.write(json.dumps({"id": number, "do": do, **fields}).encode() + b"\n")
            async with asyncio.timeout(seconds):
                reply = await future
        except TimeoutError:
            raise EmbeddedServerError(
                f"the embedded server did not answer {do!r} within {seconds:g} s{self._words()}"
            ) from None
        finally:
            self._waiting.pop(number, None)
        if not reply.get("ok"):
            raise EmbeddedServerError(f"{do}: {reply.get('error', 'refused')}")
        return reply

    async def wait(self, seconds: float) -> None:
        """Wait for the process to end, and end it when it doesn't in time."""
        try:
            async with asyncio.timeout(seconds):
                await self._process.wait()
        except TimeoutError:
            self.kill()

    def kill(self) -> None:
        """End the process at once (SIGKILL)."""
        self._killed = True
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    async def reap(self) -> None:
        """Wait for the end of the process and of its pipes."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        await self._process.wait()
        await asyncio.gather(*self._readers)

    async def _read_replies(self) -> None:
        stdout = self._process.stdout
        assert stdout is not None
        while line := await stdout.readline():
            number, reply = _decode(line)
            future = self._waiting.get(number)
            if future is not None and not future.done():
                future.set_result(reply)
        await self._process.wait()
        await self._readers[1]
        self._fail_waiting()

    async def _read_errors(self) -> None:
        stderr = self._process.stderr
        assert stderr is not None
        while chunk := await stderr.read(_STDERR_KEPT):
            self._last_words = (self._last_words + chunk)[-_STDERR_KEPT:]

    def _fail_waiting(self) -> None:
        error = f"the embedded server ended with code {self._process.returncode}{self._words()}"
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(EmbeddedServerError(error))

    def _words(self) -> str:
        text = self._last_words.decode(errors="replace").strip()
        return f"; its last words:\n{text}" if text else ""


def _decode(line: bytes) -> tuple[int, dict[str, Any]]:
    """Return a reply and the number of its call; 0, which no call has, for a stray line."""
    try:
        reply = json.loads(line)
    except ValueError:
        return 0, {}
    if not isinstance(reply, dict) or not isinstance(reply.get("id"), int):
        return 0, {}
    return reply["id"], reply
