"""connect(), disconnect(), reconnect() and abort() in any order: the last one holds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from actorxmpp import ClientXMPP
from actorxmpp.actors.session import Session, SessionSupervisor
from actorxmpp.settings import LostStanzas, SessionKind, SessionSpec
from actorxmpp.testing import MemoryServer
from supervisors import kill

from .test_life import online, run, until

SEQUENCES = {
    "disconnect, connect": (lambda bot: (bot.disconnect(), bot.connect()), True),
    "disconnect, reconnect": (lambda bot: (bot.disconnect(), bot.reconnect()), True),
    "abort, connect": (lambda bot: (bot.abort(), bot.connect()), True),
    "abort, reconnect": (lambda bot: (bot.abort(), bot.reconnect()), True),
    "disconnect, connect, disconnect": (
        lambda bot: (bot.disconnect(), bot.connect(), bot.disconnect()),
        False,
    ),
    "reconnect, disconnect": (lambda bot: (bot.reconnect(), bot.disconnect()), False),
}


@pytest.mark.parametrize("name", SEQUENCES)
def test_the_last_wish_holds(name: str) -> None:
    act, wanted = SEQUENCES[name]

    async def main(server: MemoryServer) -> None:
        bot = await online(server)
        before = bot.session.status.connections
        ended = bot.disconnected
        act(bot)
        if wanted:
            await until(lambda: bot.session.status.connections > before and bot.sessionstarted)
            assert bot.session.roles.wanted
            assert await bot.connect() is True
        else:
            await ended
            await asyncio.sleep(0)
            assert not bot.is_connected()
            assert not bot.session.roles.wanted
        await bot.disconnect()

    run(main)


def test_connect_in_a_disconnected_handler_is_not_undone() -> None:
    async def main(server: MemoryServer) -> None:
        bot = await online(server)
        results: list[Any] = []

        def again(_reason: str) -> None:
            results.append(bot.connect())
            results.append(asyncio.ensure_future(bot.send_acked(bot.make_message("a@localhost"))))

        bot.add_event_handler("disconnected", again, disposable=True)
        await bot.disconnect()
        assert await results[0] is True
        await results[1]
        assert bot.is_connected()
        await bot.disconnect()

    run(main)


@pytest.mark.parametrize(
    ("act", "connections"),
    [
        (lambda bot: (bot.connect(), bot.connect()), 1),
        (lambda bot: (bot.connect(), bot.disconnect()), 0),
    ],
)
def test_wishes_before_the_loop_runs(act: Callable[[ClientXMPP], Any], connections: int) -> None:
    loop = asyncio.new_event_loop()
    try:
        server = MemoryServer(tls=False)
        loop.run_until_complete(server.__aenter__())
        bot = ClientXMPP("romeo@localhost/orchard", "secret", settings=server.settings())
        bot.loop = loop
        act(bot)

        async def play() -> None:
            for _ in range(50):
                await asyncio.sleep(0)
            assert len(server.connector.attempts) == connections
            await bot.disconnect()

        loop.run_until_complete(play())
        loop.run_until_complete(server.__aexit__(None, None, None))
    finally:
        loop.close()


def test_settings_changed_at_run_time_outlive_the_parser() -> None:
    async def main(server: MemoryServer) -> None:
        bot = await online(server)
        bot.settings = replace(bot.settings, lost_stanzas=LostStanzas.RESEND)
        parser = bot.session.parser
        assert parser is not None
        old = parser.ref
        assert old is not None
        kill(old)
        await until(lambda: parser.ref not in (None, old) and bot.sessionstarted)
        assert bot.session.stream._resend_lost
        await bot.disconnect()

    run(main)


def test_a_handler_that_fails_when_the_session_ends_keeps_nobody_waiting() -> None:
    async def main(server: MemoryServer) -> None:
        bot = await online(server)

        def bad(_data: Any) -> None:
            raise RuntimeError("bad handler")

        bot.add_event_handler("disconnected", bad)
        ended, supervisor = bot.disconnected, bot.session.supervisor
        assert supervisor is not None
        kill(supervisor)
        assert "ended" in await ended

    run(main)


def test_a_session_that_starts_by_itself_is_wanted() -> None:
    async def main(server: MemoryServer) -> None:
        def make() -> ClientXMPP:
            return ClientXMPP("romeo@localhost/orchard", "secret")

        spec = SessionSpec("romeo@localhost/orchard", SessionKind.CLIENT, make, server.settings())
        session = Session(spec)
        SessionSupervisor.start(session)
        await until(lambda: session.stream.is_open)
        assert session.roles.wanted
        await session.role.disconnect()

    run(main)
