"""What the server asks of its process, in a process of its own where it changes that for good."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import pytest

from actorxmpp.testing.server import machine

ROOT = Path(__file__).resolve().parents[4]


def in_a_process(program: str) -> str:
    command = [sys.executable, "-c", f"from actorxmpp.testing.server import machine\n{program}"]
    done = subprocess.run(command, check=True, capture_output=True, cwd=ROOT, text=True)
    return done.stdout.strip()


def test_memory_is_that_of_the_process_now() -> None:
    assert 1_000 < machine.rss_kib() < 100_000_000


def test_without_proc_it_is_the_most_there_ever_was(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(machine, "_STATM", tmp_path / "statm")
    assert machine.rss_kib() == resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def test_as_many_files_as_the_system_allows() -> None:
    program = (
        "import resource\n"
        "hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (64, hard))\n"
        "machine.raise_file_limit()\n"
        "print(resource.getrlimit(resource.RLIMIT_NOFILE) == (hard, hard))"
    )
    assert in_a_process(program) == "True"


def test_the_collector_looks_seldom_and_not_at_what_is_loaded() -> None:
    program = (
        "import gc\n"
        "machine.calm_collector()\n"
        "print(gc.get_freeze_count() > 1000, gc.get_threshold()[0] >= 10_000)"
    )
    assert in_a_process(program) == "True True"
