"""The examples in the documents run as they stand there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import actorxmpp

ROOT = Path(actorxmpp.__file__).parents[1]
DOCS = Path(__file__).resolve().parents[3] / "docs"
EXAMPLE = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


def examples(name: str) -> list[str]:
    """The Python in a document."""
    return EXAMPLE.findall((DOCS / name).read_text("utf-8"))


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a Python in a folder."""
    environment = {"PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return subprocess.run(
        [sys.executable, "-W", "error", *arguments],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_tests_in_the_document_pass(tmp_path: Path) -> None:
    sources = examples("testing.md")
    assert len(sources) == 5
    for number, source in enumerate(sources):
        (tmp_path / f"test_example_{number}.py").write_text(source, "utf-8")
    plugin = ("-p", "actorxmpp.testing.pytest_plugin")
    done = run(tmp_path, "-m", "pytest", "-q", "-p", "no:cacheprovider", *plugin)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "7 passed" in done.stdout


@pytest.mark.parametrize("source", examples("migrating.md"))
def test_the_programs_in_the_document_run(tmp_path: Path, source: str) -> None:
    done = run(tmp_path, "-c", source)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "True\n"
