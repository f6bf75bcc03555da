"""``actorxmpp check``: what would run, or what is wrong."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from actorxmpp.cli.app import app

BOTS = """
from actorxmpp import ClientXMPP, ComponentXMPP
class Echo(ClientXMPP): pass
class Gateway(ComponentXMPP): pass
"""

FILE = """
[fleet]
connect_rate = 20

[defaults]
plugins = ["xep_0030"]
password_env = "BOT_PASSWORD"

[[clients]]
bot = "bots_of_check:Echo"
jid = "bot{n}@example.net"
count = 110

[[components]]
bot = "bots_of_check:Gateway"
jid = "gw.example.net"
server = "localhost:5347"
secret = "hunter2"
on_handler_error = "restart"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder with a fleet file and its bots."""
    path = list(sys.path)
    (tmp_path / "bots_of_check.py").write_text(BOTS)
    (tmp_path / "fleet.toml").write_text(FILE)
    yield tmp_path
    sys.path[:] = path
    sys.modules.pop("bots_of_check", None)


def check(folder: Path, *options: str, password: str | None = "hunter2") -> Result:
    file = str(folder / "fleet.toml")
    return CliRunner(env={"BOT_PASSWORD": password}).invoke(app, ["check", file, *options])


def test_it_says_what_would_run(folder: Path) -> None:
    result = check(folder)
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert lines[0].endswith("fleet.toml: nothing wrong")
    assert lines[1] == (
        "[[clients]] #1: 110 x bots_of_check:Echo: bot1@example.net … bot110@example.net"
    )
    assert lines[2] == "    server found by DNS; plugins xep_0030; on error log"
    assert lines[3] == "[[components]] #1: 1 x bots_of_check:Gateway: gw.example.net"
    assert lines[4] == "    server localhost:5347; plugins xep_0030; on error restart"
    assert lines[5] == "111 sessions, 20 a second: the last one connects after 5 s"
    assert "open files" in lines[6]
    assert "hunter2" not in result.output


def test_as_json(folder: Path) -> None:
    data = json.loads(check(folder, "--json").output)
    assert data["sessions"] == 111
    assert [table["sessions"] for table in data["tables"]] == [110, 1]
    assert data["tables"][0]["last"] == "bot110@example.net"
    assert "hunter2" not in json.dumps(data)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[fleet]", "[fleet", "is not TOML"),
        ("count", "conut", 'unknown field "conut"; did you mean "count"?'),
        ("bot{n}@", "bot{n}@@", 'field "jid": "bot{n}@@example.net" is not a JID'),
        ("bots_of_check:Echo", "bots_of_nobody:Echo", 'no module "bots_of_nobody"'),
        ("bots_of_check:Echo", "bots_of_check:Ecoh", 'did you mean "Echo"?'),
        ("bots_of_check:Echo", "bots_of_check:Gateway", "is not a ClientXMPP"),
        ("xep_0030", "xep_9999", '"xep_9999" is not a plugin'),
        ("BOT_PASSWORD", "NOT_SET", "environment variable NOT_SET, which is not set"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(folder: Path, old: str, new: str, said: str) -> None:
    (folder / "fleet.toml").write_text(FILE.replace(old, new, 1))
    result = check(folder)
    assert result.exit_code == 2
    assert len(result.output.splitlines()) == 1
    assert said in result.output
    assert "hunter2" not in result.output


def test_a_variable_not_set_is_named_with_its_table(folder: Path) -> None:
    result = check(folder, password=None)
    assert result.exit_code == 2
    assert '[defaults]: field "password_env": names the environment variable' in result.output
