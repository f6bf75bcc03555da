"""The embedded server as slixmpp sees it: an independent client and component on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from actorxmpp.testing.server import EmbeddedServer

slixmpp = pytest.importorskip("slixmpp", reason="the independent client is not installed")

DEADLINE_S = 60.0


def run(story: Callable[[EmbeddedServer], Coroutine[Any, Any, None]]) -> None:
    async def tell() -> None:
        server = EmbeddedServer(auto_accounts="secret", auto_components="handshake")
        async with asyncio.timeout(2 * DEADLINE_S), server:
            await story(server)

    asyncio.run(tell())


async def wait_for(client: Any, event: str, sender: str = "") -> Any:
    """The data of the next such event, from `sender` if given."""
    future = asyncio.get_running_loop().create_future()

    def happened(data: Any) -> None:
        if not future.done() and (not sender or data["from"].full == sender):
            future.set_result(data)

    client.add_event_handler(event, happened)
    async with asyncio.timeout(DEADLINE_S):
        return await future


async def log_in(
    server: EmbeddedServer, jid: str, mechanism: str | None = None, password: str = "secret"
) -> Any:
    client = slixmpp.ClientXMPP(jid, password, sasl_mech=mechanism)
    client.ca_certs = server.ca_file
    client.register_plugin("xep_0030")
    client.register_plugin("xep_0199")
    started = asyncio.ensure_future(wait_for(client, "session_start"))
    await asyncio.sleep(0)
    client.connect(server.host, server.port)
    await started
    return client


async def log_out(*clients: Any) -> None:
    for client in clients:
        await client.disconnect(wait=1)


@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-1", "SCRAM-SHA-256"])
def test_login_roster_ping_and_discovery(mechanism: str) -> None:
    async def story(server: EmbeddedServer) -> None:
        romeo = await log_in(server, "romeo@localhost/orchard", mechanism)
        assert romeo.boundjid.full == "romeo@localhost/orchard"
        await romeo.get_roster(timeout=DEADLINE_S)
        assert await romeo.plugin["xep_0199"].ping("localhost", timeout=DEADLINE_S) < DEADLINE_S
        info = await romeo.plugin["xep_0030"].get_info("localhost", timeout=DEADLINE_S)
        assert "urn:xmpp:ping" in info["disco_info"]["features"]
        await log_out(romeo)
        assert (await server.stats())["sessions"] == 0

    run(story)


def test_a_wrong_password_is_a_failed_login() -> None:
    async def story(server: EmbeddedServer) -> None:
        client = slixmpp.ClientXMPP("romeo@localhost", "wrong")
        client.ca_certs = server.ca_file
        failed = asyncio.ensure_future(wait_for(client, "failed_all_auth"))
        await asyncio.sleep(0)
        client.connect(server.host, server.port)
        await failed
        client.abort()

    run(story)


def test_two_clients_become_friends_talk_and_part() -> None:
    async def story(server: EmbeddedServer) -> None:
        romeo = await log_in(server, "romeo@localhost/r")
        juliet = await log_in(server, "juliet@localhost/j")
        for client in (romeo, juliet):
            client.send_presence()
            await client.get_roster(timeout=DEADLINE_S)
        appears = asyncio.ensure_future(wait_for(romeo, "got_online", "juliet@localhost/j"))
        granted = [
            asyncio.ensure_future(wait_for(one, "presence_subscribed")) for one in (romeo, juliet)
        ]
        await asyncio.sleep(0)
        romeo.send_presence_subscription("juliet@localhost")  # both accept and ask back by default
        await asyncio.gather(*granted)
        await appears
        heard = asyncio.ensure_future(wait_for(juliet, "message"))
        await asyncio.sleep(0)
        romeo.send_message("juliet@localhost", "wherefore & <why>", mtype="chat")
        message = await heard
        assert (message["from"].full, message["body"]) == ("romeo@localhost/r", "wherefore & <why>")
        parts = asyncio.ensure_future(wait_for(romeo, "got_offline", "juliet@localhost/j"))
        await asyncio.sleep(0)
        await log_out(juliet)
        await parts
        await log_out(romeo)

    run(story)


def test_a_component_echoes_to_a_client() -> None:
    async def story(server: EmbeddedServer) -> None:
        component = slixmpp.ComponentXMPP(
            "echo.localhost", "handshake", server.host, server.component_port
        )
        component.add_event_handler(
            "message", lambda message: message.reply(f"echo {message['body']}").send()
        )
        started = asyncio.ensure_future(wait_for(component, "session_start"))
        await asyncio.sleep(0)
        component.connect()
        await started
        romeo = await log_in(server, "romeo@localhost/r")
        heard = asyncio.ensure_future(wait_for(romeo, "message"))
        await asyncio.sleep(0)
        romeo.send_message("bot@echo.localhost", "hello", mtype="chat")
        message = await heard
        assert (message["from"].full, message["body"]) == ("bot@echo.localhost", "echo hello")
        items = await romeo.plugin["xep_0030"].get_items("localhost", timeout=DEADLINE_S)
        assert {str(jid) for jid, _, _ in items["disco_items"]["items"]} == {"echo.localhost"}
        assert (await server.stats())["components"] == 1
        await log_out(romeo, component)

    run(story)


@pytest.mark.parametrize("jid", ["gone@localhost/x", "unknown.example"])
def test_an_iq_nobody_takes_is_an_error(jid: str) -> None:
    async def story(server: EmbeddedServer) -> None:
        romeo = await log_in(server, "romeo@localhost/r")
        with pytest.raises(slixmpp.exceptions.IqError):
            await romeo.plugin["xep_0199"].send_ping(jid, timeout=DEADLINE_S)
        await log_out(romeo)

    run(story)


def test_a_cut_client_sees_its_connection_end() -> None:
    async def story(server: EmbeddedServer) -> None:
        romeo = await log_in(server, "romeo@localhost/r")
        over = asyncio.ensure_future(wait_for(romeo, "disconnected"))
        await asyncio.sleep(0)
        assert await server.cut(jid="romeo@localhost") == 1
        await over

    run(story)
