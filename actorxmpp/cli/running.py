"""A fleet file while it runs: from its first session to the list of those that were parked.

The first SIGTERM or SIGINT ends the fleet in good order within ``stop_timeout``; from then on
signals do what they do by default, so a second one ends the process at once, whatever the loop is
busy with. Sessions that fail are the fleet's business and never end the command.
"""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from typing import TYPE_CHECKING

import click

from actorxmpp.cli.memory import rss_kib
from actorxmpp.cli.output import say
from actorxmpp.cli.tables import fleet_table
from actorxmpp.cli.view import open_progress
from actorxmpp.fleet.gate import ConnectGate
from actorxmpp.fleet.heap import settle_heap
from actorxmpp.fleet.specs import session_specs
from actorxmpp.fleet.supervisor import Fleet
from actorxmpp.status import SessionState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from actorxmpp.cli.fleetfile import Prepared
    from actorxmpp.fleet.status import SessionRow

__all__ = ["FleetRun", "parked_lines", "stop_signal"]

TICK = 0.25
"""Seconds between two looks at the fleet."""

LISTED = 20
"""Parked sessions that are listed by name at the end; the rest is counted."""

LISTED_LIVE = 8
"""Parked sessions in the live table."""


def stop_signal() -> asyncio.Future[signal.Signals]:
    """A future that is done with the first SIGTERM or SIGINT; the second one acts by default."""
    loop = asyncio.get_running_loop()
    told: asyncio.Future[signal.Signals] = loop.create_future()

    def stop(number: signal.Signals) -> None:
        for each in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(each)
            signal.signal(each, signal.SIG_DFL)
        if not told.done():
            told.set_result(number)

    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, stop, each)
    return told


class FleetRun:
    """One run of a fleet file, from its first session to the list of those that were parked."""

    def __init__(self, prepared: Prepared) -> None:
        self._prepared = prepared
        self._config = prepared.config
        self._fleet = Fleet()
        self._started = time.monotonic()

    async def main(self) -> None:
        """Run until told to stop."""
        told = stop_signal()
        settings = self._config.fleet
        gate = ConnectGate(
            rate=settings.connect_rate,
            burst=settings.connect_burst,
            max_handshakes=settings.max_handshakes,
        )
        specs = session_specs(self._config, self._prepared.planned, self._prepared.bots, gate)
        await self._fleet.open()
        settle_heap()
        with open_progress(sys.stdout, self._table, self._line) as progress:
            starting = asyncio.create_task(self._fleet.add_all(specs), name="start-sessions")
            while not told.done():
                if starting.done():
                    starting.result()  # a bug is not to be hidden
                if not self._fleet.alive:
                    raise click.ClickException("the fleet's supervisor has ended")
                progress.tick()
                await asyncio.wait({told}, timeout=TICK)
            starting.cancel()
            # The terminal is given back before anything can end the process.
            progress.close()
            await self._stop(told.result())

    async def _stop(self, told: signal.Signals) -> None:
        """End every session in good order and say what is worth knowing."""
        parked = self._fleet.rows(SessionState.PARKED)
        timeout = self._config.fleet.stop_timeout
        say(f"{told.name}: stopping {self._fleet.status().line()}")
        cut_off = await self._fleet.stop(timeout)
        if cut_off:
            say(f"{cut_off} sessions did not end within {timeout:g} s and were cut off")
        for line in parked_lines(parked):
            say(line)
        say(f"stopped after {time.monotonic() - self._started:.1f} s")

    def _table(self) -> RenderableType:
        return fleet_table(
            self._config.file,
            self._fleet.status(),
            self._fleet.rows(SessionState.PARKED, limit=LISTED_LIVE),
            rss_kib=rss_kib(),
            seconds=time.monotonic() - self._started,
        )

    def _line(self) -> str:
        status = self._fleet.status()
        if not status.sessions:
            return f"starting {self._config.sessions} sessions"
        return f"{status.line()} of {self._config.sessions} sessions"


def parked_lines(rows: Sequence[SessionRow]) -> list[str]:
    """The list of parked sessions, with their reasons, cut when it is long."""
    if not rows:
        return []
    lines = [f"{len(rows)} parked:"]
    lines += [f"  {row.id}: {row.reason}" for row in rows[:LISTED]]
    if len(rows) > LISTED:
        lines.append(f"  … and {len(rows) - LISTED} more")
    return lines
