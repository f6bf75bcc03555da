"""The dispatcher alone: the way of a stanza, failures of handlers, what it tells the role."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from types import SimpleNamespace
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest

from actorxmpp.actors import dispatcher as module
from actorxmpp.actors import messages as m
from actorxmpp.actors.dispatcher import DispatcherActor
from actorxmpp.actors.events import EventEntry
from actorxmpp.actors.poison import POISON_TRIES
from actorxmpp.actors.rolestate import RoleState
from actorxmpp.exceptions import XMPPError
from actorxmpp.protocol.states import Phase
from actorxmpp.protocol.streamevents import Outcome
from actorxmpp.settings import OnHandlerError, SessionSettings
from actorxmpp.stanza import Iq
from actorxmpp.xmlstream.handler import Callback
from actorxmpp.xmlstream.matcher import MatcherId
from supervisors import LoopRef, dead_letters
from supervisors.testing import run, run_until_idle

from .neighbours import ENDINGS, Neighbour, Role

RESTART = SessionSettings(on_handler_error=OnHandlerError.RESTART)


class Handler(Callback):
    """A handler whose function a test gives; it takes no stanza by itself."""

    def __init__(self, function: Callable[[Any], Any], owner: str | None = None) -> None:
        super().__init__("handler", MatcherId("never"), function)
        self.owner = owner


class Slot:
    """A plugin's slot that keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[Any] = []

    def tell(self, message: Any) -> bool:
        self.told.append(message)
        return True


class Stanza(Iq):
    """An IQ request that keeps how it was answered."""

    def __init__(self, number: int = 0) -> None:
        super().__init__(
            xml=fromstring(f"<iq xmlns='jabber:client' type='get' id='{number}' from='a@b'/>")
        )
        self.answers: list[Any] = []

    def exception(self, e: BaseException) -> None:
        self.answers.append(e)

    def unhandled(self) -> None:
        self.answers.append("unhandled")


class House:
    """A dispatcher with a role that keeps what it is told, and neighbours that record."""

    def __init__(self, settings: SessionSettings | None = None) -> None:
        self.roles = RoleState()
        self.role = Role(settings)
        self.roles.give(self.role)
        self.made: list[Role] = []
        self.stream: Any = SimpleNamespace(stale_before=0, epoch=1, phase=Phase.OPEN)
        self.parser, self.transport = Neighbour(), Neighbour()
        self.ref = self.start()

    def _make(self) -> Role:
        self.made.append(Role(self.role.settings))
        return self.made[-1]

    def start(self) -> LoopRef[DispatcherActor]:
        self.ref = DispatcherActor.start(
            self._make, self.roles, self.stream, self.parser, self.transport
        )
        return self.ref

    async def tell(self, *messages: Any) -> None:
        for message in messages:
            self.ref.tell(message)
        await run_until_idle()

    async def stanzas(
        self, *items: tuple[Any, list[Any]], session: int = 0, epoch: int = 1
    ) -> None:
        await self.tell(m.StanzasMatched(list(items), epoch, session))


def play(main: Callable[[House], Coroutine[Any, Any, None]], **settings: Any) -> None:
    async def begin() -> None:
        house = House(SessionSettings(**settings))
        await run_until_idle()
        await main(house)

    run(begin)


def fails(_stanza: Any) -> None:
    raise ValueError("bug")


# -- the way of a stanza -----------------------------------------------------------------------


def test_a_role_is_attached_with_its_plugins_and_let_go_of() -> None:
    async def main(house: House) -> None:
        assert house.role.names() == ["attach", "register_plugin"]
        await ENDINGS["stop"](house.ref)
        assert house.role.calls[-1] == ("detach", "the dispatcher ended")

    play(main, plugins=(("xep_0030", {"a": 1}),))


@pytest.mark.parametrize("ending", ENDINGS)
def test_however_it_ends_the_role_is_let_go_of_once_and_the_next_has_another(ending: str) -> None:
    async def main(house: House) -> None:
        await ENDINGS[ending](house.ref)
        assert not house.ref.is_alive()
        assert house.role.names().count("detach") == 1
        house.start()
        await run_until_idle()
        (again,) = house.made
        assert again.names() == ["attach"]
        assert house.roles.role is again

    play(main)


def test_handlers_run_in_order_after_what_every_entity_does() -> None:
    async def main(house: House) -> None:
        order: list[str] = []
        house.role.builtin = lambda _stanza: bool(order.append("builtin"))
        handlers = [Handler(lambda _s, name=name: order.append(name)) for name in ("one", "two")]  # type: ignore[misc]
        await house.stanzas((Stanza(), handlers))
        assert order == ["builtin", "one", "two"]
        assert house.roles.dispatched == 1

    play(main)


@pytest.mark.parametrize(("builtin", "handlers"), [(True, 0), (False, 1), (False, 0)])
def test_a_stanza_nobody_takes_is_answered(builtin: bool, handlers: int) -> None:
    async def main(house: House) -> None:
        house.role.builtin = lambda _stanza: builtin
        stanza = Stanza()
        await house.stanzas((stanza, [Handler(lambda _stanza: None)] * handlers))
        assert stanza.answers == ([] if builtin or handlers else ["unhandled"])

    play(main)


def test_a_filter_may_change_or_drop_a_stanza() -> None:
    async def main(house: House) -> None:
        seen: list[Any] = []
        house.roles.index.add(Callback("two", MatcherId("2"), seen.append))
        swaps = {"1": Stanza(2), "3": None}
        house.role.filters_in.append(lambda stanza: swaps[stanza["id"]])
        await house.stanzas((Stanza(1), []), (Stanza(3), [Handler(seen.append)]))
        assert seen == [swaps["1"]]
        assert house.roles.dispatched == 2, "what was dropped was dealt with"

    play(main)


def test_a_plugin_s_handler_is_told_to_the_plugin() -> None:
    async def main(house: House) -> None:
        slot = house.roles.plugins["xep_0030"] = Slot()  # type: ignore[assignment]
        handler, stanza = Handler(fails, "xep_0030"), Stanza()
        await house.stanzas((stanza, [handler]))
        assert slot.told == [m.RunHandler(handler, stanza)]
        assert stanza.answers == []

    play(main)


def test_a_plugin_that_is_gone_is_unavailable() -> None:
    async def main(house: House) -> None:
        stanza = Stanza()
        await house.stanzas((stanza, [Handler(fails, "xep_0030")]))
        (answer,) = stanza.answers
        assert answer.condition == "service-unavailable"

    play(main)


def test_a_handler_that_is_done_is_taken_out() -> None:
    async def main(house: House) -> None:
        seen: list[Any] = []
        handler = Callback("once", MatcherId("1"), seen.append, once=True)
        house.roles.index.add(handler)
        await house.stanzas((Stanza(1), [handler]))
        assert len(seen) == 1
        assert house.roles.index.match(Stanza(1)) == []

    play(main)


# -- counting ----------------------------------------------------------------------------------


def test_counted_stanzas_count_when_they_have_been_dealt_with() -> None:
    async def main(house: House) -> None:
        counts: list[int] = []
        handled = house.roles.handled
        handler = Handler(lambda _stanza: counts.append(handled.count))
        await house.stanzas((Stanza(), [handler]), (None, []), session=3)
        assert counts == [0]
        assert (handled.session, handled.count) == (3, 2)
        await house.stanzas((Stanza(), []))
        assert handled.count == 2, "that one was not counted by the server"
        assert house.roles.dispatched == 3

    play(main)


def test_what_the_server_sends_again_is_neither_dealt_with_nor_counted() -> None:
    async def main(house: House) -> None:
        house.stream.stale_before = 5
        stanza = Stanza()
        await house.stanzas((stanza, [Handler(fails)]), session=1, epoch=4)
        assert stanza.answers == []
        assert house.roles.handled.count == 0
        assert house.roles.dispatched == 1, "the parser need not wait for it"
        await house.stanzas((stanza, []), session=1, epoch=5)
        assert house.roles.handled.count == 1

    play(main)


def test_the_parser_hears_of_the_end_of_a_read_if_it_wants_to() -> None:
    async def main(house: House) -> None:
        await house.tell(m.StanzasMatched([(Stanza(), [])]))
        assert house.parser.told == []
        await house.tell(m.StanzasMatched([], report=True))
        assert house.parser.told == [m.CaughtUp()]

    play(main)


def test_an_acknowledgement_is_sent_when_it_is_its_turn() -> None:
    async def main(house: House) -> None:
        await house.tell(m.AckRequested(7))
        assert house.parser.told == [m.SendAck(7)]

    play(main)


# -- failures ----------------------------------------------------------------------------------


def test_a_handler_s_failure_is_answered_and_costs_nothing_else() -> None:
    async def main(house: House) -> None:
        bad, good = Stanza(1), Stanza(2)
        seen: list[Any] = []
        await house.stanzas((bad, [Handler(fails)]), (good, [Handler(seen.append)]), session=1)
        assert [type(each) for each in bad.answers] == [ValueError]
        assert seen == [good]
        assert house.roles.handled.count == 2
        assert house.ref.is_alive()

    play(main)


def test_a_failure_of_what_every_entity_does_is_the_stanza_s() -> None:
    async def main(house: House) -> None:
        house.role.builtin = fails  # type: ignore[assignment]
        stanza = Stanza()
        await house.stanzas((stanza, []))
        assert [type(each) for each in stanza.answers] == [ValueError]

    play(main)


def test_a_failure_without_a_stanza_is_told_to_the_role() -> None:
    async def main(house: House) -> None:
        house.roles.events.add("disco", EventEntry(fails, False, None))
        await house.tell(m.RaiseEvent("disco", None))
        assert house.role.names()[-1] == "exception"

    play(main)


def test_an_error_a_handler_raises_on_purpose_is_an_answer() -> None:
    async def main(house: House) -> None:
        def refuses(_stanza: Any) -> None:
            raise XMPPError("item-not-found")

        stanza = Stanza()
        await house.stanzas((stanza, [Handler(refuses)]))
        assert stanza.answers[0].condition == "item-not-found"
        assert house.ref.is_alive()

    play(main, on_handler_error=OnHandlerError.RESTART)


def test_a_failure_may_restart_it_and_what_came_after_is_sent_again() -> None:
    async def main(house: House) -> None:
        seen: list[Any] = []
        done = (Stanza(0), [Handler(seen.append)])
        await house.stanzas(
            done, (Stanza(1), [Handler(fails)]), (Stanza(2), [Handler(seen.append)]), session=1
        )
        assert not house.ref.is_alive()
        assert len(seen) == 1
        assert house.roles.handled.count == 1
        assert house.role.names()[-1] == "detach"

    play(main, on_handler_error=OnHandlerError.RESTART)


def test_a_stanza_that_fails_every_time_is_let_go_of() -> None:
    async def main(house: House) -> None:
        letters: list[Any] = []
        stop = dead_letters.subscribe(letters.append)
        try:
            for _ in range(POISON_TRIES - 1):
                await house.stanzas((Stanza(1), [Handler(fails)]), session=1)
                assert not house.ref.is_alive()
                house.start()
                await run_until_idle()
            await house.stanzas((Stanza(1), [Handler(fails)]), session=1)
        finally:
            stop()
        assert house.ref.is_alive()
        assert house.roles.handled.count == 1
        assert [letter.message["id"] for letter in letters] == ["1"]

    play(main, on_handler_error=OnHandlerError.RESTART)


# -- coroutines --------------------------------------------------------------------------------


def test_a_coroutine_is_a_task_that_dies_with_the_actor_and_an_iq_is_answered() -> None:
    async def main(house: House) -> None:
        begun: list[str] = []

        async def slow(_stanza: Any) -> None:
            begun.append("begun")
            await asyncio.get_running_loop().create_future()

        stanza = Stanza()
        await house.stanzas((stanza, [Handler(slow)]))
        assert begun == ["begun"]
        await ENDINGS["kill"](house.ref)
        assert [each.condition for each in stanza.answers] == ["internal-server-error"]

    play(main)


def test_a_coroutine_s_failure_is_a_handler_s() -> None:
    async def main(house: House) -> None:
        async def slow(_stanza: Any) -> None:
            raise ValueError("bug")

        stanza = Stanza()
        await house.stanzas((stanza, [Handler(slow)]))
        assert [type(each) for each in stanza.answers] == [ValueError]

    play(main)


def test_too_many_coroutines_pause_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "COROUTINES_HIGH", 2)
    monkeypatch.setattr(module, "COROUTINES_LOW", 1)

    async def main(house: House) -> None:
        gates = [asyncio.get_running_loop().create_future() for _ in range(3)]

        async def slow(stanza: Any) -> None:
            await gates[int(stanza["id"])]

        await house.stanzas(*((Stanza(number), [Handler(slow)]) for number in range(3)))
        assert house.transport.told == [m.PauseReading("dispatcher")]
        await house.tell(m.StreamEstablished(1, "a@b", frozenset()))
        assert house.transport.take() == [m.PauseReading("dispatcher")] * 2, "a new connection"
        gates[0].set_result(None)
        await run_until_idle()
        assert house.transport.told == []
        gates[1].set_result(None)
        await run_until_idle()
        assert house.transport.told == [m.ResumeReading("dispatcher")]
        gates[2].set_result(None)
        await run_until_idle()

    play(main)


# -- what it tells the role --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "call"),
    [
        (m.StreamEstablished(1, "a@b", frozenset()), "stream_established"),
        (m.RestoreRoster(None), "restore_roster"),  # type: ignore[arg-type]
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_role_is_told(message: Any, call: str) -> None:
    async def main(house: House) -> None:
        await house.tell(message)
        assert house.role.names()[-1] == call

    play(main)


NOTICES = {
    "stream_finished": m.StreamFinished(1, "lost", True),
    "session_lost": m.SessionLost("gone"),
    "session_over": m.SessionOver("done"),
    "stanza_outcomes": m.Outcomes(Outcome.NOT_SENT, [], "late"),
}


@pytest.mark.parametrize("call", NOTICES)
def test_the_role_hears_of_what_was_noticed(call: str) -> None:
    async def main(house: House) -> None:
        house.roles.notice(NOTICES[call])
        await house.tell(m.NOTICE_WAITS, m.NOTICE_WAITS)  # one too many does no harm
        assert house.role.names()[-1] == call
        assert not house.roles.notices

    play(main)


def test_notices_outlive_the_dispatcher_that_was_told() -> None:
    async def main(house: House) -> None:
        await ENDINGS["kill"](house.ref)
        for notice in NOTICES.values():
            house.roles.notice(notice)
        house.start()
        await run_until_idle()
        assert house.made[0].names() == ["attach", *NOTICES]

    play(main)


@pytest.mark.parametrize("epoch", [1, 2], ids=["down", "on another connection"])
def test_a_stream_whose_end_was_told_does_not_begin(epoch: int) -> None:
    async def main(house: House) -> None:
        await ENDINGS["kill"](house.ref)
        house.roles.notice(NOTICES["stream_finished"])
        house.stream.epoch, house.stream.phase = epoch, Phase.DOWN if epoch == 1 else Phase.OPEN
        house.start()  # it reads the notices first, then what the one before has left
        await house.tell(m.StreamEstablished(1, "a@b", frozenset()))
        assert house.made[0].names() == ["attach", "stream_finished"]

    play(main)


def test_a_stream_whose_end_was_not_told_yet_begins_first() -> None:
    async def main(house: House) -> None:
        house.stream.phase = Phase.DOWN
        house.roles.notice(NOTICES["stream_finished"])
        await house.tell(m.StreamEstablished(1, "a@b", frozenset()), m.NOTICE_WAITS)
        assert house.role.names() == ["attach", "stream_established", "stream_finished"]

    play(main)


def test_every_message_has_its_handler() -> None:
    assert set(DispatcherActor._HANDLERS) == {
        m.StanzasMatched,
        m.StreamEstablished,
        m.NoticeWaits,
        m.AckRequested,
        m.RaiseEvent,
        m.RunEventHandler,
        m.RestoreRoster,
    }


def test_an_event_is_raised_at_who_wants_it_once_or_always() -> None:
    async def main(house: House) -> None:
        seen: list[Any] = []
        slot = house.roles.plugins["xep_0030"] = Slot()  # type: ignore[assignment]
        house.roles.events.add("hello", EventEntry(seen.append, False, None))
        house.roles.events.add("hello", EventEntry(lambda _data: seen.append("once"), True, None))
        house.roles.events.add("hello", EventEntry(fails, False, "xep_0030"))
        house.roles.events.add("hello", EventEntry(fails, False, "xep_9999"))  # gone meanwhile
        await house.tell(m.RaiseEvent("hello", "a"), m.RaiseEvent("hello", None))
        assert seen == ["a", "once", {}]
        assert [each.data for each in slot.told] == ["a", {}]

    play(main)


def test_an_event_handler_of_the_role_may_be_run_by_itself() -> None:
    async def main(house: House) -> None:
        seen: list[Any] = []
        await house.tell(m.RunEventHandler(seen.append, 7))
        assert seen == [7]

    play(main)
