"""SCRAM's keys (RFC 5802, 3): what PBKDF2 makes of a password, on both sides.

Where it stands: `derive_keys` is what the owner of a negotiation runs in a thread for a
`DeriveKeys` action; `StoredKeys` is what a server keeps instead of the password.

Rules: PBKDF2 is hashlib's, which releases the GIL. Keys never show in a repr.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from actorxmpp.protocol.sasl.saslprep import saslprep

if TYPE_CHECKING:
    from collections.abc import Mapping

    from actorxmpp.protocol.actions import DeriveKeys

HASHES: Final[Mapping[str, str]] = {"SHA-1": "sha1", "SHA-256": "sha256", "SHA-512": "sha512"}
"""The hash in a mechanism's name, and hashlib's name for it."""

MIN_ITERATIONS: Final = 4096
"""RFC 5802, 5.1 and RFC 7677, 4 ask for at least this; Prosody sends 10,000 and ejabberd 4,096
as delivered. A lower count would make the proof cheap to attack by whoever asked for it."""

MAX_ITERATIONS: Final = 2_000_000
"""About a second of one core in a thread; more than any deployed count, and a bound on what a
hostile server can make us compute."""

MAX_SALT: Final = 1024
"""Bytes of salt accepted; real ones have 16 to 64."""


@dataclass(frozen=True, slots=True)
class ScramKeys:
    """The client's keys for one password, salt, count and hash."""

    hash_name: str
    salt: bytes
    iterations: int
    client_key: bytes = field(repr=False)
    server_key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class StoredKeys:
    """What a server stores for one account and hash; the password can't be read from it."""

    hash_name: str
    salt: bytes
    iterations: int
    stored_key: bytes = field(repr=False)
    server_key: bytes = field(repr=False)


def digest(hash_name: str, data: bytes) -> bytes:
    """Hash `data`; `hash_name` as in a mechanism's name."""
    return hashlib.new(HASHES[hash_name], data).digest()


def sign(hash_name: str, key: bytes, data: bytes) -> bytes:
    """HMAC `data`; `hash_name` as in a mechanism's name."""
    return hmac.digest(key, data, HASHES[hash_name])


def derive_keys(request: DeriveKeys) -> ScramKeys:
    """Compute the client's keys. Slow on purpose: run it in a thread.

    Args:
        request: The action; its password has been through SASLprep already.
    """
    salted = hashlib.pbkdf2_hmac(
        HASHES[request.hash_name], request.password.encode(), request.salt, request.iterations
    )
    return ScramKeys(
        request.hash_name,
        request.salt,
        request.iterations,
        sign(request.hash_name, salted, b"Client Key"),
        sign(request.hash_name, salted, b"Server Key"),
    )


def stored_keys(
    password: str, hash_name: str = "SHA-256", *, salt: bytes, iterations: int = MIN_ITERATIONS
) -> StoredKeys:
    """Compute what a server stores for a password. Slow on purpose: run it in a thread.

    Raises:
        SaslPrepError: If the password can't be prepared.
        KeyError: If `hash_name` is none of `HASHES`.
    """
    salted = hashlib.pbkdf2_hmac(HASHES[hash_name], saslprep(password).encode(), salt, iterations)
    client_key = sign(hash_name, salted, b"Client Key")
    server_key = sign(hash_name, salted, b"Server Key")
    return StoredKeys(hash_name, salt, iterations, digest(hash_name, client_key), server_key)
