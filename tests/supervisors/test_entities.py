"""Entities: addresses whose first message starts an actor, and what becomes of messages."""

from __future__ import annotations

import asyncio
import gc
import threading
import tracemalloc
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from supervisors import (
    BRUTAL_KILL,
    ActorDeadError,
    Backoff,
    ChildNotFound,
    ChildSpec,
    DynamicSupervisor,
    Entities,
    EntityAddress,
    EventLoopActor,
    InboxFull,
    InboxPolicy,
    MaxChildren,
    Refusal,
    RefusalReason,
    Restart,
    SpecError,
    StartError,
    StartIgnored,
    Supervisor,
    dead_letters,
    kill,
    shutdown,
)
from supervisors.supervision import Supervising
from supervisors.testing import Crash, ManualClock, run, run_until_idle, use_clock


class Entity(EventLoopActor):
    """Writes down what it is told, under its id; fails, waits and stays as it is told."""

    sequential = True

    def __init__(self, world: World, address: EntityAddress) -> None:
        super().__init__()
        self.world = world
        self.id = address.child_id

    def on_start(self) -> Any:
        if self.world.start_failures:
            raise self.world.start_failures.pop()
        self.world.note(self.id, "start")
        if self.world.start_takes is not None:
            return self.world.start_takes.wait()
        return None

    def on_receive(self, message: Any) -> Any:
        if isinstance(message, Crash):
            raise message.exception
        if message == "stop":
            self.stop()
            return None
        if message == "slow":
            return self.world.gate.wait()
        self.world.note(self.id, message)
        return ("re", message)

    def on_idle(self) -> Any:
        self.world.note(self.id, "idle?")
        return self.world.idle()

    def on_stop(self) -> Any:
        self.world.note(self.id, "end")


class World:
    """Entities, their supervisor, what happened to them and what was refused."""

    def __init__(self, **options: Any) -> None:
        self.journal: list[tuple[Any, Any]] = []
        self.refused: list[tuple[Any, RefusalReason]] = []
        self.start_failures: list[Exception] = []
        self.start_takes: asyncio.Event | None = None
        self.gate = asyncio.Event()
        self.idle: Callable[[], Any] = lambda: None
        spec_options = {
            "restart": Restart.TRANSIENT,
            "buffer": options.pop("buffer", 10),
            "keep_waiting": options.pop("keep_waiting", True),
            "shutdown": options.pop("shutdown", None),
            "backoff": options.pop("backoff", None),
        }
        start = options.pop("start", Entity)
        spec = ChildSpec("entity", start, (self,), **spec_options)
        options.setdefault("on_refused", lambda m, why: self.refused.append((m, why.reason)))
        self.entities = Entities(spec, **options)
        self.clock = use_clock(ManualClock())

    async def supervise(self) -> Any:
        self.sup = await DynamicSupervisor.spawn(on_demand=self.entities)
        return self.sup

    def note(self, id_: Any, what: Any) -> None:
        self.journal.append((id_, what))

    def of(self, id_: Any) -> list[Any]:
        return [what for who, what in self.journal if who == id_]


def play(scene: Callable[[World], Awaitable[None]], **options: Any) -> None:
    """Run a scene with a supervised world."""

    async def main() -> None:
        world = World(**options)
        await world.supervise()
        await scene(world)

    run(main)


# -- starting -----------------------------------------------------------------------------


def test_the_first_message_starts_the_actor() -> None:
    async def scene(world: World) -> None:
        address = world.entities.address("a")
        await run_until_idle()
        assert world.journal == []
        assert address.tell("one")
        assert address.tell("two")
        assert not address.is_alive()
        await run_until_idle()
        assert world.of("a") == ["start", "one", "two"]
        assert address.is_alive()
        assert (await world.sup.which_child("a")).ref is address.ref
        assert await address.ask("three") == ("re", "three")
        assert world.entities.counts.started == 1

    play(scene)


def test_an_ask_and_a_start_start_it_too() -> None:
    async def scene(world: World) -> None:
        assert await world.entities.address("a").ask("hello") == ("re", "hello")
        b = world.entities.address("b")
        ref = await b.start()
        assert ref is b.ref
        assert ref.is_alive()
        assert await b.start() is ref

    play(scene)


def test_an_address_is_good_before_there_is_a_supervisor() -> None:
    async def main() -> None:
        world = World()
        address = world.entities.address("a")
        assert address.tell("early")
        started = address.start()
        assert not world.entities.supervised
        await run_until_idle()
        assert world.journal == []
        await world.supervise()
        assert (await started).is_alive()
        await run_until_idle()
        assert world.of("a") == ["start", "early"]

    run(main)


def test_entities_can_be_made_and_told_before_any_loop_runs() -> None:
    made: list[Any] = []
    spec = ChildSpec("e", lambda address: made.append(address) or Quiet.start(), buffer=2)
    entities = Entities(spec)
    entities.address("a").tell("early")

    async def main() -> None:
        await DynamicSupervisor.spawn(on_demand=entities)
        assert (await entities.address("a").ask("x")) is None

    run(main)
    assert [address.child_id for address in made] == ["a"]


class Quiet(EventLoopActor):
    def on_receive(self, message: Any) -> None:
        """Take anything."""


def test_messages_wait_for_a_slow_start_up_to_the_buffer() -> None:
    async def scene(world: World) -> None:
        world.start_takes = asyncio.Event()
        address = world.entities.address("a")
        assert [address.tell(n) for n in range(4)] == [True, True, True, False]
        await run_until_idle()
        asked = address.ask("asked")
        with pytest.raises(InboxFull):
            await asked
        assert world.refused == [(3, RefusalReason.FULL)]
        assert address.waiting == 3
        world.start_takes.set()
        await run_until_idle()
        assert world.of("a") == ["start", 0, 1, 2]

    play(scene, buffer=3)


def test_a_start_that_fails_gives_all_that_waits_to_the_owner() -> None:
    causes: list[Any] = []

    async def main() -> None:
        world = World(on_refused=lambda m, why: causes.append((m, why.reason, why.exception)))
        await world.supervise()
        error = OSError("on purpose")
        world.start_failures.append(error)
        address = world.entities.address("a")
        address.tell("one")
        asked, started = address.ask("two"), address.start()
        for future in (asked, started):
            with pytest.raises(StartError):
                await future
        [(message, reason, exception)] = causes
        assert (message, reason) == ("one", RefusalReason.NOT_STARTED)
        assert exception.__cause__ is error
        assert len(world.entities) == 0
        assert world.entities.counts.failed == 1
        assert await address.ask("again") == ("re", "again")

    run(main)


def test_there_are_no_more_than_the_limit() -> None:
    async def scene(world: World) -> None:
        for id_ in "ab":
            await world.entities.address(id_).start()
        c = world.entities.address("c")
        assert c.tell("no room") is False
        assert world.refused == [("no room", RefusalReason.TOO_MANY)]
        with pytest.raises(MaxChildren):
            await c.ask("no room")
        await world.sup.terminate_child("a")
        assert await c.ask("room") == ("re", "room")

    play(scene, limit=2)


def test_an_id_that_another_child_has_is_a_failed_start() -> None:
    async def scene(world: World) -> None:
        await world.sup.start_child(ChildSpec("a", Quiet))
        address = world.entities.address("a")
        address.tell("one")
        await run_until_idle()
        assert world.refused == [("one", RefusalReason.NOT_STARTED)]
        assert "a" not in world.entities

    play(scene)


# -- failures -----------------------------------------------------------------------------


def test_a_failure_costs_only_the_message_it_happened_with() -> None:
    async def scene(world: World) -> None:
        address = world.entities.address("a")
        for message in ("one", Crash(), "two", Crash(), "three"):
            address.tell(message)
        asked = address.ask("four")
        await run_until_idle()
        assert world.of("a") == ["start", "one", "start", "two", "start", "three", "four"]
        assert asked.get() == ("re", "four")
        assert world.refused == []
        assert world.entities.counts.restarted == 2

    play(scene)


def test_what_comes_while_it_restarts_waits_behind_what_waited() -> None:
    async def scene(world: World) -> None:
        address = world.entities.address("a")
        await address.start()
        for message in (Crash(), "behind"):
            address.tell(message)
        await run_until_idle()
        assert [address.tell(n) for n in range(3)] == [True, True, False]
        assert world.refused == [(2, RefusalReason.FULL)]  # two may wait, beside the one that did
        world.clock.advance(1.0)
        await run_until_idle()
        assert world.of("a") == ["start", "start", "behind", 0, 1]

    play(scene, buffer=3, backoff=Backoff(1.0, 1.0, random=lambda: 1.0))


def test_more_than_the_buffer_comes_back_from_the_inbox() -> None:
    async def scene(world: World) -> None:
        address = world.entities.address("a")
        await address.start()
        address.tell(Crash())
        for number in range(50):
            assert address.tell(number)
        await run_until_idle()
        assert world.of("a") == ["start", "start", *range(50)]

    play(scene, buffer=1)


def test_without_keep_waiting_the_owner_gets_what_waited() -> None:
    async def scene(world: World) -> None:
        address = world.entities.address("a")
        await address.start()
        address.tell(Crash())
        address.tell("waiting")
        asked = address.ask("asked")
        await run_until_idle()
        assert world.refused == [("waiting", RefusalReason.ENDED)]
        with pytest.raises(ActorDeadError):
            await asked
        assert world.of("a") == ["start", "start"]

    play(scene, keep_waiting=False)


def test_a_killed_one_loses_nothing_either() -> None:
    async def scene(world: World) -> None:
        address = world.entities.address("a")
        ref = await address.start()
        address.tell("one")
        kill(ref)
        address.tell("two")
        await run_until_idle()
        assert world.of("a") == ["start", "start", "one", "two"]

    play(scene)


def test_a_restart_that_fails_gives_what_waits_to_the_owner_and_is_tried_again() -> None:
    async def scene(world: World) -> None:
        address = world.entities.address("a")
        await address.start()
        world.start_failures.append(OSError("on purpose"))
        address.tell(Crash())
        address.tell("waiting")
        await run_until_idle()
        assert world.refused == [("waiting", RefusalReason.NOT_STARTED)]
        assert address.is_alive()
        assert world.entities.counts.failed == 1

    play(scene)


@pytest.mark.parametrize(
    ("policy", "told", "refused"),
    [
        (InboxPolicy.REFUSE, [True, True, False], [(2, RefusalReason.FULL)]),
        (InboxPolicy.DROP_OLDEST, [True, True, True], [(0, RefusalReason.DROPPED)]),
    ],
)
def test_a_full_inbox(policy: InboxPolicy, told: list[bool], refused: list[Any]) -> None:
    class Narrow(Entity):
        inbox_limit = 2
        inbox_policy = policy

    async def scene(world: World) -> None:
        address = world.entities.address("a")
        await address.start()
        assert [address.tell(n) for n in range(3)] == told
        assert world.refused == refused
        world.gate.set()

    play(scene, start=Narrow)


def test_without_an_owner_they_become_dead_letters() -> None:
    dead: list[Any] = []
    unsubscribe = dead_letters.subscribe(dead.append)

    async def scene(world: World) -> None:
        world.start_failures.append(OSError("on purpose"))
        address = world.entities.address("a")
        address.tell("one")
        await run_until_idle()
        [letter] = dead
        assert (letter.target, letter.message) == (address, "one")
        assert "on purpose" in letter.why

    play(scene, on_refused=None)
    unsubscribe()


def test_an_owner_that_fails_hurts_nobody(caplog: pytest.LogCaptureFixture) -> None:
    async def scene(world: World) -> None:
        address = world.entities.address("a")
        assert [address.tell(n) for n in range(2)] == [True, False]
        await run_until_idle()
        assert world.of("a") == ["start", 0]

    play(scene, buffer=1, on_refused=lambda _message, _why: 1 / 0)
    assert "on_refused" in caplog.text


# -- ends ---------------------------------------------------------------------------------


def test_one_that_ends_is_started_by_the_next_message() -> None:
    async def scene(world: World) -> None:
        address = world.entities.address("a")
        for message in ("one", "stop", "two"):
            address.tell(message)
        await run_until_idle()
        # It stopped after the messages it had; "two" was one of them.
        assert world.of("a") == ["start", "one", "two", "end"]
        assert len(world.entities) == 0
        with pytest.raises(ChildNotFound):
            await world.sup.which_child("a")
        assert await address.ask("three") == ("re", "three")
        assert world.entities.counts.started == 2

    play(scene)


def test_a_message_that_comes_while_it_ends_is_for_the_next_one() -> None:
    class Slow(Entity):
        async def on_stop(self) -> None:
            await self.world.gate.wait()

    async def scene(world: World) -> None:
        address = world.entities.address("a")
        address.tell("stop")
        await run_until_idle()
        assert not address.is_alive()
        assert address.tell("late")
        await run_until_idle()
        assert world.of("a") == ["start"]
        world.gate.set()
        await run_until_idle()
        assert world.of("a") == ["start", "start", "late"]

    play(scene, start=Slow)


@pytest.mark.parametrize("when", ["before its supervisor", "before it starts", "while it starts"])
def test_one_that_is_stopped_before_it_runs_never_runs(when: str) -> None:
    async def main() -> None:
        world = World()
        if when != "before its supervisor":
            await world.supervise()
        if when == "while it starts":
            world.start_takes = asyncio.Event()
        address = world.entities.address("a")
        address.tell("waiting")
        started = address.start()
        if when == "while it starts":
            await run_until_idle()
        address.stop()
        with pytest.raises((ActorDeadError, StartError)):
            await started
        assert world.refused == [("waiting", RefusalReason.STOPPED)]
        if when == "before its supervisor":
            await world.supervise()
        await run_until_idle()
        assert not address.is_alive()
        assert len(world.entities) == 0
        assert ("start" in world.of("a")) is (when == "while it starts")
        world.start_takes = None
        assert await address.ask("later") == ("re", "later")

    run(main)


def test_one_that_is_stopped_ends_after_the_messages_it_has() -> None:
    async def scene(world: World) -> None:
        address = world.entities.address("a")
        await address.start()
        address.tell("one")
        world.entities.address("a").stop()
        await run_until_idle()
        assert world.of("a") == ["start", "one", "end"]
        assert len(world.entities) == 0
        address.stop()  # it is harmless when there is none
        assert world.entities.counts.restarted == 0

    play(scene)


@pytest.mark.parametrize("supervised", [True, False])
def test_one_whose_waiting_messages_are_refused_starts_with_the_next(supervised: bool) -> None:
    async def main() -> None:
        world = World()
        if supervised:
            await world.supervise()
        address = world.entities.address("a")
        address.tell("one")
        address.refuse_waiting(Refusal(RefusalReason.STOPPED))
        assert world.refused == [("one", RefusalReason.STOPPED)]
        if not supervised:
            await world.supervise()
        await run_until_idle()
        assert len(world.entities) == 0
        assert await address.ask("two") == ("re", "two")
        assert world.of("a") == ["start", "two"]

    run(main)


def test_a_restart_may_be_called_off() -> None:
    async def scene(world: World) -> None:
        address = world.entities.address("a")
        await address.start()
        world.start_failures.append(StartIgnored("not wanted any more"))
        address.tell(Crash())
        await run_until_idle()
        assert len(world.entities) == 0
        assert world.of("a") == ["start"]

    play(scene)


@pytest.mark.parametrize("shutdown_", [5.0, BRUTAL_KILL])
def test_one_that_is_terminated_gives_what_waits_to_the_owner(shutdown_: Any) -> None:
    async def scene(world: World) -> None:
        address = world.entities.address("a")
        await address.start()
        address.tell("slow")
        await run_until_idle()
        address.tell("waiting")
        ended = world.sup.terminate_child("a")
        await run_until_idle()
        if shutdown_ is BRUTAL_KILL:
            assert world.refused == [("waiting", RefusalReason.STOPPED)]
            await ended
        else:
            world.gate.set()  # it was asked to end, after the messages it has
            await ended
            assert world.of("a") == ["start", "waiting", "end"]
        assert len(world.entities) == 0

    play(scene, shutdown=shutdown_)


def test_the_end_of_the_supervisor_gives_what_waits_to_the_owner() -> None:
    async def scene(world: World) -> None:
        world.start_takes = asyncio.Event()
        address = world.entities.address("a")
        address.tell("waiting")
        started = address.start()
        await run_until_idle()
        await shutdown(world.sup)
        assert world.refused == [("waiting", RefusalReason.NOT_STARTED)] or world.refused == [
            ("waiting", RefusalReason.ENDED)
        ]
        with pytest.raises((ActorDeadError, StartError)):
            await started
        assert address.tell("too late") is False
        assert world.refused[-1] == ("too late", RefusalReason.ENDED)
        assert len(world.entities) == 0

    play(scene)


@pytest.mark.parametrize("how", [kill, lambda ref: ref.tell(Crash(OSError("on purpose")))])
def test_the_next_supervisor_takes_over(how: Callable[[Any], object]) -> None:
    class Clumsy(DynamicSupervisor):
        def on_receive(self, message: Any) -> None:
            raise message.exception

    async def main() -> None:
        world = World()
        spec = ChildSpec("pool", Clumsy, kwargs={"on_demand": world.entities})
        top = await Supervisor.spawn([spec])
        address = world.entities.address("a")
        first = await address.start()
        address.tell("slow")
        await run_until_idle()
        address.tell("waiting")
        how((await top.which_child("pool")).ref)
        world.gate.set()
        await run_until_idle()
        assert not first.is_alive()
        assert not address.is_alive()
        assert world.refused in ([], [("waiting", RefusalReason.ENDED)])
        assert await address.ask("hello") == ("re", "hello")

    run(main)


def test_no_message_is_lost_or_twice_whatever_ends() -> None:
    async def scene(world: World) -> None:
        address = world.entities.address("a")
        told = 0
        for round_ in range(60):
            address.tell(told)
            told += 1
            if round_ % 3 == 0:
                address.tell(Crash())
            if round_ % 5 == 0 and address.ref is not None:
                kill(address.ref)
            if round_ % 7 == 0:
                address.tell("stop")
            address.tell(told)
            told += 1
            if round_ % 2:
                await run_until_idle()
        await run_until_idle()
        got = [what for what in world.of("a") if isinstance(what, int)]
        assert got == list(range(told))
        assert world.refused == []

    async def main() -> None:
        world = World(buffer=1000)
        world.sup = await DynamicSupervisor.spawn(on_demand=world.entities, intensity=10_000)
        await scene(world)

    run(main)


# -- idle ---------------------------------------------------------------------------------


def test_an_idle_one_ends_and_comes_back() -> None:
    async def scene(world: World) -> None:
        address = world.entities.address("a")
        await address.start()
        world.clock.advance(10)
        await run_until_idle()
        assert address.is_alive()  # something came since the look before: its start
        world.clock.advance(10)
        await run_until_idle()
        assert world.of("a") == ["start", "idle?", "end"]
        assert not address.is_alive()
        assert world.entities.counts.idled == 1
        assert await address.ask("back") == ("re", "back")

    play(scene, idle=10.0)


def test_one_that_is_used_is_not_asked() -> None:
    async def scene(world: World) -> None:
        address = world.entities.address("a")
        for _ in range(5):
            await address.ask("x")
            world.clock.advance(10)
            await run_until_idle()
        assert "idle?" not in world.of("a")

    play(scene, idle=10.0)


@pytest.mark.parametrize("kind", ["plain", "coroutine"])
def test_one_that_wants_to_stay_stays(kind: str) -> None:
    async def stay() -> bool:
        return False

    async def scene(world: World) -> None:
        world.idle = stay if kind == "coroutine" else lambda: False
        address = world.entities.address("a")
        ref = await address.start()
        for _ in range(3):
            world.clock.advance(10)
            await run_until_idle()
        assert world.of("a") == ["start", "idle?", "idle?"]
        assert address.ref is ref

    play(scene, idle=10.0)


def test_a_message_that_comes_while_it_is_asked_keeps_it() -> None:
    async def scene(world: World) -> None:
        asked = asyncio.Event()
        world.idle = asked.wait
        address = world.entities.address("a")
        ref = await address.start()
        for _ in range(2):
            world.clock.advance(10)
            await run_until_idle()
        address.tell("wait")
        asked.set()
        await run_until_idle()
        assert world.of("a") == ["start", "idle?", "wait"]
        assert address.ref is ref

    play(scene, idle=10.0)


@pytest.mark.parametrize("kind", ["plain", "coroutine"])
def test_one_that_fails_when_asked_is_restarted(kind: str) -> None:
    async def scene(world: World) -> None:
        async def fail_later() -> None:
            fail()

        def fail() -> None:
            raise OSError("on purpose")

        world.idle = fail_later if kind == "coroutine" else fail
        address = world.entities.address("a")
        first = await address.start()
        for _ in range(2):
            world.clock.advance(10)
            await run_until_idle()
        assert world.of("a") == ["start", "idle?", "start"]
        assert address.ref is not first

    play(scene, idle=10.0)


def test_idle_ones_are_looked_for_in_portions_by_one_timer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("supervisors.entities.LOOK_PORTION", 3)

    async def scene(world: World) -> None:
        for number in range(10):
            await world.entities.address(number).start()
        assert world.clock.pending == 1
        for _ in range(2):
            world.clock.advance(10)
            for _ in range(5):
                await run_until_idle()
                assert world.clock.pending == 1
                world.clock.advance(0)
        await run_until_idle()
        assert len(world.entities) == 0
        assert world.entities.counts.idled == 10

    play(scene, idle=10.0)


# -- many holders -------------------------------------------------------------------------


def test_several_addresses_of_one_id_are_one_name() -> None:
    async def scene(world: World) -> None:
        one, other = world.entities.address("a"), world.entities.address("a")
        other.tell("by the other")
        assert one.tell("by the one")
        assert await one.ask("asked") == ("re", "asked")
        assert world.of("a") == ["start", "by the other", "by the one", "asked"]
        assert one.ref is other.ref is not None
        assert one.is_alive()
        assert world.entities.address("a") is other
        assert len(world.entities) == 1

    play(scene)


def test_threads_may_send() -> None:
    async def scene(world: World) -> None:
        address = world.entities.address("a")
        answers: list[Any] = []

        def thread() -> None:
            address.tell("from a thread")
            answers.append(address.ask("asked").get(timeout=30))
            answers.append(address.start().get(timeout=30))

        await asyncio.to_thread(thread)
        assert answers == [("re", "asked"), address.ref]
        assert world.of("a") == ["start", "from a thread", "asked"]

    play(scene)


def test_an_actor_on_another_loop_gives_back_what_waited() -> None:
    class Far(Entity):
        def on_receive(self, message: Any) -> Any:
            self.world.release.wait(30)  # type: ignore[attr-defined]
            return super().on_receive(message)

    def start_far(world: World, address: EntityAddress) -> Any:
        box: list[Any] = []
        thread = threading.Thread(target=lambda: box.append(Far.start(world, address)))
        thread.start()
        thread.join()
        return box[0]

    async def scene(world: World) -> None:
        world.release = threading.Event()  # type: ignore[attr-defined]
        address = world.entities.address("a")
        await address.start()
        for message in (Crash(), "one", "two"):
            address.tell(message)
        asked = address.ask("three")
        world.release.set()  # type: ignore[attr-defined]
        assert await asked == ("re", "three")
        assert world.of("a") == ["start", "start", "one", "two", "three"]
        await shutdown(world.sup)

    play(scene, start=start_far)


class Slot(EntityAddress):
    """What a package may make of an address: with fields, a gate and room of its own."""

    __slots__ = ("config", "open", "restarting")

    def __init__(self, child_id: Any, entities: Entities) -> None:
        super().__init__(child_id, entities)
        self.config: dict[str, Any] = {}
        self.open = True
        self.restarting = False

    @property
    def room(self) -> int:
        return 2 if self.restarting else 5

    def tell(self, message: Any) -> bool:
        if not self.open:
            return self.refuse(message, Refusal(RefusalReason.STOPPED))
        return super().tell(message)


class Slots(Entities):
    __slots__ = ()

    address_class = Slot


def test_addresses_may_have_a_gate_and_a_room_of_their_own() -> None:
    async def main() -> None:
        refused: list[Any] = []
        slots = Slots(
            ChildSpec("slot", lambda _slot: Quiet.start(), buffer=1),
            on_refused=lambda message, refusal: refused.append((message, refusal.reason)),
        )
        slot = slots.address("a")
        assert isinstance(slot, Slot)
        assert [slot.tell(number) for number in range(6)] == [True] * 5 + [False]
        slot.restarting = True
        slot.tell(6)
        slot.open = False
        slot.tell(7)
        full = RefusalReason.FULL
        assert refused == [(5, full), (6, full), (7, RefusalReason.STOPPED)]

    run(main)


def test_what_comes_back_late_is_for_the_actor_that_runs() -> None:
    async def scene(world: World) -> None:
        address = world.entities.address("a")
        await address.start()
        address.take_back("late", stopped=False)
        await run_until_idle()
        assert world.of("a") == ["start", "late"]

    play(scene)


@pytest.mark.parametrize(("kind", "most"), [(Entities, 110), (Slots, 130)])
def test_an_address_that_was_never_used_is_light(kind: type[Entities], most: int) -> None:
    entities = kind(ChildSpec("e", Quiet, buffer=1))
    shared: dict[str, Any] = {}
    gc.collect()
    tracemalloc.start()
    addresses = [entities.address("an id") for _ in range(1_000)]
    for address in addresses:
        if isinstance(address, Slot):
            address.config = shared
    gc.collect()
    each = tracemalloc.get_traced_memory()[0] / len(addresses)
    tracemalloc.stop()
    assert each < most
    assert len(entities) == 0
    assert list(entities) == []


# -- settings -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "spec", "options"),
    [
        ("children", "no spec", {}),
        ("buffer", {"buffer": 0}, {}),
        ("limit", {}, {"limit": 0}),
        ("limit", {}, {"limit": 1.5}),
        ("idle", {}, {"idle": 0}),
        ("idle", {}, {"idle": "soon"}),
        ("restart", {}, {"idle": 1.0}),
        ("keep_waiting", {"keep_waiting": "yes"}, {}),
    ],
)
def test_settings_are_checked(field: str, spec: Any, options: dict[str, Any]) -> None:
    with pytest.raises(SpecError) as caught:
        Entities(
            ChildSpec("e", Quiet, **{"buffer": 1, **spec}) if isinstance(spec, dict) else spec,
            **options,
        )
    assert caught.value.field == field


def test_settings_can_be_changed() -> None:
    async def scene(world: World) -> None:
        first = await world.entities.address("a").start()
        spec = ChildSpec("e", lambda _address: Quiet.start(), buffer=1, restart=Restart.TRANSIENT)
        world.entities.configure(spec, idle=None, limit=2)
        second = await world.entities.address("b").start()
        assert (first.actor_class, second.actor_class) == (Entity, Quiet)
        with pytest.raises(MaxChildren):
            await world.entities.address("c").start()

    play(scene)


def test_supervisors_treat_all_addresses_alike() -> None:
    """What a supervisor tells addresses is written once: nothing here is overridden."""
    overridden = set(vars(DynamicSupervisor)) & set(vars(Supervising))
    assert not {"_started", "_start_failed", "_forget", "child_exited"} & overridden
