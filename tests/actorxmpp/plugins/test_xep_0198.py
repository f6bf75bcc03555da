"""The plugin's part in stream management: configuration, what it shows, its stanzas."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from actorxmpp import ClientXMPP, ComponentXMPP
from actorxmpp.plugins.xep_0198 import Ack, Enable, Enabled, Resume, Resumed
from actorxmpp.protocol.backoff import FullJitter
from actorxmpp.protocol.streammanagement import SmOptions
from actorxmpp.testing import MemoryServer
from actorxmpp.testing.server.management import Management

DEADLINE = 20.0


def run(main: Callable[[MemoryServer], Coroutine[Any, Any, None]]) -> None:
    async def limited() -> None:
        async with asyncio.timeout(DEADLINE), MemoryServer(tls=False) as server:
            server.faults.drop_stanzas = True
            await main(server)

    asyncio.run(limited())


async def until(condition: Callable[[], object]) -> None:
    while not condition():  # noqa: ASYNC110  what is waited for has no event of its own
        await asyncio.sleep(0)


def session(server: MemoryServer) -> Management:
    """Return what the server counts of its only session."""
    (management,) = server.sessions.values()
    return management


def bot_for(server: MemoryServer, config: dict[str, Any] | None = None) -> ClientXMPP:
    quick = FullJitter(base=0.001, cap=0.002, slow_from=0.001)
    bot = ClientXMPP("romeo@localhost/o", "secret", settings=server.settings(backoff=quick))
    bot.register_plugin("xep_0198", config)
    return bot


def test_configuration_reaches_the_session() -> None:
    bot = ClientXMPP("romeo@localhost", "secret")
    bot.register_plugin("xep_0198", {"allow_resume": False, "max_resume": 60})
    managed = bot.session.stream.managed
    assert managed is not None
    assert managed.options == SmOptions(enabled=True, resume=False, max_seconds=60)
    assert bot["xep_0198"].sm_id is None
    assert not bot["xep_0198"].enabled


@pytest.mark.parametrize("config", [{"window": 0}, {"window": 5, "max_unacked": 2}])
def test_configuration_that_makes_no_sense_is_refused(config: dict[str, Any]) -> None:
    bot = ClientXMPP("romeo@localhost", "secret")
    with pytest.raises(ValueError, match="window"):
        bot.register_plugin("xep_0198", config)


def test_a_component_does_without() -> None:
    component = ComponentXMPP("gw.localhost", "secret")
    component.register_plugin("xep_0198")
    assert component.session.stream.sm is None


def test_it_shows_where_the_session_stands() -> None:
    async def main(server: MemoryServer) -> None:
        bot = bot_for(server)
        enabled: list[Any] = []
        bot.add_event_handler("sm_enabled", enabled.append)
        bot.connect()
        plugin = bot["xep_0198"]
        await until(lambda: plugin.enabled and enabled)
        assert isinstance(enabled[0], Enabled)
        assert enabled[0]["id"] == plugin.sm_id == session(server).id
        assert enabled[0]["resume"] is True
        bot.send_message("juliet@localhost", "hi")
        await until(lambda: plugin.seq == 1)
        plugin.request_ack()
        await until(lambda: plugin.last_ack == 1)
        server.send(b"<message from='a@b'><body>hi</body></message>")
        await until(lambda: plugin.handled == 1)
        plugin.send_ack()
        await until(lambda: session(server).acked == 1)
        await bot.disconnect()

    run(main)


def test_without_resumption_a_lost_connection_ends_the_session() -> None:
    async def main(server: MemoryServer) -> None:
        bot = bot_for(server, {"allow_resume": False})
        log: list[str] = []
        for name in ("session_start", "session_end", "session_resumed"):
            bot.add_event_handler(name, lambda _, name=name: log.append(name))
        bot.connect()
        await until(lambda: bot["xep_0198"].enabled)
        assert bot.end_session_on_disconnect
        server.cut()
        await until(lambda: len(log) == 3)
        assert log == ["session_start", "session_end", "session_start"]
        await bot.disconnect()

    run(main)


def test_disabled_it_begins_no_new_session() -> None:
    async def main(server: MemoryServer) -> None:
        bot = bot_for(server)
        bot.connect()
        await until(lambda: bot["xep_0198"].enabled)
        bot.plugin.disable("xep_0198")
        await until(lambda: not bot.session.stream.managed.options.enabled)  # type: ignore[union-attr]
        server.forget()
        server.cut()
        await until(lambda: len(server.connector.attempts) == 2 and bot.sessionstarted)
        bot.send_message("juliet@localhost", "hi")
        await until(server.bodies)
        assert not server.sessions
        await bot.disconnect()

    run(main)


@pytest.mark.parametrize(
    ("stanza_class", "values"),
    [
        (Enable, {"resume": True, "max": "60"}),
        (Enabled, {"resume": True, "max": "60", "id": "x", "location": "[::1]"}),
        (Resume, {"h": 5, "previd": "x"}),
        (Resumed, {"h": 5, "previd": "x"}),
        (Ack, {"h": 0}),
    ],
)
def test_stanzas(stanza_class: type[Any], values: dict[str, Any]) -> None:
    stanza = stanza_class()
    for name, value in values.items():
        stanza[name] = value
    assert {name: stanza[name] for name in values} == values


def test_a_counter_that_is_none_and_a_flag_that_is_taken_back() -> None:
    ack, enable = Ack(), Enable()
    ack.xml.set("h", "many")
    assert ack["h"] is None
    enable["resume"] = True
    enable["resume"] = False
    assert enable["resume"] is False
    assert "resume" not in enable.xml.attrib
