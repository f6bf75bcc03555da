"""The live table of a running fleet, drawn with rich."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from actorxmpp.status import SessionState

if TYPE_CHECKING:
    from collections.abc import Iterable

    from actorxmpp.fleet.status import FleetStatus, SessionRow

__all__ = ["COLORS", "add_states", "facts_table", "fleet_table"]

COLORS = {
    SessionState.STARTING: "cyan",
    SessionState.CONNECTING: "yellow",
    SessionState.CONNECTED: "green",
    SessionState.DISCONNECTED: "yellow",
    SessionState.PARKED: "red",
    SessionState.STOPPED: "dim",
}


def facts_table(title: str) -> Table:
    """An empty table of two columns, what and how much."""
    table = Table(title=Text(title), title_justify="left", show_header=False, min_width=44)
    table.add_column(no_wrap=True)
    table.add_column(justify="right")
    return table


def add_states(table: Table, status: FleetStatus) -> None:
    """A row for every state that has sessions, and always one for those connected."""
    for state, count in status.states.items():
        if count or state is SessionState.CONNECTED:
            table.add_row(f"[{COLORS[state]}]{state.value}[/]", f"{count:,}")


def fleet_table(
    title: str, status: FleetStatus, parked: Iterable[SessionRow], *, rss_kib: int, seconds: float
) -> Table:
    """The table of ``actorxmpp run``.

    Args:
        title: What runs.
        status: The fleet now.
        parked: Sessions to list with their reasons; few.
        rss_kib: Resident memory of the process.
        seconds: How long the fleet has been running.
    """
    table = facts_table(title)
    add_states(table, status)
    table.add_section()
    table.add_row("streams established", f"{status.connections:,}")
    for kind, count in status.restarts.items():
        table.add_row(f"restarts of {kind}", f"{count:,}")
    table.add_row("memory", f"{rss_kib / 1024:.0f} MiB")
    table.add_row("running for", f"{seconds:.0f} s")
    rows = list(parked)
    if rows:
        table.add_section()
        for row in rows:
            # Texts of a server's: never markup.
            table.add_row(Text.assemble(("parked ", "red"), row.id), Text(row.reason))
    return table
