"""A demo from its first act to the summary: start, play, settle, count.

Each act has a deadline, so a demo ends by itself whatever happens in it; what is not as it should
be then shows in the summary.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from actorxmpp.cli.demo.options import SETTLE_TIMEOUT
from actorxmpp.cli.demo.stage import Stage
from actorxmpp.cli.demo.summary import Summary
from actorxmpp.cli.demo.traffic import Traffic
from actorxmpp.cli.demo.trouble import TroubleMaker
from actorxmpp.cli.memory import rss_kib

if TYPE_CHECKING:
    from collections.abc import Callable

    from actorxmpp.cli.demo.options import DemoOptions
    from actorxmpp.fleet.status import FleetStatus

__all__ = ["Demo"]

TICK = 0.1
"""Seconds between two looks at whether an act is over."""


class Demo:
    """One demo.

    Args:
        options: How big, how long, which seed.
        tick: Called a few times a second, to show how it goes.

    Attributes:
        act: What is going on, in a word or two.
        stage: The server and the fleet, once they are there.
        trouble: What makes things fail, once something plays.
        final: The fleet as it was at the end of the play, before it was told to stop.
        started: Monotonic seconds.
    """

    def __init__(self, options: DemoOptions, tick: Callable[[], None]) -> None:
        self.options = options
        self.act = "starting the server"
        self.stage: Stage | None = None
        self.trouble: TroubleMaker | None = None
        self.final: FleetStatus | None = None
        self.started = time.monotonic()
        self._tick = tick
        self._rss_before = 0
        self._rss_up = 0

    async def run(self) -> Summary:
        """Play all acts.

        Raises:
            EmbeddedServerError: The server didn't start, or ended.
        """
        self._tick()
        async with Stage(self.options) as stage:
            self.stage = stage
            await self._start(stage)
            await self._play(stage)
            summary = self._count(stage)
            self.act, self.final = "done", stage.fleet.status()
            self._tick()
        return replace(summary, seconds=round(time.monotonic() - self.started, 2))

    @property
    def up(self) -> int:
        """Sessions that are connected."""
        return sum(peer.up for peer in self.stage.peers) if self.stage else 0

    async def _start(self, stage: Stage) -> None:
        """Start the sessions and wait until they are up."""
        self.act = "connecting"
        self._rss_before = rss_kib()
        starting = asyncio.create_task(stage.start_sessions(), name="start-sessions")
        try:
            await self._until(
                lambda: starting.done() and self._all_up(stage), self.options.up_timeout
            )
        finally:
            starting.cancel()
            await asyncio.wait({starting})
        if not starting.cancelled():
            starting.result()
        self._rss_up = rss_kib()

    async def _play(self, stage: Stage) -> None:
        """Send messages and make trouble; then wait until all is well again."""
        traffic = Traffic(self.options, stage.peers, stage.book)
        self.trouble = TroubleMaker(self.options, stage.peers, stage.book, stage.server)
        tasks = [
            asyncio.create_task(traffic.run(), name="traffic"),
            asyncio.create_task(self.trouble.run(), name="trouble"),
        ]
        try:
            self.act = "traffic and trouble"
            traffic.flowing = True
            await self._until(lambda: _failed(tasks), self.options.duration)
            self.act = "settling"
            traffic.flowing = False
            await self._until(lambda: _failed(tasks) or self._settled(stage), SETTLE_TIMEOUT)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
        for task in tasks:
            if not task.cancelled():
                task.result()  # a bug of the demo, or the server's end: not to be hidden

    async def _until(self, done: Callable[[], bool], seconds: float) -> None:
        """Wait until something holds, or the time is over."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while loop.time() < deadline and not done():
            self._tick()
            await asyncio.sleep(min(TICK, max(0.0, deadline - loop.time())))

    def _all_up(self, stage: Stage) -> bool:
        return all(peer.up for peer in stage.peers)

    def _settled(self, stage: Stage) -> bool:
        trouble_is_over = self.trouble is not None and self.trouble.done
        return trouble_is_over and not stage.book.ledger.outstanding and self._all_up(stage)

    def _count(self, stage: Stage) -> Summary:
        """The numbers at the end."""
        ledger = stage.book.ledger
        clients, components = (
            stage.peers[: self.options.sessions],
            stage.peers[self.options.sessions :],
        )
        grown = max(self._rss_up - self._rss_before, 0)
        return Summary(
            sessions=self.options.sessions,
            sessions_up=sum(peer.up for peer in clients),
            components=self.options.components,
            components_up=sum(peer.up for peer in components),
            messages_sent=ledger.sent,
            messages_received=sum(peer.inbox.received for peer in stage.peers),
            lost=ledger.outstanding,
            sent_again=ledger.sent_again,
            duplicated=sum(peer.inbox.repeats for peer in stage.peers),
            connections_cut=self.trouble.cuts if self.trouble else 0,
            handlers_crashed=stage.book.crashed,
            restarts=stage.fleet.status().restarts,
            latency_ms={
                "p50": round(ledger.latency.percentile(50) * 1000, 2),
                "p99": round(ledger.latency.percentile(99) * 1000, 2),
            },
            rss_kib_per_session=round(grown / max(self.options.total, 1), 1),
            seconds=0.0,
            seed=self.options.seed,
        )


def _failed(tasks: list[asyncio.Task[None]]) -> bool:
    """Whether one of the tasks has ended with an exception."""
    return any(task.done() and not task.cancelled() and task.exception() for task in tasks)
