"""Output that nobody takes: the command goes on, and ends with its own exit code."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]

PROGRAM = """
import sys
from actorxmpp.cli.output import say
sys.stdin.readline()  # until the reader is gone
for n in range(3):
    say(f"line {n}")
sys.stderr.write("went on")
raise SystemExit(7)
"""


def run(stdout: int) -> subprocess.Popen[bytes]:
    """A process that writes lines to this file descriptor."""
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        stdin=subprocess.PIPE,
        stdout=stdout,
        stderr=subprocess.PIPE,
        cwd=ROOT,
    )


def assert_it_went_on(process: subprocess.Popen[bytes]) -> None:
    _, errors = process.communicate(b"go\n")
    assert (process.returncode, errors) == (7, b"went on")


def test_a_reader_that_goes_away_ends_nothing() -> None:
    process = run(subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.close()
    process.stdout = None
    assert_it_went_on(process)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_ends_nothing() -> None:
    with Path("/dev/full").open("wb") as full:
        assert_it_went_on(run(full.fileno()))


def test_lines_are_written_at_once() -> None:
    process = run(subprocess.PIPE)
    output, _ = process.communicate(b"go\n")
    assert output == b"line 0\nline 1\nline 2\n"
