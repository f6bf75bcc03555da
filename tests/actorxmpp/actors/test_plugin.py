"""A plugin's slot and its actor: what becomes of stanzas, whatever state the plugin is in.

No stream and no dispatcher: the role's plugins under a supervisor, and stanzas that only remember
how they were answered.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine
from types import SimpleNamespace
from typing import Any

import pytest

from actorxmpp import BasePlugin, ClientXMPP
from actorxmpp.actors import messages as m
from actorxmpp.actors import plugin as module
from actorxmpp.actors.session import PERIOD, PLUGIN_INTENSITY
from actorxmpp.exceptions import PluginUnavailable, SendQueueFull
from actorxmpp.plugins import base
from supervisors import DynamicSupervisor, kill
from supervisors.testing import ManualClock, run, run_until_idle, use_clock

UNSTARTED_SIZE = 104
"""Bytes: a session has up to 128 slots, most of which never have an actor."""


class Stanza:
    """Remembers how it was answered."""

    name = "iq"

    def __init__(self, body: str) -> None:
        self.body = body
        self.answers: list[str] = []

    def exception(self, error: Exception) -> None:
        self.answers.append(getattr(error, "condition", "internal-server-error"))


class Unanswerable(Stanza):
    """Its answer finds the queue full."""

    def exception(self, error: Exception) -> None:
        super().exception(error)
        raise SendQueueFull


class Probe(BasePlugin):
    """Writes down, in the session's journal, what is called."""

    name = "probe"

    def plugin_init(self) -> None:
        self.journal = journal = self.xmpp.journal
        if self.xmpp.failing_inits and journal:
            self.xmpp.failing_inits -= 1
            raise RuntimeError("can't begin, on purpose")
        journal.append("init")
        self.xmpp.add_event_handler("poke", self.run)

    def plugin_end(self) -> None:
        self.journal.append("end")

    def run(self, stanza: Any) -> Any:
        if stanza.body == "crash":
            raise RuntimeError("on purpose")
        if stanza.body == "disable":
            self.xmpp.plugin.disable(self.name)
        self.journal.append(stanza.body)
        return asyncio.Event().wait() if stanza.body == "wait" else None


class World:
    """A role with the plugin, and what it takes to let its actor run."""

    def __init__(self) -> None:
        self.role: Any = ClientXMPP("romeo@localhost", "secret")
        self.journal = self.role.journal = []
        self.role.failing_inits = 0
        self.role.register_plugin("probe", {"key": "value"})
        self.slot = self.role.plugin.slots["probe"]
        self.clock = use_clock(ManualClock())

    async def supervise(self) -> Any:
        self.pool = await DynamicSupervisor.spawn(
            on_demand=self.role.session.plugin_table, intensity=PLUGIN_INTENSITY, period=PERIOD
        )
        await run_until_idle()
        return self.pool

    def tell(self, *bodies: str, kind: type[Stanza] = Stanza) -> list[Stanza]:
        """Give the plugin's handler stanzas; its slot is found as the dispatcher finds it."""
        slot = self.role.plugin.slots["probe"]
        handler: Any = SimpleNamespace(run=lambda stanza: slot.instance.run(stanza))
        stanzas = [kind(body) for body in bodies]
        for stanza in stanzas:
            slot.tell(m.RunHandler(handler, stanza))  # type: ignore[arg-type]
        return stanzas

    def handlers(self) -> int:
        events: Any = self.role.session.roles.events
        return int(events.count("poke"))


@pytest.fixture(autouse=True)
def probe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(base._REGISTRY, "probe", Probe)


def play(scene: Callable[[World], Coroutine[Any, Any, None]], *, runs: bool = True) -> None:
    async def main() -> None:
        world = World()
        if runs:
            await world.supervise()
        await scene(world)

    run(main)


async def _before_its_supervisor(world: World) -> None:
    """Nothing runs yet."""


async def _before_it_starts(world: World) -> None:
    await world.supervise()
    world.tell("waits")


async def _while_it_runs(world: World) -> None:
    await world.supervise()
    world.slot.start()
    await run_until_idle()


async def _while_it_restarts(world: World) -> None:
    await _while_it_runs(world)
    kill(world.slot.ref)  # what follows comes before its supervisor's turn


STATES = {
    "before its supervisor": _before_its_supervisor,
    "before it starts": _before_it_starts,
    "while it runs": _while_it_runs,
    "while it restarts": _while_it_restarts,
}
"""Where a plugin's actor can stand when something is done with the plugin."""

ROOM = {
    "before its supervisor": module.QUEUE_LIMIT,
    "before it starts": module.QUEUE_LIMIT - 1,
    "while it runs": module.QUEUE_LIMIT,
    "while it restarts": module.RESTART_LIMIT,
}
"""How many messages may wait there, beside those that do."""


def test_a_slot_that_was_never_started_is_as_small_as_can_be() -> None:
    async def scene(world: World) -> None:
        assert sys.getsizeof(world.slot) <= UNSTARTED_SIZE
        assert world.slot.waiting == 0
        assert len(world.role.session.plugin_table) == 0
        world.role.register_plugin("xep_0199")
        assert world.role.plugin.slots["xep_0199"].config is None

    play(scene)


def test_the_actor_starts_with_the_first_stanza_and_takes_the_object_that_is_there() -> None:
    async def scene(world: World) -> None:
        first = world.slot.instance
        assert world.slot.ref is None
        world.tell("one", "two")
        await run_until_idle()
        assert world.slot.is_alive()
        assert world.slot.instance is first
        assert world.journal == ["init", "one", "two"]

    play(scene)


def test_a_failure_costs_the_stanza_it_happened_with_and_no_other() -> None:
    async def scene(world: World) -> None:
        first = world.slot.instance
        stanzas = world.tell("one", "crash", "two", "crash", "three")
        world.slot.keep()["something"] = 1
        await run_until_idle()
        assert world.journal == ["init", "one", "init", "two", "init", "three"]
        wrong = ["internal-server-error"]
        assert [stanza.answers for stanza in stanzas] == [[], wrong, [], wrong, []]
        assert world.slot.instance is not first
        assert world.slot.instance.config["key"] == "value"
        assert world.slot.instance.kept == {"something": 1}
        assert world.handlers() == 1

    play(scene)


def test_what_waited_when_it_failed_waits_on_however_much_it_is() -> None:
    async def scene(world: World) -> None:
        more = ["more"] * (2 * module.RESTART_LIMIT)
        stanzas = world.tell("crash", *more)
        await run_until_idle()
        assert world.journal == ["init", "init", *more]
        assert not any(stanza.answers for stanza in stanzas[1:])

    play(scene)


def test_a_new_object_that_can_not_begin_leaves_nothing_and_is_tried_again() -> None:
    async def scene(world: World) -> None:
        world.role.failing_inits = 2
        _, waiting = world.tell("crash", "waits")
        await run_until_idle()
        assert waiting.answers == ["service-unavailable"]
        assert world.journal == ["init", "init"]
        assert world.handlers() == 1
        world.tell("on")
        await run_until_idle()
        assert world.journal[-1] == "on"

    play(scene)


@pytest.mark.parametrize("state", STATES)
def test_more_than_may_wait_is_answered(state: str, caplog: pytest.LogCaptureFixture) -> None:
    async def scene(world: World) -> None:
        await STATES[state](world)
        stanzas = world.tell(*["more"] * ROOM[state])
        assert not any(stanza.answers for stanza in stanzas)
        for kind in (Stanza, Unanswerable):
            (refused,) = world.tell("too much", kind=kind)
            assert refused.answers == ["service-unavailable"]
        if state == "before its supervisor":
            await world.supervise()
        await run_until_idle()
        assert world.journal.count("more") == ROOM[state]
        assert "on_refused" not in caplog.text

    play(scene, runs=False)


@pytest.mark.parametrize("state", STATES)
def test_what_waits_for_a_plugin_that_is_disabled_is_answered(state: str) -> None:
    async def scene(world: World) -> None:
        handle = world.role["probe"]
        await STATES[state](world)
        (stanza,) = world.tell("last")
        world.role.plugin.disable("probe")
        assert world.handlers() == 0
        with pytest.raises(PluginUnavailable, match="disabled"):
            handle.anything()
        if state == "before its supervisor":
            await world.supervise()
        await run_until_idle()
        assert stanza.answers == ["service-unavailable"]
        killed = state == "while it restarts"  # it had no object that could end in order
        assert world.journal == (["init"] if killed else ["init", "end"])
        assert not world.slot.is_alive()
        assert len(world.role.session.plugin_table) == 0

    play(scene, runs=False)


@pytest.mark.parametrize("state", STATES)
def test_a_plugin_that_is_disabled_and_enabled_again_is_another_one(state: str) -> None:
    async def scene(world: World) -> None:
        await STATES[state](world)
        world.role.plugin.disable("probe")
        world.role.register_plugin("probe", {"key": "other"})
        (stanza,) = world.tell("for the new one")
        if state == "before its supervisor":
            await world.supervise()
        await run_until_idle()
        world.tell("and on")
        await run_until_idle()
        assert stanza.answers == []
        assert world.journal.count("init") == 2
        assert world.journal[-2:] == ["for the new one", "and on"]
        assert world.role["probe"].config["key"] == "other"
        assert world.handlers() == 1
        world.role.plugin.disable("probe")
        await run_until_idle()
        assert world.journal[-1] == "end"
        assert len(world.role.session.plugin_table) == 0

    play(scene, runs=False)


def test_a_plugin_may_disable_itself() -> None:
    async def scene(world: World) -> None:
        disabling, after = world.tell("disable", "after")
        await run_until_idle()
        assert world.journal == ["init", "end", "disable"]
        assert (disabling.answers, after.answers) == ([], ["service-unavailable"])
        assert not world.slot.is_alive()

    play(scene)


def test_a_handler_under_way_ends_with_its_plugin_and_its_request_is_answered() -> None:
    async def scene(world: World) -> None:
        (stanza,) = world.tell("wait")
        await run_until_idle()
        world.role.plugin.disable("probe")
        await run_until_idle()
        assert stanza.answers == ["internal-server-error"]

    play(scene)


@pytest.mark.parametrize("started", [True, False])
def test_plugins_come_back_with_their_supervisor(started: bool) -> None:
    async def scene(world: World) -> None:
        if started:
            world.tell("one")
            await run_until_idle()
        kill(world.pool)
        (between,) = world.tell("nobody is there")
        assert between.answers == ["service-unavailable"]
        await world.supervise()
        world.role.plugin.adopt()  # as a dispatcher does that starts
        await run_until_idle()
        assert world.handlers() == 1
        world.tell("on")
        await run_until_idle()
        assert world.journal == (["init", "one", "init", "on"] if started else ["init", "on"])

    play(scene)


def test_who_registers_a_plugin_whose_object_is_gone_may_use_it_at_once() -> None:
    bot = ClientXMPP("romeo@localhost/orchard", "secret")
    bot.register_plugin("xep_0030")
    slot = bot.session.roles.plugins["xep_0030"]
    slot.ended()  # its actor has run, and ended
    bot.register_plugin("xep_0030")
    bot["xep_0030"].add_feature("urn:example:feature")
    assert bot.session.roles.plugins["xep_0030"] is slot
