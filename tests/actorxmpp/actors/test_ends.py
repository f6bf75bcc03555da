"""Whatever ends an actor of a session, however and whenever: nobody is left waiting or misled.

A table: (actor) x (way it ends) x (state of the link), without and with stream management. What
must be so is in ``harness_tree``; here is how a session gets into each state, and what is done to
it there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from actorxmpp import OnHandlerError

from .harness_tree import World
from .tree_adapter import ACTORS, WAYS

if TYPE_CHECKING:
    from collections.abc import Callable

MODES = ("plain", "managed")


def up(world: World) -> None:
    """There is a stream; answers and acknowledgements are missing."""


def idle(world: World) -> None:
    """``disconnect()`` was called, and it is done."""
    world.disconnect()
    world.advance(5.0)
    assert world.over


def waiting(world: World) -> None:
    """The connection was lost, and the next attempt is seconds away."""
    world.server.connector.down = True
    world.cut()
    world.settle()
    assert not world.server.dialling


def gated(world: World) -> None:
    """The gate does not let the session through."""
    world.gate.shut = True
    world.cut()
    world.advance(2.5)
    assert world.gate.waiting == 1


def connecting(world: World) -> None:
    """The server is slow to dial."""
    world.server.connector.dial_seconds = 5.0
    world.cut()
    world.advance(2.5)
    assert world.server.dialling == 1


def negotiating(world: World) -> None:
    """There is a connection, and the server says nothing."""
    world.server.holding = True
    world.cut()
    world.advance(3.0)
    assert world.server.link is not None
    assert not world.server.up


def closing(world: World) -> None:
    """``disconnect()`` was called, and the server does not close its stream."""
    world.server.closes = False
    world.disconnect(wait=5.0)
    world.advance(1.0)
    assert world.server.link is not None
    assert world.server.link.closing


def parked(world: World) -> None:
    """The server has refused the login."""
    world.server.refuses_logins = True
    world.cut()
    world.advance(3.0)
    assert world.parked


STATES: dict[str, Callable[[World], None]] = {
    function.__name__: function
    for function in (idle, waiting, gated, connecting, negotiating, up, closing, parked)
}
NOT_DIALLING = ("idle", "closing", "parked")
"""States in which no connection is to be made."""


def session_in(world: World, state: str) -> None:
    """Bring a session that has had a stream, with somebody waiting for everything, into a state."""
    world.connect()
    world.until(world.up)
    world.advance(1.0)
    world.server.answers = world.server.acks = False
    say(world)
    world.poke()
    world.settle()
    STATES[state](world)


def say(world: World) -> None:
    """Send in each of the ways there are."""
    for send in (world.send, world.send_acked, world.send_iq, world.send_wait, world.send):
        send()


def after(world: World, state: str) -> None:
    """Go on sending, let the session come back, and see what became of everything."""
    say(world)
    world.settle()
    say(world)
    dials = world.server.dials
    world.advance(0.1)
    if state in NOT_DIALLING:
        world.advance(10.0)
        assert world.server.dials == dials, "a session that is to stay unconnected dials"
    elif not world.dead:
        world.heal()
        world.until(world.up)
    world.finish()


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("actor", ACTORS)
def test_an_actor_that_ends_leaves_nobody_waiting(
    actor: str, way: str, state: str, mode: str
) -> None:
    with World(managed=mode == "managed") as world:
        session_in(world, state)
        say(world)
        assert world.end(actor, way)
        after(world, state)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("actor", [actor for actor in ACTORS if actor != "session"])
def test_an_actor_whose_supervisor_gives_up_leaves_nobody_waiting(
    actor: str, state: str, mode: str
) -> None:
    with World(managed=mode == "managed") as world:
        session_in(world, state)
        say(world)
        world.exceed(actor)
        assert world.dead == (actor != "plugin")
        after(world, state)


def burst(world: World) -> None:
    """Much comes and goes at once."""
    world.deliver()
    say(world)
    world.server.answers = world.server.acks = True
    say(world)
    world.deliver()


def failure(world: World) -> None:
    """The user's handler fails while answers and acknowledgements come."""
    say(world)
    world.turns(2)
    world.server.answers = world.server.acks = True
    say(world)
    world.deliver(harmful=True)


def login(world: World) -> None:
    """A login is under way."""
    world.server.holding = True
    world.cut()
    world.advance(3.0)
    say(world)
    world.hold(hold=False)


def loss(world: World) -> None:
    """The connection is lost while something is sent."""
    say(world)
    world.turns(1)
    world.cut()
    say(world)


def ending(world: World) -> None:
    """The session is ended while something is sent."""
    say(world)
    world.disconnect()


def aborting(world: World) -> None:
    """The session is ended without ceremony."""
    say(world)
    world.abort()


MOMENTS: dict[str, Callable[[World], None]] = {
    function.__name__: function for function in (burst, failure, login, loss, ending, aborting)
}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("way", ["crash", "kill"])
@pytest.mark.parametrize("actor", ACTORS)
def test_an_actor_may_end_at_any_turn_of_the_loop(
    actor: str, way: str, moment: str, mode: str
) -> None:
    busy, turns = True, 0
    while busy:
        with World(managed=mode == "managed", on_error=OnHandlerError.RESTART, fine=True) as world:
            session_in(world, "up")
            MOMENTS[moment](world)
            world.turns(turns)
            busy = world.loop.busy
            world.end(actor, way)
            say(world)
            try:
                world.settle()
                world.finish()
            except AssertionError as error:
                error.add_note(f"{actor} {way} after {turns} turns")
                raise
        turns += 1


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("way", WAYS)
def test_a_hundred_stanzas_sent_while_a_new_transport_dials_are_sent_or_reported(
    way: str, mode: str
) -> None:
    with World(managed=mode == "managed") as world:
        world.connect()
        world.until(world.up)
        world.end("transport", way)
        world.settle()
        assert not world.up()
        sent = []
        for _ in range(100):
            sent.append(world.send_acked())
            world.advance(0.002)
        assert world.server.dialling == 1
        assert not world.up()
        assert [name for name, _ in world.journal].count("disconnected") == 1
        assert not any(entry.result for entry in sent)
        world.until(world.up)
        world.advance(10.0)
        assert all(world.arrived(entry) != entry.not_sent for entry in sent)
        assert all(entry.result == ("acked" if world.managed else "sent") for entry in sent)
        assert [name for name, _ in world.journal].count("disconnected") == 1
        world.finish()
