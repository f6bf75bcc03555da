"""{Prosody, ejabberd} x {STARTTLS, direct TLS} x {each mechanism the server offers}.

Each mechanism logs in, fetches and changes its roster, exchanges presence and an awkward message.
What doesn't depend on the mechanism is done once for each server and kind of TLS: 1,000 messages
each way at the same time, in order; XML with every awkward character; stanzas of 200 kB.

The mechanisms are read from the server by plain sockets, so one that we don't see is missed here
and not silently left out.
"""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element, tostring

import pytest

from . import awkward
from .ours import Ours, online, until
from .servers.base import HOST, RealServer
from .servers.ejabberd import Ejabberd
from .servers.prosody import Prosody
from .slix import SlixPeer

PASSWORD = "p\u00e4ss <&> w\u00f6rd"
MESSAGES = 1000
TIMEOUT_S = 60.0
NOT_OURS = frozenset({"X-OAUTH2", "DIGEST-MD5"})
"""A token instead of a password; a mechanism that RFC 6331 moved to historic."""

EXPECTED = {
    "prosody": {"SCRAM-SHA-1", "SCRAM-SHA-256", "PLAIN"},
    "prosody-tls12": {"SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS", "PLAIN"},
    "ejabberd": {
        *("SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512", "PLAIN"),
        *("SCRAM-SHA-1-PLUS", "SCRAM-SHA-256-PLUS", "SCRAM-SHA-512-PLUS"),
    },
}
"""What the server of this name offers at least; so that the loop over them can't be empty."""


def servers() -> dict[str, Callable[[], RealServer]]:
    """How each server of the matrix is made: it keeps passwords, so it offers every mechanism."""
    limits = {"c2s_stanza_size_limit": 1_000_000}
    plain = {"authentication": "internal_plain"}
    protocol = {"protocol": "tlsv1_2"}
    tls12 = {**limits, "c2s_ssl": protocol, "c2s_direct_tls_ssl": protocol}
    return {
        "prosody": lambda: Prosody(settings=limits, **plain),
        "prosody-tls12": lambda: Prosody(settings=tls12, **plain),
        "ejabberd": lambda: Ejabberd(password_format="plain"),
    }


@dataclass(frozen=True, slots=True)
class Place:
    """One server and one kind of TLS, with a slixmpp client that is online there."""

    name: str
    server: RealServer
    direct_tls: bool
    peer: SlixPeer

    @property
    def user(self) -> str:
        """Our account here."""
        return "direct" if self.direct_tls else "starttls"


@pytest.fixture(scope="module", params=list(servers()))
def server(request: pytest.FixtureRequest) -> Iterator[tuple[str, RealServer]]:
    """Each server once, with its accounts."""
    with servers()[request.param]() as running:
        running.add_accounts(dict.fromkeys(("starttls", "direct", "juliet"), PASSWORD))
        yield request.param, running


@pytest.fixture(params=[False, True], ids=["starttls", "direct-tls"])
def place(request: pytest.FixtureRequest, server: tuple[str, RealServer]) -> Iterator[Place]:
    """A server, a kind of TLS, and the peer."""
    name, running = server
    address = running.direct_tls_address if request.param else running.address
    jid = f"juliet@{running.domain}/slix"
    with SlixPeer(jid, PASSWORD, address, running.ca_file, direct_tls=request.param) as peer:
        yield Place(name, running, request.param, peer)


def offered(place: Place) -> set[str]:
    """The mechanisms a server offers, asked by nothing but the standard library."""
    port = place.server.ports.direct_tls if place.direct_tls else place.server.ports.starttls
    domain = place.server.domain
    header = (
        f"<stream:stream to='{domain}' version='1.0' xmlns='jabber:client' "
        "xmlns:stream='http://etherx.jabber.org/streams'>"
    ).encode()

    def ask(to: socket.socket, data: bytes, end: bytes) -> bytes:
        to.sendall(data)
        answer = b""
        while end not in answer:
            read = to.recv(65536)
            assert read, answer
            answer += read
        return answer

    context = ssl.create_default_context(cafile=str(place.server.ca_file))
    with socket.create_connection((HOST, port), timeout=10) as plain:
        if not place.direct_tls:
            ask(plain, header, b"</stream:features>")
            ask(plain, b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>", b"<proceed")
        with context.wrap_socket(plain, server_hostname=domain) as secure:
            features = ask(secure, header, b"</stream:features>").decode()
            secure.sendall(b"</stream:stream>")
    return set(re.findall(r"<mechanism>([^<]+)</mechanism>", features)) - NOT_OURS


def run(place: Place, scene: Callable[[Ours], Awaitable[None]], mechanism: str | None) -> None:
    """Play a scene with our client, logged in by this mechanism."""

    async def main() -> None:
        async with (
            asyncio.timeout(TIMEOUT_S),
            online(
                place.server,
                place.user,
                PASSWORD,
                direct_tls=place.direct_tls,
                mechanism=mechanism,
            ) as client,
        ):
            await scene(client)

    asyncio.run(main())


async def peer_gets(place: Place, bodies: list[str], first: int) -> None:
    """The peer receives exactly these bodies after the first so many messages, in order."""
    wanted = first + len(bodies)
    inbox = await asyncio.to_thread(
        place.peer.wait_for, lambda box: len(box) >= wanted, "get the messages", TIMEOUT_S
    )
    assert [one.body for one in inbox[first:]] == bodies


async def we_get(client: Ours, bodies: list[str]) -> None:
    """Our client receives exactly these bodies, in order."""
    await until(lambda: len(client.messages) >= len(bodies), "our messages arrive", TIMEOUT_S)
    assert client.bodies == bodies


async def both_ways(place: Place, client: Ours, ours: list[str], theirs: list[str]) -> None:
    """We send the first list and get the second, at the same time."""
    first = len(place.peer.inbox)
    to, us = place.peer.jid, client.boundjid.full
    sending = asyncio.to_thread(place.peer.send_all, [(us, body) for body in theirs])
    task = asyncio.create_task(sending)
    for number, body in enumerate(ours):
        client.send_message(to, body, mtype="chat")
        if number % 50 == 0:
            await asyncio.sleep(0)
    await task
    await we_get(client, theirs)
    await peer_gets(place, ours, first)


def test_each_mechanism_offered_logs_in(place: Place) -> None:
    mechanisms = offered(place)
    assert mechanisms >= EXPECTED[place.name]
    for mechanism in sorted(mechanisms):
        run(
            place,
            lambda client, name=mechanism: roster_and_presence(place, client, name),
            mechanism,
        )
        print(f"{place.name} {place.user}: {mechanism} works")


async def roster_and_presence(place: Place, client: Ours, mechanism: str) -> None:
    """What a client does first, over a login by this mechanism."""
    assert client.session.stream.mechanism == mechanism
    assert client.boundjid.full == f"{place.user}@{place.server.domain}/ours"
    contact = f"{mechanism.lower()}@{place.server.domain}"
    await client.get_roster()
    assert contact not in client.client_roster
    await client.update_roster(contact, name=f"<{mechanism}>", groups=["a & b"])
    await until(lambda: contact in client.client_roster, "the roster push", TIMEOUT_S)
    item = client.client_roster[contact]
    assert (item["name"], list(item["groups"])) == (f"<{mechanism}>", ["a & b"])
    await client.del_roster_item(contact)
    client.send_presence(pto=place.peer.jid, pstatus="<here>")
    us = client.boundjid.full

    async def answer(peer: Any) -> None:
        peer.send_presence(pto=us, pstatus=f"hello {mechanism}")

    await asyncio.to_thread(place.peer.call, answer)
    await until(
        lambda: (
            [p["status"] for p in client.presences if p["from"].resource == "slix"]
            == [f"hello {mechanism}"]
        ),
        "the peer's presence",
        TIMEOUT_S,
    )
    text = awkward.TEXTS["markup"]
    await both_ways(place, client, [f"{mechanism} {text}"], [f"{text} {mechanism}"])


def test_a_thousand_messages_each_way(place: Place) -> None:
    ours = [f"ours {n}" for n in range(MESSAGES)]
    theirs = [f"theirs {n}" for n in range(MESSAGES)]
    run(place, lambda client: both_ways(place, client, ours, theirs), None)


def test_awkward_texts_and_large_stanzas_arrive_as_they_were(place: Place) -> None:
    texts = [*awkward.TEXTS.values(), awkward.LARGE]
    run(place, lambda client: both_ways(place, client, texts, texts), None)


def test_carriage_returns_arrive_as_they_were_or_as_line_ends(place: Place) -> None:
    run(place, carriage_returns, None)


async def carriage_returns(client: Ours) -> None:
    """We escape them; a server that doesn't makes line ends of them (XML 1.0, 2.11)."""
    text = awkward.CARRIAGE_RETURN
    client.send_message(client.boundjid.full, text, mtype="chat")
    await until(lambda: client.messages, "our own message", TIMEOUT_S)
    line_ends = text.replace("\r\n", "\n").replace("\r", "\n")
    assert client.bodies in ([text], [line_ends])


def test_awkward_elements_arrive_as_they_were(place: Place) -> None:
    run(place, lambda client: elements_both_ways(place, client), None)


async def elements_both_ways(place: Place, client: Ours) -> None:
    """An element inside a message, to slixmpp and back."""
    wanted = awkward.shape(awkward.element())
    seen: list[Element] = []
    us = client.boundjid.full

    async def watch(peer: Any) -> None:
        def keep(stanza: Any) -> Any:
            seen.append(deepcopy(stanza.xml))
            return stanza

        peer.add_filter("in", keep)

    await asyncio.to_thread(place.peer.call, watch)
    message = client.make_message(place.peer.jid, "with an element", mtype="chat")
    message.append(awkward.element())
    message.send()
    await until(lambda: payloads(seen), "the element arrives at the peer", TIMEOUT_S)
    assert payloads(seen) == [wanted]

    async def answer(peer: Any) -> None:
        # Written by ElementTree: slixmpp doesn't escape what is in a namespace's name.
        payload = tostring(awkward.element(), "unicode")
        peer.send_raw(f"<message to='{us}' type='chat'><body>x</body>{payload}</message>")

    await asyncio.to_thread(place.peer.call, answer)
    await until(lambda: client.messages, "the element arrives here", TIMEOUT_S)
    assert payloads([message.xml for message in client.messages]) == [wanted]


def payloads(stanzas: list[Element]) -> list[tuple[object, ...]]:
    """The shapes of the awkward elements in some stanzas."""
    return [
        awkward.shape(child)
        for stanza in stanzas
        for child in stanza
        if child.tag == "{urn:test:a}root"
    ]
