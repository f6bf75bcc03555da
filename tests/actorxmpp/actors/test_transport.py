"""The transport alone: every message in every state of its link, and what it leaves behind."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

import pytest

from actorxmpp.actors import messages as m
from actorxmpp.actors import transport as module
from actorxmpp.actors.link import TRANSITIONS, Link, LinkEvent, LinkState
from actorxmpp.actors.transport import TransportActor
from actorxmpp.net.errors import ConnectionLost, NetError, TlsCheck, TlsError
from actorxmpp.net.tls import TlsPolicy, context_for
from actorxmpp.protocol.backoff import FullJitter
from actorxmpp.protocol.errors import Decision
from actorxmpp.protocol.managed import HandledCount
from actorxmpp.protocol.stream import Phase, SendQueue, Stream
from actorxmpp.settings import SessionKind, SessionSettings, SessionSpec
from actorxmpp.status import SessionState, SessionStatus
from actorxmpp.xmlstream.checks import Limits
from supervisors import LoopRef
from supervisors.testing import ManualClock, run, run_until_idle, use_clock

from .neighbours import ENDINGS, Neighbour, Role, Socket

JID = "romeo@example.net/orchard"
CLOSE = b"</stream:stream>"
UNVERIFIED = TlsPolicy(verify=False)


class Gate:
    """Lets connections through when told; counts permits."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.acquired = self.released = 0

    async def acquire(self, domain: str) -> None:
        assert domain == "example.net"
        await self.open.wait()
        self.acquired += 1

    def release(self, domain: str) -> None:
        assert domain == "example.net"
        self.released += 1


class Net:
    """A connector: gives a socket, an error, or nothing until told."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.open.set()
        self.error: NetError | None = None
        self.sockets: list[Socket] = []
        self.events: list[Any] = []
        self.wheres: list[Any] = []
        self.cancelled = 0

    async def __call__(
        self, events: Any, domain: str, server: Any, timeout: float, **_kwargs: Any
    ) -> Socket:
        self.wheres.append(server)
        try:
            await self.open.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if self.error is not None:
            raise self.error
        self.sockets.append(Socket())
        self.events.append(events)
        return self.sockets[-1]


class House:
    """A transport between a parser and a dispatcher that only record."""

    def __init__(self, *, wanted: bool = True, **settings: Any) -> None:
        self.clock = use_clock(ManualClock())
        self.gate, self.net = Gate(), Net()
        made = SessionSettings(
            gate=self.gate,
            connector=self.net,  # type: ignore[arg-type]
            backoff=FullJitter(base=5.0, cap=5.0, slow_from=5.0),
            **settings,
        )
        self.spec = SessionSpec(JID, SessionKind.CLIENT, Role, made)
        self.link = Link(made, SessionStatus(), wanted=wanted)
        self.stream = Stream(JID, SendQueue(10), Limits(), HandledCount())
        self.log: list[tuple[str, Any]] = []
        self.parser = Neighbour(self.log, "parser")
        self.dispatcher = Neighbour(self.log, "dispatcher")
        self.ref: LoopRef[TransportActor] = self.start()

    def start(self) -> LoopRef[TransportActor]:
        self.ref = TransportActor.start(
            self.spec, self.link, self.stream, self.parser, self.dispatcher
        )
        return self.ref

    async def turn(self) -> None:
        await run_until_idle()

    async def tell(self, *messages: Any) -> None:
        for message in messages:
            self.ref.tell(message)
        await self.turn()

    async def advance(self, seconds: float) -> None:
        self.clock.advance(seconds)
        await self.turn()

    @property
    def socket(self) -> Socket:
        return self.net.sockets[-1]

    @property
    def epoch(self) -> int:
        return self.link.epoch

    async def up(self) -> House:
        """There is a connection."""
        self.gate.open.set()
        await self.turn()
        assert self.link.state is LinkState.UP
        return self

    async def open(self) -> House:
        """There is a stream on it."""
        await self.up()
        self.stream.phase = Phase.OPEN
        await self.tell(m.StreamOpen(self.epoch))
        self.forget()
        return self

    def forget(self) -> None:
        self.log.clear()
        self.parser.take()
        self.dispatcher.take()

    def events(self) -> list[str]:
        """The events raised at the role."""
        return [event.name for event in self.dispatcher.of(m.RaiseEvent)]

    async def enter(self, state: LinkState) -> House:
        """Get the link into a state."""
        if state is LinkState.IDLE:
            await self.tell(m.Disconnect("not wanted"))
        elif state is LinkState.GATED:
            pass
        elif state is LinkState.CONNECTING:
            self.net.open.clear()
            self.gate.open.set()
        elif state is LinkState.UP:
            await self.open()
        else:
            await self.up()
            decision = Decision.RETRY if state is LinkState.WAITING else Decision.PARK
            await self.tell(m.StreamFailed(self.epoch, decision, "reset", ""))
        await self.turn()
        assert self.link.state is state
        self.forget()
        return self


def play(main: Callable[[House], Coroutine[Any, Any, None]], **settings: Any) -> None:
    async def begin() -> None:
        house = House(**settings)
        await house.turn()
        await main(house)

    run(begin)


S = LinkState
ORDERS: dict[str, Callable[[House], Any]] = {
    "StartConnecting": lambda _house: m.StartConnecting(),
    "Disconnect": lambda _house: m.Disconnect("enough"),
    "Reconnect": lambda _house: m.Reconnect("again"),
    "StreamFailed": lambda house: m.StreamFailed(house.epoch, Decision.RETRY, "reset", ""),
    "StreamFailed, park": lambda house: m.StreamFailed(house.epoch, Decision.PARK, "conflict", ""),
    "_SocketLost": lambda house: module._SocketLost(house.epoch, "cut"),
    "PauseReading": lambda _house: m.PauseReading("parser"),
    "ResumeReading": lambda _house: m.ResumeReading("parser"),
    "StartTls": lambda house: m.StartTls(house.epoch, "example.net"),
    "Configure": lambda house: m.Configure(house.link.settings),
    "StreamOpen": lambda house: m.StreamOpen(house.epoch),
}
MOVES: dict[tuple[LinkState, str], LinkState] = {  # every other pair leaves the state as it is
    (S.IDLE, "StartConnecting"): S.GATED,
    (S.IDLE, "Reconnect"): S.GATED,
    (S.WAITING, "Reconnect"): S.GATED,
    (S.WAITING, "Disconnect"): S.IDLE,
    (S.GATED, "Disconnect"): S.IDLE,
    (S.CONNECTING, "Disconnect"): S.IDLE,
    (S.CONNECTING, "Reconnect"): S.CONNECTING,  # by way of the gate, which is open
    (S.UP, "Disconnect"): S.IDLE,
    (S.UP, "Reconnect"): S.UP,  # another one
    (S.UP, "StreamFailed"): S.WAITING,
    (S.UP, "StreamFailed, park"): S.PARKED,
    (S.UP, "_SocketLost"): S.WAITING,
    (S.PARKED, "StartConnecting"): S.UP,
    (S.PARKED, "Reconnect"): S.UP,
    (S.PARKED, "Disconnect"): S.IDLE,
}


def renews(state: LinkState, order: str) -> bool:
    """Whether a message begins another attempt at once."""
    return order == "Reconnect" or (order == "StartConnecting" and state in {S.IDLE, S.PARKED})


def test_every_message_is_in_the_table() -> None:
    kinds = {kind.__name__ for kind in TransportActor._HANDLERS}
    assert kinds == {name.partition(",")[0] for name in ORDERS}


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("state", LinkState, ids=lambda state: state.name)
def test_every_message_in_every_state(state: LinkState, order: str) -> None:
    async def main(house: House) -> None:
        await house.enter(state)
        before, epoch = len(house.net.sockets), house.epoch
        renewed = renews(state, order)
        await house.tell(ORDERS[order](house))
        expected = MOVES.get((state, order), state)
        if state is S.WAITING and order == "Reconnect":
            expected = S.UP  # the gate is open
        assert house.link.state is expected
        assert house.ref.is_alive()
        connected = house.link.status.state is SessionState.CONNECTED
        assert connected is (state is expected is S.UP and not renewed)
        alive = [socket for socket in house.net.sockets if not socket.closing]
        assert len(alive) == (expected is S.UP), "there is one connection, or none"
        assert (house.epoch > epoch) is renewed
        assert (len(house.net.sockets) > before) is (renewed and expected is S.UP)
        if (state is S.UP and expected is not S.UP) or (state is S.UP and renewed):
            assert house.parser.of(m.ConnectionLost)[0].epoch == epoch
        held = house.gate.acquired - house.gate.released
        assert held == (expected is S.CONNECTING or (expected is S.UP and renewed))

    play(main)


@pytest.mark.parametrize("state", LinkState, ids=lambda state: state.name)
@pytest.mark.parametrize("ending", ENDINGS)
def test_however_it_ends_nothing_is_left_behind(ending: str, state: LinkState) -> None:
    async def main(house: House) -> None:
        await house.enter(state)
        await ENDINGS[ending](house.ref)
        await house.turn()
        assert not house.ref.is_alive()
        assert all(socket.closing for socket in house.net.sockets)
        assert house.gate.acquired == house.gate.released
        assert house.clock.pending == 0
        assert house.net.cancelled == (state is LinkState.CONNECTING)
        if state is LinkState.UP:
            assert house.socket.calls == (["close"] if ending != "kill" else ["abort"])
            assert [each.epoch for each in house.parser.of(m.ConnectionLost)] == [house.epoch]
            assert (CLOSE in house.socket.written) is (ending != "kill")

    play(main)


def test_the_one_before_does_not_matter_to_the_next() -> None:
    async def main(house: House) -> None:
        await house.open()
        before = house.epoch
        await ENDINGS["crash"](house.ref)
        house.start()
        await house.turn()
        assert house.link.state is LinkState.UP
        assert house.epoch > before
        assert house.socket.calls == []

    play(main)


def test_one_that_is_restarted_stays_parked() -> None:
    async def main(house: House) -> None:
        await house.enter(LinkState.PARKED)
        await ENDINGS["crash"](house.ref)
        house.start()
        await house.turn()
        assert house.link.state is LinkState.PARKED
        assert house.clock.pending == 1, "it is tried again after a long time"

    play(main)


OF_AN_OLDER_CONNECTION = {
    "StartTls": m.StartTls(-1, "example.net"),
    "StreamOpen": m.StreamOpen(-1),
    "StreamFailed": m.StreamFailed(-1, Decision.PARK, "conflict", ""),
    "_SocketLost": module._SocketLost(-1, "cut"),
}


def test_every_message_of_a_connection_is_dropped_later() -> None:
    carry = {kind for kind in TransportActor._HANDLERS if "epoch" in kind._fields}
    assert carry == module._OF_A_CONNECTION
    assert {kind.__name__ for kind in carry} == set(OF_AN_OLDER_CONNECTION)


@pytest.mark.parametrize("name", OF_AN_OLDER_CONNECTION)
def test_what_belongs_to_an_older_connection_is_dropped(name: str) -> None:
    async def main(house: House) -> None:
        await house.up()
        house.forget()
        await house.tell(OF_AN_OLDER_CONNECTION[name])
        assert house.link.state is LinkState.UP
        assert house.log == []
        assert house.socket.calls == []
        assert house.socket.upgrades == []
        assert house.link.status.connections == 0

    play(main)


# -- connecting --------------------------------------------------------------------------------


def test_a_connection_comes_up_step_by_step() -> None:
    async def main(house: House) -> None:
        assert house.link.state is LinkState.GATED
        assert house.net.wheres == []
        house.net.open.clear()
        house.gate.open.set()
        await house.turn()
        assert house.link.state is LinkState.CONNECTING
        house.net.open.set()
        await house.turn()
        assert house.parser.told == [m.Connected(house.epoch, house.socket)]  # type: ignore[arg-type]
        assert house.events() == ["connecting", "connected"]
        assert (house.gate.acquired, house.gate.released) == (1, 0), "until the login is over"
        await house.tell(m.StreamOpen(house.epoch))
        assert house.gate.released == 1
        assert house.link.status.state is SessionState.CONNECTED

    play(main)


def test_one_that_nobody_wants_waits() -> None:
    async def main(house: House) -> None:
        assert house.link.state is LinkState.IDLE
        await house.tell(m.StartConnecting())
        assert house.link.state is LinkState.GATED

    play(main, wanted=False)


@pytest.mark.parametrize(
    ("error", "transient"),
    [
        (ConnectionLost("refused"), True),
        (TlsError(TlsCheck.TIMEOUT, "slow"), True),
        (TlsError(TlsCheck.PROTOCOL, "not TLS"), True),
        *(
            (TlsError(check, "bad"), False)
            for check in TlsCheck
            if check not in module.TRANSIENT_CHECKS
        ),
    ],
    ids=str,
)
def test_a_failure_is_retried_as_fits_it(error: NetError, transient: bool) -> None:
    assert (module._tls_decision(error) is Decision.RETRY) is transient

    async def main(house: House) -> None:
        house.net.error = error
        house.gate.open.set()
        await house.turn()
        assert house.link.state is LinkState.WAITING
        assert house.gate.acquired == house.gate.released == 1
        assert house.events() == ["connecting", "reconnect_delay", "connection_failed"]
        house.net.error = None
        await house.advance(5.0)
        assert house.link.state is LinkState.UP

    play(main)


def test_a_parked_link_says_so_and_tries_again_after_long() -> None:
    async def main(house: House) -> None:
        await house.up()
        house.forget()
        await house.tell(m.StreamFailed(house.epoch, Decision.PARK, "conflict", "elsewhere"))
        assert house.events() == ["parked"]
        assert house.link.status.reason == "conflict: elsewhere"
        await house.advance(59.0)
        assert house.link.state is LinkState.PARKED
        await house.advance(1.0)
        assert house.link.state is LinkState.UP

    play(main, unpark_after=60.0)


def test_a_redirect_is_followed_at_once() -> None:
    async def main(house: House) -> None:
        await house.up()
        await house.tell(
            m.StreamFailed(house.epoch, Decision.RETRY, "see-other-host", "", ("other", 7))
        )
        assert house.link.state is LinkState.UP
        assert house.net.wheres == [None, ("other", 7)]

    play(main)


# -- TLS ---------------------------------------------------------------------------------------


def test_tls_is_begun_and_told() -> None:
    async def main(house: House) -> None:
        await house.up()
        house.socket.upgrade = "facts"
        await context_for(UNVERIFIED)  # made off the loop, once
        await house.tell(m.StartTls(house.epoch, "example.net"))
        assert house.socket.upgrades == ["example.net"]
        assert house.parser.told[-1] == m.TlsEstablished(house.epoch, "facts")  # type: ignore[arg-type]

    play(main, tls=UNVERIFIED)


@pytest.mark.parametrize(
    ("error", "events"),
    [
        (TlsError(TlsCheck.HOSTNAME, "other name"), ["ssl_error", "ssl_invalid_chain"]),
        (ConnectionLost("cut"), ["ssl_error"]),
    ],
)
def test_tls_that_fails_costs_the_connection(error: NetError, events: list[str]) -> None:
    async def main(house: House) -> None:
        await house.up()
        house.socket.upgrade = error
        await context_for(UNVERIFIED)
        house.forget()
        await house.tell(m.StartTls(house.epoch, "example.net"))
        assert house.events() == [*events, "reconnect_delay"]
        assert house.link.state is LinkState.WAITING

    play(main, tls=UNVERIFIED)


# -- what a connection says --------------------------------------------------------------------


def test_what_is_read_goes_to_the_parser_at_once() -> None:
    async def main(house: House) -> None:
        await house.open()
        events = house.net.events[-1]
        events.data_received(b"abc")
        events.pause_writing()
        events.resume_writing()
        epoch = house.epoch
        assert house.parser.told == [
            m.BytesReceived(epoch, b"abc"),
            m.WritePaused(epoch),
            m.WriteResumed(epoch),
        ]

    play(main)


@pytest.mark.parametrize(
    ("error", "reason"), [(None, "closed by peer"), (ConnectionLost("reset"), "reset")]
)
def test_the_end_of_a_connection_is_told_to_both(error: NetError | None, reason: str) -> None:
    async def main(house: House) -> None:
        await house.open()
        epoch = house.epoch
        house.net.events[-1].connection_lost(error)
        assert house.parser.told == [m.ConnectionLost(epoch, reason)]
        await house.turn()
        assert house.link.state is LinkState.WAITING
        assert house.link.status.reason == reason

    play(main)


def test_a_connection_lost_while_nobody_wants_another_stops_the_link() -> None:
    async def main(house: House) -> None:
        await house.open()
        house.link.unwant()
        house.net.events[-1].connection_lost(None)
        await house.turn()
        assert house.link.state is LinkState.IDLE
        assert house.parser.told[-1] == m.LinkStopped("closed by peer")

    play(main)


# -- orders ------------------------------------------------------------------------------------


def test_an_end_in_order_is_told_and_published() -> None:
    async def main(house: House) -> None:
        await house.open()
        epoch = house.epoch
        await house.tell(m.Disconnect("enough"))
        assert house.parser.told == [m.ConnectionLost(epoch, "enough"), m.LinkStopped("enough")]
        assert house.socket.calls == ["close"]
        assert (house.link.status.state, house.link.status.reason) == (
            SessionState.STOPPED,
            "enough",
        )

    play(main)


def test_a_program_that_connects_whenever_it_is_disconnected_waits_all_the_same() -> None:
    async def main(house: House) -> None:
        await house.enter(LinkState.WAITING)
        await house.tell(m.StartConnecting())
        assert house.link.state is LinkState.WAITING

    play(main)


def test_reading_goes_on_when_all_who_paused_it_say_so() -> None:
    async def main(house: House) -> None:
        await house.open()
        await house.tell(
            m.PauseReading("parser"), m.PauseReading("dispatcher"), m.ResumeReading("parser")
        )
        assert house.socket.calls == ["pause", "pause"]
        await house.tell(m.Reconnect("again"))
        assert house.socket.calls == ["pause"], "the next connection is paused, too"
        await house.tell(m.ResumeReading("dispatcher"))
        assert house.socket.calls == ["pause", "resume"]

    play(main)


def test_a_goodbye_is_said_unless_the_session_goes_on() -> None:
    async def main(house: House) -> None:
        await house.open()
        first = house.socket
        await house.tell(m.Reconnect("again"))
        assert first.written == CLOSE
        assert first.calls == ["close"]

    play(main)


def test_settings_count_from_the_next_attempt_on() -> None:
    async def main(house: House) -> None:
        await house.open()
        await house.tell(m.Configure(replace(house.link.settings, server=("new", 7))))
        await house.tell(m.Reconnect("again"))
        assert house.net.wheres == [None, ("new", 7)]

    play(main)


def test_the_store_is_read_before_anything_else() -> None:
    async def main(house: House) -> None:
        assert house.parser.asked == [m.LoadSession()]

    play(main, store=object())


# -- signs of life -----------------------------------------------------------------------------


def test_a_silent_server_is_probed_then_given_up() -> None:
    async def main(house: House) -> None:
        await house.open()
        await house.advance(100.0)
        assert house.parser.told == [m.Probe()]
        await house.advance(10.0)
        assert house.link.state is LinkState.WAITING
        assert house.net.sockets[0].calls == ["abort", "close"]
        assert house.parser.of(m.ConnectionLost)[0].reason == "nothing heard in 10 s"

    play(main, probe_after=100.0, probe_timeout=10.0, whitespace_interval=None)


def test_what_was_read_is_a_sign_of_life() -> None:
    async def main(house: House) -> None:
        await house.open()
        for _ in range(5):
            house.net.events[-1].data_received(b" ")
            await house.advance(100.0)
        assert house.parser.of(m.Probe) == []

    play(main, probe_after=100.0, whitespace_interval=None)


def test_spaces_are_written() -> None:
    async def main(house: House) -> None:
        await house.open()
        await house.advance(100.0)
        await house.advance(100.0)
        assert house.socket.written == b"  "
        house.socket.closing = True
        await house.advance(100.0)
        assert house.ref.is_alive(), "the connection's end is on its way"

    play(main, probe_after=None, whitespace_interval=100.0)


def test_every_event_of_the_link_has_a_use() -> None:
    assert {event for _, event in TRANSITIONS} == set(LinkEvent)
