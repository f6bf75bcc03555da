"""Reading a fleet file: TOML to frozen tables, or a :class:`ConfigError` with all that is wrong.

Three steps that need neither XMPP nor the network, so a file can be checked anywhere:

1. :func:`load` reads and parses the file, lays ``[defaults]`` under each table and validates them.
2. ``plan.plan`` numbers the sessions, finds duplicates and fetches the secrets.
3. ``bots.load_bots`` imports the bots' classes.

``fleet.toml``::

    [fleet]
    connect_rate = 50

    [defaults]
    plugins = ["xep_0030", "xep_0199"]
    password_env = "BOT_PASSWORD"

    [[clients]]
    bot = "mybots:EchoBot"
    jid = "bot{n}@example.net"
    count = 5000
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from actorxmpp.fleet.errors import FleetFieldError, FleetFileError, FleetSyntaxError, Problem
from actorxmpp.fleet.models import (
    MAX_SESSIONS,
    SECRET_FIELDS,
    BotTable,
    ClientTable,
    ComponentTable,
    DefaultsTable,
    FleetTable,
)
from actorxmpp.fleet.problems import Collector, suggest, translate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic import BaseModel

__all__ = ["FleetConfig", "NamedTable", "load", "parse"]

MAX_FILE_BYTES = 4 * 1024 * 1024
"""A fleet file longer than this is not one: tables are numbered, not written out."""

_TABLES = ("fleet", "defaults", "clients", "components")
_SECRET_SUFFIXES = ("", "_env", "_file")
_ELSEWHERE = {
    "client": {f"secret{end}": f"password{end}" for end in _SECRET_SUFFIXES},
    "component": {f"password{end}": f"secret{end}" for end in _SECRET_SUFFIXES},
}

_Model = TypeVar("_Model", bound="BaseModel")


@dataclass(frozen=True, slots=True)
class NamedTable:
    """A ``[[clients]]`` or ``[[components]]`` table and where it is.

    Attributes:
        name: As it is written in the file, with its number: ``[[clients]] #2``.
        table: The table with ``[defaults]`` laid under it.
        inherited: The fields that came from ``[defaults]``.
    """

    name: str
    table: ClientTable | ComponentTable
    inherited: frozenset[str]

    def origin(self, field: str) -> str:
        """The table in which a field is written."""
        return "[defaults]" if field in self.inherited else self.name


@dataclass(frozen=True, slots=True)
class FleetConfig:
    """A validated fleet file.

    Attributes:
        file: The file as the user named it, for messages.
        folder: Where it is: bots are imported from there, paths in it are relative to it.
        fleet: What holds for the fleet as a whole.
        tables: The sessions' tables, clients first, in file order.
    """

    file: str
    folder: Path
    fleet: FleetTable
    tables: tuple[NamedTable, ...]

    @property
    def sessions(self) -> int:
        """How many sessions the file asks for."""
        return sum(named.table.count for named in self.tables)


def load(path: Path | str) -> FleetConfig:
    """Read and validate a fleet file.

    Raises:
        FleetFileError: It can't be read.
        FleetSyntaxError: It is not TOML.
        FleetFieldError: Tables or fields are wrong.
    """
    file = Path(path)
    try:
        with file.open("rb") as opened:
            data = opened.read(MAX_FILE_BYTES + 1)
        text = data.decode()
    except OSError as error:
        reason = f"can't be read: {error.strerror or error}"
        raise FleetFileError([Problem(str(path), reason)]) from error
    except UnicodeDecodeError as error:
        reason = f"is not UTF-8 text: the byte at {error.start} is not"
        raise FleetFileError([Problem(str(path), reason)]) from error
    if len(data) > MAX_FILE_BYTES:
        raise FleetFileError([Problem(str(path), f"is longer than {MAX_FILE_BYTES} bytes")])
    return parse(text, file=str(path), folder=file.absolute().parent)


def parse(text: str, *, file: str = "fleet.toml", folder: Path | None = None) -> FleetConfig:
    """Validate the text of a fleet file.

    Args:
        text: TOML.
        file: What messages call it.
        folder: Where it is; the current folder by default.

    Raises:
        FleetSyntaxError: It is not TOML.
        FleetFieldError: Tables or fields are wrong.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise FleetSyntaxError([Problem(file, f"is not TOML: {error}")]) from error
    found = Collector(file)
    _check_tables(document, found)
    if found:
        raise FleetFieldError(found.problems())
    fleet = _validate(FleetTable, document.get("fleet", {}), "[fleet]", found)
    defaults = _validate(DefaultsTable, document.get("defaults", {}), "[defaults]", found)
    # A wrong default would be reported once more by every table that takes it over.
    tables = tuple(_bot_tables(document, found)) if defaults is not None else ()
    if tables and (total := sum(named.table.count for named in tables)) > MAX_SESSIONS:
        found.add(f"asks for {total} sessions: one process takes at most {MAX_SESSIONS}")
    if found or fleet is None:
        raise FleetFieldError(found.problems())
    return FleetConfig(file, folder or Path.cwd(), fleet, tables)


def _check_tables(document: Mapping[str, Any], found: Collector) -> None:
    """The top level: only known tables, each of the right kind, and something to run."""
    for name, value in document.items():
        if name not in _TABLES:
            kind = "table" if isinstance(value, dict | list) else "field"
            found.add(f'unknown {kind} "{name}"{suggest(name, _TABLES)}')
        elif name in ("fleet", "defaults"):
            if not isinstance(value, dict):
                found.add(f"must be written [{name}]", table=name)
        elif not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            found.add(f"must be written [[{name}]], once for each kind of bot", table=name)
    if not found and not document.get("clients") and not document.get("components"):
        found.add("has neither [[clients]] nor [[components]]: nothing to run")


def _bot_tables(document: Mapping[str, Any], found: Collector) -> Iterator[NamedTable]:
    """Every session table with the defaults under it; what is wrong goes to ``found``."""
    defaults = document.get("defaults", {})
    models: tuple[type[ClientTable | ComponentTable], ...] = (ClientTable, ComponentTable)
    for model in models:
        for number, raw in enumerate(document.get(model.title.strip("[]"), []), start=1):
            name = f"{model.title} #{number}"
            inherited = _inherited(model, defaults, raw)
            table = _validate(model, {**inherited, **raw}, name, found)
            if table is not None:
                named = NamedTable(name, table, frozenset(inherited))
                _check_secret(named, found)
                _check_numbers(named, found)
                yield named


def _inherited(
    model: type[BotTable], defaults: Mapping[str, Any], raw: Mapping[str, Any]
) -> dict[str, Any]:
    """The defaults a table takes over: those it has and does not give itself.

    A table that says where its secret is takes none of the three from the defaults.
    """
    secret = {model.secret_name + end for end in _SECRET_SUFFIXES}
    taken = set(model.model_fields) - set(raw)
    if secret & set(raw):
        taken -= secret
    return {name: value for name, value in defaults.items() if name in taken}


def _validate(
    model: type[_Model], raw: Mapping[str, Any], name: str, found: Collector
) -> _Model | None:
    """The table as a model, or None after noting what is wrong with it."""
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        found.extend(
            translate(
                error,
                file=found.file,
                table=name,
                fields=model.model_fields,
                hidden=SECRET_FIELDS,
                elsewhere=_ELSEWHERE.get(getattr(model, "role", "")),
            )
        )
        return None


def _check_secret(named: NamedTable, found: Collector) -> None:
    """Exactly one of the three ways to give the secret."""
    base = named.table.secret_name
    names = [base + end for end in _SECRET_SUFFIXES]
    given = [name for name in names if getattr(named.table, name) is not None]
    if not given:
        ways = ", ".join(f'"{name}"' for name in names[:-1]) + f' or "{names[-1]}"'
        found.add(f"is missing: give one of {ways}", table=named.name, field=base)
    elif len(given) > 1:
        both = " and ".join(f'"{name}"' for name in given)
        found.add(f"has {both}: give one of them", table=named.origin(given[0]))


def _check_numbers(named: NamedTable, found: Collector) -> None:
    """Several sessions need names that differ."""
    table = named.table
    if table.count > 1 and not table.numbered:
        found.add(
            f"stands for {table.count} sessions, but has no {{n}} to tell them apart",
            table=named.name,
            field="jid",
            value=f'"{table.jid}"',
        )
