"""What can go wrong on the network, as our own errors.

    NetError
    ├── DnsError            a name could not be resolved
    ├── ConnectFailed       no connection could be made; names everything that was tried
    ├── ConnectionLost      an established connection broke
    ├── ConnectionClosed    a write after the end (a caller's mistake, or a lost race)
    ├── WriteBufferFull     the peer does not read and the buffer's limit is reached
    └── TlsError            TLS could not be started or broke; names the check that failed

Where it stands: every `OSError` and `ssl.SSLError` is translated at the edge of `net`, with
the cause kept; nothing outside `net` has to know those.

Rules: each error says what was being done, in words an operator understands.
"""

from __future__ import annotations

import errno
import os
from enum import Enum
from typing import TYPE_CHECKING, Final

from actorxmpp.exceptions import ActorXMPPError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class NetError(ActorXMPPError):
    """The root of the network's errors."""


class DnsError(NetError):
    """A name could not be resolved.

    Attributes:
        name: The name asked for.
        final: True if the answer is authoritative ("no such name"); asking again soon is
            then of no use.
    """

    def __init__(self, name: str, reason: str, *, final: bool = False) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name
        self.final = final


class ConnectFailed(NetError):
    """No connection could be made.

    Attributes:
        tried: One line for each attempt: the address and what happened.
    """

    def __init__(self, what: str, tried: Iterable[str]) -> None:
        self.tried = tuple(tried)
        super().__init__(f"can't connect to {what}: {'; '.join(self.tried) or 'nothing to try'}")


class ConnectionLost(NetError):
    """An established connection broke, or ended without the goodbye TLS demands."""


class ConnectionClosed(NetError):
    """Something was written to a connection that is closing or closed."""


class WriteBufferFull(NetError):
    """A write would exceed the hard limit of unsent bytes; nothing of it was taken.

    It means that `pause_writing` was not obeyed.
    """


class TlsCheck(Enum):
    """Which check a TLS connection failed; the value is its name in logs and metrics."""

    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    SELF_SIGNED = "self-signed"
    UNKNOWN_ISSUER = "unknown-issuer"
    HOSTNAME = "hostname"
    REVOKED = "revoked"
    PIN = "pin"
    CERTIFICATE = "certificate"
    PROTOCOL = "protocol"
    TIMEOUT = "timeout"
    CONFIGURATION = "configuration"


class TlsError(NetError):
    """TLS could not be started, or broke.

    Attributes:
        check: The check that failed.
        reason: A sentence that names it.
    """

    def __init__(self, check: TlsCheck, reason: str) -> None:
        super().__init__(reason)
        self.check = check
        self.reason = reason


_REASONS: Final[Mapping[int, str]] = {
    errno.ECONNREFUSED: "connection refused",
    errno.ECONNRESET: "connection reset by the peer",
    errno.EPIPE: "connection reset by the peer",
    errno.ECONNABORTED: "connection aborted",
    errno.ETIMEDOUT: "no answer (timed out)",
    errno.EHOSTUNREACH: "no route to the host",
    errno.ENETUNREACH: "the network is unreachable",
    errno.EADDRNOTAVAIL: "no local address or port left",
    errno.EMFILE: "too many open files in this process (raise RLIMIT_NOFILE)",
    errno.ENFILE: "too many open files in the system",
}


def describe_os_error(error: BaseException) -> str:
    """Say in words what an `OSError` means; other exceptions get their own text."""
    if isinstance(error, TimeoutError) and not getattr(error, "errno", None):
        return "no answer (timed out)"
    if isinstance(error, OSError) and error.errno is not None:
        return _REASONS.get(error.errno) or os.strerror(error.errno)
    return str(error) or type(error).__name__


def lost(error: BaseException | None) -> NetError | None:
    """Translate what ended a connection; None stays None (a clean end)."""
    if error is None or isinstance(error, NetError):
        return error
    translated = ConnectionLost(describe_os_error(error))
    translated.__cause__ = error
    return translated
