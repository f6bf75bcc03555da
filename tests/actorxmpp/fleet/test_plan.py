"""From tables to numbered sessions."""

from __future__ import annotations

from pathlib import Path

import pytest

from actorxmpp.fleet.config import parse
from actorxmpp.fleet.errors import FleetFieldError, FleetSecretError
from actorxmpp.fleet.plan import PlannedSession, plan
from actorxmpp.fleet.secrets import Secret

CLIENT = """
[[clients]]
bot = "bots:Echo"
jid = "bot{n}@example.net"
password = "hunter2"
"""

COMPONENT = """
[[components]]
bot = "bots:Gateway"
jid = "gw{n}.example.net"
server = "localhost:5347"
secret_env = "SECRET"
"""


def planned(text: str, folder: Path = Path(), **environ: str) -> list[PlannedSession]:
    return plan(parse(text, folder=folder), environ)


def test_every_session_is_written_out() -> None:
    sessions = planned(CLIENT + "count = 3\n" + COMPONENT + "first = 7\ncount = 2\n", SECRET="s")
    assert [session.jid for session in sessions] == [
        "bot1@example.net",
        "bot2@example.net",
        "bot3@example.net",
        "gw7.example.net",
        "gw8.example.net",
    ]
    assert [session.named.name for session in sessions[2:4]] == [
        "[[clients]] #1",
        "[[components]] #1",
    ]
    assert sessions[0].secret is sessions[2].secret
    assert sessions[3].secret == Secret("s")


def test_a_resource_makes_the_jid_full() -> None:
    text = CLIENT.replace("{n}", "") + 'count = 2\nresource = "r{n}"\n'
    assert [session.jid for session in planned(text)] == [
        "bot@example.net/r1",
        "bot@example.net/r2",
    ]


def test_a_resource_in_the_jid_wins() -> None:
    text = CLIENT.replace("example.net", "example.net/mine") + 'resource = "other"\n'
    assert planned(text)[0].jid == "bot1@example.net/mine"


def test_a_jid_twice_is_refused() -> None:
    with pytest.raises(FleetFieldError) as caught:
        planned(CLIENT + "count = 5\n" + CLIENT + "first = 5\n")
    assert str(caught.value) == (
        'fleet.toml: [[clients]] #2: field "jid": "bot5@example.net" '
        "is already the JID of a session of [[clients]] #1"
    )


def test_a_variable_not_set_is_named_with_its_table() -> None:
    with pytest.raises(FleetSecretError) as caught:
        planned(COMPONENT + "count = 3\n")
    assert str(caught.value) == (
        'fleet.toml: [[components]] #1: field "secret_env": '
        "names the environment variable SECRET, which is not set"
    )


def test_a_variable_of_the_defaults_is_named_there() -> None:
    text = '[defaults]\npassword_env = "PW"\n' + CLIENT.replace('password = "hunter2"\n', "") * 1
    with pytest.raises(FleetSecretError, match=r'\[defaults\]: field "password_env"'):
        planned(text)


def test_numbered_variables_are_all_named() -> None:
    text = COMPONENT.replace('"SECRET"', '"SECRET_{n}"') + "count = 3\n"
    with pytest.raises(FleetSecretError) as caught:
        planned(text, SECRET_2="s")
    assert [str(problem).split()[-5] for problem in caught.value.problems] == [
        "SECRET_1,",
        "SECRET_3,",
    ]


def test_secret_files_are_beside_the_fleet_file(tmp_path: Path) -> None:
    (tmp_path / "pw1").write_text("one\n")
    text = CLIENT.replace('password = "hunter2"', 'password_file = "pw{n}"')
    assert planned(text, tmp_path)[0].secret == Secret("one")


def test_a_missing_ca_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FleetFieldError, match=r'"ca_file": "ca\.pem" names a file that is'):
        planned(CLIENT + 'ca_file = "ca.pem"\n', tmp_path)
    (tmp_path / "ca.pem").write_text("")
    assert planned(CLIENT + 'ca_file = "ca.pem"\n', tmp_path)


def test_secrets_are_in_no_repr() -> None:
    assert "hunter2" not in repr(planned(CLIENT))
