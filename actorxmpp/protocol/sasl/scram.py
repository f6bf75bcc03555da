"""SCRAM, client side (RFC 5802, RFC 7677): the mechanisms SCRAM-* and SCRAM-*-PLUS.

Where it stands: one of the mechanisms `choose` picks from. The server side lives in
`scramserver`, the keys in `scramkeys`; both are offered here as well.

Rules: the server's nonce must extend ours, its iteration count must lie between
`MIN_ITERATIONS` and `MAX_ITERATIONS`, and success counts only after its signature was
checked. Every comparison of secrets takes constant time.
"""

from __future__ import annotations

import hmac
import re
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, Final

from actorxmpp.protocol.actions import DeriveKeys
from actorxmpp.protocol.errors import SaslFailure
from actorxmpp.protocol.sasl.mechanism import Binding
from actorxmpp.protocol.sasl.saslprep import SaslPrepError, saslprep
from actorxmpp.protocol.sasl.scramkeys import (
    HASHES,
    MAX_ITERATIONS,
    MAX_SALT,
    MIN_ITERATIONS,
    ScramKeys,
    StoredKeys,
    derive_keys,
    digest,
    sign,
    stored_keys,
)
from actorxmpp.protocol.sasl.scramserver import ScramRefused, ServerScram

if TYPE_CHECKING:
    from actorxmpp.protocol.sasl.mechanism import AuthContext, Credentials

__all__ = [
    "HASHES",
    "MAX_ITERATIONS",
    "MIN_ITERATIONS",
    "ClientScram",
    "ScramKeys",
    "ScramRefused",
    "ServerScram",
    "StoredKeys",
    "derive_keys",
    "stored_keys",
]

_SERVER_FIRST: Final = re.compile(
    rb"r=([\x21-\x2b\x2d-\x7e]+),s=([A-Za-z0-9+/]+={0,2}),i=([1-9][0-9]{0,11})(?:,.*)?", re.DOTALL
)
"""RFC 5802, 7: a mandatory extension (`m=`) would stand in front of `r=` and does not match."""


def _escape_name(name: str) -> str:
    """RFC 5802, 5.1: `=` and `,` have a meaning of their own in a SCRAM message."""
    return name.replace("=", "=3D").replace(",", "=2C")


class ClientScram:
    """One SCRAM exchange.

    Args:
        hash_name: `"SHA-1"`, `"SHA-256"` or `"SHA-512"`.
        credentials: User name and password.
        context: Where the nonce comes from.
        binding: The channel binding decision.

    Raises:
        SaslFailure: `invalid-credentials`, if name or password can't be prepared.
    """

    __slots__ = (
        "_auth_message",
        "_cbind",
        "_first_bare",
        "_gs2",
        "_hash",
        "_name",
        "_nonce",
        "_password",
        "_request",
        "_server_final",
        "_server_first",
        "_server_key",
    )

    def __init__(
        self,
        hash_name: str,
        credentials: Credentials,
        context: AuthContext,
        binding: Binding | None = None,
    ) -> None:
        binding = binding or Binding()
        self._hash = hash_name
        self._name = f"SCRAM-{hash_name}" + ("-PLUS" if binding.flag.startswith("p=") else "")
        try:
            username = saslprep(credentials.username, allow_unassigned=True)
            self._password = saslprep(credentials.password or "")
        except SaslPrepError as error:
            text = f"the user name or the password can't be used: {error}"
            raise SaslFailure("invalid-credentials", text, mechanism=self._name) from None
        authzid = f"a={_escape_name(credentials.authzid)}" if credentials.authzid else ""
        self._gs2 = f"{binding.flag},{authzid},".encode()
        self._cbind = b64encode(self._gs2 + binding.data)
        self._nonce = context.nonce().encode()
        self._first_bare = f"n={_escape_name(username)},r=".encode() + self._nonce
        self._server_first = b""
        self._auth_message = b""
        self._server_key: bytes | None = None
        self._server_final = False
        self._request: DeriveKeys | None = None

    @property
    def name(self) -> str:
        """The mechanism's registered name."""
        return self._name

    def start(self) -> bytes:
        """Return the client-first-message."""
        return self._gs2 + self._first_bare

    def respond(self, challenge: bytes) -> bytes | DeriveKeys:
        """Read server-first and ask for keys, or read a server-final sent as a challenge."""
        if self._server_key is not None and not self._server_final:
            self._check_server_final(challenge)
            return b""
        if self._server_first:
            raise self._bad("a challenge too many")
        match = _SERVER_FIRST.fullmatch(challenge)
        if match is None:
            raise self._bad("the server's first message can't be read")
        nonce, salt64, count = match.groups()
        if not nonce.startswith(self._nonce) or len(nonce) == len(self._nonce):
            raise self._bad("the server's nonce does not extend ours")
        iterations = int(count)
        if not MIN_ITERATIONS <= iterations <= MAX_ITERATIONS:
            text = f"{iterations} iterations; allowed: {MIN_ITERATIONS} to {MAX_ITERATIONS}"
            raise SaslFailure("iteration-count", text, mechanism=self._name)
        self._server_first = challenge
        self._nonce = nonce
        self._request = DeriveKeys(self._password, self._salt(salt64), iterations, self._hash)
        return self._request

    def keys_derived(self, keys: ScramKeys) -> bytes:
        """Return the client-final-message with the proof.

        Raises:
            SaslFailure: `malformed-challenge`, if these are not the keys asked for.
        """
        request = self._request
        if request is None or (keys.hash_name, keys.salt, keys.iterations) != (
            request.hash_name,
            request.salt,
            request.iterations,
        ):
            raise self._bad("keys that were not asked for")
        self._request = None
        without_proof = b"c=" + self._cbind + b",r=" + self._nonce
        self._auth_message = b",".join((self._first_bare, self._server_first, without_proof))
        signature = sign(self._hash, digest(self._hash, keys.client_key), self._auth_message)
        proof = bytes(a ^ b for a, b in zip(keys.client_key, signature, strict=True))
        self._server_key = keys.server_key
        return without_proof + b",p=" + b64encode(proof)

    def succeeded(self, data: bytes | None) -> None:
        """Check the server's signature, unless it came as a challenge before.

        Raises:
            SaslFailure: `server-not-authenticated`, if it is missing or wrong.
        """
        if data:
            self._check_server_final(data)
        if not self._server_final:
            raise self._liar("success without the server's signature")

    def _check_server_final(self, data: bytes) -> None:
        if self._server_key is None:
            raise self._liar("success before the exchange was complete")
        if data.startswith(b"e="):
            text = data[2:66].decode("ascii", "replace")
            raise SaslFailure("not-authorized", text, mechanism=self._name)
        expected = b"v=" + b64encode(sign(self._hash, self._server_key, self._auth_message))
        if not hmac.compare_digest(data.split(b",", 1)[0], expected):
            raise self._liar("the server's signature is wrong: it does not know the password")
        self._server_final = True

    def _salt(self, salt64: bytes) -> bytes:
        try:
            salt = b64decode(salt64, validate=True)
        except ValueError:
            raise self._bad("the salt is not base64") from None
        if len(salt) > MAX_SALT:
            raise self._bad(f"a salt of {len(salt)} bytes; allowed: {MAX_SALT}")
        return salt

    def _bad(self, text: str) -> SaslFailure:
        return SaslFailure("malformed-challenge", text, mechanism=self._name)

    def _liar(self, text: str) -> SaslFailure:
        return SaslFailure("server-not-authenticated", text, mechanism=self._name)

    def __repr__(self) -> str:
        return f"<ClientScram {self._name}>"
