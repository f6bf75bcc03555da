"""What can go wrong with a stream, and what to do about it: the error tree and the decisions.

    ProtocolError
    ├── StreamNegotiationError      a stream that can't be negotiated, or was ended by the peer
    │   ├── StreamErrorReceived     the peer sent <stream:error/> (RFC 6120, 4.9)
    │   ├── SaslFailure             authentication failed (RFC 6120, 6.5), or we refused to go on
    │   ├── TlsRequired             the server offers no TLS and we insist on it
    │   └── StepTimeout             the peer did not answer one step in time
    └── InvalidTransition           a caller's mistake: a (state, event) pair the table lacks

Where it stands: `negotiation` makes these errors, the transport stage obeys their `Decision`.

Rules:

* `decide` is a pure look-up. An unknown condition gets `RETRY`: the backoff bounds its cost.
* What an operator has to change (credentials, a conflict, a ban, an unknown host) is `PARK`.
* What may be an attack or somebody else's misconfiguration (TLS stripped, a certificate that
  does not verify, a server that can't prove it knows the password) is `GO_SLOW`, never `PARK`:
  an attacker on the path for a minute must not take a session down for good.
* No error text ever contains a password, a key or a SASL message.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final

from actorxmpp.exceptions import ActorXMPPError
from actorxmpp.protocol import namespaces as ns

if TYPE_CHECKING:
    from collections.abc import Mapping
    from xml.etree.ElementTree import Element

MAX_TEXT: Final = 512
"""Characters kept of a peer's human-readable text: it goes into logs and status pages."""


class Decision(Enum):
    """What the owner of the stream does after a failure."""

    RETRY = "retry"
    """Reconnect with the ordinary backoff."""
    GO_SLOW = "go-slow"
    """Reconnect, starting from the backoff's slow end."""
    PARK = "park"
    """Stop until an operator (or a long timer) unparks the session."""


class Source(Enum):
    """Where a condition comes from; the same name can mean different things."""

    STREAM = "stream"
    SASL = "sasl"
    BIND = "bind"
    TLS = "tls"
    HANDSHAKE = "handshake"
    LOCAL = "local"


_R, _S, _P = Decision.RETRY, Decision.GO_SLOW, Decision.PARK

STREAM_DECISIONS: Final[Mapping[str, Decision]] = {  # RFC 6120, 4.9.3.1 to 4.9.3.25
    "bad-format": _R,
    "bad-namespace-prefix": _R,
    "conflict": _P,
    "connection-timeout": _R,
    "host-gone": _P,
    "host-unknown": _P,
    "improper-addressing": _R,
    "internal-server-error": _R,
    "invalid-from": _R,
    "invalid-namespace": _P,
    "invalid-xml": _R,
    "not-authorized": _P,
    "not-well-formed": _R,
    "policy-violation": _P,
    "remote-connection-failed": _R,
    "reset": _R,
    "resource-constraint": _S,
    "restricted-xml": _R,
    "see-other-host": _R,
    "system-shutdown": _R,
    "undefined-condition": _R,
    "unsupported-encoding": _P,
    "unsupported-feature": _P,
    "unsupported-stanza-type": _R,
    "unsupported-version": _P,
}
SASL_DECISIONS: Final[Mapping[str, Decision]] = {  # RFC 6120, 6.5, then our own refusals
    "aborted": _R,
    "account-disabled": _P,
    "credentials-expired": _P,
    "encryption-required": _P,
    "incorrect-encoding": _R,
    "invalid-authzid": _P,
    "invalid-mechanism": _P,
    "malformed-request": _R,
    "mechanism-too-weak": _P,
    "not-authorized": _P,
    "temporary-auth-failure": _R,
    "no-acceptable-mechanism": _P,
    "mechanism-downgrade": _S,
    "server-not-authenticated": _S,
    "iteration-count": _S,
    "malformed-challenge": _S,
    "invalid-credentials": _P,
}
BIND_DECISIONS: Final[Mapping[str, Decision]] = {  # RFC 6120, 7.6.2 and 7.7.2
    "bad-request": _P,
    "conflict": _P,
    "not-allowed": _P,
    "resource-constraint": _S,
}
TLS_DECISIONS: Final[Mapping[str, Decision]] = {
    "tls-required": _S,
    "tls-refused": _S,
    "certificate": _S,
}
HANDSHAKE_DECISIONS: Final[Mapping[str, Decision]] = {  # XEP-0114
    **STREAM_DECISIONS,
    # After a network failure the server may hold on to our dead connection for a while.
    "conflict": _S,
}
LOCAL_DECISIONS: Final[Mapping[str, Decision]] = {
    "timeout": _R,
    "stream-closed": _R,
    "unexpected-element": _R,
    "too-many-elements": _S,
    "invalid-transition": _R,
}

_TABLES: Final[Mapping[Source, Mapping[str, Decision]]] = {
    Source.STREAM: STREAM_DECISIONS,
    Source.SASL: SASL_DECISIONS,
    Source.BIND: BIND_DECISIONS,
    Source.TLS: TLS_DECISIONS,
    Source.HANDSHAKE: HANDSHAKE_DECISIONS,
    Source.LOCAL: LOCAL_DECISIONS,
}


def decide(condition: str, source: Source | str = Source.STREAM) -> Decision:
    """Look up what a failure condition means for the connection's life.

    Args:
        condition: The condition's name as on the wire (`"host-unknown"`), or one of ours.
        source: Which table speaks; a `Source` or its value.

    Returns:
        The decision; `Decision.RETRY` for conditions no table knows.

    Raises:
        ValueError: If `source` is a string that names no `Source`.
    """
    return _TABLES[Source(source)].get(condition, Decision.RETRY)


class ProtocolError(ActorXMPPError):
    """The root of everything `actorxmpp.protocol` raises or reports."""


class InvalidTransition(ProtocolError):
    """The state table has no such (state, event) pair: a mistake in the calling code."""


class StreamNegotiationError(ProtocolError):
    """The stream can't be used: negotiation failed, or the peer ended the stream.

    Attributes:
        condition: The machine-readable name, as in the tables of this module.
        text: A sentence for people; may be empty.
        source: Which part of the protocol spoke.
        decision: What to do next.
        reply: The stream error condition to send to the peer before closing, or None when
            the peer already knows (it sent the error, or is gone).
    """

    def __init__(
        self,
        condition: str,
        text: str = "",
        decision: Decision | None = None,
        *,
        source: Source = Source.LOCAL,
        reply: str | None = None,
    ) -> None:
        super().__init__(condition, text)
        self.condition = condition
        self.text = text[:MAX_TEXT]
        self.source = source
        self.decision = decide(condition, source) if decision is None else decision
        self.reply = reply

    def __str__(self) -> str:
        head = f"{self.source.value} error: {self.condition}"
        return f"{head} ({self.text})" if self.text else head

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.condition!r}, {self.text!r}, {self.decision})"


class StreamErrorReceived(StreamNegotiationError):
    """The peer sent `<stream:error/>` and will close the stream.

    Attributes:
        redirect: The address in `<see-other-host/>`, else None. Follow it only when the error
            came through TLS, and keep verifying the certificate for the original domain
            (RFC 6120, 4.9.3.19).
        application: The name of an application-specific condition, ``{ns}name``, or None.
    """

    def __init__(
        self,
        condition: str,
        text: str = "",
        *,
        redirect: str | None = None,
        application: str | None = None,
        source: Source = Source.STREAM,
    ) -> None:
        super().__init__(condition, text, source=source)
        self.redirect = redirect
        self.application = application

    @classmethod
    def from_element(cls, element: Element, source: Source = Source.STREAM) -> StreamErrorReceived:
        """Read a `<stream:error/>` element; a malformed one is `undefined-condition`."""
        condition, text, redirect, application = "undefined-condition", "", None, None
        for child in element:
            namespace, name = ns.split_clark(child.tag)
            if namespace != ns.STREAM_ERRORS:
                application = child.tag
            elif name == "text":
                text = child.text or ""
            else:
                condition = name[:MAX_TEXT]
                if name == "see-other-host":
                    redirect = (child.text or "").strip()[:MAX_TEXT] or None
        return cls(condition, text, redirect=redirect, application=application, source=source)


class SaslFailure(StreamNegotiationError):
    """Authentication failed, or we refused to take part in it.

    Attributes:
        mechanism: The SASL mechanism under way, or an empty string when none was chosen.
    """

    def __init__(self, condition: str, text: str = "", *, mechanism: str = "") -> None:
        super().__init__(condition, text, source=Source.SASL)
        self.mechanism = mechanism


class TlsRequired(StreamNegotiationError):
    """The server offers no STARTTLS, or refused it, and the settings insist on TLS."""

    def __init__(self, condition: str = "tls-required", text: str = "") -> None:
        super().__init__(condition, text, source=Source.TLS)


class StepTimeout(StreamNegotiationError):
    """The peer did not answer in the time its step allows; `text` names the step."""

    def __init__(self, text: str) -> None:
        super().__init__("timeout", text, reply="connection-timeout")
