"""What the component tests share: a server in memory, a component on it, a client."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from actorxmpp import BaseXMPP, ClientXMPP, ComponentXMPP
from actorxmpp.protocol.backoff import FullJitter
from actorxmpp.testing.memory import COMPONENT_PORT, MemoryServer
from supervisors import shutdown

DEADLINE = 90.0
QUICK = FullJitter(base=0.001, cap=0.002, slow_from=0.001)
JID = "gw.localhost"


def run(main: Callable[[MemoryServer], Coroutine[Any, Any, None]]) -> None:
    """Run a test on a loop of its own, with a server, within a deadline."""

    async def limited() -> None:
        async with asyncio.timeout(DEADLINE), MemoryServer() as server:
            await main(server)

    asyncio.run(limited())


async def until(condition: Callable[[], object]) -> None:
    """Let the loop run until something is so."""
    while not condition():  # noqa: ASYNC110  what is waited for has no event of its own
        await asyncio.sleep(0)


class Client(ClientXMPP):
    """Keeps the messages it gets: (sender, body), errors as (sender, condition)."""

    def __init__(self, jid: str, **kwargs: Any) -> None:
        super().__init__(jid, "secret", **kwargs)
        self.got: list[tuple[str, str]] = []
        self.add_event_handler("message", lambda m: self.got.append((str(m["from"]), m["body"])))
        self.add_event_handler(
            "message_error",
            lambda m: self.got.append((str(m["from"]), m["error"]["condition"])),
        )

    def say(self, to: str, body: str) -> None:
        self.send_message(to, body, mtype="chat")


async def client(server: MemoryServer, jid: str = "juliet@localhost/balcony") -> Client:
    made = Client(jid, settings=server.settings(backoff=QUICK))
    made.connect()
    await until(lambda: made.sessionstarted)
    made.send_presence()
    return made


def reach(server: MemoryServer, component: ComponentXMPP, **changes: Any) -> None:
    """Have a component connect to the server in memory."""
    changes.setdefault("backoff", QUICK)
    component.settings = server.settings(server=("memory", COMPONENT_PORT), **changes)


async def online(server: MemoryServer, component: ComponentXMPP, **changes: Any) -> None:
    reach(server, component, **changes)
    component.connect()
    await until(component.is_connected)


async def end(*roles: BaseXMPP) -> None:
    for role in roles:
        session = role.session.supervisor
        assert session is not None
        await role.disconnect()
        await shutdown(session)
