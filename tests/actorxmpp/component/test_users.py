"""A component's users as actors: dispatch, restart, idle stop, limits."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest

from actorxmpp import ComponentXMPP, UserActor, XMPPError
from actorxmpp.exceptions import ActorXMPPError, IqError, NotConnectedError
from supervisors import InboxPolicy, StartError, kill, telemetry

from .harness import JID, client, end, online, run, until


class Echo(UserActor):
    """Answers, fails and stays as it is told."""

    inbox_limit = 20

    def on_start(self) -> None:
        self.heard: list[str] = []
        if self.jid.local == "unstartable":
            raise RuntimeError("can't start, on purpose")

    def on_message(self, message: Any) -> Any:
        body = message["body"]
        self.heard.append(body)
        if body == "crash":
            raise RuntimeError("crashed on purpose")
        if body == "slow":
            return self.slowly(message)
        if body == "refuse":
            raise XMPPError("not-allowed")
        self.send_message(message["from"], f"{len(self.heard)} {body}", mtype="chat")
        return None

    async def slowly(self, message: Any) -> None:
        await self.component.gate.wait()  # type: ignore[attr-defined]
        self.send_message(message["from"], "slow", mtype="chat")

    def on_iq(self, iq: Any) -> None:
        if iq["type"] == "set":
            raise RuntimeError("crashed on purpose")
        iq.reply().send()

    def on_told(self, message: Any) -> Any:
        if message == "crash":
            raise RuntimeError("crashed on purpose")
        return f"{self.jid} heard {message}"

    def on_idle(self) -> bool:
        return self.jid.local != "stays"


class Gateway(ComponentXMPP):
    """A component whose users echo."""

    def __init__(self, **options: Any) -> None:
        super().__init__(JID, "secret", "memory")
        self.gate = asyncio.Event()
        self.own: list[str] = []
        self.add_event_handler("message", lambda m: self.own.append(m["body"]))
        self.users(Echo, **options)


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)


def test_each_address_has_its_own_actor() -> None:
    async def main(server: Any) -> None:
        gateway, juliet = Gateway(), await client(server)
        await online(server, gateway)
        for body in ("one", "two"):
            for name in ("romeo", "tybalt"):
                juliet.say(f"{name}@{JID}/any", body)
        juliet.say(JID, "for the component")
        await until(lambda: len(juliet.got) == 4 and gateway.own)
        assert sorted(juliet.got) == [
            (f"romeo@{JID}", "1 one"),
            (f"romeo@{JID}", "2 two"),
            (f"tybalt@{JID}", "1 one"),
            (f"tybalt@{JID}", "2 two"),
        ]
        assert gateway.own == ["for the component"]
        assert gateway.active_users == gateway.user_counts.started == 2
        await end(juliet, gateway)

    run(main)


def test_a_crash_costs_one_user_and_loses_no_stanza() -> None:
    async def main(server: Any) -> None:
        gateway, juliet = Gateway(), await client(server)
        await online(server, gateway)
        restarted: list[Any] = []
        stop = telemetry.subscribe(
            lambda e: restarted.append(e) if e.kind is telemetry.EventKind.RESTARTED else None
        )
        for name in ("romeo", "tybalt"):
            juliet.say(f"{name}@{JID}", "before")
        await until(lambda: len(juliet.got) == 2)
        juliet.got.clear()
        for body in ("crash", "after"):
            juliet.say(f"romeo@{JID}", body)
        juliet.say(f"tybalt@{JID}", "after")
        await until(lambda: len(juliet.got) == 3)
        # What came behind the crash is for the new actor.
        assert sorted(juliet.got) == [
            (f"romeo@{JID}", "1 after"),
            (f"romeo@{JID}", "internal-server-error"),
            (f"tybalt@{JID}", "2 after"),
        ]
        assert len(restarted) == gateway.user_counts.restarted == 1
        juliet.say(f"romeo@{JID}", "again")
        await until(lambda: len(juliet.got) == 4)
        stop()
        await end(juliet, gateway)

    run(main)


def test_stanzas_behind_a_crash_keep_their_order() -> None:
    async def main(server: Any) -> None:
        gateway, juliet = Gateway(), await client(server)
        await online(server, gateway)
        bodies = ["slow", "a", "crash", "b", "crash", "c", "d"]
        for body in bodies:
            juliet.say(f"romeo@{JID}", body)
        await until(lambda: gateway.active_users)
        gateway.gate.set()
        await until(lambda: len(juliet.got) == len(bodies))
        answers = [body for _, body in juliet.got if body != "internal-server-error"]
        assert answers == ["slow", "2 a", "1 b", "1 c", "2 d"]
        assert gateway.user_counts.lost == 0
        await end(juliet, gateway)

    run(main)


class Forgetful(Echo):
    """Drops the oldest stanza when too many wait."""

    inbox_limit = 2
    inbox_policy = InboxPolicy.DROP_OLDEST


def test_a_dropped_stanza_is_answered() -> None:
    async def main(server: Any) -> None:
        gateway, juliet = Gateway(), await client(server)
        gateway.users(Forgetful)
        await online(server, gateway)
        juliet.say(f"romeo@{JID}", "slow")
        await until(lambda: gateway.user_counts.started)
        for body in ("a", "b", "c"):
            juliet.say(f"romeo@{JID}", body)
        await until(lambda: juliet.got)
        assert juliet.got == [(f"romeo@{JID}", "resource-constraint")]
        gateway.gate.set()
        await until(lambda: len(juliet.got) == 4)
        assert [body for _, body in juliet.got[1:]] == ["slow", "2 b", "3 c"]
        assert gateway.user_counts.refused == 1
        await end(juliet, gateway)

    run(main)


def test_the_users_supervisor_is_restarted_with_what_depends_on_it() -> None:
    async def main(server: Any) -> None:
        gateway, juliet = Gateway(), await client(server)
        await online(server, gateway)
        romeo = await gateway.user(f"romeo@{JID}")
        assert romeo.ref is not None
        context = gateway.session
        session: Any = context.supervisor
        child = await session.which_child("users")
        kill(child.ref)
        await until(lambda: context.roles.role is not gateway and context.stream.is_open)
        assert not romeo.is_alive()
        juliet.say(f"romeo@{JID}", "hello")
        await until(lambda: juliet.got)
        assert juliet.got == [(f"romeo@{JID}", "1 hello")]
        await end(juliet, context.roles.role)  # type: ignore[arg-type]  # there is one

    run(main)


def test_an_xmpp_error_is_an_answer_and_no_crash() -> None:
    async def main(server: Any) -> None:
        gateway, juliet = Gateway(), await client(server)
        await online(server, gateway)
        juliet.say(f"romeo@{JID}", "refuse")
        juliet.say(f"romeo@{JID}", "next")
        await until(lambda: len(juliet.got) == 2)
        assert juliet.got == [(f"romeo@{JID}", "not-allowed"), (f"romeo@{JID}", "2 next")]
        await end(juliet, gateway)

    run(main)


def test_iqs_go_to_the_user_unless_a_plugin_takes_them() -> None:
    async def main(server: Any) -> None:
        gateway, juliet = Gateway(), await client(server)
        gateway.register_plugin("xep_0199")
        juliet.register_plugin("xep_0199")
        await online(server, gateway)
        reply = await juliet.make_iq_get(queryxmlns="urn:x", ito=f"romeo@{JID}").send()
        assert reply["type"] == "result"
        assert gateway.active_users == 1
        await juliet.plugin["xep_0199"].ping(f"tybalt@{JID}")
        assert gateway.active_users == 1
        iq = juliet.make_iq_get(queryxmlns="urn:x", ito=f"romeo@{JID}")
        iq["type"] = "set"
        with pytest.raises(IqError, match="internal-server-error"):
            await iq.send()
        await until(lambda: gateway.user_counts.restarted == 1)
        await end(juliet, gateway)

    run(main)


def test_one_stanza_after_another_and_no_more_than_fit() -> None:
    async def main(server: Any) -> None:
        gateway, juliet = Gateway(), await client(server)
        await online(server, gateway)
        juliet.say(f"romeo@{JID}", "slow")
        await until(lambda: gateway.active_users == 1)
        for _ in range(Echo.inbox_limit + 5):
            juliet.say(f"romeo@{JID}", "more")
        await until(lambda: len(juliet.got) >= 4)
        assert {body for _, body in juliet.got} == {"resource-constraint"}
        refused = gateway.user_counts.refused
        gateway.gate.set()
        await until(lambda: len(juliet.got) == Echo.inbox_limit + 6)
        assert juliet.got[refused] == (f"romeo@{JID}", "slow")
        assert gateway.user_counts.refused == refused
        await end(juliet, gateway)

    run(main)


def test_a_full_queue_is_no_failure_of_a_user() -> None:
    async def main(server: Any) -> None:
        gateway, juliet = Gateway(), await client(server)
        gateway.outgoing_queue(limit=1)
        await online(server, gateway)
        gateway.session.stream.queue.pause()  # the server reads nothing for a while
        for body in ("one", "two", "three"):
            juliet.say(f"romeo@{JID}", body)
        await until(lambda: gateway.outgoing.refused >= 2)
        gateway.session.stream.queue.resume()
        juliet.say(f"romeo@{JID}", "four")
        await until(lambda: len(juliet.got) == 2)
        assert [body for _, body in juliet.got] == ["1 one", "4 four"]
        assert gateway.user_counts.restarted == 0
        await end(juliet, gateway)

    run(main)


def test_an_idle_user_stops_and_comes_back() -> None:
    async def main(server: Any) -> None:
        gateway, juliet = Gateway(idle=0.02), await client(server)
        await online(server, gateway)
        romeo = await gateway.user(f"romeo@{JID}")
        await gateway.user(f"stays@{JID}")
        await until(lambda: gateway.user_counts.idled >= 1)
        await until(lambda: gateway.active_users == 1)
        assert not romeo.is_alive()
        assert await romeo.ask("hello") == f"romeo@{JID} heard hello"
        assert gateway.user_counts.started == 3
        await end(juliet, gateway)

    run(main)


def test_stanzas_race_with_the_idle_stop_and_none_is_lost() -> None:
    async def main(server: Any) -> None:
        gateway, juliet = Gateway(idle=0.000001), await client(server)
        await online(server, gateway)
        sent = 0
        while gateway.user_counts.idled < 20:
            juliet.say(f"romeo@{JID}", "x")
            sent += 1
            await until(lambda least=sent - 3: len(juliet.got) >= least)  # type: ignore[misc]
        await until(lambda: len(juliet.got) == sent)
        assert all(body.endswith("x") for _, body in juliet.got)
        await end(juliet, gateway)

    run(main)


def test_who_there_is_and_how_many() -> None:
    async def main(server: Any) -> None:
        gateway = Gateway(limit=2, admit=lambda jid: jid.local != "nobody")
        juliet = await client(server)
        await online(server, gateway)
        juliet.say(f"nobody@{JID}", "x")
        await until(lambda: juliet.got)
        assert juliet.got == [(f"nobody@{JID}", "item-not-found")]
        for name in ("a", "b", "c"):
            juliet.say(f"{name}@{JID}", "x")
        await until(lambda: len(juliet.got) == 4)
        assert (f"c@{JID}", "resource-constraint") in juliet.got
        assert gateway.active_users == 2
        with pytest.raises(ActorXMPPError, match="no such user"):
            await gateway.user(f"nobody@{JID}")
        with pytest.raises(ActorXMPPError, match="too many"):
            await gateway.user(f"d@{JID}")
        await end(juliet, gateway)

    run(main)


def test_a_user_that_cant_start_is_answered_for() -> None:
    async def main(server: Any) -> None:
        gateway, juliet = Gateway(), await client(server)
        await online(server, gateway)
        juliet.say(f"unstartable@{JID}", "x")
        await until(lambda: juliet.got)
        assert juliet.got == [(f"unstartable@{JID}", "internal-server-error")]
        assert gateway.active_users == 0
        with pytest.raises((StartError, RuntimeError)):
            await gateway.user(f"unstartable@{JID}")
        await end(juliet, gateway)

    run(main)


def test_tell_and_ask_from_the_other_network() -> None:
    async def main(server: Any) -> None:
        gateway = Gateway()
        with pytest.raises(NotConnectedError):
            await gateway.user(f"romeo@{JID}")
        await online(server, gateway)
        romeo = await gateway.user(f"romeo@{JID}/phone")
        assert romeo.jid == f"romeo@{JID}"
        assert await romeo.ask("a") == f"romeo@{JID} heard a"
        with pytest.raises(RuntimeError):
            await romeo.ask("crash")
        await until(lambda: gateway.user_counts.restarted == 1)
        assert await romeo.ask("b") == f"romeo@{JID} heard b"
        assert romeo.tell("c")
        await end(gateway)

    run(main)


def test_users_survive_a_new_connection_and_a_new_component_object() -> None:
    async def main(server: Any) -> None:
        gateway, juliet = Gateway(), await client(server)
        await online(server, gateway)
        romeo = await gateway.user(f"romeo@{JID}")
        ref = romeo.ref
        dispatcher = gateway.session.dispatcher
        assert dispatcher is not None
        dispatcher.tell("not a message")  # the dispatcher fails
        context = gateway.session
        await until(lambda: context.roles.role is not gateway and context.stream.is_open)
        assert romeo.ref is ref
        assert romeo.is_alive()
        juliet.say(f"romeo@{JID}", "hello")
        await until(lambda: juliet.got)
        assert juliet.got == [(f"romeo@{JID}", "1 hello")]
        assert context.roles.role is not None
        await end(juliet, context.roles.role)

    run(main)


def test_without_users_a_session_has_no_supervisor_for_them() -> None:
    async def main(server: Any) -> None:
        plain = ComponentXMPP(JID, "secret", "memory")
        await online(server, plain)
        session = plain.session.supervisor
        assert session is not None
        ids = [child.id for child in await session.which_children()]  # type: ignore[attr-defined]
        assert "users" not in ids
        with pytest.raises(ActorXMPPError, match="before the session starts"):
            plain.users(Echo)
        with pytest.raises(ActorXMPPError, match="was not called"):
            await plain.user("a@b")
        await end(plain)

    run(main)


def test_stanzas_that_wait_when_the_session_ends_are_counted_as_lost() -> None:
    async def main(server: Any) -> None:
        gateway, juliet = Gateway(), await client(server)
        await online(server, gateway)
        romeo = await gateway.user(f"romeo@{JID}")
        juliet.say(f"romeo@{JID}", "slow")
        juliet.say(f"romeo@{JID}", "waits")
        await until(lambda: romeo.ref is not None and romeo.ref.queue)
        await asyncio.sleep(0)  # the slow one is under way
        session: Any = gateway.session.supervisor
        kill((await session.which_child("users")).ref)
        context = gateway.session
        assert context.users is not None
        assert context.users.counts.lost == 1
        assert len(context.users) == 0
        await until(lambda: context.roles.role is not gateway and context.stream.is_open)
        await end(juliet, context.roles.role)  # type: ignore[arg-type]  # there is one

    run(main)


def test_what_waits_for_a_user_that_is_terminated_is_answered() -> None:
    async def main(server: Any) -> None:
        gateway, juliet = Gateway(), await client(server)
        await online(server, gateway)
        romeo = await gateway.user(f"romeo@{JID}")
        juliet.say(f"romeo@{JID}", "slow")
        juliet.say(f"romeo@{JID}", "waits")
        await until(lambda: romeo.ref is not None and romeo.ref.queue)
        await asyncio.sleep(0)  # the slow one is under way
        assert romeo.ref is not None
        kill(romeo.ref)
        session: Any = gateway.session.supervisor
        users = (await session.which_child("users")).ref
        await users.terminate_child(romeo.name)
        await until(lambda: juliet.got)
        assert juliet.got == [(f"romeo@{JID}", "recipient-unavailable")]
        assert gateway.user_counts.lost == 1
        await end(juliet, gateway)

    run(main)


@pytest.mark.parametrize("options", [{"idle": 0}, {"limit": 0}])
def test_settings_are_checked(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="above 0"):
        Gateway(**options)
