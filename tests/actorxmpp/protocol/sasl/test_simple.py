from __future__ import annotations

import pytest

from actorxmpp.protocol.errors import SaslFailure
from actorxmpp.protocol.sasl import simple
from actorxmpp.protocol.sasl.mechanism import AuthContext, Binding, Credentials
from actorxmpp.protocol.sasl.scramkeys import ScramKeys


class Tls:
    binding_types = ()

    def channel_binding(self, kind: str) -> bytes | None:
        return None


SECURE = AuthContext(tls=Tls())
NO_BINDING = Binding()


@pytest.mark.parametrize(
    ("authzid", "message"),
    [("", b"\0romeo\0pencil"), ("juliet@example.net", b"juliet@example.net\0romeo\0pencil")],
)
def test_plain(authzid: str, message: bytes) -> None:
    credentials = Credentials("romeo", "pencil", authzid)
    assert simple.plain(credentials, SECURE, NO_BINDING).start() == message


def test_plain_never_goes_without_tls() -> None:
    with pytest.raises(SaslFailure, match="without TLS") as caught:
        simple.plain(Credentials("romeo", "pencil"), AuthContext(), NO_BINDING)
    assert caught.value.condition == "encryption-required"


def test_plain_prepares_what_it_sends() -> None:
    made = simple.plain(Credentials("romeo", "I\u00adX"), SECURE, NO_BINDING)
    assert made.start() == b"\0romeo\0IX"
    with pytest.raises(SaslFailure) as caught:
        simple.plain(Credentials("romeo", "a\0b"), SECURE, NO_BINDING)
    assert caught.value.condition == "invalid-credentials"


def test_external_and_anonymous() -> None:
    assert simple.external(Credentials(), SECURE, NO_BINDING).start() == b""
    who = Credentials(authzid="romeo@example.net")
    assert simple.external(who, SECURE, NO_BINDING).start() == b"romeo@example.net"
    assert simple.anonymous(who, SECURE, NO_BINDING).start() == b""


def test_they_answer_no_challenge() -> None:
    made = simple.plain(Credentials("romeo", "pencil"), SECURE, NO_BINDING)
    with pytest.raises(SaslFailure):
        made.respond(b"")
    with pytest.raises(SaslFailure):
        made.keys_derived(ScramKeys("SHA-1", b"", 1, b"", b""))
    made.succeeded(None)
    assert "pencil" not in repr(made)
