"""A throw-away certificate authority for the server tests.

Makes one CA and server certificates signed by it, as PEM files in a folder. Elliptic keys, because
making them takes no time. ``Authority.issue`` takes the dates, so that a test can ask for a
certificate that has expired.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class CertificateFiles:
    """One certificate with its key, as PEM files."""

    certificate: Path
    key: Path


class Authority:
    """A certificate authority that lives as long as its folder.

    Args:
        folder: where the PEM files go; must exist.
        name: the common name, also the stem of the CA's file name.
    """

    def __init__(self, folder: Path, name: str = "test-ca") -> None:
        self.folder = folder
        self.ca_file = folder / f"{name}.pem"
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _common_name(name)
        self._certificate = self._sign_itself()
        self.ca_file.write_bytes(self._certificate.public_bytes(serialization.Encoding.PEM))

    def issue(
        self,
        names: tuple[str, ...],
        *,
        addresses: tuple[str, ...] = (),
        stem: str = "server",
        valid_from: dt.datetime | None = None,
        valid_until: dt.datetime | None = None,
    ) -> CertificateFiles:
        """Sign a server certificate for some DNS names.

        Args:
            names: the dNSName entries; the first is the common name as well.
            addresses: iPAddress entries.
            stem: file name without ``.crt`` and ``.key``.
            valid_from: start of validity; yesterday if not given.
            valid_until: end of validity; in 30 days if not given.

        Returns:
            The two files.
        """
        now = dt.datetime.now(dt.UTC)
        key = ec.generate_private_key(ec.SECP256R1())
        alternatives: list[x509.GeneralName] = [x509.DNSName(name) for name in names]
        alternatives += [x509.IPAddress(ipaddress.ip_address(one)) for one in addresses]
        certificate = (
            _builder(_common_name(names[0]), self._name, key.public_key())
            .not_valid_before(valid_from or now - DAY)
            .not_valid_after(valid_until or now + 30 * DAY)
            .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(_issuer_key(self._key.public_key()), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        return _write(self.folder, stem, certificate, key)

    def _sign_itself(self) -> x509.Certificate:
        now = dt.datetime.now(dt.UTC)
        public = self._key.public_key()
        return (
            _builder(self._name, self._name, public)
            .not_valid_before(now - DAY)
            .not_valid_after(now + 30 * DAY)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_ca_usage(), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .sign(self._key, hashes.SHA256())
        )


def self_signed(folder: Path, name: str, *, stem: str = "self-signed") -> CertificateFiles:
    """A server certificate for a DNS name that nobody but itself has signed.

    Returns:
        The two files, in this folder.
    """
    now = dt.datetime.now(dt.UTC)
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _common_name(name)
    certificate = (
        _builder(subject, subject, key.public_key())
        .not_valid_before(now - DAY)
        .not_valid_after(now + 30 * DAY)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    return _write(folder, stem, certificate, key)


def _write(
    folder: Path, stem: str, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey
) -> CertificateFiles:
    files = CertificateFiles(folder / f"{stem}.crt", folder / f"{stem}.key")
    files.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    files.key.write_bytes(_private_pem(key))
    files.key.chmod(0o600)
    return files


def _common_name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _builder(
    subject: x509.Name, issuer: x509.Name, public_key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
    )


def _ca_usage() -> x509.KeyUsage:
    """Python 3.13 verifies with VERIFY_X509_STRICT: a CA must say that it signs certificates."""
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=True,
        crl_sign=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _issuer_key(public_key: ec.EllipticCurvePublicKey) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(public_key)


def _private_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
