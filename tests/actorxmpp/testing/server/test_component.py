"""A component's stream: the handshake of XEP-0114, what is refused, whose stanzas it may send."""

from __future__ import annotations

import hashlib
import re
from typing import Any

import pytest

HEADER = (
    "<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept'"
    " xmlns:stream='http://etherx.jabber.org/streams' to='{}'>"
)
PING = "<iq type='get' id='p'><ping xmlns='urn:xmpp:ping'/></iq>"


async def connect(server: Any, jid: str = "gw.localhost", secret: str = "handshake") -> Any:
    """A component's connection after its handshake was sent."""
    peer = await server.connect_component()
    header = await peer.say(HEADER.format(jid), until=jid)
    found = re.search(r" id='([^']+)'", header)
    assert found is not None, header
    proof = hashlib.sha1((found[1] + secret).encode()).hexdigest()
    peer.text = ""
    peer.write(f"<handshake>{proof}</handshake>")
    return peer


def error(text: str) -> str:
    match = re.search(r"<stream:error><([a-z-]+) ", text)
    assert match is not None, text
    return match[1]


def test_a_component_comes_in_and_goes(server: Any) -> None:
    async def story() -> None:
        peer = await connect(server)
        assert await peer.heard("/>") == "<handshake/>"
        assert list(server.state.directory.components) == ["gw.localhost"]
        await peer.say("</stream:stream>", until="</stream:stream>")
        await peer.ended()
        assert server.state.directory.components == {}
        assert server.state.streams == set()

    server.run(story())


def test_a_wrong_secret_is_refused(server: Any) -> None:
    async def story() -> None:
        peer = await connect(server, secret="wrong")
        assert error(await peer.ended()) == "not-authorized"
        assert server.state.directory.components == {}

    server.run(story())


def test_a_second_one_of_the_same_name_is_refused(server: Any) -> None:
    async def story() -> None:
        first = await connect(server)
        await first.heard("<handshake/>")
        second = await connect(server)
        assert error(await second.ended()) == "conflict"
        assert not first.is_over
        assert list(server.state.directory.components) == ["gw.localhost"]

    server.run(story())


@pytest.mark.parametrize("jid", ["unknown.localhost", "localhost", "user@gw.localhost", "@@", ""])
def test_only_expected_components_are_let_in(server: Any, jid: str) -> None:
    async def story() -> None:
        peer = await server.connect_component()
        peer.write(HEADER.format(jid))
        assert error(await peer.ended()) == "host-unknown"

    server.run(story())


def test_a_clients_header_is_refused(server: Any) -> None:
    async def story() -> None:
        peer = await server.connect_component()
        peer.write(HEADER.format("gw.localhost").replace("component:accept", "client"))
        assert error(await peer.ended()) == "invalid-namespace"

    server.run(story())


@pytest.mark.parametrize(
    ("stanza", "condition"),
    [
        ("<message to='romeo@localhost'/>", "invalid-from"),
        ("<message from='gw.localhost'/>", "improper-addressing"),
        ("<message from='romeo@localhost' to='juliet@localhost'/>", "invalid-from"),
        ("<message from='other.gw.localhost' to='juliet@localhost'/>", "invalid-from"),
        ("<other from='gw.localhost' to='juliet@localhost'/>", "unsupported-stanza-type"),
        ("<!DOCTYPE a>", "restricted-xml"),
    ],
)
def test_a_bad_stanza_ends_the_stream(server: Any, stanza: str, condition: str) -> None:
    async def story() -> None:
        peer = await connect(server)
        await peer.heard("<handshake/>")
        peer.write(stanza)
        assert error(await peer.ended()) == condition
        assert server.state.directory.components == {}

    server.run(story())


def test_nothing_comes_before_the_handshake(server: Any) -> None:
    async def story() -> None:
        peer = await server.connect_component()
        await peer.say(HEADER.format("gw.localhost"), until=">")
        peer.write("<message from='gw.localhost' to='romeo@localhost'/>")
        assert error(await peer.ended()) == "not-authorized"

    server.run(story())


def test_stanzas_change_their_namespace_on_the_way(server: Any) -> None:
    async def story() -> None:
        component = await connect(server)
        await component.heard("<handshake/>")
        client = await server.client("romeo", "r")
        component.text = ""
        client.write("<message to='bot@gw.localhost'><body>to you</body></message>")
        heard = await component.heard("</message>")
        assert "xmlns" not in heard
        assert "<body>to you</body>" in heard
        component.write(
            "<message from='bot@gw.localhost/x' to='romeo@localhost/r'><body>back</body>"
            "<forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client'/></forwarded>"
            "</message>"
        )
        heard = await client.heard("</message>")
        assert "component:accept" not in heard
        assert "<body>back</body>" in heard
        assert heard.count("jabber:client") == 1

    server.run(story())


def test_megabytes_wait_for_a_slow_component_and_arrive_in_order(server: Any) -> None:
    async def story() -> None:
        component = await connect(server)
        await component.heard("<handshake/>")
        client = await server.client("romeo", "r")
        component.text = ""
        component.connection.pause_reading()
        body = "x" * 100_000
        for number in range(90):  # more than may wait in the connection itself
            client.write(f"<message to='gw.localhost' id='{number}.'><body>{body}</body></message>")
            if number % 10 == 9:
                await client.say(PING, until="<iq")
        component.connection.resume_reading()
        heard = await component.heard('id="89."')
        assert re.findall(r'id="(\d+)\."', heard) == [str(number) for number in range(90)]
        await client.say("<message to='gw.localhost' id='last'/>" + PING, until="<iq")
        await component.heard('id="last"')

    server.run(story())


def test_much_in_one_turn_is_no_reason_to_cut(server: Any) -> None:
    async def story() -> None:
        component = await connect(server)
        await component.heard("<handshake/>")
        (stream,) = server.state.streams
        for number in range(90):
            stream.send(f"<message id='{number}'><body>{'x' * 100_000}</body></message>".encode())
        await component.heard("id='89'")
        assert re.findall(r"id='(\d+)'", component.text) == [str(number) for number in range(90)]

    server.run(story())
