"""SCRAM, server side (RFC 5802), on stored keys: for the embedded server and for tests.

Where it stands: no part of a client uses it; it is here because both sides of a protocol
are easiest to read, and to test against each other, side by side.

Rules: an unknown account is not told apart from a wrong password: it gets a made-up salt and
fails at the proof. Nothing secret shows in a repr or in an error.
"""

from __future__ import annotations

import hmac
import re
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, Final

from actorxmpp.protocol.errors import ProtocolError
from actorxmpp.protocol.sasl.mechanism import new_nonce
from actorxmpp.protocol.sasl.scramkeys import MIN_ITERATIONS, StoredKeys, digest, sign

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_CLIENT_FIRST: Final = re.compile(
    rb"((n|y|p=([A-Za-z0-9.-]+)),(?:a=([^,]*))?,)(n=([^,]+),r=([\x21-\x2b\x2d-\x7e]+))(?:,.*)?",
    re.DOTALL,
)
_CLIENT_FINAL: Final = re.compile(
    rb"(c=([A-Za-z0-9+/=]+),r=([\x21-\x2b\x2d-\x7e]+)),p=([A-Za-z0-9+/]+={0,2})"
)


class ScramRefused(ProtocolError):
    """The client can't be let in.

    Attributes:
        condition: The SASL failure condition to send (RFC 6120, 6.5).
    """

    def __init__(self, condition: str, text: str) -> None:
        super().__init__(condition, text)
        self.condition = condition
        self.text = text


def _unescape_name(name: bytes) -> str:
    text = name.decode("utf-8", "replace")
    if re.search("=(?!2C|3D)", text):
        raise ScramRefused("malformed-request", "a user name with a stray '='")
    return text.replace("=2C", ",").replace("=3D", "=")


class ServerScram:
    """One exchange, server side: call `first`, then `final`.

    Args:
        hash_name: `"SHA-1"`, `"SHA-256"` or `"SHA-512"`.
        lookup: Gives an account's keys for that hash, or None if there is no such account.
        bindings: Channel binding data by type (`"tls-server-end-point"`); empty when the
            -PLUS mechanisms are not offered.
        plus: True if the client chose the -PLUS name of the mechanism.
        nonce: Makes the server's part of the nonce.
    """

    __slots__ = (
        "_bindings",
        "_cbind",
        "_client_first_bare",
        "_hash",
        "_keys",
        "_known",
        "_lookup",
        "_nonce",
        "_nonce_full",
        "_plus",
        "_server_first",
        "authzid",
        "username",
    )

    def __init__(
        self,
        hash_name: str,
        lookup: Callable[[str], StoredKeys | None],
        *,
        bindings: Mapping[str, bytes] | None = None,
        plus: bool = False,
        nonce: Callable[[], str] = new_nonce,
    ) -> None:
        self._hash = hash_name
        self._lookup = lookup
        self._bindings = dict(bindings or {})
        self._plus = plus
        self._nonce = nonce
        self._keys: StoredKeys | None = None
        self._known = False
        self._client_first_bare = b""
        self._server_first = b""
        self._nonce_full = b""
        self._cbind = b""
        self.username = ""
        self.authzid = ""

    def first(self, message: bytes) -> bytes:
        """Read client-first, return server-first. `username` and `authzid` are known then.

        Raises:
            ScramRefused: If the message is malformed or its channel binding does not fit.
        """
        match = _CLIENT_FIRST.fullmatch(message)
        if match is None or self._keys is not None:
            raise ScramRefused("malformed-request", "the client's first message can't be read")
        gs2, flag, kind, authzid, bare, name, nonce = match.groups()
        self._cbind = gs2 + self._binding(flag, kind)
        self.username = _unescape_name(name)
        self.authzid = _unescape_name(authzid or b"")
        keys = self._lookup(self.username)
        self._known = keys is not None
        if keys is None:
            salt = digest(self._hash, b"no such account " + name)[:16]
            keys = StoredKeys(self._hash, salt, MIN_ITERATIONS, b"", b"")
        self._keys = keys
        self._client_first_bare = bare
        self._nonce_full = nonce + self._nonce().encode()
        self._server_first = b"r=%s,s=%s,i=%d" % (
            self._nonce_full,
            b64encode(keys.salt),
            keys.iterations,
        )
        return self._server_first

    def final(self, message: bytes) -> bytes:
        """Read client-final, return server-final: the client has proved itself.

        Raises:
            ScramRefused: `not-authorized` if proof, nonce or channel binding is wrong.
        """
        match = _CLIENT_FINAL.fullmatch(message)
        if match is None or self._keys is None:
            raise ScramRefused("malformed-request", "the client's final message can't be read")
        without_proof, cbind, nonce, proof64 = match.groups()
        if cbind != b64encode(self._cbind) or nonce != self._nonce_full:
            raise ScramRefused("not-authorized", "the channel binding or the nonce differs")
        message = b",".join((self._client_first_bare, self._server_first, without_proof))
        if not self._proved(proof64, message):
            raise ScramRefused("not-authorized", "the proof is wrong")
        return b"v=" + b64encode(sign(self._hash, self._keys.server_key, message))

    def _proved(self, proof64: bytes, message: bytes) -> bool:
        keys = self._keys
        if keys is None or not self._known:
            return False
        signature = sign(self._hash, keys.stored_key, message)
        try:
            proof = b64decode(proof64, validate=True)
        except ValueError:
            return False
        if len(proof) != len(signature):
            return False
        client_key = bytes(a ^ b for a, b in zip(proof, signature, strict=True))
        return hmac.compare_digest(digest(self._hash, client_key), keys.stored_key)

    def _binding(self, flag: bytes, kind: bytes | None) -> bytes:
        """The binding data the client must repeat; RFC 5802, 6 says which flags fit."""
        if kind is None:
            if self._plus:
                raise ScramRefused("malformed-request", "-PLUS without channel binding")
            if flag == b"y" and self._bindings:
                raise ScramRefused("not-authorized", "our offer of channel binding was removed")
            return b""
        data = self._bindings.get(kind.decode())
        if data is None or not self._plus:
            raise ScramRefused("malformed-request", "an unknown channel binding type")
        return data

    def __repr__(self) -> str:
        return f"<ServerScram {self._hash}>"
