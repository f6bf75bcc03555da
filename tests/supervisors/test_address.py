"""Addresses: names that survive restarts."""

from __future__ import annotations

import asyncio
import threading
from math import inf

import pytest

from supervisors import (
    ActorDeadError,
    Backoff,
    ChildSpec,
    DynamicSupervisor,
    EventLoopActor,
    InboxFull,
    Restart,
    Supervisor,
    dead_letters,
    kill,
    shutdown,
)
from supervisors.testing import Crash, ManualClock, run, run_until_idle, use_clock


class Keeper(EventLoopActor):
    """Keeps what it is told in a list that outlives it."""

    def __init__(self, got):
        super().__init__()
        self.got = got

    def on_receive(self, message):
        if isinstance(message, Crash):
            raise message.exception
        self.got.append(message)
        return ("re", message)


class Neighbour(EventLoopActor):
    """Greets another child by its address as soon as it starts."""

    def __init__(self, address):
        super().__init__()
        self.address = address

    def on_start(self):
        self.told = self.address.tell("from a neighbour")


@pytest.fixture
def dead():
    letters = []
    unsubscribe = dead_letters.subscribe(letters.append)
    yield letters
    unsubscribe()


def keeper(got, **options):
    return ChildSpec("keeper", Keeper, (got,), **options)


@pytest.mark.parametrize("buffer", [0, 5])
def test_an_address_is_valid_before_the_child_runs(dead, buffer):
    class Pair(Supervisor):
        def __init__(self, got):
            super().__init__(self.children)
            self.got = got

        def children(self, _supervisor):
            address = self.address("keeper")
            return [ChildSpec("n", Neighbour, (address,)), keeper(got, buffer=buffer)]

    got = []

    async def main():
        sup = await Pair.spawn(got)
        address = sup.actor.address("keeper")
        assert await address.ask("hello") == ("re", "hello")
        greeting = "from a neighbour"
        assert got == (["hello"] if not buffer else [greeting, "hello"])
        assert [letter.message for letter in dead] == ([greeting] if not buffer else [])

    run(main)


def test_an_address_survives_restarts_and_a_termination():
    async def main():
        got = []
        sup = await Supervisor.spawn([keeper(got)])
        address = sup.actor.address("keeper")
        assert sup.actor.address("keeper") is address
        first = address.ref
        address.tell(Crash())
        await run_until_idle()
        assert address.ref not in (None, first)
        assert address.is_alive()
        await sup.terminate_child("keeper")
        assert address.ref is None
        assert address.tell("nobody there") is False
        with pytest.raises(ActorDeadError):
            await address.ask("nobody there")
        await sup.restart_child("keeper")
        assert address.tell("back") is True
        await sup.terminate_child("keeper")
        await sup.delete_child("keeper")
        await sup.start_child(keeper(got))
        assert await address.ask("a new spec of the same name") is not None
        assert got == ["back", "a new spec of the same name"]

    run(main)


def test_an_address_survives_the_restart_of_its_supervisor():
    async def main():
        got = []
        inner = ChildSpec("inner", Supervisor, ([keeper(got, buffer=3)],))
        sup = await Supervisor.spawn([inner])
        inner_ref = (await sup.which_child("inner")).ref
        address = inner_ref.actor.address("keeper")
        kill(inner_ref)
        assert address.tell("while all is down") is True
        await run_until_idle()
        assert got == ["while all is down"]
        assert await address.ask("up again") == ("re", "up again")

    run(main)


@pytest.mark.parametrize("end", [shutdown, kill])
@pytest.mark.parametrize("nested", [False, True])
def test_what_waits_is_let_go_when_the_last_supervisor_ends(dead, end, nested):
    async def main():
        use_clock(ManualClock())
        spec = keeper([], buffer=5, backoff=Backoff(1.0, 1.0))
        inner = ChildSpec("inner", Supervisor, ([spec],))
        top = await Supervisor.spawn([inner if nested else spec])
        sup = (await top.which_child("inner")).ref if nested else top
        address = sup.actor.address("keeper")
        address.tell(Crash())
        await run_until_idle()
        assert address.tell("told")
        asked = address.ask("asked")
        ended = end(top)
        if ended is not None:
            await ended
        await run_until_idle()
        with pytest.raises(ActorDeadError):
            await asked
        assert [letter.message for letter in dead] == ["told"]
        assert address.tell("too late") is False

    run(main)


def test_what_waits_is_let_go_when_the_supervisor_is_deleted(dead):
    async def main():
        use_clock(ManualClock())
        spec = keeper([], buffer=5, backoff=Backoff(1.0, 1.0))
        top = await Supervisor.spawn([ChildSpec("inner", Supervisor, ([spec],))])
        address = (await top.which_child("inner")).ref.actor.address("keeper")
        address.tell(Crash())
        await run_until_idle()
        assert address.tell("told")
        await top.terminate_child("inner")
        assert address.waiting == 1  # restart_child may bring it back
        await top.delete_child("inner")
        assert [letter.message for letter in dead] == ["told"]

    run(main)


def test_asks_wait_in_the_buffer_too():
    async def main():
        clock = use_clock(ManualClock())
        got = []
        sup = await Supervisor.spawn([keeper(got, buffer=1, backoff=Backoff(1.0, 1.0))])
        address = sup.actor.address("keeper")
        address.tell(Crash())
        await run_until_idle()
        waiting, refused = address.ask("first"), address.ask("second")
        assert not waiting.done()
        with pytest.raises(ActorDeadError):
            await refused
        clock.advance(1.0)
        assert await waiting == ("re", "first")

    run(main)


def test_what_waits_is_let_go_when_the_child_will_not_come_back(dead):
    async def main():
        use_clock(ManualClock())
        sup = await Supervisor.spawn([keeper([], buffer=5, backoff=Backoff(1.0, 1.0))])
        address = sup.actor.address("keeper")
        address.tell(Crash())
        await run_until_idle()
        address.tell("told")
        asked = address.ask("asked")
        await sup.terminate_child("keeper")
        with pytest.raises(ActorDeadError):
            await asked
        assert [(letter.target, letter.message) for letter in dead] == [(address, "told")]

    run(main)


@pytest.mark.parametrize("buffer", [0, 2])
def test_a_child_that_died_this_moment(dead, buffer):
    """Its supervisor has not heard of it yet; the address finds out by itself."""

    async def main():
        got = []
        sup = await Supervisor.spawn([keeper(got, buffer=buffer)])
        address = sup.actor.address("keeper")
        kill(address.ref)
        assert not address.is_alive()
        assert address.tell("told") is bool(buffer)
        asked = address.ask("asked")
        if buffer:
            assert await asked == ("re", "asked")
            assert got == ["told", "asked"]
        else:
            with pytest.raises(ActorDeadError):
                await asked
            assert [letter.message for letter in dead] == ["told"]

    run(main)


@pytest.mark.parametrize("keep", [False, True])
def test_what_waits_in_the_inbox_of_a_failed_child_is_for_the_next_one(dead, keep):
    async def main():
        got = []
        sup = await Supervisor.spawn([keeper(got, buffer=1, keep_waiting=keep)])
        address = sup.actor.address("keeper")
        for message in ("one", Crash(), "two", "three"):
            assert address.tell(message)
        asked = address.ask("four")
        address.ref.tell("five")  # it need not have come by the address
        await run_until_idle()
        if keep:
            assert got == ["one", "two", "three", "four", "five"]
            assert asked.get() == ("re", "four")
            assert dead == []
        else:
            assert got == ["one"]
            assert [letter.message for letter in dead] == ["two", "three", "five"]
            assert isinstance(asked.exception(), ActorDeadError)

    run(main)


def test_what_waited_in_the_inbox_is_let_go_when_the_child_will_not_come_back(dead):
    async def main():
        sup = await Supervisor.spawn(
            [keeper([], buffer=5, keep_waiting=True, restart=Restart.TEMPORARY)]
        )
        address = sup.actor.address("keeper")
        for message in (Crash(), "two"):
            address.tell(message)
        await run_until_idle()
        assert [(letter.target, letter.message) for letter in dead] == [(address, "two")]

    run(main)


def test_a_full_inbox_refuses_through_an_address(dead):
    class Narrow(Keeper):
        inbox_limit = 1

    async def main():
        sup = await Supervisor.spawn([ChildSpec("narrow", Narrow, ([],), buffer=9)])
        address = sup.actor.address("narrow")
        assert address.tell(1)
        assert not address.tell(2)
        with pytest.raises(InboxFull):
            await address.ask(3)
        assert [letter.message for letter in dead] == [2]

    run(main)


def test_an_address_takes_messages_from_threads():
    async def main():
        clock = use_clock(ManualClock())
        got = []
        sup = await Supervisor.spawn([keeper(got, buffer=2, backoff=Backoff(1.0, 1.0))])
        address = sup.actor.address("keeper")
        answers = []

        def thread():
            answers.extend([address.tell("from a thread"), address.ask("asked")])

        for _ in range(2):  # while it is up, and while it is down
            worker = threading.Thread(target=thread)
            worker.start()
            worker.join()
            await run_until_idle()
            address.tell(Crash())
            await run_until_idle()
        clock.advance(inf)
        await run_until_idle()
        assert answers[0] is True
        assert await answers[1] == ("re", "asked")
        assert got[:2] == ["from a thread", "asked"]

    run(main)


def test_a_dynamic_supervisor_forgets_addresses_nobody_holds():
    async def main():
        sup = await DynamicSupervisor.spawn()
        held = sup.actor.address(0)
        for number in range(100):
            await sup.start_child(ChildSpec(number, Keeper, ([],)))
            assert await sup.actor.address(number).ask("x")
        assert len(sup.actor._names) == 1
        await sup.terminate_child(held)
        assert held.tell("gone") is False
        await sup.start_child(ChildSpec(0, Keeper, ([],)))
        assert await held.ask("again") == ("re", "again")

    run(main)


def test_the_text_of_an_address_says_whether_it_is_up():
    async def main():
        sup = await Supervisor.spawn([keeper([])])
        assert repr(sup.actor.address("keeper")) == "<Address 'keeper' up>"
        assert repr(sup.actor.address("nobody")) == "<Address 'nobody' down>"
        await asyncio.sleep(0)

    run(main)
