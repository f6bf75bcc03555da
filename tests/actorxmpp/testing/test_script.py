"""The scripted server: what it keeps, what it sends, and a session that comes back to it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from actorxmpp import ClientXMPP, ComponentXMPP
from actorxmpp.testing import ScriptedServer
from actorxmpp.testing import script as module
from actorxmpp.testing.script import establish_at_once
from actorxmpp.testing.testloop import TestLoop
from supervisors import shutdown

HEADER = "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>"


class Scripted:
    """A client on a scripted server, on a clock that only a test moves."""

    def __init__(self, loop: TestLoop, header: str | None = HEADER) -> None:
        self.loop = loop
        self.server = ScriptedServer(header)
        self.bot: Any = ClientXMPP("romeo@localhost", "secret")
        self.bot.loop = loop
        self.bot.settings = self.server.settings(self.bot.settings)

    def start(self) -> None:
        self.bot.connect()
        self.loop.idle()

    def tags(self) -> list[str]:
        """The local names of what was sent since the last look."""
        names = [element.tag.rpartition("}")[2] for element in self.server.sent]
        self.server.sent.clear()
        return names

    async def end(self) -> None:
        self.bot.abort()
        session = self.bot.session.supervisor
        if session is not None:
            await shutdown(session)


@pytest.fixture
def scripted() -> Iterator[Scripted]:
    loop = TestLoop()
    asyncio.set_event_loop(loop)
    scripted = Scripted(loop)
    yield scripted
    loop.run(scripted.end())
    loop.end()
    asyncio.set_event_loop(None)


def test_a_session_is_established_as_soon_as_it_is_connected(scripted: Scripted) -> None:
    scripted.start()
    assert scripted.bot.is_connected()
    assert scripted.bot.boundjid.full == "romeo@localhost/resource"
    assert scripted.tags() == ["stream"]
    assert scripted.server.connections == 1


def test_what_the_session_sends_is_kept_and_its_requests_are_remembered(scripted: Scripted) -> None:
    scripted.start()
    scripted.bot.send_message("juliet@localhost", "hi")
    iq = scripted.bot.make_iq_get("jabber:iq:version", ito="juliet@localhost")
    iq.send()
    scripted.loop.idle()
    assert scripted.tags() == ["stream", "message", "iq"]
    assert scripted.server.asked == {iq["id"]: "juliet@localhost"}
    assert b"<body>hi</body>" in scripted.server.raw


def test_the_requests_remembered_are_bounded(
    scripted: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ASKED_LIMIT", 2)
    scripted.start()
    for _ in range(3):
        scripted.bot.make_iq_get("jabber:iq:version", ito="juliet@localhost").send()
    scripted.loop.idle()
    assert len(scripted.server.asked) == 2


def test_what_the_server_sends_arrives(scripted: Scripted) -> None:
    got: list[str] = []
    scripted.bot.add_event_handler("message", lambda msg: got.append(msg["body"]))
    scripted.start()
    scripted.server.send("<message from='a@b'><bo")
    scripted.loop.idle()
    assert got == []
    scripted.server.send(b"dy>hi</body></message>")
    scripted.loop.idle()
    assert got == ["hi"]


def test_without_a_connection_nothing_can_be_sent(scripted: Scripted) -> None:
    with pytest.raises(ConnectionError, match="no connection"):
        scripted.server.send("<presence/>")
    scripted.server.cut()  # harmless
    scripted.server.close()


@pytest.mark.parametrize("how", ["cut", "close"])
def test_a_session_that_lost_its_connection_comes_back_to_a_new_stream(
    scripted: Scripted, how: str
) -> None:
    scripted.start()
    getattr(scripted.server, how)()
    scripted.loop.advance(60)
    assert scripted.bot.is_connected()
    assert scripted.server.connections == 2
    assert scripted.tags().count("stream") == 2


def test_a_closing_tag_is_answered(scripted: Scripted) -> None:
    scripted.start()
    scripted.loop.run(scripted.bot.disconnect())
    for _ in range(10):  # the server's end hears of it a turn later
        scripted.loop.run(asyncio.sleep(0))
    assert scripted.server.connector.connections == 0


def test_with_the_login_the_test_plays_the_server(scripted: Scripted) -> None:
    server = scripted.server
    server.header = None
    scripted.bot.settings = server.settings(scripted.bot.settings, log_in=True)
    scripted.start()
    assert scripted.tags() == ["stream"]
    assert not scripted.bot.is_connected()


@pytest.mark.parametrize(
    ("role", "header"),
    [
        (ClientXMPP("romeo@localhost/own", "secret"), b"jabber:client"),
        (ComponentXMPP("gw.localhost", "secret"), b"jabber:component:accept"),
    ],
)
def test_each_role_opens_its_own_stream(role: Any, header: bytes) -> None:
    send, established = establish_at_once(role).connected()
    assert header in send.data  # type: ignore[union-attr]
    assert established.jid == role.requested_jid.full  # type: ignore[union-attr]


def test_a_server_that_is_down_is_not_reached(scripted: Scripted) -> None:
    scripted.server.connector.down = True
    scripted.bot.settings = replace(scripted.bot.settings, autoconnect=False)
    scripted.start()
    assert not scripted.bot.is_connected()
    assert (scripted.server.connections, len(scripted.server.connector.attempts)) == (0, 1)
