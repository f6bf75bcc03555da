"""TLS settings and facts: whom to trust, the contexts built for it, and what was agreed.

Where it stands: the session's spec carries a `TlsPolicy`; `context_for` turns it into an
`ssl.SSLContext`; `StreamConnection.start_tls` uses that and returns a `TlsInfo`, from which
SASL takes the channel binding.

Rules:

* A context costs 20 ms and about a megabyte, so there is one per policy and process, built in
  a thread.
* Verification is on unless the policy was made by `TlsPolicy.insecure()` or says so itself.
* Key passwords and CA data don't show in a repr.
"""

from __future__ import annotations

import asyncio
import ssl
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from actorxmpp.net.errors import TlsCheck, TlsError
from actorxmpp.net.tlssessions import SessionCache

if TYPE_CHECKING:
    from collections.abc import Callable

ALPN: Final = "xmpp-client"
"""The protocol name for direct TLS (XEP-0368)."""

TLS_SERVER_END_POINT: Final = "tls-server-end-point"
TLS_UNIQUE: Final = "tls-unique"

_MINIMUM: Final = ssl.TLSVersion.TLSv1_2
"""RFC 8996 and RFC 9325, 3.1.1: nothing older."""

_CERTIFICATES_CACHED: Final = 64
"""Peer certificates whose binding is remembered: a fleet meets few servers."""


@dataclass(frozen=True, slots=True)
class TlsPolicy:
    """Whom to trust.

    Attributes:
        verify: Check the certificate chain and the name in it.
        ca_file: Trust the CA certificates in this PEM file, and no others.
        ca_data: Trust the CA certificates in this PEM text, and no others.
        pins: SHA-256 digests, in hex, of public keys (SubjectPublicKeyInfo) of which the
            server must have one. Without `ca_file` and `ca_data` the pin takes the place of
            the chain; with them both must fit.
        client_cert: A PEM file with our own certificate, for SASL EXTERNAL.
        client_key: The PEM file with its key, if not in the same file.
        client_key_password: What the key file is encrypted with.

    Raises:
        ValueError: If the fields contradict each other; the text names them.
    """

    verify: bool = True
    ca_file: str | None = None
    ca_data: str | None = field(default=None, repr=False)
    pins: frozenset[str] = frozenset()
    client_cert: str | None = None
    client_key: str | None = None
    client_key_password: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if not self.verify and (self.ca_file or self.ca_data or self.pins):
            raise ValueError("verify is off, so ca_file, ca_data and pins would mean nothing")
        if self.client_key and not self.client_cert:
            raise ValueError("client_key is given without client_cert")
        pins = frozenset(pin.replace(":", "").lower() for pin in self.pins)
        for pin in pins:
            if len(pin) != 64 or not all(c in "0123456789abcdef" for c in pin):
                raise ValueError(f"pins: {pin[:80]!r} is not a SHA-256 digest in hex")
        object.__setattr__(self, "pins", pins)

    @classmethod
    def insecure(cls) -> TlsPolicy:
        """Encrypt, but trust anybody: for tests on your own machine only."""
        return cls(verify=False)

    @property
    def checks_chain(self) -> bool:
        """Whether the certificate must lead to a trusted CA and name the host."""
        return self.verify and not (self.pins and not self.ca_file and not self.ca_data)


class PolicyContext(ssl.SSLContext):
    """A client's context that remembers its policy and the TLS sessions made with it."""

    policy: TlsPolicy
    sessions: SessionCache


class ServerContext(ssl.SSLContext):
    """A server's context that knows its own certificate, for channel binding."""

    certificate: bytes


_builders = ThreadPoolExecutor(max_workers=1, thread_name_prefix="tls-context")
_contexts: dict[tuple[TlsPolicy, bool], Future[PolicyContext]] = {}
_lock = threading.Lock()


async def context_for(policy: TlsPolicy, *, direct: bool = False) -> PolicyContext:
    """The process's context for a policy, built in a thread the first time.

    Args:
        policy: Whom to trust.
        direct: True for a connection that begins with TLS: it names its protocol by ALPN.

    Raises:
        TlsError: With `check` CONFIGURATION, if a file is missing or can't be read. The next
            call tries again.
    """
    key = (policy, direct)
    with _lock:
        future = _contexts.get(key)
        if future is None or (future.done() and future.exception() is not None):
            future = _contexts[key] = _builders.submit(_build, policy, direct)
    return future.result() if future.done() else await asyncio.wrap_future(future)


def forget_contexts() -> None:
    """Build contexts anew from now on, for instance after a CA file was replaced."""
    with _lock:
        _contexts.clear()


def _build(policy: TlsPolicy, direct: bool) -> PolicyContext:
    context = PolicyContext(ssl.PROTOCOL_TLS_CLIENT)
    context.policy = policy
    context.sessions = SessionCache()
    context.minimum_version = _MINIMUM
    if direct:
        context.set_alpn_protocols([ALPN])
    if not policy.checks_chain:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    elif policy.ca_file or policy.ca_data:
        _configure("ca_file or ca_data", policy.ca_file, lambda: _trust(context, policy))
    else:
        context.load_default_certs()
    if policy.client_cert:
        _configure("client_cert", policy.client_cert, lambda: _identify(context, policy))
    return context


def _trust(context: ssl.SSLContext, policy: TlsPolicy) -> None:
    context.load_verify_locations(cafile=policy.ca_file, cadata=policy.ca_data)


def _identify(context: ssl.SSLContext, policy: TlsPolicy) -> None:
    password = policy.client_key_password or ""  # a str: OpenSSL must never ask a terminal
    context.load_cert_chain(policy.client_cert or "", policy.client_key, password)


def _configure(name: str, path: str | None, load: Callable[[], None]) -> None:
    """Run `load`; say which setting and which file is to blame when it fails."""
    try:
        load()
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        where = f" {path!r}" if path else ""
        raise TlsError(TlsCheck.CONFIGURATION, f"{name}{where}: {reason}") from error


async def server_context(
    cert_file: str, key_file: str | None = None, *, client_ca_file: str | None = None
) -> ServerContext:
    """Build a context for the accepting side, in a thread.

    Args:
        cert_file: The PEM file with the certificate chain.
        key_file: The PEM file with its key, if not in the same file.
        client_ca_file: Ask clients for a certificate that leads to this CA (SASL EXTERNAL).

    Raises:
        TlsError: With `check` CONFIGURATION, if a file is missing or can't be read.
    """
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_builders, _build_server, cert_file, key_file, client_ca_file)


def _build_server(
    cert_file: str, key_file: str | None, client_ca_file: str | None
) -> ServerContext:
    context = ServerContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = _MINIMUM
    context.num_tickets = 1  # one resumption ticket is enough and spares the client memory
    context.set_alpn_protocols([ALPN])
    _configure("cert_file", cert_file, lambda: context.load_cert_chain(cert_file, key_file, ""))
    if client_ca_file:
        context.verify_mode = ssl.CERT_OPTIONAL
        _configure(
            "client_ca_file",
            client_ca_file,
            lambda: context.load_verify_locations(cafile=client_ca_file),
        )
    context.certificate = first_certificate(Path(cert_file).read_text())
    return context


def first_certificate(pem: str) -> bytes:
    """The first certificate of a PEM text, as DER."""
    end = "-----END CERTIFICATE-----"
    begin = pem.index("-----BEGIN CERTIFICATE-----")
    return ssl.PEM_cert_to_DER_cert(pem[begin : pem.index(end, begin) + len(end)])


class TlsInfo:
    """What was agreed on one connection.

    The certificate is only fetched when somebody asks: most connections never do.

    Attributes:
        version: For instance `"TLSv1.3"`.
        cipher: The cipher suite's name.
        resumed: An earlier TLS session was taken up; the certificate was checked then.
        alpn: The protocol agreed by ALPN, or None.
        server_name: The name the certificate was checked for; None on the server side.
    """

    __slots__ = (
        "_certificate",
        "_object",
        "alpn",
        "cipher",
        "resumed",
        "server_name",
        "version",
    )

    def __init__(
        self,
        tls: ssl.SSLObject,
        server_name: str | None = None,
        *,
        server_certificate: bytes | None = None,
    ) -> None:
        self._object = tls
        self._certificate = server_certificate
        self.version = tls.version() or ""
        cipher = tls.cipher()
        self.cipher = cipher[0] if cipher else ""
        self.resumed = bool(tls.session_reused)
        self.alpn = tls.selected_alpn_protocol()
        self.server_name = server_name

    @property
    def peer_certificate(self) -> bytes | None:
        """The other side's certificate as DER; None if it showed none."""
        return self._object.getpeercert(binary_form=True)

    @property
    def server_end_point(self) -> bytes | None:
        """The tls-server-end-point binding (RFC 5929, 4); None where it is not defined."""
        certificate = self._certificate or self.peer_certificate
        return None if certificate is None else server_end_point(certificate)

    @property
    def binding_types(self) -> tuple[str, ...]:
        """Channel binding types available here, best first."""
        if self.version == "TLSv1.3":  # tls-unique does not exist there (RFC 9266)
            return (TLS_SERVER_END_POINT,)
        return (TLS_UNIQUE, TLS_SERVER_END_POINT)

    def channel_binding(self, kind: str) -> bytes | None:
        """The data of one channel binding type, or None when it can't be had."""
        if kind == TLS_SERVER_END_POINT:
            return self.server_end_point
        if kind == TLS_UNIQUE and not (self.resumed and self.version == "TLSv1.3"):
            # On TLS 1.3 this is the client's Finished message: not in the RFCs, and what
            # servers take that offer tls-unique there.
            context = self._object.context
            if isinstance(context, PolicyContext) and self.server_name:
                context.sessions.bar(self.server_name)
            return self._object.get_channel_binding("tls-unique")
        return None

    def __repr__(self) -> str:
        how = ", resumed" if self.resumed else ""
        return f"<TlsInfo {self.version} {self.cipher}{how}>"


@lru_cache(maxsize=_CERTIFICATES_CACHED)
def server_end_point(certificate: bytes) -> bytes | None:
    """Hash a certificate as RFC 5929, 4.1 says: by its signature's hash, at least SHA-256.

    Args:
        certificate: DER.

    Returns:
        The binding data, or None if the signature algorithm has no single hash (Ed25519).
    """
    from cryptography import x509  # loading it costs 100 ms: only those who bind pay
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes

    try:
        chosen = x509.load_der_x509_certificate(certificate).signature_hash_algorithm
    except (ValueError, UnsupportedAlgorithm):
        return None
    if chosen is None:
        return None
    if chosen.name in {"md5", "sha1"}:
        chosen = hashes.SHA256()
    digest = hashes.Hash(chosen)
    digest.update(certificate)
    return digest.finalize()
