"""The certificate made on the spot: who it is for, who may read it, that it checks out."""

from __future__ import annotations

import ssl
import stat
from pathlib import Path

import pytest
from cryptography import x509

from actorxmpp.testing.server.certificate import CertificateFiles, ensure_certificate


def names(files: CertificateFiles) -> set[str]:
    leaf = x509.load_pem_x509_certificate(files.chain_file.read_bytes())
    extension = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    hosts = extension.get_values_for_type(x509.DNSName)
    return {*hosts, *map(str, extension.get_values_for_type(x509.IPAddress))}


def shake_hands(files: CertificateFiles, host: str) -> None:
    """A TLS handshake in memory, checked by a client that trusts the authority only."""
    client_context = ssl.create_default_context(cafile=str(files.ca_file))
    client_context.verify_flags |= ssl.VERIFY_X509_STRICT
    server_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_context.load_cert_chain(files.chain_file, files.key_file)
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = client_context.wrap_bio(down, up, server_hostname=host)
    server = server_context.wrap_bio(up, down, server_side=True)
    for side in (client, server, client):
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue


@pytest.mark.parametrize("host", ["localhost", "xmpp.example", "127.0.0.1"])
def test_a_checking_client_accepts_it(tmp_path: Path, host: str) -> None:
    shake_hands(ensure_certificate(tmp_path, "xmpp.example"), host)


def test_for_another_name_it_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(ensure_certificate(tmp_path, "xmpp.example"), "other.example")


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ("localhost", {"localhost", "127.0.0.1", "::1"}),
        ("bücher.example", {"localhost", "xn--bcher-kva.example", "127.0.0.1", "::1"}),
        ("10.0.0.1", {"localhost", "10.0.0.1", "127.0.0.1", "::1"}),
    ],
)
def test_it_names_the_domain_and_this_machine(
    tmp_path: Path, domain: str, expected: set[str]
) -> None:
    assert names(ensure_certificate(tmp_path, domain)) == expected


def test_only_its_owner_may_read_the_files(tmp_path: Path) -> None:
    files = ensure_certificate(tmp_path, "localhost")
    for path in (files.ca_file, files.chain_file, files.key_file):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_is_there_is_kept(tmp_path: Path) -> None:
    before = ensure_certificate(tmp_path, "localhost").ca_file.read_bytes()
    assert ensure_certificate(tmp_path, "localhost").ca_file.read_bytes() == before


def test_removing_takes_the_folder_only_when_nothing_else_is_in_it(tmp_path: Path) -> None:
    folder = tmp_path / "server"
    folder.mkdir()
    files = ensure_certificate(folder, "localhost")
    (folder / "mine").touch()
    files.remove()
    assert [path.name for path in folder.iterdir()] == ["mine"]
    (folder / "mine").unlink()
    ensure_certificate(folder, "localhost").remove()
    assert not folder.exists()
