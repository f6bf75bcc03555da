"""The attack table: hostile servers, played against the whole session over real sockets.

Each attack must be refused with the right reason, and what the server got to hear is searched for
secrets: the password, and PLAIN's form of it. Where authentication must not even begin, for
``<auth`` as well. The server's scripts are in ``hostile.py``.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from actorxmpp.cli.memory import rss_kib
from actorxmpp.net.errors import TlsCheck, TlsError
from actorxmpp.net.tls import TlsPolicy
from actorxmpp.protocol.backoff import FullJitter
from actorxmpp.protocol.negotiation import ClientNegotiation, ClientSettings
from actorxmpp.settings import SessionSettings
from actorxmpp.status import SessionState
from supervisors import shutdown

from .hostile import (
    BIND,
    DOMAIN,
    HEADER,
    PASSWORD,
    SCRAM,
    SECRETS,
    STARTTLS,
    TLS,
    USER,
    HostileServer,
    Script,
    Stream,
    mechanisms,
)
from .ours import Ours, Sockets, until
from .servers.base import HOST
from .servers.pki import DAY, Authority, CertificateFiles, self_signed

TIMEOUT_S = 30.0
STEP_S = 0.3
GIB = 1024**3
CHUNK = b"a" * 65_536
MEMORY_LIMIT_KIB = 48 * 1024
"""How much the process may grow while a gigabyte comes in: buffers, the server's own included."""

QUICK = FullJitter(base=0.01, cap=0.02, slow_from=0.01)
ONCE = FullJitter(base=600.0, cap=600.0)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """The authority our client trusts."""
    return Authority(tmp_path_factory.mktemp("attacks"))


@pytest.fixture(scope="module")
def honest(authority: Authority) -> CertificateFiles:
    """A certificate with nothing wrong."""
    return authority.issue((DOMAIN,))


async def attacked(
    server: HostileServer,
    authority: Authority,
    scene: Callable[[Ours], Awaitable[None]],
    **changes: Any,
) -> None:
    """Run our client against a hostile server; nothing secret may have been said in the end."""
    sockets = Sockets()
    async with asyncio.timeout(TIMEOUT_S), server:
        settings = SessionSettings(
            server=(HOST, server.port),
            tls=TlsPolicy(ca_file=str(authority.ca_file)),
            connector=sockets.connect,
            **{"backoff": ONCE, **changes},
        )
        client = Ours(f"{USER}@{DOMAIN}", PASSWORD, settings=settings)
        client.connect()
        try:
            await scene(client)
        finally:
            session = client.session.supervisor
            assert session is not None
            await shutdown(session)
            await sockets.closed()
    for secret in SECRETS:
        assert secret not in server.said


def refused(server: HostileServer, authority: Authority, said: str, **changes: Any) -> None:
    """The session gives up this connection, and its status says why."""

    async def scene(client: Ours) -> None:
        status = client.session.status
        await until(lambda: said in status.reason, f"{said!r} is the reason", TIMEOUT_S)
        assert not client.sessionstarted
        assert status.state in (SessionState.DISCONNECTED, SessionState.PARKED)

    asyncio.run(attacked(server, authority, scene, **changes))


# Certificates.


def expired(authority: Authority) -> CertificateFiles:
    """Two days out of date."""
    now = dt.datetime.now(dt.UTC)
    return authority.issue(
        (DOMAIN,), stem="expired", valid_from=now - 9 * DAY, valid_until=now - 2 * DAY
    )


def for_another_host(authority: Authority) -> CertificateFiles:
    """Good, but not for our domain."""
    return authority.issue(("elsewhere.test", f"sub.{DOMAIN}"), stem="elsewhere")


def by_itself(authority: Authority) -> CertificateFiles:
    """Signed by nobody else."""
    return self_signed(authority.folder, DOMAIN)


def by_another_authority(authority: Authority) -> CertificateFiles:
    """Signed by somebody we don't know, of the same name."""
    folder = authority.folder / "other"
    folder.mkdir(exist_ok=True)
    return Authority(folder).issue((DOMAIN,))


@pytest.mark.parametrize("direct_tls", [False, True], ids=["starttls", "direct-tls"])
@pytest.mark.parametrize(
    ("make", "check"),
    [
        (expired, TlsCheck.EXPIRED),
        (for_another_host, TlsCheck.HOSTNAME),
        (by_itself, TlsCheck.SELF_SIGNED),
        (by_another_authority, TlsCheck.UNKNOWN_ISSUER),
    ],
)
def test_a_bad_certificate_ends_it_before_the_client_says_who_it_is(
    authority: Authority,
    make: Callable[[Authority], CertificateFiles],
    check: TlsCheck,
    direct_tls: bool,
) -> None:
    async def script(stream: Stream) -> None:
        if not direct_tls:
            await stream.secure()

    server = HostileServer(script, certificate=make(authority), direct_tls=direct_tls)

    async def scene(client: Ours) -> None:
        await until(lambda: client.failures, "the failure is told", TIMEOUT_S)
        name, error = client.failures[0]
        assert name == ("connection_failed" if direct_tls else "ssl_error")
        assert isinstance(error, TlsError)
        assert error.check is check
        assert error.reason in client.session.status.reason

    asyncio.run(attacked(server, authority, scene, direct_tls=direct_tls))
    # After STARTTLS was agreed on, nothing: not even a stream header.
    assert all(stream.said[stream.in_clear :] == b"" for stream in server.streams)


# Before TLS.


async def without_starttls(stream: Stream) -> None:
    """Somebody has taken STARTTLS out of the features."""
    await stream.open(SCRAM)


async def without_features(stream: Stream) -> None:
    """Somebody has taken out all of them."""
    await stream.open("")


async def starttls_refused(stream: Stream) -> None:
    """STARTTLS is offered, and then refused."""
    await stream.open(STARTTLS)
    await stream.expect(rb"<starttls[^>]*/>")
    await stream.send(f"<failure xmlns='{TLS}'/>")


async def version_before_features(stream: Stream) -> None:
    """A stream of before XMPP 1.0, which has no TLS at all, and features all the same."""
    await stream.expect(rb"<stream:stream[^>]*>")
    header = HEADER.replace(" version='1.0' xmlns=", " xmlns=")
    await stream.send(f"{header}<stream:features>{SCRAM}</stream:features>")


@pytest.mark.parametrize("script", [without_starttls, without_features])
def test_without_starttls_nothing_goes_on(authority: Authority, script: Script) -> None:
    server = HostileServer(script)
    refused(server, authority, "tls-required")
    assert b"<auth" not in server.said


@pytest.mark.parametrize(
    ("script", "said"),
    [(starttls_refused, "tls-refused"), (version_before_features, "unsupported-version")],
)
def test_a_server_that_can_not_do_tls_is_left(
    authority: Authority, script: Script, said: str
) -> None:
    server = HostileServer(script)
    refused(server, authority, said)
    assert b"<auth" not in server.said


def test_what_was_said_before_tls_is_not_taken_for_said_within(
    authority: Authority, honest: CertificateFiles
) -> None:
    async def script(stream: Stream) -> None:
        await stream.open(STARTTLS)
        await stream.expect(rb"<starttls[^>]*/>")
        injected = f"{HEADER}<stream:features>{mechanisms('PLAIN')}</stream:features>"
        await stream.send(f"<proceed xmlns='{TLS}'/>{injected}")
        await stream.tls()

    server = HostileServer(script, certificate=honest)

    refused(server, authority, "an XML declaration inside the stream")
    assert b"<auth" not in server.said


# Authentication.


async def only_plain_the_second_time(stream: Stream) -> None:
    """The same server again, with nothing but PLAIN on offer."""
    await stream.secure()
    await stream.open(mechanisms("PLAIN"))


async def log_in_and_hang_up(stream: Stream) -> None:
    """An honest login, and the connection is gone."""
    await stream.log_in()
    await stream.close()


def test_a_weaker_mechanism_than_last_time_is_refused(
    authority: Authority, honest: CertificateFiles
) -> None:
    server = HostileServer(log_in_and_hang_up, only_plain_the_second_time, certificate=honest)

    async def scene(client: Ours) -> None:
        status = client.session.status
        await until(lambda: "mechanism-downgrade" in status.reason, "it is refused", TIMEOUT_S)
        assert status.connections == 1

    asyncio.run(attacked(server, authority, scene, backoff=QUICK))
    assert server.streams[-1].said.count(b"<auth") == 0


def scram(change: Callable[[bytes], bytes]) -> Script:
    """An honest SCRAM exchange whose first message is changed."""

    async def script(stream: Stream) -> None:
        await stream.secure()
        await stream.open(SCRAM)
        _, first = await stream.challenge()
        await stream.say_sasl("challenge", change(first))

    return script


def another_nonce(first: bytes) -> bytes:
    """The server's first message with a nonce that doesn't begin with the client's."""
    return b"r=" + first[2:].swapcase()


async def wrong_signature(stream: Stream) -> None:
    """The server doesn't know the password, and lets everybody in."""
    await stream.secure()
    await stream.open(SCRAM)
    _, first = await stream.challenge()
    await stream.say_sasl("challenge", first)
    await stream.response()
    await stream.say_sasl("success", b"v=" + b"A" * 43 + b"=")


async def no_signature(stream: Stream) -> None:
    """The same, and it doesn't even pretend."""
    await stream.secure()
    await stream.open(SCRAM)
    _, first = await stream.challenge()
    await stream.say_sasl("challenge", first)
    await stream.response()
    await stream.say_sasl("success", b"")


async def success_at_once(stream: Stream) -> None:
    """The server skips the exchange."""
    await stream.secure()
    await stream.open(SCRAM)
    await stream.challenge()
    await stream.say_sasl("success", b"")


@dataclass(frozen=True, slots=True)
class ScramAttack:
    """One row of the table."""

    script: Script
    said: str
    proof_sent: bool


SCRAM_ATTACKS = {
    "wrong signature": ScramAttack(wrong_signature, "server-not-authenticated", True),
    "no signature": ScramAttack(no_signature, "server-not-authenticated", True),
    "success at once": ScramAttack(success_at_once, "server-not-authenticated", False),
    "1 iteration": ScramAttack(
        scram(lambda first: first.replace(b"i=4096", b"i=1")), "iteration-count", False
    ),
    "100 million iterations": ScramAttack(
        scram(lambda first: first.replace(b"i=4096", b"i=100000000")), "iteration-count", False
    ),
    "another nonce": ScramAttack(scram(another_nonce), "malformed-challenge", False),
}


@pytest.mark.parametrize("name", SCRAM_ATTACKS)
def test_a_scram_server_that_does_not_play_fair_is_refused(
    authority: Authority, honest: CertificateFiles, name: str
) -> None:
    attack = SCRAM_ATTACKS[name]
    server = HostileServer(attack.script, certificate=honest)
    refused(server, authority, attack.said)
    assert (b"<response" in server.said) is attack.proof_sent


# A stream that is up.


def test_a_reply_from_another_sender_completes_nothing(
    authority: Authority, honest: CertificateFiles
) -> None:
    async def script(stream: Stream) -> None:
        await stream.log_in()
        found = await stream.expect(rb"<iq[^>]*\bid=['\"]([^'\"]+)['\"]")
        number = found[1].decode()
        for sender in (f"mallory@{DOMAIN}", f"juliet@{DOMAIN}/other", DOMAIN, f"{USER}@{DOMAIN}"):
            await stream.send(f"<iq type='result' id='{number}' from='{sender}'><no/></iq>")
        await stream.send(f"<iq type='result' id='{number}'><no/></iq>")
        await stream.send(
            f"<iq type='result' id='{number}' from='juliet@{DOMAIN}/balcony'>"
            "<yes xmlns='urn:test'/></iq>"
        )

    server = HostileServer(script, certificate=honest)

    async def scene(client: Ours) -> None:
        await until(lambda: client.sessionstarted, "the login", TIMEOUT_S)
        iq = client.make_iq_get("urn:test", f"juliet@{DOMAIN}/balcony")
        reply = await iq.send(timeout=TIMEOUT_S)
        assert reply["from"] == f"juliet@{DOMAIN}/balcony"
        assert reply.xml.find("{urn:test}yes") is not None

    asyncio.run(attacked(server, authority, scene))


def endless(before: str, piece: bytes, *, logged_in: bool) -> Script:
    """Send a beginning and then pieces, a gigabyte of them."""

    async def script(stream: Stream) -> None:
        if logged_in:
            await stream.log_in()
        else:
            await stream.secure()
            await stream.expect(rb"<stream:stream[^>]*>")
        await stream.send(before)
        while stream.sent < GIB:
            await stream.send(piece)

    return script


ENDLESS = {
    "text": endless("<message><body>", CHUNK, logged_in=True),
    "attribute": endless("<message id='", CHUNK, logged_in=True),
    "name": endless("<", CHUNK, logged_in=True),
    "children": endless("<message>", b"<a/>" * 16_384, logged_in=True),
    "depth": endless("<message>", b"<a>" * 16_384, logged_in=True),
    "header": endless("<?xml version='1.0'?><stream:stream id='", CHUNK, logged_in=False),
    "features": endless(f"{HEADER}<stream:features>", b"<a/>" * 16_384, logged_in=False),
}


@pytest.mark.parametrize("name", ENDLESS)
def test_a_gigabyte_is_refused_long_before_it_is_read(
    authority: Authority, honest: CertificateFiles, name: str
) -> None:
    server = HostileServer(ENDLESS[name], certificate=honest)

    async def scene(client: Ours) -> None:
        status = client.session.status
        before = rss_kib()
        await until(
            lambda: (
                status.state is SessionState.DISCONNECTED or status.state is SessionState.PARKED
            ),
            "the client leaves",
            TIMEOUT_S,
        )
        await until(lambda: server.streams[0].over, "the server notices", TIMEOUT_S)
        grown = rss_kib() - before
        print(f"{name}: {server.sent >> 10} KiB sent, memory grew by {grown} KiB: {status.reason}")
        assert server.sent < 16 * 1024**2
        assert grown < MEMORY_LIMIT_KIB
        assert "policy-violation" in status.reason or "not-well-formed" in status.reason

    asyncio.run(attacked(server, authority, scene))


def test_features_without_end_are_refused(authority: Authority, honest: CertificateFiles) -> None:
    async def script(stream: Stream) -> None:
        await stream.secure()
        await stream.expect(rb"<stream:stream[^>]*>")
        await stream.send(HEADER)
        while stream.sent < GIB:
            await stream.send("<stream:features/>" * 1000)

    server = HostileServer(script, certificate=honest)

    async def scene(client: Ours) -> None:
        status = client.session.status
        await until(lambda: status.reason, "the client leaves", TIMEOUT_S)
        assert not client.sessionstarted

    asyncio.run(attacked(server, authority, scene))
    assert server.sent < 16 * 1024**2


def test_white_space_without_end_does_not_stop_the_clock(
    authority: Authority, honest: CertificateFiles
) -> None:
    server = HostileServer(endless(HEADER, b" " * 4096, logged_in=False), certificate=honest)
    refused(server, authority, "timeout: no answer", negotiation=impatient("features"))


# A server that stops answering.


async def silent_after_connect(_stream: Stream) -> None:
    """Not even a header."""


async def silent_after_header(stream: Stream) -> None:
    """No features."""
    await stream.expect(rb"<stream:stream[^>]*>")
    await stream.send(HEADER)


async def silent_after_starttls(stream: Stream) -> None:
    """No proceed."""
    await stream.open(STARTTLS)


async def silent_in_handshake(stream: Stream) -> None:
    """No TLS after proceed."""
    await stream.open(STARTTLS)
    await stream.expect(rb"<starttls[^>]*/>")
    await stream.send(f"<proceed xmlns='{TLS}'/>")


async def silent_within_tls(stream: Stream) -> None:
    """No header within TLS."""
    await stream.secure()


async def silent_after_auth(stream: Stream) -> None:
    """No challenge."""
    await stream.secure()
    await stream.open(SCRAM)


async def silent_after_response(stream: Stream) -> None:
    """No verdict."""
    await stream.secure()
    await stream.open(SCRAM)
    _, first = await stream.challenge()
    await stream.say_sasl("challenge", first)


async def silent_after_success(stream: Stream) -> None:
    """No new stream."""
    await stream.secure()
    await stream.authenticate()


async def silent_after_bind(stream: Stream) -> None:
    """No resource."""
    await stream.secure()
    await stream.authenticate()
    await stream.open(BIND)


class Impatient(ClientNegotiation):
    """The same negotiation with a shorter limit in one state, if the table has one there.

    In the other states the server answers: they take as long as the machine needs.
    """

    impatient_in = ""

    @property
    def timeout(self) -> float | None:
        """``STEP_S`` in that state if the real one has a limit."""
        limit = super().timeout
        return STEP_S if limit is not None and self.state.value == self.impatient_in else limit


def impatient(state: str) -> Callable[[Any, Any], Impatient]:
    """What is made in the role's place."""

    def make(_role: Any, _resume: Any) -> Impatient:
        made = Impatient(ClientSettings(domain=DOMAIN, username=USER, password=PASSWORD))
        made.impatient_in = state
        return made

    return make


SILENT = {
    "opening": [silent_after_connect, silent_within_tls, silent_after_success],
    "features": [silent_after_header],
    "starttls": [silent_after_starttls],
    "tls-handshake": [silent_in_handshake],
    "authenticating": [silent_after_auth, silent_after_response],
    "binding": [silent_after_bind],
}


@pytest.mark.parametrize(
    ("state", "script"),
    [(state, script) for state, scripts in SILENT.items() for script in scripts],
)
def test_a_server_that_does_not_answer_is_left(
    authority: Authority, honest: CertificateFiles, state: str, script: Script
) -> None:
    server = HostileServer(script, certificate=honest)
    refused(
        server,
        authority,
        f"timeout: no answer in {STEP_S} s, state {state}",
        negotiation=impatient(state),
    )


def test_direct_tls_that_is_not_answered_is_left(authority: Authority) -> None:
    server = HostileServer(silent_after_connect)
    refused(
        server, authority, f"no answer in {STEP_S:g} s", direct_tls=True, connect_timeout=STEP_S
    )
