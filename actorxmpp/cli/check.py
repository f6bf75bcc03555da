"""``actorxmpp check fleet.toml``: is the file right, and what would run?

Everything is checked that can be without a connection: the file, the JIDs, the variables and files
of secrets, the bots' classes. Exit code 0 and a summary, or 2 and a line for each problem.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from actorxmpp.fleet.limits import raise_open_files

if TYPE_CHECKING:
    from collections.abc import Iterator

    from actorxmpp.cli.fleetfile import Prepared

__all__ = ["check"]


@click.command()
@click.argument("file", type=click.Path())
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")
def check(file: str, *, as_json: bool) -> None:
    """Validate FILE (fleet.toml) and say what would run."""
    # Imported late: --help needs none of the library, and answers at once.
    from actorxmpp.cli.fleetfile import prepare

    prepared = prepare(file)
    if as_json:
        click.echo(json.dumps(as_data(prepared)))
    else:
        click.echo("\n".join(lines(prepared)))


def lines(prepared: Prepared) -> Iterator[str]:
    """The summary for people."""
    config = prepared.config
    yield f"{config.file}: nothing wrong"
    for group in as_data(prepared)["tables"]:
        names = group["first"] if group["sessions"] == 1 else f"{group['first']} … {group['last']}"
        server = group["server"] or "found by DNS"
        plugins = ", ".join(group["plugins"]) or "none"
        yield f"{group['table']}: {group['sessions']} x {group['bot']}: {names}"
        yield f"    server {server}; plugins {plugins}; on error {group['on_handler_error']}"
    rate = config.fleet.connect_rate
    ramp = max(0.0, config.sessions - config.fleet.connect_burst) / rate
    yield f"{config.sessions} sessions, {rate:g} a second: the last one connects after {ramp:.0f} s"
    files = raise_open_files(config.sessions)
    if files.enough:
        yield f"{files.needed} open files needed, {files.limit} allowed"
    else:
        yield f"warning: {files.warning()}"


def as_data(prepared: Prepared) -> dict[str, Any]:
    """The summary as JSON's types."""
    jids: dict[str, list[str]] = {}
    for session in prepared.planned:
        jids.setdefault(session.named.name, []).append(session.jid)
    tables = [
        {
            "table": named.name,
            "role": named.table.role,
            "bot": named.table.bot,
            "sessions": named.table.count,
            "first": jids[named.name][0],
            "last": jids[named.name][-1],
            "server": None if named.table.server is None else str(named.table.server),
            "plugins": list(named.table.plugins),
            "on_handler_error": named.table.on_handler_error,
        }
        for named in prepared.config.tables
    ]
    return {"file": prepared.config.file, "sessions": prepared.config.sessions, "tables": tables}
