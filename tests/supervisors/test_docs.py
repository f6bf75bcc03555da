"""The programs in docs/supervision.md and the example run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BLOCKS = re.findall(
    r"^```python\n(.*?)^```", (ROOT / "docs/supervision.md").read_text(), re.M | re.S
)


def execute(*arguments):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-W", "error", "-X", "dev", *arguments],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60,
    )  # fmt: skip


def test_there_are_programs():
    assert len(BLOCKS) == 5


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_a_program_of_the_page_runs(number):
    done = execute("-c", BLOCKS[number])
    assert done.returncode == 0, done.stderr
    assert "Warning" not in done.stderr  # a crash on command may be logged there


def test_the_example_serves_every_dish():
    done = execute("examples/supervisors_only.py")
    assert (done.returncode, done.stderr) == (0, "")
    assert "[restarted]" in done.stdout
    assert "served: 10" in done.stdout
    assert done.stdout.endswith("closed: <ExitReason shutdown>\n")
