from __future__ import annotations

import pytest

from actorxmpp.protocol.errors import SaslFailure
from actorxmpp.protocol.sasl.choose import choose, is_guess
from actorxmpp.protocol.sasl.mechanism import (
    AuthContext,
    Binding,
    ClientMechanism,
    Credentials,
    MechanismEntry,
)
from actorxmpp.protocol.sasl.mechanisms import MECHANISMS
from actorxmpp.protocol.sasl.simple import OneMessage

UNIQUE, END_POINT, EXPORTER = "tls-unique", "tls-server-end-point", "tls-exporter"
SCRAM = "SCRAM-SHA-1 SCRAM-SHA-256 SCRAM-SHA-512"
PLUS = "SCRAM-SHA-1-PLUS SCRAM-SHA-256-PLUS SCRAM-SHA-512-PLUS"
USER = Credentials("romeo", "pencil")


class Tls:
    def __init__(self, *types: str) -> None:
        self.binding_types = types

    def channel_binding(self, kind: str) -> bytes | None:
        return f"data of {kind}".encode() if kind in self.binding_types else None


class Guessing(Tls):
    """TLS 1.3 with the data of a type that is not defined there."""

    def channel_binding(self, kind: str) -> bytes | None:
        return b"finished" if kind == UNIQUE else super().channel_binding(kind)


TLS12, TLS13 = Tls(UNIQUE, END_POINT), Tls(END_POINT)


def pick(offered: str, context: AuthContext, credentials: Credentials = USER) -> ClientMechanism:
    return choose(offered.split(), credentials, context)


@pytest.mark.parametrize(
    ("offered", "tls", "server", "name", "flag"),
    [
        (SCRAM, None, None, "SCRAM-SHA-512", "n"),
        (SCRAM + " PLAIN", TLS13, None, "SCRAM-SHA-512", "y"),
        ("SCRAM-SHA-1 PLAIN", TLS13, None, "SCRAM-SHA-1", "y"),
        (f"{SCRAM} {PLUS}", TLS13, [END_POINT], "SCRAM-SHA-512-PLUS", f"p={END_POINT}"),
        (
            "SCRAM-SHA-512 SCRAM-SHA-1-PLUS",
            TLS13,
            [END_POINT],
            "SCRAM-SHA-1-PLUS",
            f"p={END_POINT}",
        ),
        (f"{SCRAM} {PLUS}", TLS13, [EXPORTER, END_POINT], "SCRAM-SHA-512-PLUS", f"p={END_POINT}"),
        (f"{SCRAM} {PLUS}", TLS13, [EXPORTER], "SCRAM-SHA-512", "n"),
        (f"{SCRAM} {PLUS}", TLS13, None, "SCRAM-SHA-512", "n"),
        (f"{SCRAM} {PLUS}", Guessing(END_POINT), None, "SCRAM-SHA-512-PLUS", f"p={UNIQUE}"),
        (f"{SCRAM} {PLUS}", Guessing(END_POINT), [EXPORTER], "SCRAM-SHA-512", "n"),
        (SCRAM, Guessing(END_POINT), None, "SCRAM-SHA-512", "y"),
        (f"{SCRAM} {PLUS}", TLS12, None, "SCRAM-SHA-512-PLUS", f"p={UNIQUE}"),
        (f"{SCRAM} {PLUS}", TLS12, [END_POINT], "SCRAM-SHA-512-PLUS", f"p={END_POINT}"),
        (SCRAM, TLS13, [EXPORTER], "SCRAM-SHA-512", "y"),
        (SCRAM, Tls(), None, "SCRAM-SHA-512", "n"),
    ],
)
def test_mechanism_and_binding(
    offered: str, tls: Tls | None, server: list[str] | None, name: str, flag: str
) -> None:
    bindings = None if server is None else frozenset(server)
    mechanism = pick(offered, AuthContext(tls=tls, server_bindings=bindings))
    assert mechanism.name == name
    first = mechanism.start()
    assert first is not None
    assert first.startswith(f"{flag},,".encode())


def test_channel_binding_can_be_switched_off() -> None:
    context = AuthContext(tls=TLS13, server_bindings=frozenset({END_POINT}), channel_binding=False)
    mechanism = pick(f"{SCRAM} {PLUS}", context)
    assert mechanism.name == "SCRAM-SHA-512"
    assert (mechanism.start() or b"").startswith(b"n,,")


@pytest.mark.parametrize(
    ("credentials", "offered", "name"),
    [
        (Credentials("romeo", "x", external=True), "EXTERNAL SCRAM-SHA-1", "EXTERNAL"),
        (Credentials(external=True), "EXTERNAL PLAIN", "EXTERNAL"),
        (Credentials(anonymous=True), "ANONYMOUS PLAIN", "ANONYMOUS"),
        (USER, "ANONYMOUS PLAIN", "PLAIN"),
        (USER, "EXTERNAL PLAIN", "PLAIN"),
    ],
)
def test_what_the_credentials_allow(credentials: Credentials, offered: str, name: str) -> None:
    assert pick(offered, AuthContext(tls=TLS13), credentials).name == name


@pytest.mark.parametrize(
    ("credentials", "offered", "tls"),
    [
        (USER, "PLAIN", None),
        (USER, "", TLS13),
        (Credentials("romeo"), SCRAM, TLS13),
        (Credentials(password="x"), SCRAM, TLS13),
        (USER, "EXTERNAL ANONYMOUS", TLS13),
    ],
    ids=["plain without tls", "nothing", "no password", "no name", "not ours"],
)
def test_nothing_fits(credentials: Credentials, offered: str, tls: Tls | None) -> None:
    with pytest.raises(SaslFailure) as caught:
        pick(offered, AuthContext(tls=tls), credentials)
    assert caught.value.condition == "no-acceptable-mechanism"


def test_the_error_says_what_was_offered() -> None:
    with pytest.raises(SaslFailure, match="offers: OAUTHBEARER; allowed here: PLAIN"):
        choose(["OAUTHBEARER"], USER, AuthContext(tls=TLS13), allowed=["PLAIN"])


@pytest.mark.parametrize(
    ("known", "offered", "refused"),
    [
        ("SCRAM-SHA-1", "PLAIN", True),
        ("SCRAM-SHA-256", "SCRAM-SHA-1", False),
        ("SCRAM-SHA-1-PLUS", "SCRAM-SHA-512", True),
        ("PLAIN", "PLAIN", False),
        ("PLAIN", "SCRAM-SHA-1", False),
        ("X-GONE", "PLAIN", False),
    ],
)
def test_downgrades_against_last_time(known: str, offered: str, refused: bool) -> None:
    context = AuthContext(tls=TLS13, known_mechanism=known)
    if refused:
        with pytest.raises(SaslFailure, match=known) as caught:
            pick(offered, context)
        assert caught.value.condition == "mechanism-downgrade"
    else:
        assert pick(offered, context).name == offered


def test_stripped_plus_mechanisms_are_noticed() -> None:
    context = AuthContext(tls=TLS13, server_bindings=frozenset({END_POINT}))
    with pytest.raises(SaslFailure, match="missing"):
        pick(SCRAM + " PLAIN", context)
    assert pick("PLAIN", context).name == "PLAIN"  # a server that has no SCRAM at all


def test_a_binding_without_data_is_no_binding() -> None:
    class Broken(Tls):
        def channel_binding(self, kind: str) -> bytes | None:
            return None

    context = AuthContext(tls=Broken(END_POINT), server_bindings=frozenset({END_POINT}))
    with pytest.raises(SaslFailure, match="no tls-server-end-point data"):
        pick(PLUS, context)


def test_a_mechanism_of_your_own() -> None:
    def make(_who: Credentials, _where: AuthContext, _binding: Binding) -> OneMessage:
        return OneMessage("X-TOKEN", b"token")

    table = (MechanismEntry("X-TOKEN", lambda _who, _where: True, make), *MECHANISMS)
    offered = ["X-TOKEN", *SCRAM.split()]
    assert choose(offered, USER, AuthContext(), table=table).start() == b"token"


@pytest.mark.parametrize(
    ("tls", "server", "guess"),
    [
        (Guessing(END_POINT), None, True),
        (TLS12, None, False),
        (TLS13, [END_POINT], False),
    ],
)
def test_what_counts_as_a_guess(tls: Tls, server: list[str] | None, guess: bool) -> None:
    context = AuthContext(tls=tls, server_bindings=None if server is None else frozenset(server))
    assert is_guess(pick(PLUS, context), context) is guess
    assert not is_guess(pick(SCRAM, AuthContext(tls=tls)), context)
