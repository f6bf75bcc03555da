"""The TLS pump: ciphertext in, plaintext out, and the other way round, without a socket.

Where it stands: `StreamConnection` owns one per connection that speaks TLS.

Rules:

* It is an `ssl.SSLObject` over two `MemoryBIO`s. OpenSSL never shrinks a memory BIO, so what
  goes through one is cut into slices of `SLICE` bytes: an idle connection keeps a few KiB,
  not the size of the largest stanza it ever saw.
* Every `ssl` exception leaves as a `TlsError` that names the failing check.
* After an error `outgoing()` may hold an alert that should still be sent.
"""

from __future__ import annotations

import contextlib
import hashlib
import ssl
from typing import TYPE_CHECKING, Final, NoReturn, cast

from actorxmpp.net.errors import TlsCheck, TlsError
from actorxmpp.net.tls import PolicyContext, ServerContext, TlsInfo

if TYPE_CHECKING:
    from collections.abc import Mapping

SLICE: Final = 4096
"""Bytes moved through a BIO at a time; a TLS record may have 16 KiB. Smaller slices cost calls
on large stanzas, larger ones memory in each connection."""

SCRATCH: Final = 16_384
"""The plaintext of one TLS record at most (RFC 8446, 5.1): the size of a scratch buffer."""

_CHECKS: Final[Mapping[int, tuple[TlsCheck, str]]] = {  # OpenSSL's X509_V_ERR_* numbers
    2: (TlsCheck.UNKNOWN_ISSUER, "its issuer is not known"),
    9: (TlsCheck.NOT_YET_VALID, "it is not valid yet"),
    10: (TlsCheck.EXPIRED, "it has expired"),
    18: (TlsCheck.SELF_SIGNED, "it is self-signed and not trusted"),
    19: (TlsCheck.UNKNOWN_ISSUER, "it leads to a root certificate that is not trusted"),
    20: (TlsCheck.UNKNOWN_ISSUER, "its issuer is not among the trusted ones"),
    21: (TlsCheck.UNKNOWN_ISSUER, "its issuer is not known and no chain was sent"),
    23: (TlsCheck.REVOKED, "it was revoked"),
    62: (TlsCheck.HOSTNAME, "it was issued for another host name"),
    64: (TlsCheck.HOSTNAME, "it was issued for another IP address"),
}


class TlsPump:
    """One TLS connection's state.

    Args:
        context: Whose settings to use.
        server_name: The name to check the certificate for; client side only.
        server_side: True for the accepting side.

    Raises:
        TlsError: If the name can't be used for TLS.
    """

    __slots__ = ("_in", "_name", "_object", "_out", "closed_by_peer")

    def __init__(
        self, context: ssl.SSLContext, server_name: str | None, *, server_side: bool = False
    ) -> None:
        self._name = server_name
        self._in = ssl.MemoryBIO()
        self._out = ssl.MemoryBIO()
        self.closed_by_peer = False
        session = None
        if isinstance(context, PolicyContext) and server_name:
            session = context.sessions.get(server_name)
        try:
            self._object = context.wrap_bio(
                self._in,
                self._out,
                server_side=server_side,
                server_hostname=server_name,
                session=session,
            )
        except (ValueError, UnicodeError, ssl.SSLError) as error:
            reason = f"{server_name!r} can't be used as a TLS server name: {error}"
            raise TlsError(TlsCheck.CONFIGURATION, reason) from error

    # -- handshake ---------------------------------------------------------------------------

    def handshake(self, data: memoryview | bytes = b"") -> bytes | None:
        """Take in `data` and go on with the handshake.

        Returns:
            None while the handshake is under way; when it is done, the rest of `data` that
            was not read, to be given to `receive`.

        Raises:
            TlsError: If it failed.
        """
        view = memoryview(data)
        position = 0
        while True:
            if position < len(view):
                self._in.write(view[position : position + SLICE])
                position += SLICE
            try:
                self._object.do_handshake()
            except ssl.SSLWantReadError:
                if position < len(view):
                    continue
                return None
            except ssl.SSLError as error:
                self._fail(error)
            return bytes(view[position:])

    def finish(self) -> TlsInfo:
        """After the handshake: check the pins, keep the session, tell what was agreed.

        Raises:
            TlsError: If no pin fits, or the server's name was not checked.
        """
        context = self._object.context
        certificate = context.certificate if isinstance(context, ServerContext) else None
        info = TlsInfo(self._object, self._name, server_certificate=certificate)
        if isinstance(context, PolicyContext):
            _check_pins(info, context.policy.pins)
            if self._name and not info.resumed:
                context.sessions.forget(self._name)
        return info

    # -- data --------------------------------------------------------------------------------

    def receive(self, data: memoryview | bytearray | bytes, scratch: memoryview) -> bytes:
        """Decrypt.

        Args:
            data: Ciphertext of any length.
            scratch: A writable buffer of `SCRATCH` bytes, free again when this returns.

        Returns:
            The plaintext, empty while no record is complete. `closed_by_peer` tells if the
            peer said goodbye.

        Raises:
            TlsError: If a record is invalid.
        """
        view = memoryview(data)
        chunks: list[bytes] = []
        start = 0
        while True:
            if start < len(view):
                self._in.write(view[start : start + SLICE])
                start += SLICE
            self._drain(chunks, scratch)
            if start >= len(view) or self.closed_by_peer:
                break
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    def _drain(self, chunks: list[bytes], scratch: memoryview) -> None:
        read = self._object.read
        buffer = cast("bytearray", scratch)  # typeshed knows no memoryview here
        while self._in.pending or self._object.pending():
            try:
                count = cast("int", read(SCRATCH, buffer))
            except ssl.SSLWantReadError:
                return
            except ssl.SSLZeroReturnError:
                self.closed_by_peer = True
                return
            except ssl.SSLError as error:
                self._fail(error)
            if not count:  # OpenSSL's other way to say close_notify
                self.closed_by_peer = True
                return
            chunks.append(bytes(scratch[:count]))

    def send(self, data: bytes) -> bytes:
        """Encrypt; also returns whatever else OpenSSL wants sent.

        Raises:
            TlsError: If the connection can't send any more.
        """
        try:
            if len(data) <= SLICE:
                self._object.write(data)
                return self._out.read()
            view = memoryview(data)
            chunks = []
            for start in range(0, len(view), SLICE):
                self._object.write(view[start : start + SLICE])
                chunks.append(self._out.read())
        except ssl.SSLError as error:
            self._fail(error)
        return b"".join(chunks)

    def outgoing(self) -> bytes:
        """Bytes OpenSSL wants sent: handshake messages, alerts, key updates."""
        return self._out.read() if self._out.pending else b""

    def close_notify(self) -> bytes:
        """Say goodbye (RFC 8446, 6.1); never raises."""
        with contextlib.suppress(ssl.SSLError, ValueError):
            self._object.unwrap()  # SSLWantRead: the peer's goodbye is not there, and need not be
        return self.outgoing()

    def keep_session(self) -> bool:
        """Keep the TLS session for resumption, if there is one and none is kept yet.

        Returns:
            True when there is nothing left to do: on TLS 1.3 the ticket comes after the
            handshake, so the connection asks again after data has arrived.
        """
        context = self._object.context
        if not isinstance(context, PolicyContext) or not self._name:
            return True
        if context.sessions.get(self._name) is not None:
            return True
        session = self._object.session
        if session is None or not session.has_ticket:
            return False
        context.sessions.put(self._name, session)
        return True

    def _fail(self, error: ssl.SSLError) -> NoReturn:
        raise translate(error, self._name) from error


def translate(error: ssl.SSLError, server_name: str | None) -> TlsError:
    """Turn an `ssl` exception into one that names the check that failed."""
    whose = f"the certificate of {server_name}" if server_name else "the peer's certificate"
    if isinstance(error, ssl.SSLCertVerificationError):
        check, reason = _CHECKS.get(
            error.verify_code, (TlsCheck.CERTIFICATE, error.verify_message.rstrip("."))
        )
        return TlsError(check, f"{whose} was refused: {reason}")
    name = (getattr(error, "reason", "") or str(error) or "unknown error").replace("_", " ").lower()
    if isinstance(error, ssl.SSLEOFError):
        name = "the connection ended in the middle of a record"
    return TlsError(TlsCheck.PROTOCOL, f"TLS failed: {name}")


def _check_pins(info: TlsInfo, pins: frozenset[str]) -> None:
    if not pins:
        return
    from cryptography import x509  # loading it costs 100 ms: only those who pin pay
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    certificate = info.peer_certificate
    if certificate is None:
        raise TlsError(TlsCheck.PIN, "the server showed no certificate, and a key is pinned")
    key = x509.load_der_x509_certificate(certificate).public_key()
    spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    found = hashlib.sha256(spki).hexdigest()
    if found not in pins:
        raise TlsError(TlsCheck.PIN, f"the server's key is not a pinned one; SHA-256: {found}")
