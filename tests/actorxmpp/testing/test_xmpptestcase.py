"""XMPPTestCase runs the whole session, in no time, and fails where it has to."""

from __future__ import annotations

import asyncio
import hashlib
import unittest
from typing import Any

import pytest

from actorxmpp import ClientXMPP, IqTimeout, SessionState
from actorxmpp.testing import XMPPTestCase

HELLO = "<message from='juliet@localhost/x' type='chat'><body>hello</body></message>"


class EchoBot(ClientXMPP):
    """What a user's bot looks like."""

    def __init__(self, jid: str, password: str) -> None:
        super().__init__(jid, password)
        self.add_event_handler("session_start", self.start)
        self.add_event_handler("message", self.message)

    async def start(self, _event: Any) -> None:
        self.send_presence()
        await self.get_roster()

    def message(self, msg: Any) -> None:
        msg.reply(msg["body"]).send()


class TestABot(XMPPTestCase):
    def test_in_ten_lines(self) -> None:
        self.stream_start(bot=EchoBot("bot@localhost", "secret"))
        self.send("<presence/>")
        self.send("<iq type='get' id='1'><query xmlns='jabber:iq:roster'/></iq>")
        self.recv(HELLO)
        self.send("<message to='juliet@localhost/x' type='chat'><body>hello</body></message>")
        self.send(None)

    def test_the_roster_arrives(self) -> None:
        self.stream_start(bot=EchoBot, jid="bot@localhost", password="secret")
        self.forget_sent()
        self.recv(
            "<iq type='result' id='1'><query xmlns='jabber:iq:roster'>"
            "<item jid='juliet@localhost' name='Juliet' subscription='both'/></query></iq>"
        )
        self.check_roster("bot@localhost", "juliet@localhost", name="Juliet", subscription="both")
        self.check_jid(self.xmpp.boundjid, user="bot", domain="localhost", resource="resource")

    def test_it_comes_back_after_the_network_failed(self) -> None:
        self.stream_start(bot=EchoBot("bot@localhost", "secret"))
        self.forget_sent()
        self.server.connector.down = True
        self.stream_disconnect()
        status = self.xmpp.session.status
        assert status.state is SessionState.DISCONNECTED
        self.server.connector.down = False
        self.advance(600)
        assert self.server.connections == 2
        assert status.state is SessionState.CONNECTED
        assert self.next_sent().xml.tag.endswith("stream")
        self.send("<presence/>")

    def test_anything_in_the_text_is_sent_as_it_is(self) -> None:
        self.stream_start(bot=EchoBot("bot@localhost", "secret"))
        self.forget_sent()
        for byte in HELLO.replace("hello", "h\N{LATIN SMALL LETTER E WITH ACUTE}").encode():
            self.recv(bytes((byte,)))
        assert self.next_sent()["body"] == "h\N{LATIN SMALL LETTER E WITH ACUTE}"


class TestTime(XMPPTestCase):
    def test_a_request_times_out_when_the_test_says_so(self) -> None:
        self.stream_start(plugins=["xep_0199"])
        late: list[Any] = []
        self.xmpp.make_iq_get("jabber:iq:version", "x@localhost").send(
            timeout=30, timeout_callback=late.append
        )
        self.advance(29.9)
        assert late == []
        self.advance(0.2)
        assert len(late) == 1

    def test_run_coro_lets_time_pass(self) -> None:
        self.stream_start(plugins=[])
        began = self.loop.time()
        with pytest.raises(IqTimeout):
            self.run_coro(self.xmpp.make_iq_get("jabber:iq:version", "x@localhost").send())
        assert self.loop.time() - began == 30.0
        assert self.run_coro(asyncio.to_thread(lambda: 7)) == 7

    def test_what_never_happens_is_said_so(self) -> None:
        self.stream_start(plugins=[])
        with pytest.raises(TimeoutError):
            self.run_coro(self.xmpp.disconnected)

    def test_schedules_fire_in_order(self) -> None:
        self.stream_start(plugins=[])
        seen: list[str] = []
        self.xmpp.schedule("b", 2, seen.append, ("b",))
        self.xmpp.schedule("a", 1, seen.append, ("a",))
        self.wait_(3)
        assert seen == ["a", "b"]


class TestComponents(XMPPTestCase):
    def test_a_component_answers_in_its_own_namespace(self) -> None:
        self.stream_start("component", jid="gw.localhost", plugins=["xep_0199"])
        ping = "<ping xmlns='urn:xmpp:ping'/>"
        self.recv(f"<iq type='get' id='5' from='a@b/c' to='gw.localhost'>{ping}</iq>")
        self.send("<iq type='result' id='5' to='a@b/c' from='gw.localhost'/>")
        assert b"<iq" in self.server.raw

    def test_the_login_can_be_played_too(self) -> None:
        self.stream_start("component", False, jid="gw.localhost", password="s", plugins=[])
        header = {"default_ns": "jabber:component:accept", "version": ""}
        self.send_header(sto="gw.localhost", **header)
        self.recv_header(sfrom="gw.localhost", sid="a1", **header)
        digest = hashlib.sha1(b"a1s").hexdigest()
        self.send_feature(f"<handshake xmlns='jabber:component:accept'>{digest}</handshake>")
        assert not self.xmpp.is_connected()
        self.recv_feature("<handshake/>")
        assert self.xmpp.is_connected()


class TestFailures(XMPPTestCase):
    def test_nothing_sent_fails(self) -> None:
        self.stream_start(plugins=[])
        with pytest.raises(AssertionError, match=r"No stanza was sent(.|\n)*<presence/>"):
            self.send("<presence/>")

    def test_something_sent_fails(self) -> None:
        self.stream_start(plugins=[])
        self.xmpp.send_presence(ppriority=3)
        with pytest.raises(AssertionError, match=r"was sent(.|\n)*<priority>3</priority>"):
            self.send(None)

    def test_unknown_modes_are_refused(self) -> None:
        with pytest.raises(ValueError, match="gateway"):
            self.stream_start("gateway")  # type: ignore[arg-type]

    def test_a_session_that_was_not_started_can_be_closed(self) -> None:
        self.stream_close()


def test_unittest_runs_it_and_nothing_is_left() -> None:
    class Case(XMPPTestCase):
        def runTest(self) -> None:
            self.stream_start(bot=EchoBot("bot@localhost", "secret"))

    case = Case()
    result = unittest.TestResult()
    case.run(result)
    assert result.wasSuccessful()
    assert case.loop.is_closed()
    assert case.xmpp is None
