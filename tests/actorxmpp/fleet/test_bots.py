"""Importing bots: each way it can fail is a line that names the table and the bot."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from actorxmpp.fleet.bots import check_plugins, load_bots, takes_server
from actorxmpp.fleet.config import parse
from actorxmpp.fleet.errors import BotImportError, FleetFieldError

NUMBERS = count()
CLIENT_TABLE = '[[clients]]\nbot = "bots:Echo"\njid = "a@b"\npassword = "x"\n'


class Client:
    """What clients must descend from in these tests."""


class Component:
    """What components must descend from in these tests."""


BASES = {"client": Client, "component": Component}


@pytest.fixture
def module(tmp_path: Path) -> Iterator[str]:
    """The name of a module that no other test has imported."""
    path = list(sys.path)
    yield f"bots_of_test_{next(NUMBERS)}"
    sys.path[:] = path


def load(folder: Path, bot: str, code: str | None, *, role: str = "clients") -> dict[str, type]:
    if code is not None:
        (folder / f"{bot.partition(':')[0]}.py").write_text(code)
    secret = "password" if role == "clients" else "secret"
    jid = "a@b" if role == "clients" else "b"
    server = "" if role == "clients" else 'server = "b:1"\n'
    text = f'[[{role}]]\nbot = "{bot}"\njid = "{jid}"\n{secret} = "x"\n{server}'
    return load_bots(parse(text, folder=folder), BASES)


def refusal(folder: Path, bot: str, code: str | None, *, role: str = "clients") -> str:
    with pytest.raises(BotImportError) as caught:
        load(folder, bot, code, role=role)
    prefix = f'fleet.toml: [[{role}]] #1: field "bot": "{bot}" '
    assert str(caught.value).startswith(prefix)
    return str(caught.value).removeprefix(prefix)


BOT = f"from {__name__} import Client, Component\n"


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the bots' modules import the base classes from here."""
    monkeypatch.setitem(sys.modules, __name__, sys.modules[__name__])


def test_a_bot_beside_the_fleet_file(tmp_path: Path, module: str) -> None:
    bots = load(tmp_path, f"{module}:Echo", BOT + "class Echo(Client): pass")
    assert issubclass(bots[f"{module}:Echo"], Client)


def test_a_nested_class(tmp_path: Path, module: str) -> None:
    code = BOT + "class Outer:\n    class Echo(Client): pass"
    assert load(tmp_path, f"{module}:Outer.Echo", code)


def test_a_module_that_is_not_there(tmp_path: Path, module: str) -> None:
    said = refusal(tmp_path, f"{module}:Echo", None)
    assert said.startswith(f'can\'t be imported: there is no module "{module}" in {tmp_path}')


def test_a_package_that_is_not_there(tmp_path: Path, module: str) -> None:
    assert f'no module "{module}"' in refusal(tmp_path, f"{module}.inner:Echo", None)


def test_a_module_whose_own_import_fails(tmp_path: Path, module: str) -> None:
    said = refusal(tmp_path, f"{module}:Echo", "x = 1\nimport no_such_thing")
    assert f'module "{module}" fails with ModuleNotFoundError' in said
    assert said.endswith("line 2)")


def test_a_module_that_raises(tmp_path: Path, module: str) -> None:
    said = refusal(tmp_path, f"{module}:Echo", "x = 1\n\n1 / 0")
    assert "fails with ZeroDivisionError: division by zero" in said
    assert said.endswith(f"{module}.py line 3)")


def test_a_module_that_is_not_python(tmp_path: Path, module: str) -> None:
    assert "fails with SyntaxError" in refusal(tmp_path, f"{module}:Echo", "class :")


def test_a_module_that_exits(tmp_path: Path, module: str) -> None:
    assert "fails with SystemExit: 3" in refusal(tmp_path, f"{module}:Echo", "raise SystemExit(3)")


def test_a_class_that_is_not_there(tmp_path: Path, module: str) -> None:
    said = refusal(tmp_path, f"{module}:Ecoh", BOT + "class Echo(Client): pass")
    assert said == f'can\'t be imported: module "{module}" has no "Ecoh"; did you mean "Echo"?'


def test_not_a_class(tmp_path: Path, module: str) -> None:
    assert refusal(tmp_path, f"{module}:echo", "def echo(): pass") == "is not a class but function"


def test_a_class_of_the_other_role(tmp_path: Path, module: str) -> None:
    code = BOT + "class Echo(Client): pass"
    said = refusal(tmp_path, f"{module}:Echo", code, role="components")
    assert said == "is not a Component, which this table needs"


def test_a_constructor_that_needs_more(tmp_path: Path, module: str) -> None:
    code = BOT + "class Echo(Client):\n    def __init__(self, jid, password, more): pass"
    said = refusal(tmp_path, f"{module}:Echo", code)
    assert said == "can't be made with what its table gives: missing a required argument: 'more'"


@pytest.mark.parametrize(
    ("parameters", "takes"),
    [
        ("jid, secret", False),
        ("jid, secret, host, port", True),
        ("jid, secret, server, port=5347, more=None", True),
        ("jid, secret, more=None, other=None", False),
        ("jid, secret, host=None", False),
        ("*args, **kwargs", False),
    ],
)
def test_a_component_may_take_its_server(
    tmp_path: Path, module: str, parameters: str, takes: bool
) -> None:
    code = BOT + f"class Echo(Component):\n    def __init__(self, {parameters}): pass"
    bot = load(tmp_path, f"{module}:Echo", code, role="components")[f"{module}:Echo"]
    assert takes_server(bot) is takes


def test_plugins_that_are_not_there(tmp_path: Path) -> None:
    text = CLIENT_TABLE + 'plugins = ["xep_0030", "xep_9999"]\n'
    with pytest.raises(FleetFieldError) as caught:
        check_plugins(parse(text, folder=tmp_path), {"xep_0030"}.__contains__)
    assert str(caught.value) == (
        'fleet.toml: [[clients]] #1: field "plugins": "xep_9999" '
        "is not a plugin: there is none of that name"
    )
    check_plugins(parse(text, folder=tmp_path), lambda _: True)


def test_a_folder_is_put_on_the_path_once(tmp_path: Path, module: str) -> None:
    for _ in range(2):
        load(tmp_path, f"{module}:Echo", BOT + "class Echo(Client): pass")
    assert sys.path.count(str(tmp_path)) == 1
