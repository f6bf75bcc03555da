"""``actorxmpp run`` on files that can't work: a message, exit code 2, no traceback, no connection.

The command as it is installed, in its own process. What each message says in detail is tested with
the fleet's configuration; here, that it reaches the user.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from .program import HERE, ROOT, actorxmpp

TIMEOUT_S = 90.0
SECRET = "hunter2"

FILE = """
[fleet]
connect_rate = 20

[[clients]]
bot = "fleetbots:EchoBot"
jid = "bot{n}@xmpp.test"
count = 3
server = "127.0.0.1:1"
password_env = "BOT_PASSWORD"
"""


def run(folder: Path, file: str) -> subprocess.CompletedProcess[str]:
    """Run the command on a file of this folder, to its end."""
    return subprocess.run(
        [*actorxmpp(), "run", file],
        capture_output=True,
        text=True,
        cwd=folder,
        timeout=TIMEOUT_S,
        check=False,
        env={"PYTHONPATH": f"{HERE}:{ROOT}", "PATH": "/usr/bin:/bin", "BOT_PASSWORD": SECRET},
    )


def assert_refused(done: subprocess.CompletedProcess[str], said: str) -> None:
    """Exit code 2 and one line on stderr that says what is wrong and where."""
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert said in done.stderr
    assert done.stderr.startswith("fleet.toml")
    assert SECRET not in done.stderr


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        pytest.param("[fleet]", "[fleet", "is not TOML", id="bad-toml"),
        pytest.param("count", "conut", 'unknown field "conut"', id="unknown-field"),
        pytest.param("fleetbots:", "nobodysbots:", 'no module "nobodysbots"', id="no-module"),
        pytest.param(":EchoBot", ":EchoBat", 'did you mean "EchoBot"', id="no-class"),
        pytest.param("bot{n}@", "bot{n}@@", '"bot{n}@@xmpp.test" is not a JID', id="no-jid"),
        pytest.param("BOT_PASSWORD", "NOT_SET", "NOT_SET, which is not set", id="no-password"),
    ],
)
def test_a_bad_file_is_refused_in_one_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    (tmp_path / "fleet.toml").write_text(FILE.replace(old, new, 1), "utf-8")
    assert_refused(run(tmp_path, "fleet.toml"), said)


def test_a_missing_file_is_refused_in_one_line(tmp_path: Path) -> None:
    assert_refused(run(tmp_path, "fleet.toml"), "No such file")
