"""A session, whatever happens to it in whatever order; its server is slow, down, or cut off.

Hypothesis makes up what users, server, network and bugs do; ``harness_tree`` says what must be so
whenever nothing is left to do, and in the end. Without and with stream management.

``ACTORXMPP_EXAMPLES=10000 pytest -o faulthandler_timeout=0 -k statemachine`` plays that many in
each mode, with a line of progress now and then. ``--hypothesis-profile=explore`` plays others than
last time.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from actorxmpp import OnHandlerError
from actorxmpp.settings import LostStanzas

from .harness_tree import World
from .tree_adapter import ACTORS, WAYS

if TYPE_CHECKING:
    from collections.abc import Callable

EXAMPLES = int(os.environ.get("ACTORXMPP_EXAMPLES", "1200"))
"""Examples in each mode."""

STEPS = 25
"""Things that happen in one example, at most."""

PROGRESS = 500
"""Examples after which a long run says how far it is."""

MANAGEMENT = ({}, {"max_unacked": 4}, {"allow_resume": False})
"""Configurations of stream management."""

THEN = st.sampled_from((None, 0, 1, 2, 3, 5, 0.05, 0.5, 3.0))
"""What follows an action: None, nothing is left to do; so many turns of the loop; or seconds."""

WAYS_TO_SEND = ("send", "send_acked", "send_iq", "send_wait")
SOME = st.integers(1, 4)


class Tree(RuleBasedStateMachine):
    """One session and its server."""

    managed = False

    def __init__(self, progress: Callable[[], None] = lambda: None) -> None:
        super().__init__()
        self.world: World | None = None
        self._failed = False
        self._progress = progress

    @initialize(
        limit=st.sampled_from((1000, 3)),
        on_error=st.sampled_from(OnHandlerError),
        management=st.sampled_from(MANAGEMENT),
        lost=st.sampled_from(LostStanzas),
        fine=st.booleans(),
        start=st.booleans(),
    )
    def begin(self, start: bool, **settings: Any) -> None:
        if not self.managed:
            settings.update(management=None, lost=LostStanzas.REPORT)
        self.world = World(managed=self.managed, **settings)
        if start:
            self.do(self.world.connect, 3.0)

    def do(self, action: Callable[[], Any], then: float | None) -> None:
        """Act, then let the loop run as far as told."""
        world = self.world
        assert world is not None
        self._failed = True
        action()
        if then is None:
            world.settle()
        elif isinstance(then, int):
            world.turns(then)
        else:
            world.advance(then)
        self._failed = False

    def teardown(self) -> None:
        if self.world is None:
            return
        try:
            if not self._failed:
                self.world.finish()
        finally:
            self.world.close()
            self._progress()

    # users

    @rule(then=THEN)
    def connect(self, then: float | None) -> None:
        self.do(self.world.connect, then)

    @rule(then=THEN, wait=st.sampled_from((2.0, 0.1)))
    def disconnect(self, then: float | None, wait: float) -> None:
        self.do(lambda: self.world.disconnect(wait), then)

    @rule(then=THEN)
    def abort(self, then: float | None) -> None:
        self.do(self.world.abort, then)

    @rule(then=THEN)
    def reconnect(self, then: float | None) -> None:
        self.do(self.world.reconnect, then)

    @rule(
        then=THEN, count=SOME, how=st.sampled_from(("send", "send_acked", "send_iq", "send_wait"))
    )
    def send(self, then: float | None, count: int, how: str) -> None:
        def action() -> None:
            for _ in range(count):
                getattr(self.world, how)()

        self.do(action, then)

    @rule(then=THEN)
    def poke(self, then: float | None) -> None:
        self.do(self.world.poke, then)

    @rule(then=THEN)
    def enable_a_plugin(self, then: float | None) -> None:
        self.do(self.world.enable_second, then)

    # bugs

    @rule(then=THEN, actor=st.sampled_from(ACTORS), way=st.sampled_from(tuple(WAYS)))
    def end(self, then: float | None, actor: str, way: str) -> None:
        self.do(lambda: self.world.end(actor, way), then)

    @rule(actor=st.sampled_from(ACTORS))
    def exceed(self, actor: str) -> None:
        self.do(lambda: self.world.exceed(actor), 0)

    @rule(then=THEN, harmful=st.booleans())
    def deliver(self, then: float | None, harmful: bool) -> None:
        self.do(lambda: self.world.deliver(harmful=harmful), then)

    # time

    @rule(seconds=st.sampled_from((0.1, 0.3, 1.0, 2.0, 8.0, 20.0)))
    def wait(self, seconds: float) -> None:
        self.do(lambda: None, seconds)

    # server and network

    @rule(then=THEN)
    def cut(self, then: float | None) -> None:
        self.do(self.world.cut, then)

    @rule(
        bytes_in=st.none() | st.integers(0, 700),
        bytes_out=st.none() | st.integers(0, 700),
    )
    def cut_soon(self, bytes_in: int | None, bytes_out: int | None) -> None:
        self.do(lambda: self.world.cut_soon(bytes_in, bytes_out), 0)

    @rule(total=st.none() | st.integers(1, 3000))
    def cut_the_next_one(self, total: int | None) -> None:
        self.do(lambda: setattr(self.world.server.connector, "cut_after", total), 0)

    @rule(then=THEN, stalled=st.booleans())
    def stall(self, then: float | None, stalled: bool) -> None:
        self.do(lambda: self.world.stall(stalled=stalled), then)

    @rule(down=st.booleans())
    def turn_the_server(self, down: bool) -> None:
        self.do(lambda: setattr(self.world.server.connector, "down", down), 0)

    @rule(
        name=st.sampled_from(("acks", "answers", "closes", "refuses_logins")),
        value=st.booleans(),
    )
    def change(self, name: str, value: bool) -> None:
        self.do(lambda: setattr(self.world.server, name, value), 0)

    @rule(delay=st.sampled_from((0.001, 0.3, 5.0)))
    def dial_in(self, delay: float) -> None:
        self.do(lambda: setattr(self.world.server.connector, "dial_seconds", delay), 0)

    @rule(then=THEN, hold=st.booleans())
    def hold(self, then: float | None, hold: bool) -> None:
        self.do(lambda: self.world.hold(hold=hold), then)

    @rule(then=THEN, shut=st.booleans())
    def turn_the_gate(self, then: float | None, shut: bool) -> None:
        self.do(lambda: self.world.turn_gate(shut=shut), then)

    @rule(then=THEN)
    def answer(self, then: float | None) -> None:
        self.do(self.world.answer, then)

    @rule()
    def forget(self) -> None:
        self.do(self.world.server.forget, 0)


class ManagedTree(Tree):
    """The same with stream management."""

    managed = True


@pytest.mark.parametrize("machine", [Tree, ManagedTree])
def test_whatever_happens_nothing_is_lost_unseen(
    machine: type[Tree], capfd: pytest.CaptureFixture[str]
) -> None:
    begun = time.monotonic()
    count = 0

    def progress() -> None:
        nonlocal count
        count += 1
        if count % PROGRESS == 0:
            with capfd.disabled():
                spent = time.monotonic() - begun
                print(
                    f"{machine.__name__}: {count} examples, {count / spent:.0f} a second",
                    flush=True,
                )

    run_state_machine_as_test(
        lambda: machine(progress),
        settings=settings(max_examples=EXAMPLES, stateful_step_count=STEPS),
    )
