"""The command group: help, version, mistakes in the fleet file, a missing extra."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from actorxmpp import __version__
from actorxmpp.cli.app import app

ROOT = Path(__file__).resolve().parents[3]

WITHOUT = """
import sys
for name in {modules!r}:
    sys.modules[name] = None
from actorxmpp.cli import main
main()
"""


def python(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run code in an interpreter of its own."""
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )


@pytest.mark.parametrize("command", [[], ["check"], ["run"], ["demo"]])
def test_every_command_has_help(command: list[str]) -> None:
    result = CliRunner().invoke(app, [*command, "--help"])
    assert result.exit_code == 0
    assert "Usage:" in result.output


def test_the_version() -> None:
    result = CliRunner().invoke(app, ["--version"])
    assert (result.exit_code, __version__ in result.output) == (0, True)


@pytest.mark.parametrize("command", ["check", "run"])
def test_a_missing_file_is_a_line_and_exit_code_2(command: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, [command, str(tmp_path / "nope.toml")])
    assert result.exit_code == 2
    assert result.output.splitlines() == [
        f"{tmp_path / 'nope.toml'}: can't be read: No such file or directory"
    ]


@pytest.mark.parametrize("module", ["click", "pydantic", "rich"])
def test_a_missing_extra_is_a_line_that_says_how_to_get_it(module: str) -> None:
    done = python(WITHOUT.format(modules=[module]), "run", "fleet.toml")
    assert done.returncode == 1
    assert f"needs {module}" in done.stderr
    assert 'pip install "actorxmpp[fleet]"' in done.stderr
    assert "Traceback" not in done.stderr


def test_another_missing_module_is_not_hidden() -> None:
    done = python(WITHOUT.format(modules=["supervisors"]), "run", "fleet.toml")
    assert "ModuleNotFoundError" in done.stderr


def test_the_console_script_and_the_module_are_the_same() -> None:
    done = python("from actorxmpp.cli import main; main()", "--version")
    assert (done.returncode, done.stdout.strip()) == (0, f"actorxmpp, version {__version__}")
