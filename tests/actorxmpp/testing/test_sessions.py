"""Sessions for tests: they are up when one has them, say why if not, and end together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from actorxmpp import ClientXMPP, ComponentXMPP
from actorxmpp.testing import MemoryServer
from actorxmpp.testing import sessions as module
from actorxmpp.testing.sessions import SessionFactory, SessionNotStarted


def run(story: Callable[[SessionFactory], Coroutine[Any, Any, None]]) -> None:
    async def main() -> None:
        async with MemoryServer(tls=False) as server:
            factory = SessionFactory(server, asyncio.get_running_loop())
            try:
                await story(factory)
            finally:
                await factory.close()

    asyncio.run(main())


class Prefixed(ClientXMPP):
    """Takes more arguments than a bot must."""

    def __init__(self, jid: str, password: str, prefix: str, *, suffix: str = "") -> None:
        super().__init__(jid, password)
        self.both = (prefix, suffix)


def test_a_client_a_component_and_an_object_are_up_when_one_has_them() -> None:
    async def story(factory: SessionFactory) -> None:
        bot = await factory()
        component = await factory(ComponentXMPP, "gw.localhost", "secret")
        given = ClientXMPP("juliet@localhost/balcony", "secret")
        assert await factory(given) is given
        assert all(role.sessionstarted for role in (bot, component, given))
        assert factory.roles == [bot, component, given]
        assert bot.boundjid.full == "tester@localhost/test"

    run(story)


def test_further_arguments_are_the_bots() -> None:
    async def story(factory: SessionFactory) -> None:
        bot = await factory(Prefixed, "romeo@localhost/x", "secret", "a", suffix="b")
        assert bot.both == ("a", "b")

    run(story)


def test_a_wrong_password_is_said() -> None:
    async def story(factory: SessionFactory) -> None:
        with pytest.raises(SessionNotStarted, match=r"parked: .*not-authorized"):
            await factory(password="wrong")

    run(story)


def test_a_server_that_is_not_reached_in_time_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "START_WITHIN", 0.05)

    async def story(factory: SessionFactory) -> None:
        factory.server.connector.down = True
        with pytest.raises(SessionNotStarted, match="the server is down"):
            await factory()

    run(story)


def test_the_loop_of_another_is_refused() -> None:
    async def story(factory: SessionFactory) -> None:
        other = SessionFactory(factory.server, asyncio.new_event_loop())
        with pytest.raises(SessionNotStarted, match="another loop"):
            await other()
        other._loop.close()

    run(story)


def test_all_end_together() -> None:
    async def story(factory: SessionFactory) -> None:
        bots = [await factory(jid=f"bot{number}@localhost/x") for number in range(3)]
        await factory.close()
        assert factory.roles == []
        assert not any(bot.is_connected() for bot in bots)

    run(story)
