"""ComponentXMPP as slixmpp programs use it, and its way to the server."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from actorxmpp import ClientXMPP, ComponentXMPP, SessionState
from actorxmpp.exceptions import IqError
from actorxmpp.net.errors import ConnectFailed
from actorxmpp.protocol.backoff import FullJitter
from actorxmpp.protocol.countingqueue import CountingQueue

from .harness import JID, QUICK, client, end, online, reach, run, until


class Echo(ComponentXMPP):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_event_handler("message", self.message)

    def message(self, msg: Any) -> None:
        msg.reply(f"echo {msg['body']}").send()


def test_the_arguments_are_slixmpps() -> None:
    slixmpp = pytest.importorskip("slixmpp")
    ours = list(inspect.signature(ComponentXMPP.__init__).parameters)
    theirs = list(inspect.signature(slixmpp.ComponentXMPP.__init__).parameters)
    assert ours[: len(theirs)] == theirs


@pytest.mark.parametrize("use_jc_ns", [False, True])
def test_either_namespace_beside_a_client(use_jc_ns: bool) -> None:
    async def main(server: Any) -> None:
        echo, juliet = Echo(JID, "secret", "m", use_jc_ns=use_jc_ns), await client(server)
        await online(server, echo)
        juliet.say(f"a@{JID}", "hello")
        await until(lambda: juliet.got)
        assert juliet.got == [(f"a@{JID}", "echo hello")]
        expected = "jabber:client" if use_jc_ns else "jabber:component:accept"
        assert echo.default_ns == echo.Message().namespace == expected
        assert juliet.default_ns == juliet.Message().namespace == "jabber:client"
        await end(echo, juliet)

    run(main)


def test_each_address_has_a_roster() -> None:
    async def main(server: Any) -> None:
        gateway, juliet = ComponentXMPP(JID, "secret", "m"), await client(server)
        gateway.auto_authorize = True
        gateway.auto_subscribe = False
        await online(server, gateway)
        juliet.send_presence_subscription(f"romeo@{JID}")
        subscribed = f"romeo@{JID}"
        await until(lambda: gateway.roster[subscribed]["juliet@localhost"]["from"])
        assert "juliet@localhost" not in gateway.roster[f"tybalt@{JID}"]
        await end(gateway, juliet)

    run(main)


def test_stanzas_go_out_with_the_sender_they_are_given() -> None:
    async def main(server: Any) -> None:
        gateway, juliet = ComponentXMPP(JID, "secret", "m"), await client(server)
        await online(server, gateway)
        presences: list[Any] = []
        juliet.add_event_handler("presence", presences.append)
        gateway.send_message(juliet.boundjid, "hi", mfrom=f"romeo@{JID}/orchard")
        gateway.send_presence(pto=juliet.boundjid, pfrom=f"tybalt@{JID}")
        gateway.send_presence(pto=juliet.boundjid)
        iq = gateway.make_iq_get("urn:x", juliet.boundjid, f"nurse@{JID}")
        with pytest.raises(IqError, match="feature-not-implemented") as refused:
            await iq.send()
        assert refused.value.iq["to"] == f"nurse@{JID}"
        await until(lambda: juliet.got and len(presences) >= 2)
        assert juliet.got == [(f"romeo@{JID}/orchard", "hi")]
        senders = [str(one["from"]) for one in presences]
        assert f"tybalt@{JID}" in senders
        assert JID in senders
        await end(gateway, juliet)

    run(main)


def test_a_wrong_secret_parks_and_is_not_shown() -> None:
    async def main(server: Any) -> None:
        gateway = ComponentXMPP(JID, "not the secret", "m")
        reach(server, gateway)
        gateway.connect()
        status = gateway.session.status
        await until(lambda: status.state is SessionState.PARKED)
        assert "not-authorized" in status.reason
        assert "not the secret" not in repr((status, gateway.session, gateway.settings))
        assert len(server.connector.attempts) == 1
        await end(gateway)

    run(main)


def test_a_taken_name_is_tried_slowly() -> None:
    async def main(server: Any) -> None:
        first, second = ComponentXMPP(JID, "secret", "m"), ComponentXMPP(JID, "secret", "m")
        await online(server, first)
        reach(server, second, backoff=FullJitter(base=0.001, cap=600, slow_from=300))
        second.connect()
        status = second.session.status
        await until(lambda: "conflict" in status.reason)
        assert status.state is SessionState.DISCONNECTED
        assert status.next_retry_at is not None
        assert status.next_retry_at - status.since >= 300
        assert first.is_connected()
        await end(first, second)

    run(main)


def test_who_is_replaced_stays_away() -> None:
    async def main(server: Any) -> None:
        gateway = ComponentXMPP(JID, "secret", "m")
        await online(server, gateway)
        (stream,) = server.state.streams
        stream.fail("conflict", "replaced by a new connection")
        status = gateway.session.status
        await until(lambda: status.state is SessionState.PARKED)
        assert status.reason == "conflict: replaced by a new connection"
        assert len(server.connector.attempts) == 1
        await end(gateway)

    run(main)


def test_tls_is_for_the_name_that_was_given() -> None:
    asked: list[tuple[Any, ...]] = []

    async def connector(_events: Any, domain: str, server: Any, *_more: Any, **options: Any) -> Any:
        asked.append((domain, server, options["direct_tls"]))
        raise ConnectFailed(domain, ["refused"])

    async def main(server: Any) -> None:
        settings = server.settings(connector=connector, backoff=QUICK)
        gateway = ComponentXMPP(
            JID, "secret", "host", 5347, settings=settings, tls_name="example.net"
        )
        gateway.connect()
        await until(lambda: asked)
        assert asked[0] == ("example.net", ("host", 5347), True)
        await end(gateway)

    run(main)


def test_clients_have_no_component_parts() -> None:
    bot = ClientXMPP("romeo@localhost", "secret")
    assert not isinstance(bot.session.stream.queue, CountingQueue)
    assert bot.session.users is None
    assert not hasattr(bot, "users")


def test_a_component_that_is_made_anew_keeps_the_counts() -> None:
    async def main(server: Any) -> None:
        echo, juliet = Echo(JID, "secret", "m"), await client(server)
        await online(server, echo)
        juliet.say(f"a@{JID}", "one")
        await until(lambda: juliet.got)
        context = echo.session
        assert context.dispatcher is not None
        context.dispatcher.tell("not a message")
        await until(lambda: context.roles.role is not echo and context.stream.is_open)
        juliet.say(f"a@{JID}", "two")
        await until(lambda: len(juliet.got) == 2)
        role: Any = context.roles.role
        await until(lambda: role.outgoing.sent == 2)
        assert role.outgoing.check()
        await end(role, juliet)

    run(main)
