"""Programs under test as child processes: ``actorxmpp run`` and the examples.

Output goes to a file, so that nothing blocks on a full pipe and a failure can quote it. A program
that a test leaves running is killed, by its own process id.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
POLL_S = 0.05
OUTPUT_LINES = 80
DRIVER = (sys.executable, str(HERE / "run_example.py"))


def actorxmpp() -> tuple[str, ...]:
    """The command as it is installed beside this interpreter."""
    script = Path(sys.executable).parent / "actorxmpp"
    if script.is_file():
        return (str(script),)
    return (sys.executable, "-c", "from actorxmpp.cli import main; raise SystemExit(main())")


class ProgramError(AssertionError):
    """A program didn't do what the test needs; the text ends with its output."""


class Program:
    """One child process, running between ``with`` and its end.

    Args:
        command: what to run.
        folder: where it runs and where its output goes.
        environment: variables beside those of the test.
    """

    def __init__(
        self, command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None
    ) -> None:
        self._command = list(command)
        self._folder = folder
        self._output_file = folder / f"output-{time.monotonic_ns()}.txt"
        # The bots' folder for fleet files; the source tree only where nothing is installed.
        search = [str(HERE), *([] if len(actorxmpp()) == 1 else [str(ROOT)])]
        self._environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(search),
            "PYTHONUNBUFFERED": "1",
            "NO_COLOR": "1",
            # A wide terminal: no line of the output is wrapped in the middle of an address.
            "COLUMNS": "400",
            **(environment or {}),
        }
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        with self._output_file.open("wb") as output:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self._folder,
                env=self._environment,
            )
        return self

    def __exit__(self, *_exc_info: object) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait(10)

    @property
    def running(self) -> bool:
        """Whether it hasn't ended."""
        return self._process is not None and self._process.poll() is None

    @property
    def output(self) -> str:
        """What it has printed so far, stdout and stderr."""
        return self._output_file.read_text("utf-8", errors="replace")

    def fail(self, message: str) -> ProgramError:
        """An error that quotes the end of the output."""
        tail = "\n".join(self.output.splitlines()[-OUTPUT_LINES:])
        return ProgramError(f"{message}\n--- output\n{tail}")

    def terminate(self) -> None:
        """Send SIGTERM."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGTERM)

    def wait(self, timeout_s: float) -> int:
        """Wait for its end.

        Returns:
            The exit code.

        Raises:
            ProgramError: it still runs.
        """
        if self._process is None:
            raise ProgramError("never started")
        try:
            return self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            raise self.fail(f"still runs after {timeout_s:g} s") from None

    def wait_for_output(self, pattern: str, timeout_s: float) -> re.Match[str]:
        """Wait until the output matches a pattern (case doesn't matter).

        Raises:
            ProgramError: it doesn't in time, or the program ended before.
        """
        deadline = time.monotonic() + timeout_s
        while True:
            running = self.running
            if match := re.search(pattern, self.output, re.IGNORECASE):
                return match
            if not running:
                raise self.fail(f"ended without printing {pattern!r}")
            if time.monotonic() > deadline:
                raise self.fail(f"didn't print {pattern!r} in {timeout_s:g} s")
            time.sleep(POLL_S)


def fleet(folder: Path, tables: str, environment: Mapping[str, str]) -> Program:
    """``actorxmpp run`` with a fleet file of this text."""
    file = folder / "fleet.toml"
    file.write_text(tables, "utf-8")
    return Program([*actorxmpp(), "run", str(file)], folder, environment)


def example(folder: Path, file: str, class_name: str, **arguments: Any) -> Program:
    """A bot of examples/, connected to the test's server."""
    settings = [f"{name}={value}" for name, value in arguments.items()]
    path = ROOT / "examples" / file
    return Program([*DRIVER, str(path), class_name, *settings], folder)
