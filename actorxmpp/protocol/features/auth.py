"""SASL authentication (RFC 6120, 6; XEP-0440 for the channel binding types).

Where it stands: the second row of the feature table; `protocol.sasl` does the cryptography.

Rules: PBKDF2 leaves as a `DeriveKeys` action unless the key cache knows the answer. A server
that refuses a mechanism it offered is answered with the next one of the same kind; a password
is never revealed after a mechanism that hides it was refused.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from actorxmpp.protocol import namespaces as ns
from actorxmpp.protocol.actions import Action, DeriveKeys, Send
from actorxmpp.protocol.errors import SaslFailure, StreamNegotiationError
from actorxmpp.protocol.features.base import ClientStream, Feature, Progress, Step
from actorxmpp.protocol.sasl.choose import choose, is_guess
from actorxmpp.protocol.sasl.mechanism import Credentials
from actorxmpp.protocol.states import StreamEvent

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from actorxmpp.protocol.sasl.mechanism import ClientMechanism
    from actorxmpp.protocol.sasl.scramkeys import ScramKeys
    from actorxmpp.protocol.settings import ClientSettings

_MECHANISMS: Final = ns.clark(ns.SASL, "mechanisms")
_MECHANISM: Final = ns.clark(ns.SASL, "mechanism")
_CHALLENGE: Final = ns.clark(ns.SASL, "challenge")
_SUCCESS: Final = ns.clark(ns.SASL, "success")
_FAILURE: Final = ns.clark(ns.SASL, "failure")
_TEXT: Final = ns.clark(ns.SASL, "text")

MAX_MECHANISMS: Final = 64
"""Names read from the server's offer; real servers offer up to a dozen."""

_TRY_ANOTHER: Final = frozenset({"invalid-mechanism", "mechanism-too-weak"})
"""Failures that say something about the mechanism and nothing about the account."""


_BAD_PROOF: Final = frozenset({"not-authorized", "malformed-request"})
"""What servers answer when the channel binding type is not the one they meant."""


class AuthStep(Step):
    """One login."""

    __slots__ = ("_context", "_mechanism", "_offered", "_request")

    def __init__(self, stream: ClientStream, features: Element) -> None:
        super().__init__(stream, features)
        offer = features.find(_MECHANISMS)
        names = [] if offer is None else offer.findall(_MECHANISM)[:MAX_MECHANISMS]
        self._offered = {(name.text or "").strip() for name in names}
        self._context = stream.auth_context(features)
        self._mechanism: ClientMechanism | None = None
        self._request: DeriveKeys | None = None

    def start(self) -> list[Action]:
        """Choose a mechanism and send its first message."""
        settings = self.stream.settings
        mechanism = choose(
            self._offered,
            credentials_of(settings),
            self._context,
            allowed=settings.allowed_mechanisms,
            table=settings.mechanism_table,
        )
        self._mechanism = mechanism
        initial = mechanism.start()
        self.stream.advance(StreamEvent.AUTH_SENT)
        data = "" if initial is None else _encode(initial)
        return [
            Send(f"<auth xmlns='{ns.SASL}' mechanism='{mechanism.name}'>{data}</auth>".encode())
        ]

    def receive(self, element: Element) -> list[Action] | None:
        """Read a challenge, success or failure."""
        mechanism = self._mechanism
        if mechanism is None or self._request is not None:
            return None
        if element.tag == _CHALLENGE:
            return self._answer(mechanism.respond(_decode(element, mechanism.name) or b""))
        if element.tag == _SUCCESS:
            mechanism.succeeded(_decode(element, mechanism.name))
            return self.stream.authenticated(mechanism.name)
        if element.tag == _FAILURE:
            return self._failed(element, mechanism)
        return None

    def keys_derived(self, keys: ScramKeys) -> list[Action] | None:
        """Go on with the keys a thread has computed."""
        request, mechanism = self._request, self._mechanism
        if request is None or mechanism is None:
            return None
        self._request = None
        self.stream.advance(StreamEvent.KEYS_READY)
        response = mechanism.keys_derived(keys)
        self.stream.keys.put(request, keys)
        return [_response(response)]

    def _answer(self, answer: bytes | DeriveKeys) -> list[Action]:
        if not isinstance(answer, DeriveKeys):
            return [_response(answer)]
        known = self.stream.keys.get(answer)
        if known is not None and self._mechanism is not None:
            return [_response(self._mechanism.keys_derived(known))]
        self._request = answer
        self.stream.advance(StreamEvent.KEYS_NEEDED)
        return [answer]

    def _failed(self, element: Element, mechanism: ClientMechanism) -> list[Action]:
        condition, text = "not-authorized", element.findtext(_TEXT) or ""
        for child in element:
            if child.tag != _TEXT:
                condition = ns.split_clark(child.tag)[1][:64]
        failure = SaslFailure(condition, text, mechanism=mechanism.name)
        if condition in _BAD_PROOF and is_guess(mechanism, self._context):
            self._context = replace(self._context, channel_binding=False)
        elif condition not in _TRY_ANOTHER:
            raise failure
        self._offered.discard(mechanism.name)
        self._context = replace(self._context, allow_plain=False)
        try:
            return self.start()
        except StreamNegotiationError:
            raise failure from None


def credentials_of(settings: ClientSettings) -> Credentials:
    """The part of the settings a mechanism may see."""
    return Credentials(
        settings.username,
        settings.password,
        settings.authzid,
        settings.external,
        settings.anonymous,
    )


def _encode(data: bytes) -> str:
    return b64encode(data).decode() or "="  # RFC 6120, 6.4.2: "=" is an empty message


def _response(data: bytes) -> Send:
    return Send(f"<response xmlns='{ns.SASL}'>{b64encode(data).decode()}</response>".encode())


def _decode(element: Element, mechanism: str) -> bytes | None:
    """The message in an element; None if it holds none at all."""
    text = (element.text or "").strip()
    if not text:
        return None
    if text == "=":
        return b""
    try:
        return b64decode(text, validate=True)
    except ValueError:
        raise SaslFailure(
            "malformed-challenge", "the server's message is not base64", mechanism=mechanism
        ) from None


def _missing(_settings: ClientSettings) -> None:
    raise SaslFailure("no-acceptable-mechanism", "the server offers no SASL authentication")


FEATURE: Final = Feature(
    _MECHANISMS, Progress.NONE, Progress.AUTHENTICATED, AuthStep, missing=_missing
)
