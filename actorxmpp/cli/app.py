"""The command group: what all commands share, and the commands by name.

Each command is a module of its own that does its work in plain functions; here are only the group's
options and the one place where an error of the fleet file becomes a message and exit code 2.
"""

from __future__ import annotations

from typing import Any

import click

from actorxmpp import __version__
from actorxmpp.cli.check import check
from actorxmpp.cli.demo.command import demo
from actorxmpp.cli.run import run
from actorxmpp.fleet.errors import ConfigError

__all__ = ["app"]


class _Group(click.Group):
    """A group whose commands may raise :class:`ConfigError`."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a problem with the fleet file is a message, never a traceback."""
        try:
            return super().invoke(ctx)
        except ConfigError as error:
            click.echo(str(error), err=True)
            ctx.exit(error.exit_code)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version", prog_name="actorxmpp")
def app() -> None:
    """Run fleets of XMPP bots and components, each a supervised tree of actors."""


app.add_command(check)
app.add_command(run)
app.add_command(demo)
