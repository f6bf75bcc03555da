"""The generator: what it writes passes the checks that everything here passes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from actorxmpp.plugins.new import LONGEST_TITLE, Names, main

ROOT = Path(__file__).parents[3]
COPIED = ("actorxmpp", "supervisors", "docs", "tests/actorxmpp/plugins", "tests/meta")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of what the generator and the checks look at."""
    for name in COPIED:
        ignored = shutil.ignore_patterns("__pycache__", "*.pyc")
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored)
    for name in ("pyproject.toml", "setup.cfg"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def run(tree: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("plugin", "title"),
    [
        ("xep_9998", "Weather"),
        ("xep_9999", "Internationalized (and Personalized) Announcements of X"),
    ],
)
def test_what_is_written_passes_all_checks(tree: Path, plugin: str, title: str) -> None:
    written = run(tree, "actorxmpp.plugins.new", plugin, title, "--xep-version", "1.2").split()
    assert written == [
        f"actorxmpp/plugins/{plugin}/__init__.py",
        f"tests/actorxmpp/plugins/test_{plugin}.py",
        "docs/plugins.md",
    ]
    assert (
        f"| [{plugin}](#{plugin}) | {title} | 1.2 | xep_0030 |" in (tree / written[2]).read_text()
    )
    run(tree, "ruff", "check", "--no-cache", *written[:2])
    run(tree, "ruff", "format", "--no-cache", "--check", *written[:2])
    run(tree, "mypy", "--strict", "--cache-dir", os.devnull, "-p", f"actorxmpp.plugins.{plugin}")
    page, shape = "tests/actorxmpp/plugins/test_docs.py", "tests/meta/test_plugins.py"
    ours = f"page or {plugin}"
    run(tree, "pytest", "-q", "-p", "no:cacheprovider", "-k", ours, written[1], page, shape)


@pytest.mark.parametrize(
    ("plugin", "title", "words"),
    [
        ("xep_12", "Weather", "four digits"),
        ("weather", "Weather", "four digits"),
        ("xep_9999", "", "no title"),
        ("xep_9999", 'Say "hello"', "no title"),
        ("xep_9999", "W" * (LONGEST_TITLE + 1), "at most"),
    ],
)
def test_what_can_not_be_a_plugin_is_refused(plugin: str, title: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Names(plugin, title)


def test_names_are_made_of_the_first_words() -> None:
    assert Names("xep_9999", "HTTP File Upload").table("1")["cls"] == "HttpFileUpload"
    assert Names("xep_9999", "42").table("1")["attrib"] == "element"


def test_a_plugin_that_is_there_and_another_folder_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit, match="1"):
        main(["xep_9999", "Weather"])
    assert "run this in the source tree" in capsys.readouterr().err
    for folder in ("actorxmpp/plugins/xep_9999", "tests/actorxmpp/plugins", "docs"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "docs" / "generate_plugins.py").touch()
    with pytest.raises(SystemExit, match="1"):
        main(["xep_9999", "Weather"])
    assert "xep_9999" in capsys.readouterr().err
