"""SCRAM: the RFCs' vectors, and our two sides against each other."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actorxmpp.protocol.actions import DeriveKeys
from actorxmpp.protocol.errors import SaslFailure
from actorxmpp.protocol.sasl.mechanism import AuthContext, Binding, Credentials
from actorxmpp.protocol.sasl.scram import (
    ClientScram,
    ScramKeys,
    ScramRefused,
    ServerScram,
    StoredKeys,
    derive_keys,
    stored_keys,
)

SALT = b"0123456789abcdef"
VECTORS = [  # RFC 5802, 5 and RFC 7677, 3
    (
        "SHA-1",
        "fyko+d2lbbFgONRv9qkxdawL",
        b"n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL",
        b"r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
        b"c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
        b"v=rmF9pqV8S7suAoZWja4dJRkFsKQ=",
    ),
    (
        "SHA-256",
        "rOprNGfwEbeRWgbNEkqO",
        b"n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
        b"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
        (
            b"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
            b"p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
        ),
        b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
    ),
]


def client(
    hash_name: str = "SHA-256",
    username: str = "user",
    password: str = "pencil",
    *,
    nonce: str = "clientnonce",
    binding: Binding | None = None,
    authzid: str = "",
) -> ClientScram:
    credentials = Credentials(username, password, authzid)
    return ClientScram(hash_name, credentials, AuthContext(nonce=lambda: nonce), binding)


@pytest.mark.parametrize(
    ("hash_name", "nonce", "first", "challenge", "final", "verifier"), VECTORS, ids=["1", "256"]
)
def test_the_client_speaks_as_in_the_rfc(
    hash_name: str, nonce: str, first: bytes, challenge: bytes, final: bytes, verifier: bytes
) -> None:
    scram = client(hash_name, nonce=nonce)
    assert scram.start() == first
    request = scram.respond(challenge)
    assert isinstance(request, DeriveKeys)
    assert scram.keys_derived(derive_keys(request)) == final
    scram.succeeded(verifier)


@pytest.mark.parametrize(
    ("hash_name", "nonce", "first", "challenge", "final", "verifier"), VECTORS, ids=["1", "256"]
)
def test_the_server_speaks_as_in_the_rfc(
    hash_name: str, nonce: str, first: bytes, challenge: bytes, final: bytes, verifier: bytes
) -> None:
    request = client(hash_name, nonce=nonce).respond(challenge)
    assert isinstance(request, DeriveKeys)
    keys = stored_keys("pencil", hash_name, salt=request.salt)
    servers_nonce = challenge.split(b",")[0][2 + len(nonce) :].decode()
    server = ServerScram(hash_name, {"user": keys}.get, nonce=lambda: servers_nonce)
    assert server.first(first) == challenge
    assert server.final(final) == verifier
    assert server.username == "user"


def play(scram: ClientScram, server: ServerScram) -> None:
    """Both sides to the end; raises what either raises."""
    request = scram.respond(server.first(scram.start()))
    assert isinstance(request, DeriveKeys)
    scram.succeeded(server.final(scram.keys_derived(derive_keys(request))))


def account(name: str, password: str, hash_name: str = "SHA-256") -> dict[str, StoredKeys]:
    return {name: stored_keys(password, hash_name, salt=SALT)}


printable = st.text(st.characters(codec="ascii", categories=["L", "N", "P", "S"]), min_size=1)


@settings(max_examples=20, deadline=None)
@given(
    name=printable, password=printable, hash_name=st.sampled_from(["SHA-1", "SHA-256", "SHA-512"])
)
def test_any_name_and_password_that_match_are_let_in(
    name: str, password: str, hash_name: str
) -> None:
    server = ServerScram(hash_name, account(name, password, hash_name).get)
    play(client(hash_name, name, password), server)
    assert server.username == name


def test_prepared_passwords_are_the_same() -> None:
    play(client(password="I\u00adX"), ServerScram("SHA-256", account("user", "IX").get))


def test_the_name_to_act_as_arrives() -> None:
    server = ServerScram("SHA-256", account("user", "pencil").get)
    play(client(authzid="other@example.net,x=y"), server)
    assert server.authzid == "other@example.net,x=y"


@pytest.mark.parametrize(("name", "password"), [("user", "wrong"), ("nobody", "pencil")])
def test_wrong_password_and_unknown_account_look_the_same(name: str, password: str) -> None:
    server = ServerScram("SHA-256", account("user", "pencil").get)
    with pytest.raises(ScramRefused, match="proof") as caught:
        play(client(username=name, password=password), server)
    assert caught.value.condition == "not-authorized"


def test_an_unknown_account_always_has_the_same_salt() -> None:
    salts = {
        ServerScram("SHA-256", {}.get).first(client(username="nobody").start()).split(b",")[1]
        for _ in range(3)
    }
    assert len(salts) == 1


END_POINT = "tls-server-end-point"


def bound(data: bytes, *, offered: bytes = b"cert", plus: bool = True) -> None:
    server = ServerScram(
        "SHA-256", account("user", "pencil").get, bindings={END_POINT: offered}, plus=plus
    )
    play(client(binding=Binding(f"p={END_POINT}", data)), server)


def test_channel_binding_that_fits() -> None:
    bound(b"cert")


def test_somebody_in_the_middle_shows_another_certificate() -> None:
    with pytest.raises(ScramRefused, match="channel binding") as caught:
        bound(b"another certificate")
    assert caught.value.condition == "not-authorized"


@pytest.mark.parametrize(
    ("flag", "plus", "bindings"),
    [
        ("p=tls-unique", True, {END_POINT: b"x"}),
        (f"p={END_POINT}", False, {END_POINT: b"x"}),
        (f"p={END_POINT}", True, {}),
        ("n", True, {END_POINT: b"x"}),
        ("y", False, {END_POINT: b"x"}),
    ],
    ids=["unknown type", "binding without plus", "none here", "plus without", "stripped"],
)
def test_flags_that_do_not_fit(flag: str, plus: bool, bindings: dict[str, bytes]) -> None:
    server = ServerScram("SHA-256", account("user", "x").get, bindings=bindings, plus=plus)
    with pytest.raises(ScramRefused):
        server.first(client(binding=Binding(flag)).start())


@pytest.mark.parametrize(
    "message", [b"", b"n,,", b"n,,n=user", b"x,,n=a,r=b", b"n,,n=a=b,r=c", b"n,,n=,r=c", b"\xff"]
)
def test_a_malformed_first_message(message: bytes) -> None:
    with pytest.raises(ScramRefused) as caught:
        ServerScram("SHA-256", {}.get).first(message)
    assert caught.value.condition == "malformed-request"


def test_steps_out_of_order() -> None:
    server = ServerScram("SHA-256", account("user", "pencil").get)
    with pytest.raises(ScramRefused):
        server.final(b"c=biws,r=x,p=AAAA")
    server.first(client().start())
    with pytest.raises(ScramRefused):
        server.first(client().start())


@pytest.mark.parametrize("proof", [b"AAAA", b"A", b"####"])
def test_a_proof_of_the_wrong_size(proof: bytes) -> None:
    server = ServerScram("SHA-256", account("user", "pencil").get, nonce=lambda: "srv")
    server.first(client().start())
    with pytest.raises(ScramRefused):
        server.final(b"c=biws,r=clientnoncesrv,p=" + proof)


def test_keys_nobody_asked_for_are_refused() -> None:
    scram = client()
    with pytest.raises(SaslFailure, match="not asked for"):
        scram.keys_derived(ScramKeys("SHA-256", b"", 1, b"", b""))
    scram.start()
    scram.respond(b"r=clientnoncex,s=QSXCR+Q6sek8bf92,i=4096")
    with pytest.raises(SaslFailure, match="not asked for"):
        scram.keys_derived(ScramKeys("SHA-256", b"other salt", 4096, b"", b""))


def test_the_server_may_say_what_is_wrong() -> None:
    scram = client()
    request = scram.respond(b"r=clientnoncex,s=QSXCR+Q6sek8bf92,i=4096")
    assert isinstance(request, DeriveKeys)
    scram.keys_derived(derive_keys(request))
    with pytest.raises(SaslFailure, match="unknown-user") as caught:
        scram.respond(b"e=unknown-user")
    assert caught.value.condition == "not-authorized"


def test_a_challenge_too_many() -> None:
    scram = client()
    scram.respond(b"r=clientnoncex,s=QSXCR+Q6sek8bf92,i=4096")
    with pytest.raises(SaslFailure, match="too many"):
        scram.respond(b"r=clientnoncex,s=QSXCR+Q6sek8bf92,i=4096")


def test_secrets_do_not_show() -> None:
    scram = client(password="verysecret")
    request = scram.respond(b"r=clientnoncex,s=QSXCR+Q6sek8bf92,i=4096")
    assert isinstance(request, DeriveKeys)
    keys = derive_keys(request)
    stored = stored_keys("verysecret", salt=SALT)
    server = ServerScram("SHA-256", {}.get)
    for shown in map(repr, (scram, request, keys, stored, server, Credentials("u", "verysecret"))):
        assert "verysecret" not in shown
        assert "key=" not in shown


def test_nonces_differ() -> None:
    credentials = Credentials("user", "pencil")
    first = {ClientScram("SHA-1", credentials, AuthContext()).start() for _ in range(100)}
    assert len(first) == 100
