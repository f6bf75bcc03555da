"""From planned sessions to what a session supervisor starts."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest

from actorxmpp.fleet.config import parse
from actorxmpp.fleet.gate import ConnectGate
from actorxmpp.fleet.plan import plan
from actorxmpp.fleet.specs import session_specs
from actorxmpp.settings import OnHandlerError, SessionKind, SessionSpec
from supervisors.testing import ManualClock

FILE = """
[fleet]
stop_timeout = 1.0

[[clients]]
bot = "bots:Client"
jid = "bot{n}@example.net"
count = 3
password = "hunter2"
ca_file = "ca.pem"
plugins = {xep_0199 = {keepalive = true}}
on_handler_error = "restart"
args = ["one"]
kwargs = {two = 2}

[[components]]
bot = "bots:Named"
jid = "named.example.net"
server = "localhost:5347"
secret = "hunter2"

[[components]]
bot = "bots:Plain"
jid = "plain.example.net"
server = "localhost:5347"
secret = "hunter2"
"""


class Client:
    """A client bot that keeps what it was made from."""

    def __init__(self, jid: str, password: str, one: str, *, two: int) -> None:
        self.made = (jid, password, one, two)


class Named:
    """A component bot that wants its server."""

    def __init__(self, jid: str, secret: str, host: str, port: int) -> None:
        self.made = (jid, secret, host, port)


class Plain:
    """A component bot that leaves its server to the session."""

    def __init__(self, jid: str, secret: str) -> None:
        self.made = (jid, secret)


GATE = ConnectGate(clock=ManualClock())


@pytest.fixture
def specs(tmp_path: Path) -> list[SessionSpec]:
    (tmp_path / "ca.pem").write_text("")
    config = parse(FILE, folder=tmp_path)
    bots: dict[str, type[Any]] = {"bots:Client": Client, "bots:Named": Named, "bots:Plain": Plain}
    return list(session_specs(config, plan(config, {}), bots, GATE))


def test_ids_and_roles(specs: list[SessionSpec]) -> None:
    assert [(spec.id, spec.kind) for spec in specs] == [
        ("bot1@example.net", SessionKind.CLIENT),
        ("bot2@example.net", SessionKind.CLIENT),
        ("bot3@example.net", SessionKind.CLIENT),
        ("named.example.net", SessionKind.COMPONENT),
        ("plain.example.net", SessionKind.COMPONENT),
    ]


def test_settings_come_from_the_table_and_are_shared(
    specs: list[SessionSpec], tmp_path: Path
) -> None:
    settings = specs[0].settings
    assert settings is specs[2].settings
    assert settings is not specs[3].settings
    assert settings.server is None
    assert settings.tls.ca_file == str(tmp_path / "ca.pem")
    assert settings.on_handler_error is OnHandlerError.RESTART
    assert settings.plugins == (("xep_0199", {"keepalive": True}),)
    assert settings.gate is GATE
    assert specs[3].settings.server == ("localhost", 5347)
    assert specs[3].settings.on_handler_error is OnHandlerError.LOG


def test_a_stream_is_closed_well_within_the_time_to_stop(specs: list[SessionSpec]) -> None:
    assert specs[0].settings.close_timeout <= 0.5


def test_bots_are_made_from_jid_secret_and_arguments(specs: list[SessionSpec]) -> None:
    made = [spec.factory() for spec in specs]
    assert [bot.made for bot in made[1:]] == [  # type: ignore[attr-defined]
        ("bot2@example.net", "hunter2", "one", 2),
        ("bot3@example.net", "hunter2", "one", 2),
        ("named.example.net", "hunter2", "localhost", 5347),
        ("plain.example.net", "hunter2"),
    ]
    assert specs[0].factory() is not made[0]


def test_secrets_are_in_no_repr_and_no_pickle(specs: list[SessionSpec]) -> None:
    assert "hunter2" not in f"{specs!r} {specs[0].factory!r}"
    assert "Client bot1@example.net" in repr(specs[0].factory)
    with pytest.raises(TypeError):
        pickle.dumps(specs[0].factory)
