"""A connection's life: redirects, slow readers, probes, stanzas that are too large."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

import pytest

from actorxmpp import ClientXMPP
from actorxmpp.actors import dispatcher
from actorxmpp.actors.messages import Probe
from actorxmpp.exceptions import SendQueueFull, StanzaNotSent, StanzaTooLarge
from actorxmpp.protocol.actions import StreamLimits
from actorxmpp.protocol.backoff import FullJitter
from actorxmpp.testing import MemoryServer, ScriptedServer

DEADLINE = 60.0
QUICK = FullJitter(base=0.001, cap=0.002, slow_from=0.001)
ERRORS = "xmlns='urn:ietf:params:xml:ns:xmpp-streams'"


def run(main: Callable[[MemoryServer], Coroutine[Any, Any, None]]) -> None:
    async def limited() -> None:
        async with asyncio.timeout(DEADLINE), MemoryServer(tls=False) as server:
            server.faults.drop_stanzas = True
            await main(server)

    asyncio.run(limited())


async def until(condition: Callable[[], object]) -> None:
    while not condition():  # noqa: ASYNC110  what is waited for has no event of its own
        await asyncio.sleep(0)


async def online(server: MemoryServer, **changes: Any) -> ClientXMPP:
    settings = server.settings(backoff=QUICK, **changes)
    bot = ClientXMPP("romeo@localhost/orchard", "secret", settings=settings)
    bot.connect()
    await until(lambda: bot.sessionstarted)
    return bot


def redirect(server: MemoryServer | ScriptedServer, where: str) -> None:
    error = f"<stream:error><see-other-host {ERRORS}>{where}</see-other-host></stream:error>"
    write = server.write if isinstance(server, MemoryServer) else server.send
    write(error.encode() + b"</stream:stream>")


def test_a_redirect_is_followed_once_and_then_the_usual_place_again() -> None:
    async def main(server: MemoryServer) -> None:
        bot = await online(server)
        redirect(server, "[::1]:7")
        await until(lambda: len(server.connector.attempts) == 2 and bot.session.stream.is_open)
        await until(lambda: bot.sessionstarted)
        server.cut()
        await until(lambda: len(server.connector.attempts) == 3)
        assert server.connector.attempts == [None, ("::1", 7), None]
        await until(lambda: bot.sessionstarted)
        await bot.disconnect()

    run(main)


def test_redirects_in_a_circle_are_not_followed_for_ever() -> None:
    async def main(server: MemoryServer) -> None:
        bot = await online(server)
        bot.max_redirects = 3
        for count in range(2, 6):
            redirect(server, "other.example.net")
            await until(lambda count=count: len(server.connector.attempts) == count)  # type: ignore[misc]
            await until(lambda: bot.session.stream.is_open)
        assert server.connector.attempts[1:] == [("other.example.net", 5222)] * 3 + [None]
        await bot.disconnect()

    run(main)


def test_a_redirect_outside_tls_is_not_believed() -> None:
    async def main(_server: MemoryServer) -> None:
        server = ScriptedServer("<stream:stream xmlns:stream='http://etherx.jabber.org/streams'>")
        bot = ClientXMPP("romeo@localhost/orchard", "secret")
        bot.settings = replace(server.settings(bot.settings), backoff=QUICK, require_tls=True)
        bot.connect()
        await until(lambda: bot.sessionstarted)
        redirect(server, "evil.example.net")
        await until(lambda: len(server.connector.attempts) == 2)
        assert server.connector.attempts == [None, None]
        await until(lambda: bot.session.stream.is_open)
        await bot.disconnect()

    run(main)


def test_a_server_that_reads_slowly_makes_stanzas_wait() -> None:
    async def main(server: MemoryServer) -> None:
        bot = await online(server, send_queue_limit=3)
        outbox = bot.session.stream.queue
        server.reading = False
        text = "x" * 50_000
        sent = 0
        while not outbox.paused:
            bot.send_message("juliet@localhost", f"{sent} {text}")
            sent += 1
            await asyncio.sleep(0)
        while outbox.has_room:
            bot.send_message("juliet@localhost", f"{sent} {text}")
            sent += 1
        with pytest.raises(SendQueueFull, match="read"):
            bot.send_message("juliet@localhost", "refused")
        waiting = asyncio.create_task(
            bot.send_wait(bot.make_message("juliet@localhost", f"{sent} last"))
        )
        await asyncio.sleep(0)
        assert not waiting.done()
        server.reading = True
        await waiting
        await until(lambda: len(server.handled) == sent + 1)
        found = [int(text.split()[0]) for text in server.bodies()]
        assert found == [*range(sent), sent]
        await bot.disconnect()

    run(main)


def test_what_waits_for_a_slow_server_goes_out_before_the_stream_is_closed() -> None:
    async def main(server: MemoryServer) -> None:
        bot = await online(server)
        server.reading = False
        while not bot.session.stream.queue.paused:
            bot.send_message("juliet@localhost", "x" * 50_000)
            await asyncio.sleep(0)
        bot.send_message("juliet@localhost", "last words")
        ended = bot.disconnect()
        server.reading = True
        await ended
        assert server.bodies()[-1] == "last words"

    run(main)


def test_stanzas_that_wait_when_the_session_ends_are_reported() -> None:
    async def main(server: MemoryServer) -> None:
        bot = await online(server)
        reported: list[str] = []
        bot.add_event_handler("stanza_not_sent", lambda stanza: reported.append(stanza["body"]))
        server.connector.down = True
        server.cut()
        await until(lambda: not bot.session.stream.is_open)
        bot.send_message("juliet@localhost", "never")
        watched = asyncio.create_task(
            bot.send_acked(bot.make_message("juliet@localhost", "neither"))
        )
        await asyncio.sleep(0)
        await bot.disconnect()
        with pytest.raises(StanzaNotSent):
            await watched
        assert reported == ["never", "neither"]

    run(main)


def test_a_stanza_too_large_is_refused_at_the_caller() -> None:
    async def main(server: MemoryServer) -> None:
        bot = await online(server)
        with pytest.raises(StanzaTooLarge):
            bot.send_message("juliet@localhost", "x" * 3_000_000)
        assert bot.session.stream.is_open
        await bot.disconnect()

    run(main)


def test_the_servers_own_limits_are_obeyed() -> None:
    async def main(server: MemoryServer) -> None:
        server.state.features = (
            "<limits xmlns='urn:xmpp:stream-limits:0'><max-bytes>10000</max-bytes>"
            "<idle-seconds>60</idle-seconds></limits>"
        )
        bot = await online(server)
        assert bot.limits == StreamLimits(max_bytes=10_000, idle_seconds=60)
        with pytest.raises(StanzaTooLarge, match="10000"):
            bot.send_message("juliet@localhost", "x" * 10_000)
        await bot.disconnect()

    run(main)


@pytest.mark.parametrize("managed", [True, False])
def test_a_probe_makes_the_server_say_something(managed: bool) -> None:
    async def main(server: MemoryServer) -> None:
        bot = await online(server)
        if managed:
            bot.register_plugin("xep_0198")
            bot.reconnect()
            await until(lambda: server.sessions)
            await until(lambda: bot["xep_0198"].enabled)
        context = bot.session
        assert context.parser is not None
        context.parser.tell(Probe())
        if managed:
            await until(lambda: server.ack_requests)
        else:
            await until(lambda: server.handled)
            assert server.handled[0].find("{urn:xmpp:ping}ping") is not None
            assert server.handled[0].get("to") == "localhost"
        await bot.disconnect()

    run(main)


def test_handlers_that_are_slow_pause_the_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatcher, "COROUTINES_HIGH", 3)
    monkeypatch.setattr(dispatcher, "COROUTINES_LOW", 1)

    async def main(server: MemoryServer) -> None:
        bot = await online(server)
        go: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        begun: list[str] = []
        done: list[str] = []

        async def slow(msg: Any) -> None:
            begun.append(msg["body"])
            await asyncio.shield(go)
            done.append(msg["body"])

        bot.add_event_handler("message", slow)
        for number in range(4):
            server.write(f"<message from='a@b'><body>{number}</body></message>".encode())
        await until(lambda: len(begun) == 4)
        server.write(b"<message from='a@b'><body>later</body></message>")
        for _ in range(50):
            await asyncio.sleep(0)
        assert len(begun) == 4
        go.set_result(None)
        await until(lambda: len(done) == 5)
        await bot.disconnect()

    run(main)
