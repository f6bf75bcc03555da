"""Components (XEP-0114) on real servers, seen from a slixmpp client."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any
from xml.etree.ElementTree import Element

import pytest

from actorxmpp import SessionState
from actorxmpp.net.tls import TlsPolicy
from actorxmpp.protocol.backoff import FullJitter

from .componentbots import Gateway, running, until
from .servers.base import HOST, RealServer
from .servers.prosody import Prosody
from .slix import SlixPeer

PASSWORD = "parting is such sweet sorrow"
JID = "gw1.xmpp.test"
CONFLICT_WATCHED_S = 4.0


@pytest.fixture(params=["prosody", "ejabberd"])
def server(request: pytest.FixtureRequest) -> RealServer:
    """Each of the real servers, with an account for the client."""
    found: RealServer = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def juliet(server: RealServer) -> Iterator[SlixPeer]:
    """A slixmpp client that is logged in."""
    server.add_accounts({"juliet": PASSWORD})
    jid = f"juliet@{server.domain}/balcony"
    with SlixPeer(jid, PASSWORD, server.address, server.ca_file, plugins=["xep_0199"]) as peer:
        yield peer
    # Accounts are shared by the module's tests; this one must be addable again.
    server.remove_account("juliet")


def gateway(server: RealServer, **settings: Any) -> Gateway:
    return Gateway(JID, server.components[JID], server, **settings)


def test_messages_go_both_ways(server: RealServer, juliet: SlixPeer) -> None:
    async def main() -> None:
        async with running(gateway(server)) as ours:
            users = [f"romeo{n}@{JID}" for n in range(3)]
            answers = await asyncio.to_thread(juliet.ask, {jid: f"to {jid}" for jid in users})
            assert answers == {jid: f"echo: to {jid}" for jid in users}
            ours.send_message(juliet.jid, "what light", mtype="chat", mfrom=f"romeo@{JID}/orchard")
            inbox = await asyncio.to_thread(
                juliet.wait_for,
                lambda inbox: any(one.body == "what light" for one in inbox),
                "hear from romeo",
                10,
            )
            assert [one.sender for one in inbox if one.body == "what light"] == [
                f"romeo@{JID}/orchard"
            ]

    asyncio.run(main())


def test_iqs_go_both_ways(server: RealServer, juliet: SlixPeer) -> None:
    async def ask(client: Any) -> tuple[float, list[str]]:
        rtt = await client.plugin["xep_0199"].ping(JID, timeout=10)
        iq = client.make_iq_get(queryxmlns="http://jabber.org/protocol/disco#info", ito=JID)
        reply = await iq.send(timeout=10)
        return rtt, [child.tag for child in reply.xml[0]]

    async def main() -> None:
        async with running(gateway(server)) as ours:
            rtt, tags = await asyncio.to_thread(juliet.call, ask)
            assert rtt > 0
            assert "{http://jabber.org/protocol/disco#info}feature" in tags
            iq = ours.make_iq_get(ito=juliet.jid, ifrom=f"romeo@{JID}")
            iq.append(Element("{urn:xmpp:ping}ping"))
            reply = await iq.send(timeout=10)
            assert reply["type"] == "result"
            assert reply["to"] == f"romeo@{JID}"

    asyncio.run(main())


def test_a_wrong_secret_parks_with_its_reason(server: RealServer) -> None:
    async def main() -> None:
        async with running(Gateway(JID, "wrong", server), wait=False) as ours:
            status = ours.session.status
            await until(lambda: status.state is SessionState.PARKED, "parks")
            assert "not-authorized" in status.reason
            assert "wrong" not in status.reason
            await asyncio.sleep(2)
            assert ours.happened == ["connecting", "parked"]

    asyncio.run(main())


def test_it_comes_back_by_itself_after_the_server_was_killed(server: RealServer) -> None:
    async def main() -> None:
        async with running(gateway(server)) as ours:
            await asyncio.to_thread(server.kill)
            await until(lambda: not ours.is_connected(), "sees it")
            await asyncio.to_thread(server.start)
            await until(ours.is_connected, "comes back")
            assert ours.happened.count("session_start") == 2
            assert "parked" not in ours.happened

    asyncio.run(main())


def test_it_comes_back_by_itself_after_a_clean_restart(server: RealServer) -> None:
    async def main() -> None:
        async with running(gateway(server)) as ours:
            await asyncio.to_thread(server.restart)
            await until(lambda: ours.happened.count("session_start") == 2, "comes back")
            assert "parked" not in ours.happened

    asyncio.run(main())


def test_a_second_component_of_the_same_name_does_not_loop(server: RealServer) -> None:
    async def main() -> None:
        async with running(gateway(server)) as first:
            slow = FullJitter(base=0.1, cap=60, slow_from=30)
            async with running(gateway(server, backoff=slow), wait=False) as second:
                await asyncio.sleep(CONFLICT_WATCHED_S)
                # Prosody refuses the second one, ejabberd takes both and shares the work out.
                assert [one.happened.count("connecting") for one in (first, second)] == [1, 1]
                assert first.is_connected()
                assert second.is_connected() == (server.name == "ejabberd")

    asyncio.run(main())


def test_the_conflict_is_over_when_the_first_leaves(prosody: Prosody) -> None:
    async def main() -> None:
        async with running(gateway(prosody)) as first:
            quick = FullJitter(base=0.1, cap=1.0, slow_from=0.5)
            async with running(gateway(prosody, backoff=quick), wait=False) as second:
                status = second.session.status
                await until(lambda: "conflict" in status.reason, "meets the conflict")
                assert status.state is SessionState.DISCONNECTED
                assert first.is_connected()
                await first.disconnect()
                await until(second.is_connected, "takes over")

    asyncio.run(main())


def test_two_that_replace_each_other_do_not_go_on_for_ever() -> None:
    """A server that lets the newer one win: the older one is parked, and stays away."""

    async def main(server: Prosody) -> None:
        async with running(gateway(server)) as first, running(gateway(server)) as second:
            status = first.session.status
            await until(lambda: status.state is SessionState.PARKED, "parks")
            assert "conflict" in status.reason
            await asyncio.sleep(CONFLICT_WATCHED_S / 2)
            assert [one.happened.count("connecting") for one in (first, second)] == [1, 1]
            assert second.is_connected()

    settings = {"component_conflict_resolve": "kick_old"}
    with Prosody(components={JID: "a secret"}, settings=settings) as server:
        asyncio.run(main(server))


@asynccontextmanager
async def tls_front(server: RealServer) -> AsyncIterator[int]:
    """What stands before a server whose component port is in the clear; yields its port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*server._certificate_paths())

    async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                writer.write(data)
        writer.close()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner = await asyncio.open_connection(HOST, server.ports.component)
        await asyncio.gather(copy(reader, inner[1]), copy(inner[0], writer))

    front = await asyncio.start_server(accept, HOST, 0, ssl=context)
    async with front:
        yield front.sockets[0].getsockname()[1]


def test_tls_to_the_server(prosody: Prosody) -> None:
    """The certificate has the server's name: the component says so, or refuses it."""

    async def main() -> None:
        trusting = TlsPolicy(ca_file=str(prosody.ca_file))
        async with tls_front(prosody) as port:
            named = gateway(prosody, tls=trusting, tls_name=prosody.domain)
            named.settings = replace(named.settings, server=(HOST, port))
            async with running(named):
                assert "session_start" in named.happened
            unnamed = gateway(prosody, tls=trusting, tls_name=JID)
            unnamed.settings = replace(unnamed.settings, server=(HOST, port))
            async with running(unnamed, wait=False):
                status = unnamed.session.status
                await until(lambda: "another host" in status.reason, "refuses")
                assert "session_start" not in unnamed.happened

    asyncio.run(main())
