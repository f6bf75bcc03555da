"""``actorxmpp run fleet.toml``: the fleet, until it is told to stop. See ``running``."""

from __future__ import annotations

import asyncio

import click

from actorxmpp.cli.logs import logging_options, set_up_logging

__all__ = ["run"]


@click.command()
@click.argument("file", type=click.Path())
@logging_options("warning")
def run(file: str, log_level: str, *, verbose: bool) -> None:
    """Run the sessions of FILE (fleet.toml) until SIGTERM or Ctrl-C; a second one ends at once."""
    # Imported late: --help needs none of the library, and answers at once.
    from actorxmpp.cli.fleetfile import prepare
    from actorxmpp.cli.running import FleetRun
    from actorxmpp.fleet.limits import raise_open_files

    set_up_logging(log_level, verbose=verbose)
    prepared = prepare(file)
    files = raise_open_files(prepared.config.sessions)
    if not files.enough:
        click.echo(f"warning: {files.warning()}", err=True)
    asyncio.run(FleetRun(prepared).main())
