"""What is seen of a demo while it runs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from actorxmpp.cli.memory import rss_kib
from actorxmpp.cli.tables import add_states, facts_table
from actorxmpp.fleet.status import FleetStatus

if TYPE_CHECKING:
    from rich.console import RenderableType

    from actorxmpp.cli.demo.runner import Demo

__all__ = ["DemoView"]


class DemoView:
    """Draws a demo's table and writes its lines.

    Attributes:
        demo: Set once it is made; the demo needs the view's progress first.
    """

    def __init__(self) -> None:
        self.demo: Demo | None = None
        self._rate = _Rate()

    def table(self) -> RenderableType:
        """The table as it is now."""
        demo = self.demo
        if demo is None:
            return ""
        table = facts_table(f"actorxmpp demo: {demo.act}")
        stage = demo.stage
        if stage is None:
            add_states(table, FleetStatus())
            return table
        status = demo.final or stage.fleet.status()
        add_states(table, status)
        ledger = stage.book.ledger
        table.add_section()
        table.add_row("messages answered", f"{ledger.answered:,}")
        table.add_row("messages a second", f"{self._rate.of(ledger.answered):,.0f}")
        table.add_row("waiting for an answer", f"{ledger.outstanding:,}")
        p50, p99 = (ledger.latency.percentile(percent) * 1000 for percent in (50, 99))
        table.add_row("latency p50 / p99", f"{p50:.1f} / {p99:.1f} ms")
        table.add_section()
        table.add_row("connections cut", f"{demo.trouble.cuts if demo.trouble else 0:,}")
        table.add_row("handlers crashed", f"{stage.book.crashed:,}")
        for kind, count in status.restarts.items():
            table.add_row(f"restarts of {kind}", f"{count:,}")
        table.add_section()
        table.add_row("memory of this process", f"{rss_kib() / 1024:.0f} MiB")
        table.add_row("seconds", f"{time.monotonic() - demo.started:.0f}")
        return table

    def line(self) -> str:
        """One line on how it goes."""
        demo = self.demo
        if demo is None:
            return ""
        if demo.stage is None:
            return demo.act
        ledger = demo.stage.book.ledger
        cuts = demo.trouble.cuts if demo.trouble else 0
        return (
            f"{demo.act}: {demo.up} of {demo.options.total} up, "
            f"{ledger.answered} of {ledger.sent} messages answered, "
            f"{cuts} cut, {demo.stage.book.crashed} crashed"
        )


class _Rate:
    """How fast a counter grows, since it was last asked."""

    def __init__(self) -> None:
        self._count = 0
        self._at = time.monotonic()

    def of(self, count: int) -> float:
        """Counts a second since the last call."""
        now = time.monotonic()
        elapsed, grown = now - self._at, count - self._count
        self._at, self._count = now, count
        return grown / elapsed if elapsed > 0 else 0.0
