"""Ten thousand requests under way at once: each completes or times out, and none is kept."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections import Counter
from typing import Any

from actorxmpp import ComponentXMPP, UserActor
from actorxmpp.exceptions import IqError, IqTimeout, RequestDisconnected

from .harness import JID, QUICK, end, online, run, until

REQUESTS = 10_000
AT_ONCE = 500
TIMEOUT_S = 1.0
NEVER_S = 600.0


class Peer(UserActor):
    """Answers well, answers with an error, or keeps silent, as its name says."""

    inbox_limit = REQUESTS

    def on_iq(self, iq: Any) -> None:
        if self.jid.local == "good":
            iq.reply().send()
        elif self.jid.local == "bad":
            iq.error_reply().send()


class Counted:
    """Requests that are under way and what became of them."""

    def __init__(self, component: ComponentXMPP) -> None:
        self.component = component
        self.outcomes: Counter[str] = Counter()
        self.alive: list[weakref.ref[Any]] = []

    async def ask(self, name: str, timeout: float) -> None:
        iq = self.component.make_iq_get(queryxmlns="urn:x", ito=f"{name}@peer.localhost", ifrom=JID)
        future = iq.send(timeout=timeout)
        self.alive.append(weakref.ref(future))
        del iq
        try:
            await future
        except RequestDisconnected:
            self.outcomes["disconnected"] += 1
        except IqTimeout:
            self.outcomes["timeout"] += 1
        except IqError:
            self.outcomes["error"] += 1
        else:
            self.outcomes["result"] += 1

    async def ask_all(self, names: list[str], silence: float) -> list[asyncio.Task[None]]:
        """Ask them all; the silent are waited for as long as said, the others until they answer."""
        tasks = []
        for number, name in enumerate(names):
            timeout = silence if name == "silent" else NEVER_S
            tasks.append(asyncio.create_task(self.ask(name, timeout)))
            if number % AT_ONCE == 0:
                await asyncio.sleep(0)
        await asyncio.sleep(0)
        return tasks


async def two(server: Any) -> tuple[ComponentXMPP, ComponentXMPP]:
    asking, answering = (
        ComponentXMPP(JID, "secret", "m"),
        ComponentXMPP("peer.localhost", "secret", "m"),
    )
    answering.users(Peer)
    asking.outgoing_queue(limit=REQUESTS)
    answering.outgoing_queue(limit=REQUESTS)
    for component in (asking, answering):
        await online(server, component, backoff=QUICK)
    for name in ("good", "bad", "silent"):
        await answering.user(f"{name}@peer.localhost")
    return asking, answering


def left(counted: Counted) -> tuple[int, int, int]:
    """Requests in the table, their futures, and timers of theirs that are not cancelled."""
    gc.collect()
    loop: Any = asyncio.get_running_loop()
    timers = [t for t in loop._scheduled if not t._cancelled and "_iq_timed_out" in repr(t)]
    return (
        len(counted.component._requests.table),
        sum(one() is not None for one in counted.alive),
        len(timers),
    )


def test_each_completes_or_times_out_and_none_leaks() -> None:
    async def main(server: Any) -> None:
        asking, answering = await two(server)
        counted = Counted(asking)
        tasks = await counted.ask_all(
            ["silent", "good", "silent", "bad"] * (REQUESTS // 4), TIMEOUT_S
        )
        await asyncio.wait(tasks)
        del tasks
        assert counted.outcomes == {
            "timeout": REQUESTS // 2,
            "result": REQUESTS // 4,
            "error": REQUESTS // 4,
        }
        assert left(counted) == (0, 0, 0)
        await end(asking, answering)

    run(main)


def test_all_end_with_the_connection_and_none_leaks() -> None:
    async def main(server: Any) -> None:
        asking, answering = await two(server)
        counted = Counted(asking)
        tasks = await counted.ask_all(["silent"] * REQUESTS, NEVER_S)
        assert len(asking._requests.table) == REQUESTS
        server.cut()
        await asyncio.wait(tasks)
        del tasks
        assert counted.outcomes == {"disconnected": REQUESTS}
        assert left(counted) == (0, 0, 0)
        await until(lambda: asking.is_connected() and answering.is_connected())
        await end(asking, answering)

    run(main)
