"""What a negotiation asks its owner to do: the actions, in the order they must be done.

Where it stands: `ClientNegotiation` and `ComponentNegotiation` return lists of these; the
parser and transport stages carry them out.

Rules: actions are frozen and slotted; none shows a secret in its repr.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from actorxmpp.protocol.errors import StreamNegotiationError


class TlsFacts(Protocol):
    """What negotiation needs to know about the TLS layer; `net.tls.TlsInfo` offers it."""

    @property
    def binding_types(self) -> tuple[str, ...]:
        """Channel binding types that can be computed on this connection, best first."""

    def channel_binding(self, kind: str) -> bytes | None:
        """The binding data of that type (RFC 5929), or None when it can't be had."""


@dataclass(frozen=True, slots=True)
class Send:
    """Write these bytes. They may contain credentials, so the repr shows only their number."""

    data: bytes = field(repr=False)

    def __repr__(self) -> str:
        return f"Send({len(self.data)} bytes)"


@dataclass(frozen=True, slots=True)
class StartTls:
    """Start the TLS handshake, then call `tls_established`.

    Bytes the tokenizer holds after `<proceed/>` were not protected: the owner must drop them
    (`RestartStream` follows) and must take any that arrive now as the handshake's.

    Attributes:
        server_name: The name the certificate must be valid for: the domain part of the JID,
            never a name that came out of DNS (RFC 6120, 13.7.2.1).
    """

    server_name: str


@dataclass(frozen=True, slots=True)
class RestartStream:
    """Throw the tokenizer's state away; the next byte belongs to a new stream."""


@dataclass(frozen=True, slots=True)
class DeriveKeys:
    """Run PBKDF2 off the loop, `scram.derive_keys(request)`, then call `keys_derived`."""

    password: str = field(repr=False)
    salt: bytes
    iterations: int
    hash_name: str


@dataclass(frozen=True, slots=True)
class StreamLimits:
    """What the server said it will accept (XEP-0478); None where it said nothing."""

    max_bytes: int | None = None
    idle_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Resumed:
    """The server took up an earlier session (XEP-0198).

    Attributes:
        previd: The session's id.
        h: How many of our stanzas the server has handled in all.
    """

    previd: str
    h: int


@dataclass(frozen=True, slots=True)
class Established:
    """The stream is ready for stanzas; the negotiation is over.

    Attributes:
        jid: The full JID the server bound, or the component's JID. Empty when a session was
            resumed: it keeps its JID.
        features: The names, ``{ns}name``, of what the server offered last.
        mechanism: The SASL mechanism used; pass it to the next connection's settings as
            `known_mechanism`, so that a downgrade is noticed. Empty for components.
        stream_id: The server's stream id.
        limits: The server's limits.
        resumed: Set when an earlier session was taken up.
        refused_h: Set when the server refused to resume and told how many of the lost
            session's stanzas it had handled (XEP-0198, 5).
        early: Stanzas that arrived while the last steps were under way, in order.
    """

    jid: str
    features: frozenset[str] = frozenset()
    mechanism: str = ""
    stream_id: str = ""
    limits: StreamLimits = StreamLimits()
    resumed: Resumed | None = None
    refused_h: int | None = None
    early: tuple[Element, ...] = ()


@dataclass(frozen=True, slots=True)
class Failed:
    """The negotiation is over without a usable stream; `error.decision` says what next."""

    error: StreamNegotiationError


Action: TypeAlias = Send | StartTls | RestartStream | DeriveKeys | Established | Failed
