"""Whole sessions whose stanzas a test writes and reads as XML.

A session is logged in at a server in memory; what the test gives to ``recv`` comes down its stream
as bytes, and what the session sends is caught before it leaves, so that the server takes no part.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Iterable
from typing import Any
from xml.etree import ElementTree as ET

from actorxmpp import BaseXMPP, ClientXMPP, ComponentXMPP
from actorxmpp.protocol.backoff import FullJitter
from actorxmpp.testing.memory import COMPONENT_PORT, MemoryServer
from supervisors import shutdown

DEADLINE = 60.0
QUICK = FullJitter(base=0.001, cap=0.002, slow_from=0.001)
ANY = "*"


class Wire:
    """One session and its stream."""

    def __init__(self, server: MemoryServer, role: BaseXMPP) -> None:
        self.server = server
        self.role = role
        self.caught: deque[Any] = deque()
        self.events: list[tuple[str, Any]] = []

    def __getitem__(self, name: str) -> Any:
        return self.role[name]

    def catch(self) -> None:
        """From now on nothing the session sends leaves."""
        self.role.add_filter("out", self._catch)

    def _catch(self, stanza: Any) -> None:
        self.caught.append(ET.fromstring(str(stanza)))

    def watch(self, *names: str) -> None:
        """Note the occurrences of events in ``events``."""
        for name in names:
            self.role.add_event_handler(
                name, lambda data, name=name: self.events.append((name, data))
            )

    def _note(self, name: str, data: Any) -> None:
        self.events.append((name, data))

    async def happened(self, name: str) -> Any:
        """Wait for an event that is watched; returns its data and forgets it."""
        await until(lambda: any(each[0] == name for each in self.events))
        found = next(each for each in self.events if each[0] == name)
        self.events.remove(found)
        return found[1]

    def recv(self, xml: str) -> None:
        """Have the stream bring a stanza."""
        for stream in list(self.server.state.streams):
            stream.send(xml.encode())

    async def sent(self) -> Any:
        """Wait for a stanza the session sends."""
        await until(lambda: self.caught)
        return self.caught.popleft()

    async def expect(self, xml: str) -> str:
        """Wait for a stanza and compare it; ``*`` fits any attribute or text. Returns its id."""
        got = await self.sent()
        wanted = ET.fromstring(xml)
        assert same(got, wanted), f"sent {show(got)}\nwanted {show(wanted)}"
        return str(got.get("id", ""))

    async def quiet(self) -> None:
        """Let everything settle; nothing may have been sent."""
        for _ in range(50):
            await asyncio.sleep(0)
        assert not self.caught, [show(each) for each in self.caught]

    async def end(self) -> None:
        session = self.role.session.supervisor
        assert session is not None
        await self.role.disconnect()
        await shutdown(session)


def condition(element: Any) -> str:
    """The condition of an error stanza."""
    error = next(each for each in element if _local(each.tag) == "error")
    return str(error[0].tag.partition("}")[2])


def show(element: Any) -> str:
    return ET.tostring(element, encoding="unicode")


def _local(tag: str) -> str:
    for namespace in ("{jabber:client}", "{jabber:component:accept}"):
        tag = tag.replace(namespace, "")
    return tag


def same(got: Any, wanted: Any) -> bool:
    """Whether two elements say the same; the namespace of stanzas counts as none."""
    if _local(got.tag) != _local(wanted.tag):
        return False
    if (wanted.text or "").strip() not in (ANY, (got.text or "").strip()):
        return False
    keys = {key for key in got.attrib if key != "id" or "id" in wanted.attrib or _inner(got)}
    if keys != set(wanted.attrib):
        return False
    if any(wanted.get(key) not in (ANY, got.get(key)) for key in keys):
        return False
    return len(got) == len(wanted) and all(
        same(left, right) for left, right in zip(got, wanted, strict=True)
    )


def _inner(element: Any) -> bool:
    """Whether an element is none of the three stanzas, whose ids are not looked at."""
    return _local(element.tag) not in ("message", "presence", "iq")


async def until(condition: Callable[[], object]) -> None:
    """Let the loop run until something is so."""
    while not condition():  # noqa: ASYNC110  what is waited for has no event of its own
        await asyncio.sleep(0)


def client(
    main: Callable[[Wire], Coroutine[Any, Any, None]],
    plugins: Iterable[str],
    config: dict[str, dict[str, Any]] | None = None,
    jid: str = "romeo@localhost/orchard",
) -> None:
    """Run a test with a client."""

    async def limited() -> None:
        async with asyncio.timeout(DEADLINE), MemoryServer() as server:
            settings = server.settings(backoff=QUICK)
            role = ClientXMPP(jid, "secret", plugin_config=config, settings=settings)
            await _run(main, role, server, plugins)

    asyncio.run(limited())


def component(
    main: Callable[[Wire], Coroutine[Any, Any, None]],
    plugins: Iterable[str],
    config: dict[str, dict[str, Any]] | None = None,
) -> None:
    """Run a test with a component, ``gw.localhost``."""

    async def limited() -> None:
        async with asyncio.timeout(DEADLINE), MemoryServer() as server:
            role = ComponentXMPP("gw.localhost", "secret", plugin_config=config)
            role.settings = server.settings(server=("memory", COMPONENT_PORT), backoff=QUICK)
            await _run(main, role, server, plugins)

    asyncio.run(limited())


async def _run(main: Any, role: BaseXMPP, server: MemoryServer, plugins: Iterable[str]) -> None:
    for name in plugins:
        role.register_plugin(name)
    wire = Wire(server, role)
    role.connect()
    await until(lambda: role.sessionstarted)
    wire.catch()
    try:
        await main(wire)
    finally:
        await wire.end()
