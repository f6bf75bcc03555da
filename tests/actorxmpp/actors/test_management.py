"""Stream management over the whole tree: nothing is lost, nothing comes twice, all is reported."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from actorxmpp import ClientXMPP, OnHandlerError
from actorxmpp.actors.messages import Outcome
from actorxmpp.exceptions import IqTimeout, RequestDisconnected, SendQueueFull, StanzaNotSent
from actorxmpp.protocol import stream as protocol_stream
from actorxmpp.protocol.backoff import FullJitter
from actorxmpp.protocol.smactions import SmState
from actorxmpp.settings import LostStanzas
from actorxmpp.testing import MemoryServer
from actorxmpp.testing.server.management import Management, ManagementOptions
from supervisors import dead_letters

DEADLINE = 60.0
QUICK = FullJitter(base=0.001, cap=0.002, slow_from=0.001)
EVENTS = (
    "session_start",
    "session_resumed",
    "session_end",
    "disconnected",
    "sm_enabled",
    "sm_disabled",
    "sm_failed",
)


class Bot(ClientXMPP):
    """Writes down what happens."""

    received: list[str]

    def __init__(self, sm: dict[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__("romeo@localhost/orchard", "secret", **kwargs)
        self.register_plugin("xep_0198", sm)
        self.log: list[str] = []
        for name in EVENTS:
            self.add_event_handler(name, lambda _, name=name: self.log.append(name))
        self.add_event_handler("message", self.message)

    def message(self, msg: Any) -> None:
        type(self).received.append(msg["body"])


def run(main: Callable[[MemoryServer], Coroutine[Any, Any, None]]) -> None:
    async def limited() -> None:
        Bot.received = []
        async with asyncio.timeout(DEADLINE), MemoryServer(tls=False) as server:
            server.faults.drop_stanzas = True
            await main(server)

    asyncio.run(limited())


async def until(condition: Callable[[], object]) -> None:
    while not condition():  # noqa: ASYNC110  what is waited for has no event of its own
        await asyncio.sleep(0)


async def turns(count: int = 50) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def online(server: MemoryServer, sm: dict[str, Any] | None = None, **changes: Any) -> Bot:
    bot = Bot(sm, settings=server.settings(backoff=QUICK, **changes))
    bot.connect()
    await until(lambda: bot.sessionstarted and sm_state(bot) is not SmState.ENABLING)
    return bot


def sm_state(bot: Bot) -> SmState:
    sm = bot.session.stream.sm
    assert sm is not None
    return sm.state


def session(server: MemoryServer) -> Management:
    """Return what the server counts of its only session."""
    (management,) = server.sessions.values()
    return management


def say(bot: Bot, text: Any) -> None:
    bot.send_message("juliet@localhost", str(text))


def incoming(text: Any) -> bytes:
    return f"<message from='juliet@localhost/b' id='m{text}'><body>{text}</body></message>".encode()


def texts(count: int) -> list[str]:
    return [str(number) for number in range(count)]


def test_it_is_enabled_after_bind_and_acknowledged() -> None:
    async def main(server: MemoryServer) -> None:
        bot = await online(server, {"window": 4})
        acked: list[Any] = []
        bot.add_event_handler("stanza_acked", acked.append)
        for number in range(12):
            say(bot, number)
        await until(lambda: len(acked) == 12)
        assert [stanza["body"] for stanza in acked] == texts(12)
        assert bot["xep_0198"].last_ack == 12
        assert bot.log[:2] == ["session_start", "sm_enabled"]
        await bot.disconnect()
        assert not server.sessions

    run(main)


def test_without_the_plugin_nothing_is_asked_for() -> None:
    async def main(server: MemoryServer) -> None:
        bot = ClientXMPP("romeo@localhost/o", "secret", settings=server.settings(backoff=QUICK))
        bot.connect()
        await until(lambda: bot.sessionstarted)
        bot.send_message("juliet@localhost", "hi")
        await until(server.bodies)
        assert not server.sessions
        await bot.disconnect()

    run(main)


def test_a_cut_connection_is_resumed_and_nothing_lost_or_doubled() -> None:
    async def main(server: MemoryServer) -> None:
        bot = await online(server)
        resent: list[Any] = []
        bot.add_event_handler("stanza_resent", lambda stanza: resent.append(stanza["body"]))
        say(bot, 0)
        await until(lambda: len(server.handled) == 1)
        server.faults.lose_stanzas = True
        say(bot, 1)
        say(bot, 2)
        await turns()
        server.cut()
        server.faults.lose_stanzas = False
        say(bot, 3)
        await until(lambda: len(server.handled) == 4)
        assert server.bodies() == texts(4)
        assert resent[:2] == ["1", "2"]
        await until(lambda: bot.sessionstarted)
        assert bot.log == [
            "session_start",
            "sm_enabled",
            "sm_disabled",
            "disconnected",
            "session_resumed",
        ]
        await bot.disconnect()

    run(main)


def test_a_request_survives_a_resumption() -> None:
    async def main(server: MemoryServer) -> None:
        bot = await online(server)
        reply = bot.make_iq_get("jabber:iq:version", ito="juliet@localhost").send()
        await until(lambda: server.handled)
        server.cut()
        await until(lambda: server.resumptions)
        request = server.handled[0].get("id")
        server.send(f"<iq type='result' from='juliet@localhost' id='{request}'/>".encode())
        assert (await reply)["type"] == "result"
        await bot.disconnect()

    run(main)


def test_a_request_fails_when_the_session_is_lost() -> None:
    async def main(server: MemoryServer) -> None:
        bot = await online(server)
        reply = bot.make_iq_get("jabber:iq:version", ito="juliet@localhost").send()
        await until(lambda: server.handled)
        server.forget()
        server.cut()
        with pytest.raises(RequestDisconnected):
            await reply
        await until(lambda: bot.log.count("session_start") == 2)
        assert [name for name in bot.log if name in ("sm_failed", "session_end")] == [
            "sm_failed",
            "session_end",
        ]
        await bot.disconnect()

    run(main)


@pytest.mark.parametrize("policy", LostStanzas)
def test_a_lost_session_reports_or_sends_again(policy: LostStanzas) -> None:
    async def main(server: MemoryServer) -> None:
        bot = await online(server, lost_stanzas=policy)
        lost: list[str] = []
        bot.add_event_handler("stanza_not_sent", lambda stanza: lost.append(stanza.name))
        server.faults.lose_stanzas = True
        say(bot, 0)
        bot.send_presence()
        await turns()
        server.forget()
        server.cut()
        server.faults.lose_stanzas = False
        await until(lambda: bot.log.count("sm_enabled") == 2)
        if policy is LostStanzas.REPORT:
            assert lost == ["message", "presence"]
            assert server.bodies() == []
        else:
            await until(server.bodies)
            assert lost == ["presence"]
            assert server.bodies() == ["0"]
        await bot.disconnect()

    run(main)


def test_send_acked_tells_each_outcome() -> None:
    async def main(server: MemoryServer) -> None:
        bot = await online(server)
        message = bot.make_message("juliet@localhost", "hi")
        assert await bot.send_acked(message) is Outcome.ACKED
        server.faults.lose_stanzas = True
        waiting = asyncio.create_task(bot.send_acked(message))
        await turns()
        server.forget()
        server.cut()
        with pytest.raises(StanzaNotSent) as caught:
            await waiting
        assert caught.value.stanza is message
        server.faults.lose_stanzas, server.faults.refuse_enable = False, True
        server.cut()
        await until(lambda: bot.log.count("session_start") == 3)
        assert await bot.send_acked(message) is Outcome.SENT
        await bot.disconnect()

    run(main)


def test_a_full_queue_makes_send_raise_and_send_wait_wait() -> None:
    async def main(server: MemoryServer) -> None:
        sm = {"window": 1, "max_unacked": 3}
        bot = await online(server, sm, send_queue_limit=2)
        server.faults.ignore_requests = True
        for number in range(5):
            say(bot, number)
            await turns(5)
        with pytest.raises(SendQueueFull, match="acknowledgements"):
            say(bot, "too many")
        waiting = asyncio.create_task(bot.send_wait(bot.make_message("juliet@localhost", "5")))
        await turns()
        assert not waiting.done()
        assert server.bodies() == texts(3)
        server.faults.ignore_requests = False
        server.write(b"<a xmlns='urn:xmpp:sm:3' h='3'/>")
        await waiting
        await until(lambda: len(server.handled) == 6)
        assert server.bodies() == texts(6)
        await bot.disconnect()

    run(main)


def test_handled_counts_what_the_dispatcher_dealt_with_only() -> None:
    async def main(server: MemoryServer) -> None:
        bot = await online(server)
        for number in range(5):
            server.send(incoming(number))
        server.write(b"<r xmlns='urn:xmpp:sm:3'/>")
        await until(lambda: not session(server).unacked)
        assert Bot.received == texts(5)
        assert bot["xep_0198"].handled == 5
        await bot.disconnect()

    run(main)


@pytest.mark.parametrize("stage", ["transport", "parser", "dispatcher"])
def test_a_restart_of_any_stage_loses_and_doubles_nothing(stage: str) -> None:
    async def main(server: MemoryServer) -> None:
        bot = await online(server)
        context = bot.session
        for number in range(3):
            say(bot, number)
            server.send(incoming(number))
        getattr(context, stage).tell("no message it knows")
        role = context.roles.role
        for number in range(3, 6):
            role.send_message("juliet@localhost", str(number))  # type: ignore[union-attr]
            server.send(incoming(number))
        await until(lambda: server.resumptions == 1 and context.stream.is_open)
        await until(lambda: len(server.handled) == 6 and len(Bot.received) == 6)
        assert server.bodies() == texts(6)
        assert Bot.received == texts(6)
        assert (context.roles.role is bot) == (stage != "dispatcher")
        await context.roles.role.disconnect()  # type: ignore[union-attr]

    run(main)


class Fragile(Bot):
    """Fails over one message."""

    crashes = 0

    def message(self, msg: Any) -> None:
        if msg["body"] == "poison":
            Fragile.crashes += 1
            raise RuntimeError("failed on purpose")
        super().message(msg)


def test_a_poisonous_stanza_is_let_go_after_a_few_tries() -> None:
    async def main(server: MemoryServer) -> None:
        letters: list[Any] = []
        unsubscribe = dead_letters.subscribe(letters.append)
        Fragile.crashes = 0
        Fragile.received = []
        bot = Fragile(
            settings=server.settings(backoff=QUICK, on_handler_error=OnHandlerError.RESTART)
        )
        bot.connect()
        await until(lambda: sm_state(bot) is SmState.ENABLED)
        for text in ("before", "poison", "after"):
            server.send(incoming(text))
        await until(lambda: Fragile.received == ["before", "after"])
        server.write(b"<r xmlns='urn:xmpp:sm:3'/>")
        await until(lambda: not session(server).unacked)
        assert Fragile.crashes == 3
        assert server.resumptions == 2
        assert any("makes its handler fail" in letter.why for letter in letters)
        unsubscribe()
        await bot.session.role.disconnect()  # type: ignore[union-attr]

    run(main)


def test_a_server_that_acknowledges_too_much_is_left() -> None:
    async def main(server: MemoryServer) -> None:
        bot = await online(server)
        server.write(b"<a xmlns='urn:xmpp:sm:3' h='77'/>")
        await until(lambda: "disconnected" in bot.log)
        await until(lambda: bot.sessionstarted)
        await bot.disconnect()

    run(main)


def test_what_was_not_acknowledged_when_the_stream_is_closed_is_reported() -> None:
    async def main(server: MemoryServer) -> None:
        bot = await online(server)
        lost: list[str] = []
        bot.add_event_handler("stanza_not_sent", lambda stanza: lost.append(stanza["body"]))
        say(bot, "acknowledged")
        await until(server.bodies)
        server.faults.lose_stanzas = True
        say(bot, "ignored")
        await bot.disconnect()
        assert lost == ["ignored"]

    run(main)


@pytest.mark.parametrize("how", ["disconnect", "abort"])
def test_a_session_given_up_while_it_waits_to_be_resumed_reports(how: str) -> None:
    async def main(server: MemoryServer) -> None:
        bot = await online(server)
        lost: list[str] = []
        bot.add_event_handler("stanza_not_sent", lambda stanza: lost.append(stanza["body"]))
        server.faults.lose_stanzas = True
        say(bot, "swallowed")
        await turns()
        server.connector.down = True
        server.cut()
        await until(lambda: not bot.session.stream.is_open)
        assert not lost
        ended = bot.disconnected
        getattr(bot, how)()
        await ended
        assert lost == ["swallowed"]
        assert sm_state(bot) is SmState.OFF

    run(main)


def test_the_last_message_before_disconnect_is_delivered() -> None:
    async def main(server: MemoryServer) -> None:
        bot = await online(server)
        lost: list[Any] = []
        bot.add_event_handler("stanza_not_sent", lost.append)
        say(bot, "goodbye")
        await bot.disconnect()
        assert server.bodies() == ["goodbye"]
        assert lost == []

    run(main)


def test_stanzas_before_enabled_do_not_count() -> None:
    async def main(server: MemoryServer) -> None:
        bot = Bot(settings=server.settings(backoff=QUICK))
        bot.connect()
        server.faults.before_enabled = incoming("early")
        await until(lambda: sm_state(bot) is SmState.ENABLED and Bot.received)
        assert Bot.received == ["early"]
        assert bot["xep_0198"].handled == 0
        await bot.disconnect()

    run(main)


def test_raw_xml_is_counted_stanza_by_stanza() -> None:
    async def main(server: MemoryServer) -> None:
        bot = await online(server)
        bot.send_raw("<message to='a@b'><body>1</body></message><presence/>")
        bot.send_raw(" ")
        bot.send_raw("<message to='a@b'><body>2</body></message>")
        await until(lambda: len(server.handled) == 3)
        assert bot["xep_0198"].seq == 3
        server.cut()
        await until(lambda: server.resumptions)
        assert server.bodies() == ["1", "2"]
        await bot.disconnect()

    run(main)


def test_the_place_to_resume_at_is_tried_once() -> None:
    async def main(server: MemoryServer) -> None:
        server.state.management = ManagementOptions(location="[::1]:5333")
        bot = await online(server)
        server.cut()
        await until(lambda: server.resumptions and bot.session.stream.is_open)
        assert server.connector.attempts == [None, ("::1", 5333)]
        server.connector.down = True
        server.cut()
        await until(lambda: len(server.connector.attempts) >= 4)
        server.connector.down = False
        assert server.connector.attempts[2:4] == [("::1", 5333), None]
        await until(lambda: server.resumptions == 2)
        await bot.disconnect()

    run(main)


def test_stanzas_after_the_last_request_are_asked_for_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """With fewer than the window nothing else would ask, and they would be kept for ever."""
    monkeypatch.setattr(protocol_stream, "ASK_AFTER", 0.0)

    async def main(server: MemoryServer) -> None:
        bot = await online(server, {"window": 2})
        server.faults.ignore_requests = True
        say(bot, 0)
        say(bot, 1)
        await until(lambda: server.ack_requests == 1)
        say(bot, 2)
        await until(lambda: len(server.handled) == 3)
        server.faults.ignore_requests = False
        server.write(b"<a xmlns='urn:xmpp:sm:3' h='2'/>")
        await until(lambda: bot.session.stream.sm.unacked == 0)  # type: ignore[union-attr]
        await bot.disconnect()

    run(main)


def test_chaos() -> None:
    """Connections are cut, actors crash, acknowledgements come late: all arrives once, in order."""

    async def main(server: MemoryServer) -> None:
        import random

        rng = random.Random(5)
        bot = await online(server, {"window": 3})
        context = bot.session
        total, crashes = 400, 0
        for number in range(total):
            server.send(incoming(number))
            await context.roles.role.send_wait(  # type: ignore[union-attr]
                context.roles.role.make_message("juliet@localhost", str(number))  # type: ignore[union-attr]
            )
            dice = rng.random()
            if dice < 0.06:
                if dice < 0.03:
                    await until(lambda: context.stream.is_open)  # there is something to resume
                was_up, before = context.stream.is_open, context.status.connections
                server.cut()
                if was_up and dice < 0.03:  # the other half goes on while the session is down
                    await until(lambda before=before: context.status.connections > before)  # type: ignore[misc]
            elif dice < 0.07 and context.stream.is_open and crashes < 4:
                crashes += 1  # more would be too many for one session in so short a time
                context.transport.tell("crash")  # type: ignore[union-attr]
                await until(lambda: context.stream.is_open)
            server.faults.ignore_requests = rng.random() >= 0.7
            await turns(rng.randrange(4))
        server.faults.ignore_requests = False
        await until(lambda: len(server.handled) >= total and len(Bot.received) >= total)
        assert server.bodies() == texts(total)
        assert Bot.received == texts(total)
        assert server.resumptions > 3
        await context.roles.role.disconnect()  # type: ignore[union-attr]

    run(main)


def test_request_timeouts_still_work_while_a_session_waits() -> None:
    async def main(server: MemoryServer) -> None:
        bot = await online(server)
        server.connector.down = True
        reply = bot.make_iq_get("jabber:iq:version", ito="juliet@localhost").send(timeout=0.01)
        server.cut()
        with pytest.raises(IqTimeout):
            await reply
        server.connector.down = False
        await until(lambda: bot.sessionstarted)
        await bot.disconnect()

    run(main)
