"""A certificate authority made on the spot, and the server's certificate signed by it.

The embedded server proves who it is to clients that check certificates as they should: they only
need `CertificateFiles.ca_file`. Keys are ECDSA on P-256, whose handshake costs the server a tenth
of RSA's. The files lie in a folder only their owner can read; the authority's own key is never
written, so nobody can sign anything else with it.

The folder outlives a restart of the server when its owner keeps it (`EmbeddedServer` does), so
that clients which loaded the authority once go on trusting the server after it was killed.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

if TYPE_CHECKING:
    from pathlib import Path

_LIFETIME = dt.timedelta(days=30)
"""Longer than any test, short enough that a stray authority file is worth nothing."""

_CLOCK_SKEW = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class CertificateFiles:
    """Where the parts of the certificate lie.

    Attributes:
        ca_file: the authority's certificate in PEM, for clients to trust.
        chain_file: the server's certificate in PEM.
        key_file: the server's private key in PEM, readable by its owner only.
    """

    ca_file: Path
    chain_file: Path
    key_file: Path

    def exist(self) -> bool:
        """Return whether all three files are there."""
        return all(path.is_file() for path in self._all())

    def remove(self) -> None:
        """Remove the files, and their folder when nothing else is in it."""
        for path in self._all():
            path.unlink(missing_ok=True)
        try:
            self.ca_file.parent.rmdir()
        except OSError:
            return  # somebody else's files are in it: theirs to remove

    def _all(self) -> tuple[Path, Path, Path]:
        return (self.ca_file, self.chain_file, self.key_file)


def ensure_certificate(folder: Path, domain: str) -> CertificateFiles:
    """Make the authority and the server's certificate in `folder`, unless they are there.

    Args:
        folder: an existing private folder.
        domain: the XMPP domain, written into the certificate beside ``localhost``, ``127.0.0.1``
            and ``::1``.

    Raises:
        OSError: the folder cannot be written.
        ValueError: the domain cannot stand in a certificate.
    """
    files = CertificateFiles(folder / "ca.pem", folder / "server.pem", folder / "server.key")
    if files.exist():
        return files
    ca_key = ec.generate_private_key(ec.SECP256R1())
    key = ec.generate_private_key(ec.SECP256R1())
    authority = _authority(ca_key)
    leaf = _leaf(key, ca_key, authority, domain)
    pem = serialization.Encoding.PEM
    _write_private(
        files.key_file,
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
    )
    _write_private(files.chain_file, leaf.public_bytes(pem))
    _write_private(files.ca_file, authority.public_bytes(pem))
    return files


def _authority(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "embedded test server CA")])
    public = key.public_key()
    return (
        _builder(name, name, public)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .sign(key, hashes.SHA256())
    )


def _leaf(
    key: ec.EllipticCurvePrivateKey,
    ca_key: ec.EllipticCurvePrivateKey,
    authority: x509.Certificate,
    domain: str,
) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "embedded test server")])
    public = key.public_key()
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key())
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    return (
        _builder(name, authority.subject, public)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(signs_certificates=False), critical=True)
        .add_extension(usage, critical=False)
        .add_extension(x509.SubjectAlternativeName(_names(domain)), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(identifier, critical=False)
        .sign(ca_key, hashes.SHA256())
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, public: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCK_SKEW)
        .not_valid_after(now + _LIFETIME)
    )


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _names(domain: str) -> list[x509.GeneralName]:
    addresses = {"127.0.0.1", "::1"}
    hosts = {"localhost"}
    try:
        addresses.add(str(ipaddress.ip_address(domain)))
    except ValueError:
        hosts.add(domain.encode("idna").decode("ascii"))
    names: list[x509.GeneralName] = [x509.DNSName(host) for host in sorted(hosts)]
    names += [x509.IPAddress(ipaddress.ip_address(address)) for address in sorted(addresses)]
    return names


def _write_private(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
