"""BaseXMPP without a network: stanzas it makes, what it does with those that come, its session."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest

from actorxmpp import ClientXMPP
from actorxmpp.actors import messages as m
from actorxmpp.exceptions import RequestDisconnected
from actorxmpp.protocol.actions import Resumed
from actorxmpp.settings import SessionSettings

JID = "romeo@example.net/orchard"
PEER = "juliet@example.net/balcony"
EVENTS = ("session_bind", "session_start", "session_resumed", "session_end", "disconnected")


class Bot(ClientXMPP):
    """A role that keeps the events it is told."""

    def __init__(self) -> None:
        super().__init__(JID, "secret", settings=SessionSettings())
        self.seen: list[tuple[str, Any]] = []

    def watch(self, *names: str) -> None:
        for name in names:
            self.add_event_handler(name, lambda data, name=name: self.seen.append((name, data)))  # type: ignore[misc]

    def names(self) -> list[str]:
        return [name for name, _ in self.seen]

    def come(self, text: str) -> bool:
        """A stanza comes."""
        return self.handle_builtin(self.build_stanza(fromstring(text)))

    def up(self, epoch: int = 1, resumed: Resumed | None = None) -> None:
        self.stream_established(m.StreamEstablished(epoch, JID, frozenset(), resumed))

    def waiting(self) -> list[bytes]:
        return [item.data for item in self.session.stream.queue.waiting]


def play(main: Callable[[Bot], Coroutine[Any, Any, None]]) -> None:
    async def begin() -> None:
        await main(Bot())

    asyncio.run(begin())


# -- making stanzas ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "xml"),
    [
        (
            lambda bot: bot.make_iq_get("jabber:iq:version", ito=PEER),
            "type='get' query='{jabber:iq:version}query'",
        ),
        (lambda bot: bot.make_iq_set(ito=PEER), "type='set'"),
        (lambda bot: bot.make_iq_result("7", ito=PEER), "type='result' id='7'"),
        (lambda bot: bot.make_iq_error("7", ito=PEER), "type='error' id='7'"),
        (lambda bot: bot.make_message(PEER, "hi", mtype="chat"), "type='chat'"),
        (lambda bot: bot.make_presence(pto=PEER, ptype="subscribe"), "type='subscribe'"),
    ],
)
def test_stanzas_are_made_as_asked(make: Callable[[Bot], Any], xml: str) -> None:
    stanza = make(Bot())
    assert stanza["to"] == PEER
    for name, value in (each.rstrip("'").split("='") for each in xml.split(" ")):
        if name == "query":
            assert stanza.xml.find(value) is not None
        else:
            assert stanza[name] == value


def test_an_error_says_what_is_wrong() -> None:
    error = Bot().make_iq_error("7", "modify", "bad-request", "no")["error"]
    assert (error["type"], error["condition"], error["text"]) == ("modify", "bad-request", "no")


# -- stanzas that come -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inside", "event"),
    [
        ("<body>hi</body>", ["message"]),
        ("<x xmlns='urn:example'/>", []),
        ("", []),
    ],
)
def test_a_message_is_told_if_it_says_something(inside: str, event: list[str]) -> None:
    bot = Bot()
    bot.watch("message", "message_error")
    assert bot.come(f"<message xmlns='jabber:client' from='{PEER}'>{inside}</message>") is True
    assert bot.names() == event


def test_an_error_is_no_message() -> None:
    bot = Bot()
    bot.watch("message", "message_error")
    bot.come("<message xmlns='jabber:client' type='error'><body>hi</body></message>")
    assert bot.names() == ["message_error"]


@pytest.mark.parametrize("ptype", ["subscribed", "unavailable", "probe", "error"])
def test_a_presence_is_told_by_its_type(ptype: str) -> None:
    bot = Bot()
    bot.watch("presence", f"presence_{ptype}", "changed_subscription")
    bot.come(f"<presence xmlns='jabber:client' from='{PEER}' to='{JID}' type='{ptype}'/>")
    expected = ["presence", f"presence_{ptype}"]
    assert bot.names() == expected + ["changed_subscription"] * (ptype == "subscribed")


def test_a_presence_from_no_address_is_dropped() -> None:
    bot = Bot()
    bot.watch("presence")
    assert bot.come("<presence xmlns='jabber:client' from='a@b@c'/>") is True
    assert bot.names() == []


@pytest.mark.parametrize(
    ("authorize", "subscribe", "answers"),
    [
        (True, False, ["subscribed"]),
        (True, True, ["subscribed", "subscribe"]),
        (False, True, ["unsubscribed"]),
        (None, True, []),
    ],
)
def test_a_subscription_request_is_dealt_with_as_wanted(
    authorize: bool | None, subscribe: bool, answers: list[str]
) -> None:
    bot = Bot()
    bot.auto_authorize, bot.auto_subscribe = authorize, subscribe
    bot.come(f"<presence xmlns='jabber:client' from='{PEER}' to='{JID}' type='subscribe'/>")
    sent = [fromstring(data).get("type") for data in bot.waiting()]
    assert [each for each in sent if each in {"subscribed", "unsubscribed", "subscribe"}] == answers


def test_a_reply_completes_its_request_and_nobody_else_s() -> None:
    async def main(bot: Bot) -> None:
        future = bot.send_iq(bot.make_iq_get("jabber:iq:version", ito=PEER))
        request = fromstring(bot.waiting()[0])
        reply = "<iq xmlns='jabber:client' type='result' id='{}' from='{}'/>"
        assert bot.come(reply.format(request.get("id"), "mallory@example.org")) is False
        assert bot.come(reply.format(request.get("id"), PEER)) is True
        assert (await future)["from"] == PEER

    play(main)


# -- the session -------------------------------------------------------------------------------


def test_a_session_begins_and_ends_once() -> None:
    bot = Bot()
    bot.watch(*EVENTS)
    bot.up()
    bot.stream_finished(m.StreamFinished(1, "lost", True, resumable=False))
    assert bot.names() == ["session_bind", "session_start", "session_end", "disconnected"]


def test_a_resumed_session_does_not_begin_again() -> None:
    bot = Bot()
    bot.watch(*EVENTS)
    bot.up()
    bot.stream_finished(m.StreamFinished(1, "lost", True, resumable=True))
    bot.up(2, Resumed("old", 3))
    assert bot.names() == ["session_bind", "session_start", "disconnected", "session_resumed"]


def test_a_session_the_server_lost_ends_before_the_next_begins() -> None:
    bot = Bot()
    bot.watch(*EVENTS, "sm_failed")
    bot.up()
    bot.stream_finished(m.StreamFinished(1, "lost", True, resumable=True))
    bot.session_lost("gone")
    bot.up(2)
    assert bot.names()[2:] == [
        "disconnected",
        "sm_failed",
        "session_end",
        "session_bind",
        "session_start",
    ]


@pytest.mark.parametrize(("resumable", "fails"), [(True, False), (False, True)])
def test_requests_wait_as_long_as_their_session(resumable: bool, fails: bool) -> None:
    async def main(bot: Bot) -> None:
        bot.session.roles.wait_for_start(bot.loop.create_future)
        bot.up()
        future = bot.send_iq(bot.make_iq_get(ito=PEER))
        bot.stream_finished(m.StreamFinished(1, "lost", True, resumable=resumable))
        assert future.done() is fails
        bot.session.roles.unwanted()
        bot.session_over("done")
        with pytest.raises(RequestDisconnected):
            await future

    play(main)


def test_names_of_the_address() -> None:
    bot = Bot()
    assert (bot.jid, bot.fulljid, bot.resource) == ("romeo@example.net", JID, "orchard")
    assert (bot.username, bot.server, bot.default_domain) == ("romeo", "example.net", "example.net")
    bot.set_jid("other@example.org/home")
    assert bot.boundjid.full == "other@example.org/home"
    assert bot.default_domain == "example.net", "that is where it connects to"
