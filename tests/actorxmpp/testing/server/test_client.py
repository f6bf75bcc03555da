"""A client's stream from its first byte: what is offered, what is refused, and with which error."""

from __future__ import annotations

import asyncio
import base64
import gc
import re
from typing import Any

import pytest

from actorxmpp.testing.server.accounts import Accounts
from actorxmpp.testing.server.client import ClientStream

HEADER = (
    "<?xml version='1.0'?><stream:stream xmlns='jabber:client'"
    " xmlns:stream='http://etherx.jabber.org/streams' to='localhost' version='1.0'>"
)
STARTTLS = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
AUTH = "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='{}'>{}</auth>"
BIND = "<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>{}</bind></iq>"
PING = "<iq type='get' id='p'><ping xmlns='urn:xmpp:ping'/></iq>"


def error(text: str) -> str:
    """The condition of the stream error a stream ended with."""
    match = re.search(r"<stream:error><([a-z-]+) ", text)
    assert match is not None, text
    assert text.endswith("</stream:error></stream:stream>"), text
    return match[1]


def test_a_login_from_header_to_ping(server: Any) -> None:
    async def story() -> None:
        peer = await server.connect()
        assert "<required/>" in await peer.say(HEADER, until="</stream:features>")
        offer = await peer.secure()
        assert re.findall("<mechanism>(.*?)</mechanism>", offer) == ["SCRAM-SHA-256", "SCRAM-SHA-1"]
        assert "<bind " in await peer.authenticate("romeo", "secret")
        assert "<jid>romeo@localhost/orchard</jid>" in await peer.bind("orchard")
        assert 'type="result"' in (await peer.say(PING, until="/>")).replace("'", '"')
        await peer.say("</stream:stream>", until="</stream:stream>")
        await peer.ended()

    server.run(story())


@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-1", "SCRAM-SHA-256"])
def test_both_hashes_let_in(server: Any, mechanism: str) -> None:
    async def story() -> None:
        peer = await server.connect()
        await peer.say(HEADER, until="</stream:features>")
        await peer.secure()
        assert "<bind " in await peer.authenticate("romeo", "secret", mechanism)

    server.run(story())


@pytest.mark.parametrize(
    ("mechanism", "message", "failure"),
    [
        ("PLAIN", base64.b64encode(b"\0romeo\0secret").decode(), "invalid-mechanism"),
        ("SCRAM-SHA-256-PLUS", "", "invalid-mechanism"),
        ("SCRAM-SHA-1", "no base64!", "incorrect-encoding"),
        ("SCRAM-SHA-1", base64.b64encode(b"nonsense").decode(), "malformed-request"),
    ],
)
def test_a_bad_attempt_is_answered_and_another_is_possible(
    server: Any, mechanism: str, message: str, failure: str
) -> None:
    async def story() -> None:
        peer = await server.connect()
        await peer.say(HEADER, until="</stream:features>")
        await peer.secure()
        answer = await peer.say(AUTH.format(mechanism, message), until="</failure>")
        assert f"<{failure}/>" in answer
        assert "<bind " in await peer.authenticate("romeo", "secret")

    server.run(story())


def test_a_wrong_password_is_refused_three_times_then_the_stream_ends(server: Any) -> None:
    async def story() -> None:
        peer = await server.connect()
        await peer.say(HEADER, until="</stream:features>")
        await peer.secure()
        for user, password in (("romeo", "wrong"), ("nobody", "secret")):
            assert "<not-authorized/>" in await peer.authenticate(user, password)
        await peer.authenticate("romeo", "wrong")
        assert error(await peer.ended()) == "policy-violation"

    server.run(story())


def test_an_exchange_can_be_aborted(server: Any) -> None:
    async def story() -> None:
        peer = await server.connect()
        await peer.say(HEADER, until="</stream:features>")
        await peer.secure()
        await peer.say(AUTH.format("SCRAM-SHA-1", ""), until="<challenge")
        abort = "<abort xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>"
        assert "<aborted/>" in await peer.say(abort, until="</failure>")
        assert "<bind " in await peer.authenticate("romeo", "secret")

    server.run(story())


@pytest.mark.parametrize("meanwhile", ["abort", "response", "nothing"])
def test_an_account_on_the_fly_is_waited_for_while_its_keys_are_derived(
    server: Any, monkeypatch: pytest.MonkeyPatch, meanwhile: str
) -> None:
    async def story() -> None:
        accounts = server.state.accounts = Accounts("localhost")
        await accounts.add_all({}, {}, "secret", None)
        derive, go = accounts.derive, asyncio.Event()

        async def slow(_accounts: Accounts, name: str, hash_name: str) -> None:
            await go.wait()
            await derive(name, hash_name)

        monkeypatch.setattr(Accounts, "derive", slow)
        peer = await server.connect()
        await peer.say(HEADER, until="</stream:features>")
        await peer.secure()
        login = asyncio.ensure_future(peer.authenticate("anybody", "secret"))
        await server.until(lambda: len(server.state._tasks) == 1)
        if meanwhile == "nothing":
            go.set()
            assert "<bind " in await login
            return
        login.cancel()
        sasl = "urn:ietf:params:xml:ns:xmpp-sasl"
        if meanwhile == "response":
            peer.write(f"<response xmlns='{sasl}'/>")
            assert error(await peer.ended()) == "not-authorized"
            return
        assert "<aborted/>" in await peer.say(f"<abort xmlns='{sasl}'/>", until="</failure>")
        go.set()
        assert "<bind " in await peer.authenticate("anybody", "secret")

    server.run(story())


def test_without_tls_nobody_gets_in(server: Any) -> None:
    async def story() -> None:
        peer = await server.connect()
        await peer.say(HEADER, until="</stream:features>")
        attempt = AUTH.format("SCRAM-SHA-1", "")
        assert "<encryption-required/>" in await peer.say(attempt, until="</failure>")

    server.run(story())


@pytest.mark.parametrize(
    ("header", "condition"),
    [
        (HEADER.replace("'localhost'", "'other.example'"), "host-unknown"),
        (HEADER.replace(" to='localhost'", ""), "host-unknown"),
        (HEADER.replace("'1.0'>", "'0.9'>"), "unsupported-version"),
        (HEADER.replace(" version='1.0'>", ">"), "unsupported-version"),
        (HEADER.replace("jabber:client", "jabber:server"), "invalid-namespace"),
        (HEADER.replace("etherx.jabber.org", "example.org"), "invalid-namespace"),
        ("<!DOCTYPE html>", "restricted-xml"),
        ("GET / HTTP/1.1\r\n\r\n", "not-well-formed"),
        (HEADER + "<message/>", "not-authorized"),
        (HEADER + BIND.format(""), "not-authorized"),
        (HEADER + STARTTLS + "<message/>", "policy-violation"),
        (HEADER + "<!-- hello -->", "restricted-xml"),
        (HEADER + "<a b='&lol;'/>", "restricted-xml"),
        (HEADER + "<a></b>", "not-well-formed"),
        (HEADER + "<x:a/>", "bad-namespace-prefix"),
        (HEADER + "<a>" * 65, "policy-violation"),
        (HEADER + "<a>" + "x" * 300_000, "policy-violation"),
    ],
)
def test_a_bad_beginning_ends_the_stream(server: Any, header: str, condition: str) -> None:
    async def story() -> None:
        peer = await server.connect()
        peer.write(header)
        text = await peer.ended()
        assert text.startswith("<?xml version='1.0'?><stream:stream ")
        assert error(text) == condition

    server.run(story())


def test_one_byte_at_a_time_is_as_good(server: Any) -> None:
    async def story() -> None:
        peer = await server.connect()
        for character in HEADER:
            peer.write(character)
        assert "<required/>" in await peer.heard("</stream:features>")

    server.run(story())


def test_what_was_sent_ahead_of_tls_is_not_taken_as_protected(server: Any) -> None:
    async def story() -> None:
        peer = await server.connect()
        await peer.say(HEADER, until="</stream:features>")
        peer.write(STARTTLS + HEADER)
        assert "<auth" not in await peer.ended()

    server.run(story())


@pytest.mark.parametrize(
    ("stanza", "condition"),
    [
        ("<message from='juliet@localhost/x'/>", "invalid-from"),
        ("<message from='@@'/>", "invalid-from"),
        ("<other xmlns='urn:other'/>", "unsupported-stanza-type"),
        ("<message xmlns='jabber:server'/>", "unsupported-stanza-type"),
        ("<message><body>&lol;</body></message>", "restricted-xml"),
        ("<message><body>\x00</body></message>", "not-well-formed"),
        ("text", "not-well-formed"),
    ],
)
def test_bad_stanzas_end_the_stream(server: Any, stanza: str, condition: str) -> None:
    async def story() -> None:
        peer = await server.client("romeo", "r")
        peer.write(stanza)
        found = error(await peer.ended())
        assert found == condition or (stanza == "text" and found in {"bad-format", "invalid-xml"})
        assert server.state.directory.resources == {}
        assert server.state.streams == set()

    server.run(story())


def test_ones_own_address_may_be_given(server: Any) -> None:
    async def story() -> None:
        peer = await server.client("romeo", "r")
        for source in ("romeo@localhost/r", "romeo@localhost", "ROMEO@localhost"):
            text = (
                f"<message from='{source}' to='romeo@localhost/r'><body>{source}</body></message>"
            )
            heard = await peer.say(text, until="</message>")
            assert "romeo@localhost/r" in heard.partition("<body>")[0]

    server.run(story())


def test_before_bind_nothing_else_is_taken(server: Any) -> None:
    async def story() -> None:
        peer = await server.connect()
        await peer.say(HEADER, until="</stream:features>")
        await peer.secure()
        await peer.authenticate("romeo", "secret")
        peer.write("<presence/>")
        assert error(await peer.ended()) == "not-authorized"

    server.run(story())


def test_a_bad_resource_is_refused_and_another_may_be_asked_for(server: Any) -> None:
    async def story() -> None:
        peer = await server.connect()
        await peer.say(HEADER, until="</stream:features>")
        await peer.secure()
        await peer.authenticate("romeo", "secret")
        assert "<bad-request" in await peer.bind("x" * 1024)
        assert "romeo@localhost/fine" in await peer.bind("fine")

    server.run(story())


def test_resources_are_made_up_and_differ(server: Any) -> None:
    async def story() -> None:
        for _ in range(2):
            await server.client("romeo", "")
        assert len(server.state.directory.resources) == 2

    server.run(story())


def test_the_number_of_resources_is_bounded(server: Any) -> None:
    async def story() -> None:
        for number in range(64):
            server.state.directory.attach("romeo@localhost", str(number), server)
        peer = await server.connect()
        await peer.say(HEADER, until="</stream:features>")
        await peer.secure()
        await peer.authenticate("romeo", "secret")
        assert "<resource-constraint" in await peer.bind("one more")

    server.run(story())


def test_a_newer_session_takes_the_resource(server: Any) -> None:
    async def story() -> None:
        older = await server.client("romeo", "r")
        newer = await server.client("romeo", "r")
        assert error(await older.ended()) == "conflict"
        assert "result" in await newer.say(PING, until="/>")

    server.run(story())


def test_a_lost_connection_leaves_nothing(server: Any) -> None:
    async def story() -> None:
        peer = await server.client("romeo", "r")
        peer.write("<presence/>")
        await peer.heard("<presence")
        peer.connection.abort()
        await server.until(lambda: not server.state.streams)
        assert server.state.directory.resources == {}
        assert server.state.directory.users == {}

    server.run(story())


def test_a_cut_comes_without_a_word(server: Any) -> None:
    async def story() -> None:
        peer = await server.client("romeo", "r")
        before = peer.text
        server.state.directory.resources["romeo@localhost/r"].stream.cut()
        assert server.state.directory.resources == {}
        assert await peer.ended() == before

    server.run(story())


def test_who_does_not_read_is_cut(server: Any) -> None:
    async def story() -> None:
        reader = await server.client("romeo", "r")
        writer = await server.client("juliet", "j")
        reader.connection.pause_reading()
        body = "x" * 100_000
        while "romeo@localhost/r" in server.state.directory.resources:
            writer.write(f"<message to='romeo@localhost/r'><body>{body}</body></message>")
            await writer.say(PING, until="<iq")
        reader.connection.resume_reading()
        assert error(await reader.ended()) == "resource-constraint"
        assert "result" in await writer.say(PING, until="<iq")

    server.run(story())


def test_a_stream_error_of_the_clients_ends_its_stream(server: Any) -> None:
    async def story() -> None:
        peer = await server.client("romeo", "r")
        condition = "<reset xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>"
        peer.write(f"<stream:error>{condition}</stream:error></stream:stream>")
        assert (await peer.ended()).endswith("</stream:stream>")

    server.run(story())


def test_who_never_logs_in_is_sent_away(server: Any) -> None:
    async def story() -> None:
        peer = await server.connect()
        await peer.say(HEADER, until="</stream:features>")
        (stream,) = server.state.streams
        stream._too_slow()
        assert error(await peer.ended()) == "connection-timeout"

    server.run(story())


def test_a_bug_ends_one_stream_only(server: Any, caplog: pytest.LogCaptureFixture) -> None:
    def bug(sender: Any, stanza: Any) -> None:
        raise KeyError(stanza.tag)

    async def story() -> None:
        peer, other = await server.client("romeo", "r"), await server.client("juliet", "j")
        server.state.router._kinds["{jabber:client}message"] = bug
        peer.write("<message/>")
        assert error(await peer.ended()) == "internal-server-error"
        assert "result" in await other.say(PING, until="<iq")

    server.run(story())
    assert "a bug met" in caplog.text


def test_a_session_that_is_over_is_freed_without_the_cycle_collector(server: Any) -> None:
    def sessions() -> int:
        return sum(isinstance(one, ClientStream) for one in gc.get_objects())

    async def story() -> None:
        gc.collect()
        gc.disable()
        try:
            before = sessions()
            peer = await server.client("romeo", "r")
            assert sessions() == before + 1
            peer.connection.abort()
            await server.until(lambda: not server.state.streams)
            await asyncio.sleep(0)
            assert sessions() == before
        finally:
            gc.enable()

    server.run(story())
