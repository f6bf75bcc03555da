"""``actorxmpp demo``: the command line of the demo."""

from __future__ import annotations

import asyncio
import json
import random
import sys
from typing import TYPE_CHECKING

import click

from actorxmpp.cli.demo.options import (
    MAX_COMPONENTS,
    MAX_DURATION,
    MAX_SESSIONS,
    DemoOptions,
)
from actorxmpp.cli.logs import logging_options, set_up_logging

if TYPE_CHECKING:
    from actorxmpp.cli.demo.summary import Summary

__all__ = ["demo"]

FAILED = 1
"""Exit code when a session is down or a message is lost at the end, or the server ended."""


@click.command()
@click.option(
    "--sessions",
    type=click.IntRange(1, MAX_SESSIONS),
    default=200,
    show_default=True,
    help="Client sessions.",
)
@click.option(
    "--components",
    type=click.IntRange(0, MAX_COMPONENTS),
    default=2,
    show_default=True,
    help="Components.",
)
@click.option(
    "--duration",
    type=click.FloatRange(0.1, MAX_DURATION),
    default=20.0,
    show_default=True,
    help="Seconds of traffic and trouble.",
)
@click.option("--seed", type=int, help="Play the same demo again; a new one by default.")
@click.option("--json", "as_json", is_flag=True, help="End with one JSON object on stdout.")
@logging_options("critical")
def demo(
    *,
    sessions: int,
    components: int,
    duration: float,
    seed: int | None,
    as_json: bool,
    log_level: str,
    verbose: bool,
) -> None:
    """Run a fleet against a server of its own, cut its connections and crash its handlers.

    Echo bots and components write to each other while their connections are cut and their handlers
    crashed. Exit code 0: in the end every session is up and every message has been answered.
    """
    # Imported late: --help needs none of the library, and answers at once.
    from actorxmpp.fleet.limits import raise_open_files
    from actorxmpp.testing.server import EmbeddedServerError

    set_up_logging(log_level, verbose=verbose)
    seed = random.randrange(1_000_000) if seed is None else seed
    options = DemoOptions(sessions, components, duration, seed)
    files = raise_open_files(options.total)
    if not files.enough:
        click.echo(f"warning: {files.warning()}", err=True)
    try:
        summary = asyncio.run(play(options))
    except EmbeddedServerError as error:
        click.echo(f"the demo's server failed: {error}", err=True)
        sys.exit(FAILED)
    except KeyboardInterrupt:
        click.echo("interrupted", err=True)
        sys.exit(130)
    click.echo(json.dumps(summary.as_json()) if as_json else "\n".join(summary.lines()))
    sys.exit(0 if summary.ok else FAILED)


async def play(options: DemoOptions) -> Summary:
    """Run a demo and show it on stderr."""
    from actorxmpp.cli.demo.runner import Demo
    from actorxmpp.cli.demo.view import DemoView
    from actorxmpp.cli.view import open_progress

    view = DemoView()
    with open_progress(sys.stderr, view.table, view.line) as progress:
        view.demo = Demo(options, progress.tick)
        return await view.demo.run()
