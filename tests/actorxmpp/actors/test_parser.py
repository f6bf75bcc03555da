"""The parser alone: what it does with each message, and what it leaves behind when it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest

from actorxmpp.actors import messages as m
from actorxmpp.actors import parser as module
from actorxmpp.actors.events import EventEntry
from actorxmpp.actors.parser import ParserActor, settle
from actorxmpp.actors.rolestate import RoleState
from actorxmpp.exceptions import StanzaNotSent
from actorxmpp.protocol.actions import DeriveKeys, Established, Failed, StartTls
from actorxmpp.protocol.errors import SaslFailure
from actorxmpp.protocol.states import Phase
from actorxmpp.protocol.stream import SendQueue, Stream
from actorxmpp.protocol.streamevents import Outcome, Outgoing
from actorxmpp.protocol.streammanagement import SmOptions
from actorxmpp.settings import SessionSettings
from actorxmpp.stanza import Message
from actorxmpp.xmlstream.handler import Callback
from actorxmpp.xmlstream.matcher import MatchXPath
from supervisors import LoopRef
from supervisors.testing import ManualClock, run, run_until_idle, use_clock

from ..protocol.streams import (  # noqa: TID252  helpers of the stream's own tests
    ENABLED,
    HEADER,
    JID,
    OFFERS_SM,
    REQUEST,
    Scripted,
    ack,
)
from .neighbours import ENDINGS, Neighbour, Role, Socket, killed

EPOCH = 7
MESSAGE = b"<message from='a@b'><body>hi</body></message>"
SM = SmOptions(enabled=True)


class House:
    """A parser between a dispatcher and a transport that only record."""

    def __init__(self, settings: SessionSettings | None = None) -> None:
        self.clock = use_clock(ManualClock())
        self.result: Any = Established(JID, OFFERS_SM)
        self.settings = replace(
            settings or SessionSettings(), negotiation=lambda _role, _resume: Scripted(self.result)
        )
        self.roles = RoleState()
        self.role = Role(self.settings)
        self.roles.give(self.role)
        self.log: list[tuple[str, Any]] = []
        self.dispatcher = Neighbour(self.log, "dispatcher", self.roles)
        self.transport = Neighbour(self.log, "transport")
        self.stream = Stream(JID, SendQueue(100), self.settings.limits, self.roles.handled)
        self.socket = Socket()
        self.ref: LoopRef[ParserActor] = self.start()

    def start(self) -> LoopRef[ParserActor]:
        """Start a parser; one before it may have ended."""
        self.ref = ParserActor.start(
            self.stream, self.roles, lambda: self.settings, self.dispatcher, self.transport
        )
        return self.ref

    async def tell(self, *messages: Any) -> None:
        """Tell it something, and let it have its turn."""
        for message in messages:
            self.ref.tell(message)
        await self.turn()

    async def turn(self) -> None:
        """All that can happen now happens, and what was put off until the next turn."""
        await run_until_idle()
        self.clock.advance(0)
        await run_until_idle()

    async def connect(self, epoch: int = EPOCH) -> None:
        self.socket = Socket()
        await self.tell(m.Connected(epoch, self.socket))  # type: ignore[arg-type]

    async def read(self, data: bytes, epoch: int = EPOCH) -> None:
        await self.tell(m.BytesReceived(epoch, data))

    async def online(self, *, managed: bool = False) -> House:
        if managed:
            await self.tell(m.ManageStream(SM))
        await self.connect()
        await self.read(HEADER + b"<go/>")
        self.stream.queue.flush()
        if managed:
            await self.read(ENABLED)
        self.dispatcher.take()
        self.transport.take()
        self.socket.written = b""
        return self

    def listen(self, name: str) -> None:
        """Somebody has a handler for an event."""
        self.roles.events.add(name, EventEntry(print, False, None))

    def put(self, data: bytes = b"<message/>", *, waits: bool = True) -> Outgoing:
        future = asyncio.get_running_loop().create_future() if waits else None
        item = Outgoing(None, data, future)
        self.stream.queue.put(item)
        return item


def play(main: Callable[[House], Coroutine[Any, Any, None]], **settings: Any) -> None:
    async def begin() -> None:
        house = House(SessionSettings(**settings))
        await run_until_idle()
        await main(house)

    run(begin)


# -- bytes in, stanzas out ---------------------------------------------------------------------


def test_stanzas_of_one_read_are_told_together_with_their_handlers() -> None:
    async def main(house: House) -> None:
        await house.online()
        handler = Callback("all", MatchXPath("{jabber:client}message"), print)
        house.roles.index.add(handler)
        await house.read(MESSAGE + b"<presence/>" + MESSAGE)
        (told,) = house.dispatcher.take()
        assert isinstance(told, m.StanzasMatched)
        assert [(stanza and stanza.xml.tag, handlers) for stanza, handlers in told.items] == [
            ("{jabber:client}message", [handler]),
            ("{jabber:client}presence", []),
            ("{jabber:client}message", [handler]),
        ]
        assert (told.epoch, told.session, told.report) == (EPOCH, 0, False)

    play(main)


def test_what_comes_between_stanzas_keeps_its_place() -> None:
    async def main(house: House) -> None:
        await house.online(managed=True)
        await house.read(MESSAGE + REQUEST + MESSAGE)
        assert house.dispatcher.kinds() == ["StanzasMatched", "AckRequested", "StanzasMatched"]
        assert {each.session for each in house.dispatcher.of(m.StanzasMatched)} == {1}

    play(main)


def test_a_nonza_is_matched_but_never_counted() -> None:
    async def main(house: House) -> None:
        await house.online(managed=True)
        await house.read(b"<x xmlns='urn:example'/>" + MESSAGE)
        nonza, message = house.dispatcher.of(m.StanzasMatched)
        assert (nonza.session, message.session) == (0, 1)

    play(main)


def test_a_stanza_that_makes_a_matcher_fail_is_dropped_alone() -> None:
    async def main(house: House) -> None:
        await house.online()

        class Awkward(MatchXPath):
            def match(self, xml: Any) -> bool:
                if xml["type"] == "error":
                    raise ValueError("bug")
                return False

        handler = Callback("awkward", Awkward("{jabber:client}message"), print)
        house.roles.index.add(handler)
        await house.read(b"<message type='error'/><presence/>")
        (told,) = house.dispatcher.of(m.StanzasMatched)
        assert [stanza is None for stanza, _ in told.items] == [True, False]
        assert house.ref.is_alive()

    play(main)


def test_reading_pauses_while_the_dispatcher_has_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "INBOUND_HIGH", 4)
    monkeypatch.setattr(module, "INBOUND_LOW", 2)

    async def main(house: House) -> None:
        await house.online()
        await house.read(MESSAGE * 5)
        assert house.transport.take() == [m.PauseReading("parser")]
        await house.read(MESSAGE)
        assert house.transport.take() == []
        assert [each.report for each in house.dispatcher.of(m.StanzasMatched)] == [True, True]
        house.roles.counted(3)
        await house.tell(m.CaughtUp())
        assert house.transport.take() == [], "three are still waiting"
        house.roles.counted(1)
        await house.tell(m.CaughtUp())
        assert house.transport.take() == [m.ResumeReading("parser")]

    play(main)


def test_a_connection_that_comes_up_while_reading_is_paused_is_paused_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "INBOUND_HIGH", 1)

    async def main(house: House) -> None:
        await house.online()
        await house.read(MESSAGE * 2)
        house.transport.take()
        await house.connect(EPOCH + 1)
        assert house.transport.take()[0] == m.PauseReading("parser")

    play(main)


# -- a connection ------------------------------------------------------------------------------


def test_a_login_tells_both_neighbours() -> None:
    async def main(house: House) -> None:
        await house.connect()
        assert house.socket.written == b"<stream>"
        await house.read(HEADER + b"<go/>")
        assert house.transport.told == [m.StreamOpen(EPOCH)]
        assert house.dispatcher.told == [m.StreamEstablished(EPOCH, JID, OFFERS_SM)]
        assert house.stream.is_open

    play(main)


def test_events_nobody_listens_to_are_not_told() -> None:
    async def main(house: House) -> None:
        house.listen("stream_negotiated")
        await house.connect()
        await house.read(HEADER + b"<go/>")
        assert m.RaiseEvent("stream_negotiated", OFFERS_SM) in house.dispatcher.told
        assert house.dispatcher.kinds().count("RaiseEvent") == 1

    play(main)


def test_tls_is_begun_by_the_transport() -> None:
    async def main(house: House) -> None:
        house.result = StartTls("example.net")
        await house.connect()
        await house.read(HEADER + b"<go/>")
        assert house.transport.told == [m.StartTls(EPOCH, "example.net")]
        await house.tell(m.TlsEstablished(EPOCH, None))  # type: ignore[arg-type]
        assert house.socket.written.endswith(b"<secure>")

    play(main)


def test_keys_are_derived_off_the_loop() -> None:
    async def main(house: House) -> None:
        house.result = DeriveKeys("secret", b"salt", 1, "SHA-1")
        await house.connect()
        await house.read(HEADER + b"<go/>")
        async with asyncio.timeout(10):
            while not house.socket.written.endswith(b"<response>"):  # noqa: ASYNC110
                await asyncio.sleep(0)

    play(main)


def test_keys_that_come_after_another_connection_are_not_used() -> None:
    async def main(house: House) -> None:
        house.result = DeriveKeys("secret", b"salt", 1, "SHA-1")
        await house.connect()
        house.ref.tell(m.BytesReceived(EPOCH, HEADER + b"<go/>"))
        house.ref.tell(m.Connected(EPOCH + 1, Socket()))  # type: ignore[arg-type]
        await house.turn()
        assert b"<response>" not in house.socket.written

    play(main)


def test_a_login_that_fails_is_told_to_both() -> None:
    async def main(house: House) -> None:
        house.result = Failed(SaslFailure("not-authorized"))
        house.listen("failed_auth")
        await house.connect()
        await house.read(HEADER + b"<go/>")
        assert house.transport.kinds() == ["StreamFailed"]
        assert house.dispatcher.kinds() == ["RaiseEvent", "StreamFinished"]

    play(main)


def test_a_login_that_takes_too_long_fails() -> None:
    async def main(house: House) -> None:
        await house.connect()
        house.clock.advance(29.0)
        await house.turn()
        assert house.transport.told == []
        house.clock.advance(1.0)
        await house.turn()
        assert house.transport.kinds() == ["StreamFailed"]
        assert house.clock.pending == 0

    play(main)


OF_AN_OLDER_CONNECTION = {
    "BytesReceived": m.BytesReceived(EPOCH - 1, MESSAGE),
    "TlsEstablished": m.TlsEstablished(EPOCH - 1, None),  # type: ignore[arg-type]
    "ConnectionLost": m.ConnectionLost(EPOCH - 1, "late"),
    "WritePaused": m.WritePaused(EPOCH - 1),
    "WriteResumed": m.WriteResumed(EPOCH - 1),
    "SendAck": m.SendAck(EPOCH - 1),
}


def test_every_message_of_a_connection_is_in_the_table() -> None:
    carry = {
        kind
        for kind in ParserActor._HANDLERS
        if "epoch" in kind._fields and kind is not m.Connected  # that begins a new one
    }
    assert carry == module._OF_A_CONNECTION
    assert {kind.__name__ for kind in carry} == set(OF_AN_OLDER_CONNECTION)


@pytest.mark.parametrize("name", OF_AN_OLDER_CONNECTION)
def test_what_belongs_to_an_older_connection_is_dropped(name: str) -> None:
    async def main(house: House) -> None:
        await house.online(managed=True)
        house.put(waits=False)
        await house.tell(OF_AN_OLDER_CONNECTION[name])
        assert house.stream.is_open
        assert house.dispatcher.told == house.transport.told == []
        assert house.stream.queue.flowing
        assert b"<a " not in house.socket.written

    play(main)


# -- bytes out ---------------------------------------------------------------------------------


def test_what_is_put_into_the_queue_is_written_once_a_turn() -> None:
    async def main(house: House) -> None:
        await house.online()
        items = [house.put(b"<message id='%d'/>" % count) for count in range(3)]
        await house.turn()
        assert house.socket.written == b"".join(item.data for item in items)
        assert [item.future.result() for item in items] == [Outcome.SENT] * 3
        assert house.dispatcher.told == [], "nobody asked for an event"

    play(main)


def test_a_stanza_that_has_not_left_is_not_sent_yet() -> None:
    async def main(house: House) -> None:
        await house.online()
        house.socket.stuck = True
        item = house.put()
        await house.tell(m.WritePaused(EPOCH))
        assert not item.future.done()
        late = house.put()
        await house.turn()
        assert late in house.stream.queue.waiting
        house.socket.stuck = False
        await house.tell(m.WriteResumed(EPOCH))
        assert item.future.result() is late.future.result() is Outcome.SENT

    play(main)


def test_what_a_closing_connection_refuses_waits_for_the_next() -> None:
    async def main(house: House) -> None:
        await house.online()
        house.socket.closing = True  # and it has nothing left to write
        item = house.put()
        await house.turn()
        assert not item.future.done()
        assert item in house.stream.queue.waiting
        assert house.socket.calls == ["abort"]
        assert house.dispatcher.kinds() == ["StreamFinished"]

    play(main)


def test_the_end_of_a_stream_is_told_after_its_beginning() -> None:
    async def main(house: House) -> None:
        await house.tell(m.ManageStream(SM))
        await house.connect()
        house.socket.closing = True  # it refuses <enable/>
        await house.read(HEADER + b"<go/>")
        assert house.dispatcher.kinds() == ["StreamEstablished", "StreamFinished"]
        assert not house.stream.is_open

    play(main)


def test_a_resumable_session_and_a_store_that_is_slow() -> None:
    class Store:
        def __init__(self) -> None:
            self.go = asyncio.Event()
            self.saved: list[Any] = []

        async def load(self, _session_id: str) -> None:
            return None

        async def save(self, _session_id: str, stored: Any) -> None:
            await self.go.wait()
            self.saved.append(stored)

        async def close(self) -> None:
            return None

    async def begin() -> None:
        store = Store()
        store.go.set()
        house = House(SessionSettings(store=store))  # type: ignore[arg-type]
        await house.tell(m.LoadSession())
        await house.online(managed=True)
        await house.turn()
        store.go.clear()
        house.put(b"<message id='stored'/>", waits=False)
        await house.turn()
        assert b"stored" not in house.socket.written
        store.go.set()
        await house.turn()
        assert b"stored" in house.socket.written
        assert store.saved[-1].sm.unacked == (b"<message id='stored'/>",)

    run(begin)


class StuckStore:
    """A store whose writes end when they are told to; it can be read when it is told to."""

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.error: Exception | None = None
        self.loads = 0

    async def load(self, _session_id: str) -> None:
        self.loads += 1
        if self.error is not None:
            raise self.error

    async def save(self, _session_id: str, _stored: Any) -> None:
        await self.go.wait()


def with_store(main: Callable[[House, StuckStore], Coroutine[Any, Any, None]]) -> None:
    async def begin() -> None:
        store = StuckStore()
        house = House(SessionSettings(store=store))  # type: ignore[arg-type]
        await house.tell(m.LoadSession())
        await main(await house.online(), store)

    run(begin)


def test_the_end_of_a_session_is_told_once_it_is_stored() -> None:
    async def main(house: House, store: StuckStore) -> None:
        await house.tell(m.ConnectionLost(EPOCH, "gone"), m.LinkStopped("gone"))
        assert house.dispatcher.kinds() == []
        store.go.set()
        await house.turn()
        assert house.dispatcher.kinds() == ["StreamFinished", "SessionOver"]
        house.clock.advance(module.STORE_PATIENCE)
        await house.turn()
        assert len(house.dispatcher.told) == 2, "and once only"

    with_store(main)


def test_what_comes_after_an_end_that_is_not_stored_keeps_its_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Stream, "probe", lambda _stream: [m.SessionLost("gone")])

    async def main(house: House, store: StuckStore) -> None:
        await house.tell(m.ConnectionLost(EPOCH, "gone"), m.Probe())
        assert house.dispatcher.kinds() == []
        store.go.set()
        await house.turn()
        assert house.dispatcher.kinds() == ["StreamFinished", "SessionLost"]

    with_store(main)


def test_a_store_that_does_not_answer_delays_the_end_of_a_session_only_so_long() -> None:
    async def main(house: House, store: StuckStore) -> None:
        await house.tell(m.ConnectionLost(EPOCH, "gone"), m.LinkStopped("gone"))
        house.clock.advance(module.STORE_PATIENCE)
        await house.turn()
        assert house.dispatcher.kinds() == ["StreamFinished", "SessionOver"]
        store.go.set()
        await house.turn()
        assert len(house.dispatcher.told) == 2

    with_store(main)


def test_an_end_that_is_not_stored_is_told_before_the_next_stream() -> None:
    async def main(house: House, _store: StuckStore) -> None:
        await house.tell(m.ConnectionLost(EPOCH, "gone"))
        await house.connect(EPOCH + 1)
        await house.read(HEADER + b"<go/>", EPOCH + 1)
        kinds = house.dispatcher.kinds()
        assert kinds.index("StreamFinished") < kinds.index("StreamEstablished")

    with_store(main)


@pytest.mark.parametrize("ending", ENDINGS)
def test_ends_are_told_when_the_parser_ends_before_they_are_stored(ending: str) -> None:
    async def main(house: House, _store: StuckStore) -> None:
        await house.tell(m.ConnectionLost(EPOCH, "gone"), m.LinkStopped("gone"))
        await ENDINGS[ending](house.ref)
        assert house.dispatcher.kinds() == ["StreamFinished", "SessionOver"]

    with_store(main)


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_parser_s_own_end_does_not_wait_for_the_store(ending: str) -> None:
    async def main(house: House, _store: StuckStore) -> None:
        await ENDINGS[ending](house.ref)
        assert house.dispatcher.kinds() == ["StreamFinished"]

    with_store(main)


@pytest.mark.parametrize("begun", [False, True])
def test_a_store_that_could_not_be_read_is_asked_again_until_a_session_begins(begun: bool) -> None:
    async def main() -> None:
        store = StuckStore()
        store.error = OSError("locked")
        house = House(SessionSettings(store=store))  # type: ignore[arg-type]
        await house.tell(m.LoadSession())
        if begun:
            house.roles.told_of_stream(EPOCH)
        await killed(house.ref)
        house.start()
        await house.tell(m.LoadSession())
        assert store.loads == (1 if begun else 2)

    run(main)


# -- orders ------------------------------------------------------------------------------------


@pytest.mark.parametrize("managed", [True, False])
def test_a_probe_is_written(managed: bool) -> None:
    async def main(house: House) -> None:
        await house.online(managed=managed)
        await house.tell(m.Probe())
        assert house.socket.written == (REQUEST if managed else house.socket.written)
        assert bool(b"urn:xmpp:ping" in house.socket.written) is not managed

    play(main)


def test_an_acknowledgement_says_what_has_been_dealt_with() -> None:
    async def main(house: House) -> None:
        await house.online(managed=True)
        house.roles.handled.add(1, 3)
        await house.tell(m.SendAck(EPOCH))
        assert house.socket.written == ack(3)

    play(main)


def test_a_stream_is_closed_in_order_or_when_the_server_takes_too_long() -> None:
    async def main(house: House) -> None:
        await house.online()
        await house.tell(m.CloseStream("done", 2.0))
        assert house.socket.written == b"</stream:stream>"
        assert house.transport.told == []
        house.clock.advance(2.0)
        await house.turn()
        assert house.transport.told == [m.Disconnect("done")]

    play(main)


def test_the_end_of_a_session_is_told_after_what_became_of_its_stanzas() -> None:
    async def main(house: House) -> None:
        await house.online(managed=True)
        item = house.put()
        await house.turn()
        await house.tell(m.ConnectionLost(EPOCH, "gone"), m.LinkStopped("gone"))
        assert house.dispatcher.kinds() == ["StreamFinished", "Outcomes", "SessionOver"]
        with pytest.raises(StanzaNotSent):
            item.future.result()

    play(main)


def test_settings_are_replaced() -> None:
    async def main(house: House) -> None:
        limits = replace(house.settings.limits, stanza_bytes=1234)
        await house.tell(m.Configure(replace(house.settings, limits=limits)))
        assert house.stream._tokenizer.limits.stanza_bytes == 1234

    play(main)


# -- the end -----------------------------------------------------------------------------------


@pytest.mark.parametrize("managed", [True, False], ids=["managed", "plain"])
@pytest.mark.parametrize("ending", ENDINGS)
def test_however_it_ends_the_stream_is_down_and_everybody_was_told(
    ending: str, managed: bool
) -> None:
    async def main(house: House) -> None:
        await house.online(managed=managed)
        house.socket.stuck = True
        item = house.put()
        await house.turn()
        house.dispatcher.take()
        await ENDINGS[ending](house.ref)
        assert not house.ref.is_alive()
        assert house.stream.phase is Phase.DOWN
        (finished,) = house.dispatcher.of(m.StreamFinished)
        assert (finished.epoch, finished.resumable) == (EPOCH, managed)
        assert item.future.done() is not managed
        if not managed:
            assert isinstance(item.future.exception(), StanzaNotSent)
        waiting = house.put(b"<message id='later'/>")  # the next parser takes over
        house.start()
        await house.turn()
        assert house.dispatcher.of(m.StreamFinished) == [finished], "it is told once"
        assert waiting in house.stream.queue.waiting

    play(main)


def test_one_that_is_cancelled_leaves_no_stream_either() -> None:
    async def main(house: House) -> None:
        await house.online()

        def cancelled(_role: Any, _resume: Any) -> Any:
            raise asyncio.CancelledError

        await house.tell(m.Configure(replace(house.settings, negotiation=cancelled)))
        await house.connect(EPOCH + 1)
        assert not house.ref.is_alive()
        assert house.stream.phase is Phase.DOWN
        assert house.dispatcher.kinds() == ["StreamFinished"]

    play(main)


def test_the_next_one_keeps_the_stream_s_deadline() -> None:
    async def main(house: House) -> None:
        await killed(house.ref)
        stream = house.stream
        stream.queue = Expiring(deadline=house.clock.time() + 20.0)
        house.start()
        await house.turn()
        assert house.clock.pending == 1
        house.clock.advance(20.0)
        await house.turn()
        assert house.dispatcher.kinds() == ["Outcomes"]

    play(main)


class Expiring(SendQueue):
    """A queue in which a stanza has waited too long at a time that is known."""

    expires = True

    def __init__(self, deadline: float) -> None:
        super().__init__(10)
        self._deadline: float | None = deadline

    @property
    def deadline(self) -> float | None:
        return self._deadline

    def expire(self, now: float) -> list[Outgoing]:
        if self._deadline is None or now < self._deadline:
            return []
        self._deadline = None
        return [Outgoing(None, b"<message/>")]


@pytest.mark.parametrize(
    ("outcome", "result"),
    [
        (Outcome.SENT, Outcome.SENT),
        (Outcome.ACKED, Outcome.ACKED),
        (Outcome.RESENT, None),
        (Outcome.NOT_SENT, StanzaNotSent),
    ],
)
def test_who_waits_for_a_stanza_is_told_its_end(outcome: Outcome, result: Any) -> None:
    async def main() -> None:
        future = asyncio.get_running_loop().create_future()
        stanza = Message(xml=fromstring("<message xmlns='jabber:client'/>"))
        settle(Outgoing(stanza, b"", future), outcome, "because")
        if result is None:
            assert not future.done()
        elif outcome is Outcome.NOT_SENT:
            error = future.exception()
            assert isinstance(error, StanzaNotSent)
        else:
            assert future.result() is result
        settle(Outgoing(stanza, b"", future), Outcome.ACKED, "")
        settle(Outgoing(stanza, b"", future), Outcome.NOT_SENT, "")  # too late: nothing happens

    run(main)
