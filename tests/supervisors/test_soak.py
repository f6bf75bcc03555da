"""The soak of benchmarks/actors_soak.py, for a moment (by hand: 60 s)."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_chaos_loses_nothing_and_leaves_nothing(tmp_path):
    report = tmp_path / "soak.json"
    command = [
        sys.executable, "-W", "error", "-m", "benchmarks", "actors_soak",
        "--seconds", "2", "--json", str(report),
    ]  # fmt: skip
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    found = {name: entry["ours"] for name, entry in json.loads(report.read_text()).items()}
    assert found == dict.fromkeys(found, 0), done.stdout + done.stderr
    assert done.returncode == 0
    assert len(found) == 9
