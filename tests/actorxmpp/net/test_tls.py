from __future__ import annotations

import asyncio
import hashlib
import pickle
import ssl
import threading
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519

from actorxmpp.net import tls
from actorxmpp.net.errors import TlsCheck, TlsError
from actorxmpp.net.tls import TlsPolicy, context_for, server_context, server_end_point

from .certificates import Issued, issue
from .conftest import Trust
from .harness import run


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"verify": False, "ca_file": "x"}, "verify is off"),
        ({"verify": False, "pins": frozenset({"a" * 64})}, "verify is off"),
        ({"client_key": "x"}, "client_cert"),
        ({"pins": frozenset({"abc"})}, "pins.*'abc'"),
        ({"pins": frozenset({"z" * 64})}, "pins"),
    ],
)
def test_contradictions_are_named(fields: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        TlsPolicy(**fields)  # type: ignore[arg-type]


def test_pins_are_read_in_the_usual_spellings() -> None:
    pin = ":".join(["AB"] * 32)
    assert TlsPolicy(pins=frozenset({pin})).pins == frozenset({"ab" * 32})


def test_policies_are_values() -> None:
    policy = TlsPolicy(ca_file="ca.pem")
    assert policy == TlsPolicy(ca_file="ca.pem")
    assert hash(policy) == hash(TlsPolicy(ca_file="ca.pem"))
    assert pickle.loads(pickle.dumps(policy)) == policy
    assert TlsPolicy() != TlsPolicy.insecure()


def test_secrets_do_not_show() -> None:
    policy = TlsPolicy(client_cert="x", client_key_password="verysecret", ca_data="pem text")
    assert "verysecret" not in repr(policy)
    assert "pem text" not in repr(policy)


def test_certificates_are_checked_by_default() -> None:
    async def main() -> None:
        context = await context_for(TlsPolicy())
        assert context.verify_mode is ssl.CERT_REQUIRED
        assert context.check_hostname
        assert context.minimum_version is ssl.TLSVersion.TLSv1_2
        insecure = await context_for(TlsPolicy.insecure())
        assert insecure.verify_mode is ssl.CERT_NONE

    run(main)


def test_there_is_one_context_per_policy_however_many_ask(trust: Trust) -> None:
    pem = Path(trust.ca_file).read_text()

    async def main() -> None:
        tls.forget_contexts()
        found = await asyncio.gather(*[context_for(trust.policy) for _ in range(50)])
        assert len({id(context) for context in found}) == 1
        assert await context_for(TlsPolicy(ca_file=trust.ca_file)) is found[0]
        assert await context_for(trust.policy, direct=True) is not found[0]
        assert await context_for(TlsPolicy(ca_data=pem)) is not found[0]
        tls.forget_contexts()
        assert await context_for(trust.policy) is not found[0]

    run(main)


def test_contexts_are_built_off_the_loop(trust: Trust, monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[str] = []
    real = tls._build

    def build(policy: TlsPolicy, direct: bool) -> tls.PolicyContext:
        threads.append(threading.current_thread().name)
        return real(policy, direct)

    monkeypatch.setattr(tls, "_build", build)

    async def main() -> None:
        tls.forget_contexts()
        await context_for(trust.policy)

    run(main)
    assert threads[0].startswith("tls-context")


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        (TlsPolicy(ca_file="/nowhere/ca.pem"), "ca_file.*/nowhere/ca.pem.*No such file"),
        (TlsPolicy(ca_data="no pem"), "ca_file or ca_data"),
        (TlsPolicy(client_cert="/nowhere/me.pem"), "client_cert.*/nowhere/me.pem"),
    ],
)
def test_a_file_that_can_not_be_read_is_named(policy: TlsPolicy, words: str) -> None:
    async def main() -> None:
        for _ in range(2):  # the failure is not remembered
            with pytest.raises(TlsError, match=words) as caught:
                await context_for(policy)
            assert caught.value.check is TlsCheck.CONFIGURATION

    run(main)


def test_a_key_with_a_password(trust: Trust, authority: Issued) -> None:
    path = trust.file(issue("romeo", authority), password="opensesame")

    async def main() -> None:
        await context_for(TlsPolicy(client_cert=path, client_key_password="opensesame"))
        for wrong in ("wrong", None):  # and nobody is asked on a terminal
            with pytest.raises(TlsError) as caught:
                await context_for(TlsPolicy(client_cert=path, client_key_password=wrong))
            assert caught.value.check is TlsCheck.CONFIGURATION
            assert "opensesame" not in str(caught.value)

    run(main)


def test_a_servers_context_knows_its_certificate(trust: Trust) -> None:
    async def main() -> None:
        context = await server_context(trust.file(trust.server), client_ca_file=trust.ca_file)
        assert context.certificate == trust.server.der
        assert context.verify_mode is ssl.CERT_OPTIONAL
        with pytest.raises(TlsError, match="cert_file"):
            await server_context("/nowhere/server.pem")

    run(main)


@pytest.mark.parametrize(
    ("algorithm", "expected"),
    [(hashes.SHA256(), "sha256"), (hashes.SHA384(), "sha384"), (hashes.SHA512(), "sha512")],
    ids=["256", "384", "512"],
)
def test_the_binding_uses_the_signatures_hash(
    algorithm: hashes.HashAlgorithm, expected: str
) -> None:
    certificate = issue("localhost", algorithm=algorithm).der
    assert server_end_point(certificate) == hashlib.new(expected, certificate).digest()


def test_no_binding_where_the_signature_has_no_hash() -> None:
    certificate = issue("localhost", key=ed25519.Ed25519PrivateKey.generate()).der
    assert server_end_point(certificate) is None
    assert server_end_point(b"no certificate") is None


def test_a_sha1_signature_binds_by_sha256() -> None:
    # Python's cryptography makes no SHA-1 certificates any more; the rule is RFC 5929, 4.1.
    pem = Path(__file__).with_name("sha1.pem").read_text()
    certificate = tls.first_certificate(pem)
    assert server_end_point(certificate) == hashlib.sha256(certificate).digest()
