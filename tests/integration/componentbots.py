"""The component that the component tests run, in the test's own process."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from actorxmpp import ComponentXMPP
from actorxmpp.protocol.backoff import FullJitter
from actorxmpp.settings import SessionSettings
from supervisors import shutdown

from .ours import Sockets
from .servers.base import HOST, RealServer

QUICK = FullJitter(base=0.2, cap=0.5, slow_from=0.2)
WAIT_S = 60.0
POLL_S = 0.02


class Gateway(ComponentXMPP):
    """Echoes messages and remembers what happened to its connection."""

    def __init__(
        self,
        jid: str,
        secret: str,
        server: RealServer,
        tls_name: str | None = None,
        **settings: Any,
    ) -> None:
        settings.setdefault("backoff", QUICK)
        self.sockets = Sockets()
        settings.setdefault("connector", self.sockets.connect)
        super().__init__(
            jid,
            secret,
            HOST,
            server.ports.component,
            settings=SessionSettings(**settings),
            tls_name=tls_name,
        )
        self.register_plugin("xep_0030")
        self.register_plugin("xep_0199")
        self.happened: list[str] = []
        self.bodies: list[str] = []
        self.add_event_handler("message", self.message)
        for name in ("connecting", "session_start", "session_end", "parked"):
            self.add_event_handler(name, lambda _data, name=name: self.happened.append(name))

    def message(self, msg: Any) -> None:
        self.bodies.append(msg["body"])
        if msg["type"] in ("chat", "normal"):
            msg.reply(f"echo: {msg['body']}").send()


async def until(condition: Callable[[], object], what: str, timeout_s: float = WAIT_S) -> None:
    """Wait until something is so.

    Raises:
        AssertionError: it isn't in time.
    """
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not in {timeout_s:g} s"
        await asyncio.sleep(POLL_S)


@asynccontextmanager
async def running(gateway: Gateway, *, wait: bool = True) -> AsyncIterator[Gateway]:
    """Connect a component, and disconnect it at the end."""
    gateway.connect()
    try:
        if wait:
            await until(gateway.is_connected, f"{gateway.jid} connects")
        yield gateway
    finally:
        async with asyncio.timeout(WAIT_S):
            await gateway.disconnect()
            session = gateway.session.supervisor
            assert session is not None
            await shutdown(session)
            await gateway.sockets.closed()
