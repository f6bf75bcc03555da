"""A fleet file: what is taken from it, and what is said about each way to get it wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from actorxmpp.fleet.address import ServerAddress
from actorxmpp.fleet.config import FleetConfig, load, parse
from actorxmpp.fleet.errors import (
    ConfigError,
    FleetFieldError,
    FleetFileError,
    FleetSyntaxError,
)
from actorxmpp.fleet.models import MAX_SESSIONS, ClientTable, ComponentTable
from actorxmpp.fleet.problems import MAX_PROBLEMS

CLIENT = """
[[clients]]
bot = "bots:Echo"
jid = "bot{n}@example.net"
password = "hunter2"
"""

COMPONENT = """
[[components]]
bot = "bots:Gateway"
jid = "gw.example.net"
server = "localhost:5347"
secret = "hunter2"
"""

FULL = """
[fleet]
connect_rate = 20
connect_burst = 5
max_handshakes = 7
stop_timeout = 2.5

[defaults]
plugins = ["xep_0030", "xep_0199"]
password_env = "BOT_PASSWORD"
on_handler_error = "restart"
server = "localhost:5222"

[[clients]]
bot = "bots:Echo"
jid = "bot{n}@example.net"
count = 3
first = 10
resource = "r{n}"

[[clients]]
bot = "bots.more:Outer.Inner"
jid = "other@example.net/fixed"
password = "hunter2"
server = "[::1]:5222"
plugins = {xep_0199 = {keepalive = true}}
args = [1, "two"]
kwargs = {three = 3}

[[components]]
bot = "bots:Gateway"
jid = "gw{n}.example.net"
count = 2
server = "127.0.0.1:5347"
secret_env = "SECRET_{n}"
on_handler_error = "log"
"""


def problem(text: str) -> str:
    """The one line said about a file."""
    with pytest.raises(ConfigError) as caught:
        parse(text)
    assert len(caught.value.problems) == 1, str(caught.value)
    return str(caught.value)


class TestRight:
    def config(self) -> FleetConfig:
        return parse(FULL, folder=Path("/fleet"))

    def test_the_fleet_table(self) -> None:
        fleet = self.config().fleet
        assert (fleet.connect_rate, fleet.connect_burst) == (20.0, 5)
        assert (fleet.max_handshakes, fleet.stop_timeout) == (7, 2.5)

    def test_a_fleet_table_is_not_needed(self) -> None:
        fleet = parse(CLIENT).fleet
        assert (fleet.connect_rate, fleet.stop_timeout) == (50.0, 4.0)

    def test_tables_come_with_their_names(self) -> None:
        names = [named.name for named in self.config().tables]
        assert names == ["[[clients]] #1", "[[clients]] #2", "[[components]] #1"]
        assert self.config().sessions == 6

    def test_defaults_are_laid_under_the_tables(self) -> None:
        first, second, component = (named.table for named in self.config().tables)
        assert isinstance(first, ClientTable)
        assert list(first.plugins) == ["xep_0030", "xep_0199"]
        assert first.on_handler_error == "restart"
        assert first.password_env == "BOT_PASSWORD"
        assert first.server == ServerAddress("localhost", 5222)
        assert second.server == ServerAddress("::1", 5222)
        assert second.plugins == {"xep_0199": {"keepalive": True}}
        assert component.on_handler_error == "log"
        assert isinstance(component, ComponentTable)

    def test_a_table_with_its_own_secret_takes_none_from_the_defaults(self) -> None:
        second = self.config().tables[1].table
        assert isinstance(second, ClientTable)
        assert (second.password, second.password_env) == ("hunter2", None)

    def test_where_a_field_was_written_is_known(self) -> None:
        first = self.config().tables[0]
        assert first.origin("password_env") == "[defaults]"
        assert first.origin("jid") == "[[clients]] #1"

    def test_numbers_begin_at_first(self) -> None:
        assert list(self.config().tables[0].table.numbers) == [10, 11, 12]

    def test_arguments_are_kept(self) -> None:
        table = self.config().tables[1].table
        assert (table.args, table.kwargs) == ((1, "two"), {"three": 3})

    def test_models_cannot_be_changed(self) -> None:
        with pytest.raises(ValueError, match="frozen"):
            self.config().fleet.connect_rate = 1  # type: ignore[misc]

    def test_secrets_are_in_no_repr(self) -> None:
        text = CLIENT + 'args = ["hunter2"]\nkwargs = {token = "hunter2"}\n'
        assert "hunter2" not in repr(parse(text))
        assert "bot{n}@example.net" in repr(parse(text))


class TestFile:
    def test_a_file_is_read(self, tmp_path: Path) -> None:
        path = tmp_path / "fleet.toml"
        path.write_text(CLIENT)
        config = load(path)
        assert (config.folder, config.sessions) == (tmp_path, 1)

    def test_a_missing_file(self, tmp_path: Path) -> None:
        with pytest.raises(FleetFileError, match=r"nope\.toml: can't be read: No such file"):
            load(tmp_path / "nope.toml")

    def test_a_folder(self, tmp_path: Path) -> None:
        with pytest.raises(FleetFileError, match="Is a directory"):
            load(tmp_path)

    def test_not_text(self, tmp_path: Path) -> None:
        path = tmp_path / "fleet.toml"
        path.write_bytes(b"[fleet]\n\xff")
        with pytest.raises(FleetFileError, match="not UTF-8 text: the byte at 8"):
            load(path)

    def test_too_long(self, tmp_path: Path) -> None:
        path = tmp_path / "fleet.toml"
        path.write_bytes(b"#" * (4 * 1024 * 1024 + 1))
        with pytest.raises(FleetFileError, match="longer than"):
            load(path)

    def test_not_toml_names_line_and_column(self) -> None:
        with pytest.raises(FleetSyntaxError, match=r"fleet\.toml: is not TOML: .*line 2, column 8"):
            parse("[fleet]\nrate = = 5\n")

    def test_every_error_ends_the_command_with_2(self) -> None:
        assert all(kind.exit_code == 2 for kind in ConfigError.__subclasses__())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "fleet.toml: has neither [[clients]] nor [[components]]: nothing to run"),
        ("[client]\n" + CLIENT, 'fleet.toml: unknown table "client"; did you mean "clients"?'),
        ("rate = 5\n" + CLIENT, 'fleet.toml: unknown field "rate"'),
        (
            '[clients]\nbot = "bots:Echo"',
            "fleet.toml: clients: must be written [[clients]], once for each kind of bot",
        ),
        ("[[fleet]]\n" + CLIENT, "fleet.toml: fleet: must be written [fleet]"),
        (
            "[fleet]\nconnect_rat = 5\n" + CLIENT,
            'fleet.toml: [fleet]: unknown field "connect_rat"; did you mean "connect_rate"?',
        ),
        (
            "[fleet]\nconnect_rate = 0\n" + CLIENT,
            'fleet.toml: [fleet]: field "connect_rate": 0 must be more than 0',
        ),
        (
            "[fleet]\nconnect_rate = nan\n" + CLIENT,
            'fleet.toml: [fleet]: field "connect_rate": NaN must be a finite number',
        ),
        (
            '[fleet]\nstop_timeout = "4"\n' + CLIENT,
            'fleet.toml: [fleet]: field "stop_timeout": "4" must be a number',
        ),
        (
            "[fleet]\nmax_handshakes = 1.5\n" + CLIENT,
            'fleet.toml: [fleet]: field "max_handshakes": 1.5 must be a whole number',
        ),
        (
            '[defaults]\non_handler_error = "retry"\n' + CLIENT,
            (
                'fleet.toml: [defaults]: field "on_handler_error": "retry" '
                'must be one of "log" or "restart"'
            ),
        ),
        (
            CLIENT.replace("bot{n}@example.net", "bot{n}@@x"),
            'fleet.toml: [[clients]] #1: field "jid": "bot{n}@@x" is not a JID: ',
        ),
        (
            CLIENT.replace("{n}", "{m}"),
            (
                'fleet.toml: [[clients]] #1: field "jid": "bot{m}@example.net" '
                "has {m}: the only placeholder is {n}, or {n:04} with zeros"
            ),
        ),
        (
            CLIENT.replace("bot{n}@", ""),
            (
                'fleet.toml: [[clients]] #1: field "jid": "example.net" '
                'is not the JID of an account: it has no local part ("name@")'
            ),
        ),
        (
            COMPONENT.replace("gw.", "me@gw."),
            (
                'fleet.toml: [[components]] #1: field "jid": "me@gw.example.net" '
                "is not the JID of a component: it must be a domain alone"
            ),
        ),
        (
            CLIENT + "count = 0\n",
            'fleet.toml: [[clients]] #1: field "count": 0 must be at least 1',
        ),
        (
            CLIENT + "count = true\n",
            'fleet.toml: [[clients]] #1: field "count": true must be a whole number',
        ),
        (
            CLIENT.replace("{n}", "") + "count = 2\n",
            (
                'fleet.toml: [[clients]] #1: field "jid": "bot@example.net" '
                "stands for 2 sessions, but has no {n} to tell them apart"
            ),
        ),
        (
            CLIENT + f"count = {MAX_SESSIONS}\n" + COMPONENT,
            (
                f"fleet.toml: asks for {MAX_SESSIONS + 1} sessions: "
                f"one process takes at most {MAX_SESSIONS}"
            ),
        ),
        (
            CLIENT.replace("bots:Echo", "bots.Echo"),
            (
                'fleet.toml: [[clients]] #1: field "bot": "bots.Echo" '
                'is not of the form "module:Class"'
            ),
        ),
        (
            '[[clients]]\nbot = "bots:Echo"\npassword = "x"\n',
            'fleet.toml: [[clients]] #1: field "jid": is missing',
        ),
        (
            COMPONENT.replace('server = "localhost:5347"\n', ""),
            'fleet.toml: [[components]] #1: field "server": is missing',
        ),
        (
            COMPONENT.replace(":5347", ""),
            (
                'fleet.toml: [[components]] #1: field "server": "localhost" '
                "has no port: write host:port, for instance localhost:5222"
            ),
        ),
        (
            COMPONENT.replace('"localhost:5347"', "5347"),
            (
                'fleet.toml: [[components]] #1: field "server": 5347 '
                'must be text such as "localhost:5222"'
            ),
        ),
        (
            COMPONENT + 'password_env = "X"\n',
            (
                'fleet.toml: [[components]] #1: unknown field "password_env"; '
                'here it is called "secret_env"'
            ),
        ),
        (
            CLIENT.replace('password = "hunter2"\n', ""),
            (
                'fleet.toml: [[clients]] #1: field "password": is missing: '
                'give one of "password", "password_env" or "password_file"'
            ),
        ),
        (
            CLIENT + 'password_env = "X"\n',
            'fleet.toml: [[clients]] #1: has "password" and "password_env": give one of them',
        ),
        (
            '[defaults]\npassword_env = "X"\npassword_file = "x"\n'
            + CLIENT.replace('password = "hunter2"\n', ""),
            'fleet.toml: [defaults]: has "password_env" and "password_file": give one of them',
        ),
        (
            CLIENT + 'plugins = ["xep_0030", "xep_0030"]\n',
            (
                'fleet.toml: [[clients]] #1: field "plugins": ["xep_0030", "xep_0030"] '
                "names xep_0030 twice"
            ),
        ),
        (
            CLIENT + 'plugins = "xep_0030"\n',
            (
                'fleet.toml: [[clients]] #1: field "plugins": "xep_0030" '
                "must be a list of plugin names or a table of name = settings"
            ),
        ),
        (
            CLIENT + "plugins = {xep_0199 = true}\n",
            (
                'fleet.toml: [[clients]] #1: field "plugins": a table of 1 '
                "has no table of settings for xep_0199: write xep_0199 = {}"
            ),
        ),
        (
            CLIENT + 'plugins = ["XEP-0030"]\n',
            (
                'fleet.toml: [[clients]] #1: field "plugins": ["XEP-0030"] '
                'has "XEP-0030": that is no plugin name such as "xep_0030"'
            ),
        ),
        (
            CLIENT + 'ca_file = ""\n',
            'fleet.toml: [[clients]] #1: field "ca_file": "" must not be empty',
        ),
        (
            CLIENT + 'args = "x"\n',
            'fleet.toml: [[clients]] #1: field "args": must be a list',
        ),
    ],
)
def test_one_wrong_thing_is_one_line(text: str, said: str) -> None:
    assert problem(text).startswith(said)


@pytest.mark.parametrize(
    "text",
    [
        CLIENT.replace('"hunter2"', '["hunter2"]'),
        CLIENT.replace("password", "pasword"),
        COMPONENT.replace('"hunter2"', '{x = "hunter2"}'),
        CLIENT + 'kwargs = "hunter2"\n',
        CLIENT + 'password_env = "X"\n',
        CLIENT.replace('"hunter2"', '"hunter2'),
    ],
)
def test_a_secret_is_never_shown(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(text)
    assert "hunter2" not in str(caught.value)
    assert "hunter2" not in repr(caught.value.problems)


def test_everything_wrong_is_said_at_once() -> None:
    with pytest.raises(FleetFieldError) as caught:
        parse(
            "[fleet]\nconnect_rate = -1\n" + CLIENT + "count = 0\nfoo = 1\n" + COMPONENT + "x = 1"
        )
    tables = [problem.table for problem in caught.value.problems]
    assert tables == ["[fleet]", "[[clients]] #1", "[[clients]] #1", "[[components]] #1"]


def test_a_wrong_default_is_said_once() -> None:
    with pytest.raises(FleetFieldError) as caught:
        parse("[defaults]\nplugins = 5\n" + CLIENT * 3)
    assert len(caught.value.problems) == 1


def test_a_flood_of_problems_is_cut() -> None:
    with pytest.raises(FleetFieldError) as caught:
        parse("".join(CLIENT + f"wrong_{n} = 1\n" for n in range(MAX_PROBLEMS + 5)))
    assert len(caught.value.problems) == MAX_PROBLEMS + 1
    assert str(caught.value).endswith("… and 5 more like these")


def test_long_values_are_cut() -> None:
    said = problem(CLIENT.replace("bots:Echo", "b" * 500))
    assert "…" in said
    assert len(said) < 200
