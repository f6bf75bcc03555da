"""The server in memory: real logins, what it keeps for a test, and what a test makes it do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from actorxmpp import ClientXMPP, ComponentXMPP
from actorxmpp.protocol.backoff import FullJitter
from actorxmpp.testing import MemoryServer
from actorxmpp.testing import memory as module
from actorxmpp.testing.memory import COMPONENT_PORT
from actorxmpp.testing.server.management import ManagementOptions
from actorxmpp.testing.testloop import TestLoop

QUICK = FullJitter(base=0.001, cap=0.002, slow_from=0.001)


def run(story: Callable[[MemoryServer], Coroutine[Any, Any, None]], **options: Any) -> None:
    """Let a story happen on a server."""

    async def main() -> None:
        async with asyncio.timeout(60), MemoryServer(**{"tls": False, **options}) as server:
            await story(server)

    asyncio.run(main())


async def until(condition: Callable[[], object]) -> None:
    while not condition():  # noqa: ASYNC110  what is waited for has no event of its own
        await asyncio.sleep(0)


async def online(server: MemoryServer, jid: str = "romeo@localhost/orchard", **changes: Any) -> Any:
    """A client with stream management."""
    bot = ClientXMPP(jid, "secret", settings=server.settings(backoff=QUICK, **changes))
    bot.received = []  # type: ignore[attr-defined]
    bot.add_event_handler("message", lambda msg: bot.received.append(msg["body"]))  # type: ignore[attr-defined]
    bot.register_plugin("xep_0198")
    bot.connect()
    await until(lambda: bot.sessionstarted and bot["xep_0198"].enabled)
    return bot


@pytest.mark.parametrize("tls", [True, False])
def test_two_clients_and_a_component_talk(tls: bool) -> None:
    async def story(server: MemoryServer) -> None:
        romeo, juliet = await online(server), await online(server, "juliet@localhost/balcony")
        gateway = ComponentXMPP(
            "gw.localhost", "secret", settings=server.settings(server=("memory", COMPONENT_PORT))
        )
        gateway.add_event_handler("message", lambda msg: msg.reply("from afar").send())
        gateway.connect()
        await until(lambda: gateway.sessionstarted)
        romeo.send_message("juliet@localhost/balcony", "hi")
        juliet.send_message("anybody@gw.localhost", "hello")
        await until(lambda: juliet.received == ["hi", "from afar"])
        assert sorted(server.bodies()) == ["hello", "hi"]
        for role in (romeo, juliet, gateway):
            await role.disconnect()

    run(story, tls=tls)


def test_what_was_handled_is_kept_within_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_HANDLED", 2)

    async def story(server: MemoryServer) -> None:
        seen: list[Any] = []
        server.on_stanza = seen.append
        romeo = await online(server)
        for text in "123":
            romeo.send_message("juliet@localhost", text)
        await until(lambda: len(seen) == 3)
        assert server.bodies() == ["2", "3"]
        await romeo.disconnect()

    run(story)


def test_a_stanza_for_the_newest_session_waits_while_that_is_away() -> None:
    async def story(server: MemoryServer) -> None:
        with pytest.raises(LookupError):
            server.send(b"<message/>")
        romeo = await online(server)
        server.connector.down = True
        assert server.cut() == 1
        await until(lambda: not romeo.session.stream.is_open)
        server.send(b"<message from='a@b'><body>kept</body></message>")
        server.connector.down = False
        await until(lambda: romeo.received == ["kept"])
        assert (server.resumptions, len(server.sessions)) == (1, 1)
        await romeo.disconnect()
        assert server.sessions == {}

    run(story)


def test_forgotten_sessions_begin_anew() -> None:
    async def story(server: MemoryServer) -> None:
        romeo = await online(server)
        before = set(server.sessions)
        server.forget()
        assert server.sessions == {}
        server.cut()
        await until(lambda: server.sessions)
        assert not before & set(server.sessions)
        assert server.resumptions == 0
        await romeo.disconnect()

    run(story)


def test_bytes_that_are_no_stanza_are_not_counted() -> None:
    async def story(server: MemoryServer) -> None:
        romeo = await online(server)
        server.write(b"<r xmlns='urn:xmpp:sm:3'/>")
        server.send(b"<message from='a@b'><body>1</body></message>")
        await until(lambda: romeo.received)
        (management,) = server.sessions.values()
        assert len(management.unacked) == 1
        romeo["xep_0198"].request_ack()
        await until(lambda: server.ack_requests)
        await romeo.disconnect()

    run(story)


def test_a_server_that_does_not_read_handles_nothing() -> None:
    async def story(server: MemoryServer) -> None:
        romeo = await online(server)
        server.reading = False
        romeo.send_message("juliet@localhost", "later")
        for _ in range(50):
            await asyncio.sleep(0)
        assert (server.bodies(), server.reading) == ([], False)
        server.reading = True
        await until(server.bodies)
        await romeo.disconnect()

    run(story)


def test_it_can_be_deaf_from_the_beginning() -> None:
    async def story(server: MemoryServer) -> None:
        server.reading = False
        connecting = asyncio.ensure_future(online(server))
        for _ in range(50):
            await asyncio.sleep(0)
        assert not connecting.done()
        server.reading = True
        await (await connecting).disconnect()

    run(story)


def test_options_and_features_reach_the_session() -> None:
    async def story(server: MemoryServer) -> None:
        romeo = await online(server)
        assert "{urn:example:new}new" in romeo.features
        (management,) = server.sessions.values()
        assert management.seconds == 7
        await romeo.disconnect()

    options = ManagementOptions(resume_seconds=7)
    run(story, management=options, features="<new xmlns='urn:example:new'/>")


def test_a_seed_makes_ids_and_salts_repeatable() -> None:
    ids: list[list[str]] = []

    async def story(server: MemoryServer) -> None:
        romeo = await online(server)
        keys = server.state.accounts.keys("romeo", "SHA-256")
        assert keys is not None
        ids.append([*server.sessions, keys.salt.hex()])
        await romeo.disconnect()

    for seed in ("one", "one", "other"):
        run(story, seed=seed)
    assert ids[0] == ids[1]
    assert not set(ids[0]) & set(ids[2])


def test_outside_its_context_there_is_nothing() -> None:
    with pytest.raises(AssertionError, match="context manager"):
        _ = MemoryServer().state


def test_on_a_clock_that_only_a_test_moves_a_session_expires_while_the_server_is_down() -> None:
    loop = TestLoop()
    asyncio.set_event_loop(loop)
    server = loop.run(MemoryServer(tls=False).__aenter__())
    bot = ClientXMPP("romeo@localhost/orchard", "secret", settings=server.settings())
    bot.loop = loop
    log: list[str] = []
    for name in ("session_start", "session_resumed", "session_end", "sm_failed"):
        bot.add_event_handler(name, lambda _, name=name: log.append(name))
    bot.register_plugin("xep_0198")
    server.connector.dial_seconds = 0.3
    bot.connect()
    loop.advance(0.2)
    assert log == []
    loop.advance(0.5)
    assert (log, len(server.sessions)) == (["session_start"], 1)

    server.cut()
    loop.advance(60)
    assert log == ["session_start", "session_resumed"]

    server.connector.down = True
    server.cut()
    loop.advance(301)  # as long as it is kept
    assert server.sessions == {}
    server.connector.down = False
    loop.advance(600)
    assert log[2:] == ["sm_failed", "session_end", "session_start"]
    loop.run(bot.disconnect())
    loop.run(server.__aexit__())
    loop.end()
    asyncio.set_event_loop(None)
