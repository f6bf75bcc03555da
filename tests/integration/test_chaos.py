"""Chaos on Prosody with stream management: what becomes of 10,000 numbered messages.

20 clients send each other messages through a proxy that cuts, delays, black-holes and half-closes
connections, while parsers, transports and plugins are crashed on purpose. In the first part the
server lives on, so every session can be resumed: nothing may be lost and nothing may come twice. In
the second part Prosody is restarted, which ends every session: what wasn't delivered must have been
reported to its sender.

The seed decides which connection gets which trouble and which actor crashes; it is printed with the
report. When data passes is the kernel's business, so a run isn't repeated exactly.
"""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from actorxmpp import ClientXMPP
from actorxmpp.actors import messages as m
from actorxmpp.net.tls import TlsPolicy
from actorxmpp.protocol.backoff import FullJitter
from actorxmpp.settings import SessionSettings
from supervisors import shutdown

from .chaosproxy import ChaosProxy
from .ours import Sockets, until
from .servers.base import HOST
from .servers.prosody import MODULES, Prosody

SEED = int(os.environ.get("CHAOS_SEED", "20"))
CLIENTS = 20
MESSAGES = 10_000
FIRST_PART = 6_000
BETWEEN_S = 0.03
"""Between two messages of one client."""

TROUBLE_EVERY_S = 0.12
CRASH_EVERY_S = 0.25
SETTLED_S = 2.0
"""So long without a change, and it is over."""

TIMEOUT_S = 120.0
PASSWORD = "a pack of blessings"
SERVER = {
    "modules_enabled": [*(set(MODULES) - {"carbons", "csi_simple", "mam"}), "offline"],
    "smacks_max_queue_size": 10_000,
}
"""No second copies by the server's own means; enough room for what waits."""


@dataclass
class Book:
    """What was sent, what arrived, what was reported."""

    sent: list[str] = field(default_factory=list)
    received: Counter[str] = field(default_factory=Counter)
    reported: set[str] = field(default_factory=set)
    bounced: set[str] = field(default_factory=set)
    acked: set[str] = field(default_factory=set)
    happened: Counter[str] = field(default_factory=Counter)

    def report(self, first: int, end: int) -> Report:
        """Count a part of the messages."""
        sent = set(self.sent[first:end])
        missing = {body for body in sent if not self.received[body]}
        told = self.reported | self.bounced
        return Report(
            sent=len(sent),
            received=sum(self.received[body] > 0 for body in sent),
            lost=len(missing),
            duplicated=sum(self.received[body] > 1 for body in sent),
            reported=len(sent & self.reported),
            bounced=len(sent & self.bounced),
            unreported=sorted(missing - told),
        )

    @property
    def state(self) -> tuple[int, ...]:
        """Changes as long as anything happens."""
        return (len(self.sent), self.received.total(), len(self.reported), len(self.acked))


@dataclass(frozen=True, slots=True)
class Report:
    """What became of the messages of one part."""

    sent: int
    received: int
    lost: int
    duplicated: int
    reported: int
    bounced: int
    unreported: list[str]

    def __str__(self) -> str:
        return (
            f"sent {self.sent}, received {self.received}, lost {self.lost} (reported "
            f"{self.reported}, bounced {self.bounced}, unreported {len(self.unreported)}), "
            f"duplicated {self.duplicated}"
        )


class Chatter(ClientXMPP):
    """One of the 20."""

    def __init__(self, number: int, book: Book, settings: SessionSettings) -> None:
        super().__init__(f"c{number}@xmpp.test/chaos", PASSWORD, settings=settings)
        self.number = number
        self.book = book
        self.register_plugin("xep_0199")
        self.register_plugin("xep_0198", {"window": 5})
        self.add_event_handler("session_start", lambda _: self.send_presence())
        self.add_event_handler("message", self.message)
        self.add_event_handler("stanza_not_sent", self.not_sent)
        self.add_event_handler("stanza_acked", self.acked)
        for name in ("session_start", "session_resumed", "sm_failed", "disconnected", "parked"):
            self.add_event_handler(name, lambda _, name=name: self.count(name))

    def count(self, name: str) -> None:
        self.book.happened[name] += 1

    def message(self, msg: Any) -> None:
        if msg["type"] == "error":
            self.book.bounced.add(msg["body"])
        else:
            self.book.received[msg["body"]] += 1

    def not_sent(self, stanza: Any) -> None:
        if stanza is not None and stanza.name == "message":
            self.book.reported.add(stanza["body"])

    def acked(self, stanza: Any) -> None:
        if stanza is not None and stanza.name == "message":
            self.book.acked.add(stanza["body"])

    async def talk(self, first: int, end: int) -> None:
        """Send the messages whose numbers are ours, each to another client."""
        for number in range(first + self.number, end, CLIENTS):
            to = (self.number + 1 + number // CLIENTS % (CLIENTS - 1)) % CLIENTS
            body = f"{self.number}>{to} #{number}"
            self.book.sent.append(body)
            await self.send_wait(self.make_message(f"c{to}@xmpp.test", body, mtype="chat"))
            await asyncio.sleep(BETWEEN_S)

    @property
    def idle(self) -> bool:
        """Connected, and everything we sent is the server's."""
        sm = self.session.stream.sm
        return self.sessionstarted and sm is not None and not sm.unacked


class Saboteur:
    """Makes trouble on the network and crashes actors, until it is stopped."""

    def __init__(self, proxy: ChaosProxy, clients: list[Chatter], rng: random.Random) -> None:
        self._proxy = proxy
        self._clients = clients
        self._rng = rng
        self.crashes: Counter[str] = Counter()

    async def work(self) -> None:
        """Go on until cancelled."""
        await asyncio.gather(self._network(), self._actors())

    async def _network(self) -> None:
        while True:
            await asyncio.sleep(TROUBLE_EVERY_S)
            self._proxy.trouble()

    async def _actors(self) -> None:
        """In turn, so that nobody's supervisor gives up."""
        turn = 0
        while True:
            await asyncio.sleep(CRASH_EVERY_S)
            kind = self._rng.choice(("parser", "transport", "plugin"))
            context = self._clients[turn % CLIENTS].session
            turn += 1
            self.crashes[kind] += 1
            if kind == "plugin":
                context.roles.plugins["xep_0199"].tell(m.RunEventHandler(crash, None))
            else:
                address = context.parser if kind == "parser" else context.transport
                assert address is not None
                address.tell("no message an actor knows")


def crash(_data: object) -> None:
    """A handler with a bug."""
    raise RuntimeError("crashed on purpose")


async def settled(book: Book, clients: list[Chatter]) -> None:
    """Wait until all are connected and nothing happens any more."""
    state, since = book.state, time.monotonic()

    def quiet() -> bool:
        nonlocal state, since
        if book.state != state or not all(client.idle for client in clients):
            state, since = book.state, time.monotonic()
        return time.monotonic() - since > SETTLED_S

    await until(quiet, "the clients come to rest", TIMEOUT_S)


async def play(
    server: Prosody, talk: Callable[[Book, list[Chatter], ChaosProxy], Any]
) -> Counter[str]:
    """Run the clients through the proxy, with this to do; return what was done to them."""
    book = Book()
    sockets = Sockets()
    async with ChaosProxy(server.ports.starttls, random.Random(SEED)) as proxy:
        settings = SessionSettings(
            server=(HOST, proxy.port),
            tls=TlsPolicy(ca_file=str(server.ca_file)),
            backoff=FullJitter(base=0.05, cap=0.5),
            probe_after=1.0,
            probe_timeout=1.0,
            connector=sockets.connect,
        )
        clients = [Chatter(number, book, settings) for number in range(CLIENTS)]
        for client in clients:
            client.connect()
        await until(lambda: all(client.idle for client in clients), "all log in", TIMEOUT_S)
        try:
            return await talk(book, clients, proxy)
        finally:
            for client in clients:
                await asyncio.wait_for(client.disconnect(), 10)
                session = client.session.supervisor
                assert session is not None
                await shutdown(session)
            await sockets.closed()


async def under_fire(
    book: Book, clients: list[Chatter], proxy: ChaosProxy, first: int, end: int, *extra: Any
) -> Counter[str]:
    """Send messages while the saboteur works; come to rest; return what he did."""
    before = book.happened.copy()
    saboteur = Saboteur(proxy, clients, random.Random(SEED + first))
    proxy.troubles.clear()
    work = asyncio.create_task(saboteur.work())
    try:
        await asyncio.gather(*(client.talk(first, end) for client in clients), *extra)
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
    proxy.heal()
    await settled(book, clients)
    return proxy.troubles + saboteur.crashes + (book.happened - before)


async def restart(server: Prosody) -> None:
    """In the middle of it."""
    await asyncio.sleep((MESSAGES - FIRST_PART) / CLIENTS * BETWEEN_S / 2)
    await asyncio.to_thread(server.restart)


def test_nothing_is_lost_or_doubled_or_kept_silent() -> None:
    async def talk(book: Book, clients: list[Chatter], proxy: ChaosProxy) -> None:
        happened = await under_fire(book, clients, proxy, 0, FIRST_PART)
        first = book.report(0, FIRST_PART)
        print(f"\nseed {SEED}; {dict(happened)}\nresumable: {first}")
        assert happened["session_resumed"] >= CLIENTS
        assert not happened["session_start"]
        assert not happened["sm_failed"]
        assert (first.lost, first.duplicated, first.reported) == (0, 0, 0), first.unreported

        happened = await under_fire(book, clients, proxy, FIRST_PART, MESSAGES, restart(server))
        second = book.report(FIRST_PART, MESSAGES)
        print(f"{dict(happened)}\nwith a restart of the server: {second}")
        silent = second.unreported
        print(f"unreported and acknowledged: {len(book.acked & set(silent))}")
        assert happened["session_start"] >= CLIENTS
        assert silent == []

    with Prosody(settings=SERVER) as server:
        server.add_accounts({f"c{number}": PASSWORD for number in range(CLIENTS)})
        asyncio.run(play(server, talk))
