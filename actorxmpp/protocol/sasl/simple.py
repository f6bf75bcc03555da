"""The mechanisms of one message: PLAIN (RFC 4616), EXTERNAL (RFC 4422, A), ANONYMOUS (RFC 4505).

Where it stands: three of the mechanisms `choose` picks from.

Rules: the three never answer a challenge with a secret; PLAIN is only ever made when TLS is
up (`mechanisms.MECHANISMS` says so, and the class checks again).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from actorxmpp.protocol.errors import SaslFailure
from actorxmpp.protocol.sasl.saslprep import SaslPrepError, saslprep

if TYPE_CHECKING:
    from actorxmpp.protocol.sasl.mechanism import AuthContext, Binding, Credentials
    from actorxmpp.protocol.sasl.scramkeys import ScramKeys


class OneMessage:
    """An exchange of a single message from us; subclasses say which.

    Args:
        name: The registered name.
        message: The initial response.
    """

    __slots__ = ("_message", "_name")

    def __init__(self, name: str, message: bytes) -> None:
        self._name = name
        self._message = message

    @property
    def name(self) -> str:
        """The mechanism's registered name."""
        return self._name

    def start(self) -> bytes:
        """Return the one message."""
        return self._message

    def respond(self, _challenge: bytes) -> bytes:
        """Refuse: these mechanisms have no challenges (an empty one repeats the question)."""
        raise SaslFailure("malformed-challenge", "a challenge nobody expects", mechanism=self._name)

    def keys_derived(self, _keys: ScramKeys) -> bytes:
        """Refuse: nothing was asked for."""
        raise SaslFailure(
            "malformed-challenge", "keys that were not asked for", mechanism=self._name
        )

    def succeeded(self, data: bytes | None) -> None:
        """Nothing to check: these mechanisms don't authenticate the server, TLS does."""

    def __repr__(self) -> str:
        return f"<SASL {self._name}>"


def plain(credentials: Credentials, context: AuthContext, _binding: Binding) -> OneMessage:
    """Make a PLAIN exchange: the password itself, so never without TLS (RFC 6120, 13.8.3).

    Raises:
        SaslFailure: Without TLS, or if name or password can't be prepared.
    """
    if context.tls is None:
        raise SaslFailure("encryption-required", "PLAIN without TLS", mechanism="PLAIN")
    try:
        username = saslprep(credentials.username, allow_unassigned=True)
        password = saslprep(credentials.password or "", allow_unassigned=True)
    except SaslPrepError as error:
        text = f"the user name or the password can't be used: {error}"
        raise SaslFailure("invalid-credentials", text, mechanism="PLAIN") from None
    return OneMessage("PLAIN", f"{credentials.authzid}\0{username}\0{password}".encode())


def external(credentials: Credentials, _context: AuthContext, _binding: Binding) -> OneMessage:
    """Make an EXTERNAL exchange: the client certificate speaks (XEP-0178).

    The message is empty unless we want to act as somebody: the certificate names one address.
    """
    return OneMessage("EXTERNAL", credentials.authzid.encode())


def anonymous(_who: Credentials, _context: AuthContext, _binding: Binding) -> OneMessage:
    """Make an ANONYMOUS exchange, without trace information (XEP-0175 advises none)."""
    return OneMessage("ANONYMOUS", b"")
