"""Whole sessions against a server in memory: what restarts, what reconnects, what is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

import pytest

from actorxmpp import (
    BasePlugin,
    BaseXMPP,
    Callback,
    ClientXMPP,
    ComponentXMPP,
    MatchXPath,
    OnHandlerError,
    SessionState,
    XMPPError,
)
from actorxmpp.exceptions import PluginUnavailable, RequestDisconnected, SendQueueFull
from actorxmpp.plugins.base import register_plugin
from actorxmpp.protocol.backoff import FullJitter
from actorxmpp.testing.memory import COMPONENT_PORT, MemoryServer
from supervisors import shutdown

DEADLINE = 60.0
QUICK = FullJitter(base=0.001, cap=0.002, slow_from=0.001)


class Bot(ClientXMPP):
    """Echoes, and counts how often it was made."""

    made: list[Bot]

    def __init__(self, jid: str, password: str = "secret", **kwargs: Any) -> None:
        super().__init__(jid, password, **kwargs)
        self.register_plugin("xep_0199")
        self.replies: list[str] = []
        self.add_event_handler("message", self.message)

    def message(self, msg: Any) -> None:
        body = msg["body"]
        if body == "crash":
            raise RuntimeError("crashed on purpose")
        if body.startswith("echo "):
            self.replies.append(body)
        else:
            msg.reply(f"echo {body}").send()


class Fragile(BasePlugin):
    """Fails when it is asked to."""

    name = "fragile"
    description = "a plugin that fails"

    def plugin_init(self) -> None:
        matcher = MatchXPath("{jabber:client}iq/{jabber:iq:version}query")
        self.xmpp.register_handler(Callback("Fragile", matcher, self.handle))

    def handle(self, iq: Any) -> None:
        raise RuntimeError("failed on purpose")


register_plugin(Fragile)


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


async def online(server: MemoryServer, jid: str, **changes: Any) -> Bot:
    bot = Bot(jid, settings=server.settings(backoff=QUICK, **changes))
    bot.connect()
    await until(lambda: bot.sessionstarted)
    return bot


async def end(*roles: BaseXMPP) -> None:
    for role in roles:
        session = role.session.supervisor
        assert session is not None
        await role.disconnect()
        await shutdown(session)


def test_a_message_is_echoed_between_a_client_and_a_component() -> None:
    async def main(server: MemoryServer) -> None:
        romeo = await online(server, "romeo@localhost/orchard")

        class Echo(ComponentXMPP):
            def message(self, msg: Any) -> None:
                msg.reply(f"echo {msg['body']}").send()

        echo = Echo("echo.localhost", "secret", "memory", COMPONENT_PORT)
        echo.settings = server.settings(server=("memory", COMPONENT_PORT))
        echo.add_event_handler("message", echo.message)
        echo.connect()
        await until(lambda: echo.sessionstarted)
        romeo.send_message("anybody@echo.localhost", "hello", mtype="chat")
        await until(lambda: romeo.replies)
        assert romeo.replies == ["echo hello"]
        assert romeo.boundjid.full == "romeo@localhost/orchard"
        await end(romeo, echo)

    run(main)


def test_the_roster_and_presence_of_a_contact_arrive() -> None:
    async def main(server: MemoryServer) -> None:
        romeo = await online(server, "romeo@localhost/orchard")
        juliet = await online(server, "juliet@localhost/balcony")
        for bot in (romeo, juliet):
            bot.send_presence()
            await bot.get_roster()
        romeo.send_presence_subscription("juliet@localhost")
        got_online: list[Any] = []
        romeo.add_event_handler("got_online", got_online.append)
        await until(lambda: any(p["from"].bare == "juliet@localhost" for p in got_online))
        assert romeo.client_roster["juliet@localhost"]["to"]
        await end(romeo, juliet)

    run(main)


def test_a_lost_connection_restarts_nothing_and_comes_back() -> None:
    async def main(server: MemoryServer) -> None:
        bot = await online(server, "romeo@localhost/orchard")
        context = bot.session
        refs = [context.transport.ref, context.parser.ref, context.dispatcher.ref]  # type: ignore[union-attr]
        lost = bot.wait_until("disconnected")
        task = asyncio.ensure_future(lost)
        await asyncio.sleep(0)
        assert server.cut() == 1
        await task
        await until(lambda: bot.sessionstarted)
        assert refs == [context.transport.ref, context.parser.ref, context.dispatcher.ref]  # type: ignore[union-attr]
        assert context.status.connections == 2
        await end(bot)

    run(main)


def test_stanzas_sent_while_offline_go_out_in_order_later() -> None:
    async def main(server: MemoryServer) -> None:
        bot = await online(server, "romeo@localhost/orchard")
        server.connector.down = True
        server.cut()
        await until(lambda: not bot.sessionstarted)
        for text in ("one", "two", "three"):
            bot.send_message("romeo@localhost/orchard", f"echo {text}", mtype="chat")
        server.connector.down = False
        await until(lambda: len(bot.replies) == 3)
        assert bot.replies == ["echo one", "echo two", "echo three"]
        await end(bot)

    run(main)


def test_the_queue_for_offline_stanzas_is_bounded_and_its_rest_is_reported() -> None:
    async def main(server: MemoryServer) -> None:
        bot = await online(server, "romeo@localhost/orchard", send_queue_limit=2)
        server.connector.down = True
        server.cut()
        await until(lambda: not bot.sessionstarted)
        bot.send_message("a@localhost", "1")
        bot.send_message("a@localhost", "2")
        with pytest.raises(SendQueueFull, match="limit is 2"):
            bot.send_message("a@localhost", "3")
        unsent: list[Any] = []
        bot.add_event_handler("stanza_not_sent", unsent.append)
        await bot.disconnect()
        assert [stanza["body"] for stanza in unsent] == ["1", "2"]
        await end(bot)

    run(main)


def test_a_request_under_way_fails_when_the_connection_is_lost() -> None:
    async def main(server: MemoryServer) -> None:
        bot = await online(server, "romeo@localhost/orchard")
        iq = bot.make_iq_get("jabber:iq:last", ito="romeo@localhost/orchard")
        bot.add_filter("in", lambda stanza: None if stanza.name == "iq" else stanza)
        reply = iq.send()
        await asyncio.sleep(0)
        server.cut()
        with pytest.raises(RequestDisconnected):
            await reply
        await end(bot)

    run(main)


def test_wrong_credentials_park_the_session_with_the_reason() -> None:
    async def main(server: MemoryServer) -> None:
        bot = Bot("romeo@localhost", "wrong", settings=server.settings(backoff=QUICK))
        failures: list[Any] = []
        bot.add_event_handler("failed_auth", failures.append)
        bot.connect()
        status = bot.session.status
        await until(lambda: status.state is SessionState.PARKED)
        assert "not-authorized" in status.reason
        assert "wrong" not in status.reason
        assert len(failures) == len(server.connector.attempts) == 1
        bot.password = "secret"
        bot.connect()
        await until(lambda: bot.sessionstarted)
        await end(bot)

    run(main)


def test_an_untrusted_certificate_is_refused_with_the_reason() -> None:
    async def main(server: MemoryServer) -> None:
        settings = replace(server.settings(), tls=replace(server.settings().tls, ca_file=None))
        bot = Bot("romeo@localhost", settings=settings)
        errors: list[Any] = []
        bot.add_event_handler("ssl_error", errors.append)
        bot.connect()
        await until(lambda: errors)
        assert "issuer" in str(errors[0]) or "self-signed" in str(errors[0])
        status = bot.session.status
        assert status.state is SessionState.DISCONNECTED
        assert status.next_retry_at is not None
        assert status.reason == str(errors[0])
        await end(bot)

    run(main)


def test_a_handler_that_fails_is_logged_by_default(caplog: pytest.LogCaptureFixture) -> None:
    async def main(server: MemoryServer) -> None:
        romeo = await online(server, "romeo@localhost/orchard")
        romeo.send_message("romeo@localhost/orchard", "crash", mtype="chat")
        await until(lambda: "crashed on purpose" in caplog.text)
        romeo.send_message("romeo@localhost/orchard", "echo still here", mtype="chat")
        await until(lambda: romeo.replies)
        assert romeo.session.status.connections == 1
        await end(romeo)

    run(main)


def test_a_handler_that_fails_may_restart_the_dispatcher_and_what_is_below() -> None:
    async def main(server: MemoryServer) -> None:
        romeo = await online(
            server, "romeo@localhost/orchard", on_handler_error=OnHandlerError.RESTART
        )
        context = romeo.session
        plugin = context.roles.plugins["xep_0199"].ref
        romeo.send_message("romeo@localhost/orchard", "crash", mtype="chat")
        await until(lambda: context.roles.role is not romeo)
        reborn = context.roles.role
        assert isinstance(reborn, Bot)
        await until(lambda: reborn.sessionstarted)
        assert context.roles.plugins["xep_0199"].ref is plugin
        assert context.roles.plugins["xep_0199"].instance.xmpp is reborn  # type: ignore[union-attr]
        reborn.send_message("romeo@localhost/orchard", "echo again", mtype="chat")
        await until(lambda: reborn.replies)
        assert context.roles.events.count("message") == 1
        await end(reborn)

    run(main)


def test_a_plugin_that_fails_restarts_alone_and_its_request_is_answered() -> None:
    async def main(server: MemoryServer) -> None:
        romeo = await online(server, "romeo@localhost/orchard")
        romeo.register_plugin("fragile")
        context = romeo.session
        cell = context.roles.plugins["fragile"]
        first, handlers = cell.instance, len(context.roles.index)
        restarted: list[Any] = []
        romeo.add_event_handler("plugin_restarted", restarted.append)
        iq = romeo.make_iq_get(ito="romeo@localhost/orchard")
        iq.xml.append(_query("jabber:iq:version"))
        with pytest.raises(XMPPError, match="internal-server-error"):
            await iq.send()
        await until(lambda: restarted)
        assert cell.instance is not first
        assert len(context.roles.index) == handlers
        assert await romeo["xep_0199"].ping("romeo@localhost/orchard") >= 0
        assert context.status.connections == 1
        await end(romeo)

    run(main)


def test_a_disabled_plugin_is_unavailable_and_its_handlers_are_gone() -> None:
    async def main(server: MemoryServer) -> None:
        romeo = await online(server, "romeo@localhost/orchard")
        context = romeo.session
        handle = romeo["xep_0199"]
        before = len(context.roles.index)
        romeo.plugin.disable("xep_0199")
        await until(lambda: len(context.roles.index) < before)
        assert "xep_0199" not in romeo.plugin
        with pytest.raises(PluginUnavailable):
            handle.ping()
        await end(romeo)

    run(main)


def test_hostile_xml_ends_the_stream_but_no_actor() -> None:
    async def main(server: MemoryServer) -> None:
        bot = await online(server, "romeo@localhost/orchard")
        context = bot.session
        parser = context.parser.ref  # type: ignore[union-attr]
        reasons: list[Any] = []
        bot.add_event_handler("disconnected", reasons.append)
        for stream in list(server.state.streams):
            stream.send(b"<message><!-- no comments --></message>")
        await until(lambda: reasons)
        assert "restricted-xml" in reasons[0]
        await until(lambda: bot.sessionstarted)
        assert context.parser.ref is parser  # type: ignore[union-attr]
        await end(bot)

    run(main)


def test_a_bug_in_the_transport_costs_the_transport_alone() -> None:
    async def main(server: MemoryServer) -> None:
        bot = await online(server, "romeo@localhost/orchard")
        context = bot.session
        assert context.transport is not None
        assert context.parser is not None
        parser, transport = context.parser.ref, context.transport.ref
        context.transport.tell("no message the transport knows")
        await until(lambda: context.transport.ref not in (transport, None))
        await until(lambda: bot.sessionstarted and context.status.connections == 2)
        assert context.parser.ref is parser
        await end(bot)

    run(main)


def test_two_roles_with_different_namespaces_live_in_one_process() -> None:
    client = ClientXMPP("romeo@localhost", "secret")
    component = ComponentXMPP("gw.localhost", "secret")
    assert client.Message().xml.tag == "{jabber:client}message"
    assert component.Message().xml.tag == "{jabber:component:accept}message"
    assert client.Message().xml.tag == "{jabber:client}message"


def test_no_secret_shows_in_a_repr() -> None:
    client = ClientXMPP("romeo@localhost", "pa55word")
    component = ComponentXMPP("gw.localhost", "pa55word")
    for role in (client, component):
        shown = repr(role) + repr(role.session) + repr(role.session.spec)
        assert "pa55word" not in shown


def _query(namespace: str) -> Any:
    from actorxmpp import ET

    return ET.Element(f"{{{namespace}}}query")
