"""The shape of a SASL mechanism (RFC 4422) and what one may know.

Where it stands: `choose` picks a mechanism out of `mechanisms.MECHANISMS`; the SASL feature
carries its messages. A mechanism of your own is a class with the four methods of
`ClientMechanism` and an entry of type `MechanismEntry`.

Rules: mechanisms do no I/O and no long computation (PBKDF2 is asked for with `DeriveKeys`);
they raise `SaslFailure` and nothing else on bad input; no secret appears in a repr.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from actorxmpp.protocol.actions import DeriveKeys, TlsFacts
    from actorxmpp.protocol.sasl.keycache import KeyCache
    from actorxmpp.protocol.sasl.scramkeys import ScramKeys


def new_nonce() -> str:
    """192 random bits from the operating system, free of the comma SCRAM reserves."""
    return secrets.token_urlsafe(24)


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who wants to log in, and with what.

    Attributes:
        username: The account's local part; empty for ANONYMOUS and where EXTERNAL tells it.
        password: The password, or None when there is none.
        authzid: A JID to act as, when it is not the account's own; usually empty.
        external: The TLS layer presents a client certificate.
        anonymous: Log in without an account.
    """

    username: str = ""
    password: str | None = field(default=None, repr=False)
    authzid: str = ""
    external: bool = False
    anonymous: bool = False


@dataclass(frozen=True, slots=True)
class AuthContext:
    """What the stream knows when a mechanism is chosen.

    Attributes:
        tls: The TLS layer, or None on a plain connection.
        server_bindings: The channel binding types the server advertised (XEP-0440), or None
            when it said nothing.
        channel_binding: False forbids the -PLUS mechanisms.
        allow_plain: False forbids PLAIN even through TLS.
        known_mechanism: The mechanism used last time, to notice a downgrade; may be empty.
        nonce: Makes the client's nonce.
        keys: The cache of derived SCRAM keys, or None.
    """

    tls: TlsFacts | None = None
    server_bindings: frozenset[str] | None = None
    channel_binding: bool = True
    allow_plain: bool = True
    known_mechanism: str = ""
    nonce: Callable[[], str] = new_nonce
    keys: KeyCache | None = None


@dataclass(frozen=True, slots=True)
class Binding:
    """A channel binding decision, for SCRAM's GS2 header (RFC 5802, 6).

    Attributes:
        flag: `"n"` we can't, `"y"` we could but the server does not offer it, or `"p="` and
            the type.
        data: The binding data; empty unless the flag is `p=`.
    """

    flag: str = "n"
    data: bytes = field(default=b"", repr=False)


class ClientMechanism(Protocol):
    """One SASL exchange, client side. Called in this order; any call may raise SaslFailure."""

    @property
    def name(self) -> str:
        """The mechanism's registered name."""

    def start(self) -> bytes | None:
        """Return the initial response; None if the server speaks first."""

    def respond(self, challenge: bytes) -> bytes | DeriveKeys:
        """Answer a challenge, or ask for keys; `keys_derived` follows then."""

    def keys_derived(self, keys: ScramKeys) -> bytes:
        """Go on with the keys asked for; return the response."""

    def succeeded(self, data: bytes | None) -> None:
        """The server says success. Raise if it has not proved what it has to prove."""


@dataclass(frozen=True, slots=True)
class MechanismEntry:
    """A mechanism in the table of those we can use.

    Attributes:
        name: The registered name.
        usable: Whether these credentials and this connection allow it.
        make: Builds the exchange.
        binds: True for mechanisms that bind to the TLS channel (-PLUS).
        reveals: True if the password itself goes to the server.
    """

    name: str
    usable: Callable[[Credentials, AuthContext], bool]
    make: Callable[[Credentials, AuthContext, Binding], ClientMechanism]
    binds: bool = False
    reveals: bool = False
