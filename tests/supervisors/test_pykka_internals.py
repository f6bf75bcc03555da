"""What pykka_internals.py names inside pykka 4.5. A pykka that breaks one of these breaks us."""

from __future__ import annotations

import inspect
import re
from importlib.metadata import version
from pathlib import Path

import pykka
import pytest
from pykka import messages
from pykka._envelope import Envelope

import supervisors
from supervisors import EventLoopActor, LoopFuture, LoopRef
from supervisors.testing import run


def test_the_version_is_one_we_know():
    major, minor = map(int, version("pykka").split(".")[:2])
    assert major == 4
    assert minor >= 5


def test_the_stop_message_is_a_type_without_content():
    assert messages._ActorStop() == ()


def test_an_envelope_carries_a_message_and_a_future():
    future = LoopFuture()
    envelope = Envelope("message", reply_to=future)
    assert (envelope.message, envelope.reply_to) == ("message", future)
    assert Envelope("message").reply_to is None


def test_the_hooks_of_a_runtime_are_abstract_and_all_filled_in():
    assert pykka.Actor.__abstractmethods__ == {
        "_create_actor_inbox", "_create_future", "_start_actor_loop",
    }  # fmt: skip
    assert not inspect.isabstract(EventLoopActor)


def test_a_future_is_made_without_arguments():
    assert isinstance(EventLoopActor._create_future(), LoopFuture)
    assert isinstance(LoopFuture(), pykka.Future)
    assert set(inspect.signature(pykka.Future.set_get_hook).parameters) == {"self", "func"}


def test_bases_do_in_init_only_what_is_done_here():
    """What pykka's constructors set is a property or a slot of ours."""
    actor = set(pykka.Actor.__init__.__code__.co_names) & set(pykka.Actor.__annotations__)
    assert actor <= {"actor_urn", "actor_inbox", "actor_stopped", "_actor_ref"}
    names = pykka.ActorRef.__init__.__code__.co_names
    assert set(names) - {"weakref", "ref", "__class__"} == {
        "_actor_weakref", "actor_class", "actor_urn", "actor_inbox", "actor_stopped",
    }  # fmt: skip


def test_a_proxy_calls_the_weakref():
    async def main():
        ref = EventLoopActor.start()
        assert ref._actor_weakref() is ref.actor
        assert pykka.ActorProxy(actor_ref=ref)._actor is ref.actor
        await ref.stop(block=False)
        assert ref._actor_weakref() is None

    run(main)


def test_the_inbox_takes_what_pykkas_own_ref_puts_into_it():
    class Echo(EventLoopActor):
        def on_receive(self, message):
            return message

    async def main():
        ref = Echo.start()
        future = LoopFuture()
        ref.actor_inbox.put(Envelope("asked", reply_to=future))
        ref.actor_inbox.put(Envelope("told"))
        assert not ref.actor_inbox.empty()
        assert ref.actor_inbox.qsize() == 2
        assert await future == "asked"

    run(main)


def test_the_stop_message_itself_may_be_sent():
    async def main():
        one, other = EventLoopActor.start(), EventLoopActor.start()
        one.tell(messages._ActorStop())
        assert await other.ask(messages._ActorStop(), block=False) is True
        assert not one.is_alive()
        assert not other.is_alive()
        with pytest.raises(pykka.ActorDeadError):
            await other.ask(messages._ActorStop(), block=False)

    run(main)


def test_refs_and_actors_are_pykkas():
    async def main():
        ref = EventLoopActor.start()
        assert isinstance(ref, pykka.ActorRef)
        assert isinstance(ref.actor, pykka.Actor)
        assert isinstance(ref, LoopRef)

    run(main)


PRIVATE = re.compile(r"from pykka\S* import .*\b_[a-zA-Z]|from pykka\._|pykka\._")


def test_private_names_are_imported_in_one_module():
    package = Path(supervisors.__file__).parent
    found = {path.name for path in package.glob("*.py") if PRIVATE.search(path.read_text("utf-8"))}
    assert found == {"pykka_internals.py"}
