"""A component's outgoing stanzas: each is sent, refused, expired, dropped, ended, or it waits."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from actorxmpp import ComponentXMPP
from actorxmpp.actors import messages as m
from actorxmpp.exceptions import SendQueueFull, StanzaNotSent
from actorxmpp.protocol.countingqueue import CountingQueue, OutgoingCounts, QueuePolicy

from .harness import JID, client, end, online, reach, run, until


def item(text: str) -> m.Outgoing:
    return m.Outgoing(None, text.encode())


class Box:
    """An outbox with a clock of its own, and what it gave up."""

    def __init__(
        self,
        limit: int = 3,
        policy: QueuePolicy = QueuePolicy.REFUSE,
        max_age: float | None = None,
    ) -> None:
        self.time = 0.0
        self.gone: list[str] = []
        self.box = CountingQueue(limit, now=lambda: self.time)
        self.box.configure(policy, limit, max_age)

    def put(self, *texts: str) -> None:
        for text in texts:
            self.gone += [one.data.decode() for one in self.box.put(item(text)) or ()]

    def expire(self) -> None:
        self.gone += [one.data.decode() for one in self.box.expire(self.time)]

    def counts(self) -> dict[str, int]:
        counts = self.box.counts
        assert counts.check()
        return {
            name: value
            for name in OutgoingCounts.__slots__
            if name != "given" and (value := getattr(counts, name))
        }

    def names(self) -> list[str]:
        return [one.data.decode() for one in (*self.box.ready, *self.box.waiting)]


def test_one_more_is_refused() -> None:
    box = Box()
    box.put("a", "b", "c")
    with pytest.raises(SendQueueFull, match="3 stanzas wait for a connection"):
        box.put("d")
    assert box.counts() == {"waiting": 3, "refused": 1}
    assert not box.box.has_room


def test_the_oldest_is_dropped() -> None:
    box = Box(policy=QueuePolicy.DROP_OLDEST)
    box.put("a", "b", "c", "d")
    assert box.names() == ["b", "c", "d"]
    assert box.gone == ["a"]
    assert box.counts() == {"waiting": 3, "dropped": 1}
    assert box.box.has_room


def test_what_waits_too_long_expires() -> None:
    box = Box(max_age=10)
    box.put("a")
    box.time = 5
    box.put("b")
    box.time = 9.9
    box.expire()
    assert not box.gone
    box.time = 10
    box.expire()
    assert box.gone == ["a"]
    assert box.counts() == {"waiting": 1, "expired": 1}
    box.time = 20
    box.box.stream_up(None)
    box.box.flush()
    assert box.counts() == {"expired": 2}


def test_the_age_of_what_comes_back_begins_when_it_comes_back() -> None:
    box = Box(max_age=10)
    box.box.stream_up(None)
    box.box.flush()
    box.put("a")
    box.time = 100
    box.box.stream_down()
    box.expire()
    assert box.names() == ["a"]
    box.time = 110
    box.expire()
    assert box.counts() == {"expired": 1}


def test_it_expires_by_itself() -> None:
    async def main(server: Any) -> None:
        gateway = ComponentXMPP(JID, "secret", "m")
        server.connector.down = True
        gateway.outgoing_queue(max_age=0.01)
        not_sent: list[str] = []
        gateway.add_event_handler("stanza_not_sent", lambda one: not_sent.append(one["body"]))
        reach(server, gateway)
        gateway.connect()
        await until(lambda: server.connector.attempts)
        gateway.send_message("a@localhost", "x", mfrom=JID)
        await until(lambda: not_sent)
        assert gateway.outgoing == OutgoingCounts(1, 0, 0, 0, 1, 0, 0)
        await end(gateway)

    run(main)


def test_what_the_parser_took_is_sent() -> None:
    box = Box()
    box.put("a")
    box.box.stream_up(None)
    box.box.flush()
    box.put("b")
    assert box.counts() == {"waiting": 2}
    box.box.take()
    assert box.counts() == {"sent": 2}


def test_a_lost_connection_and_an_end_account_for_each_stanza() -> None:
    async def main(server: Any) -> None:
        gateway, juliet = ComponentXMPP(JID, "secret", "m"), await client(server)
        gateway.outgoing_queue(limit=5)
        not_sent: list[str] = []
        gateway.add_event_handler("stanza_not_sent", lambda one: not_sent.append(one["body"]))

        def say(text: str) -> None:
            gateway.send_message(juliet.boundjid, text, mfrom=JID)

        say("before")
        await online(server, gateway)
        await until(lambda: juliet.got)
        server.connector.down = True
        assert server.cut() == 2
        await until(lambda: not gateway.is_connected())
        for number in range(5):
            say(f"waits {number}")
        with pytest.raises(SendQueueFull):
            say("too much")
        assert gateway.outgoing.check()
        assert (gateway.outgoing.waiting, gateway.outgoing.refused) == (5, 1)

        server.connector.down = False
        await until(lambda: gateway.is_connected() and juliet.is_connected())
        await until(lambda: gateway.outgoing.sent == 6)
        server.connector.down = True
        server.cut()
        await until(lambda: not gateway.is_connected())
        say("never")
        await gateway.disconnect()
        assert not_sent == ["never"]
        assert gateway.outgoing == OutgoingCounts(8, 6, 0, 1, 0, 0, 1)
        assert gateway.outgoing.check()
        server.connector.down = False
        await end(juliet)

    run(main)


def test_who_waits_for_the_outcome_is_told() -> None:
    async def main(server: Any) -> None:
        gateway = ComponentXMPP(JID, "secret", "m")
        gateway.outgoing_queue(QueuePolicy.DROP_OLDEST, limit=1)
        reach(server, gateway)
        first = asyncio.create_task(
            gateway.send_acked(gateway.make_message("a@localhost", "x", mfrom=JID))
        )
        await until(lambda: gateway.outgoing.waiting)
        gateway.send_message("a@localhost", "y", mfrom=JID)
        with pytest.raises(StanzaNotSent, match="newer stanzas"):
            await first
        assert gateway.outgoing == OutgoingCounts(2, 0, 1, 0, 0, 1, 0)
        gateway.connect()
        await until(lambda: gateway.outgoing.sent)
        await end(gateway)

    run(main)


@pytest.mark.parametrize("options", [{"limit": 0}, {"max_age": 0}, {"max_age": -1.0}])
def test_settings_are_checked(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="above 0"):
        ComponentXMPP(JID, "secret").outgoing_queue(**options)
