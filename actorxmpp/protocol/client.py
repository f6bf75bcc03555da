"""A client's stream, from the socket to `Established` (RFC 6120, 4 to 7), without I/O.

Where it stands: the parser stage owns one `ClientNegotiation` per connection attempt; the
transport stage carries out `StartTls`, a thread `DeriveKeys`.

Rules: the order of features is the table `features.CLIENT_FEATURES`; what happens inside one
is that feature's module; this file only walks from one to the next.

    negotiation = ClientNegotiation(ClientSettings("example.net", "romeo", password))
    actions = negotiation.connected()
    ... carry out the actions; then for each event of the tokenizer:
    actions = negotiation.receive(event)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from actorxmpp.protocol import namespaces as ns
from actorxmpp.protocol.actions import Action, Established, Resumed, Send, StreamLimits
from actorxmpp.protocol.core import FEATURES_TAG, Negotiation
from actorxmpp.protocol.errors import (
    InvalidTransition,
    Source,
    StreamNegotiationError,
)
from actorxmpp.protocol.features import CLIENT_FEATURES, Progress, Step
from actorxmpp.protocol.header import client_header
from actorxmpp.protocol.sasl.keycache import KeyCache, shared_cache
from actorxmpp.protocol.sasl.mechanism import AuthContext, new_nonce
from actorxmpp.protocol.states import StreamEvent, StreamState

if TYPE_CHECKING:
    from collections.abc import Callable
    from xml.etree.ElementTree import Element

    from actorxmpp.protocol.actions import TlsFacts
    from actorxmpp.protocol.sasl.scramkeys import ScramKeys
    from actorxmpp.protocol.settings import ClientSettings
    from actorxmpp.xmlstream.tokenizer import StreamOpened

_STANZAS: Final = frozenset(ns.clark(ns.CLIENT, name) for name in ("message", "presence", "iq"))
_EARLY_STATES: Final = frozenset({StreamState.BINDING, StreamState.SESSION})
"""States in which the server may already route stanzas to us."""

_CHANNEL_BINDING: Final = ns.clark(ns.CHANNEL_BINDING, "sasl-channel-binding")
_LIMITS: Final = ns.clark(ns.LIMITS, "limits")
_MAX_DIGITS: Final = 18
"""Digits read of a number the server states; more can't be meant."""


class ClientNegotiation(Negotiation):
    """Negotiates one client stream.

    Args:
        settings: What is wanted.
        keys: The cache of SCRAM keys; the process's own by default.
        nonce: Makes SCRAM's client nonce; for tests with known vectors.
    """

    __slots__ = (
        "_doubt",
        "_early",
        "_features",
        "_nonce",
        "_progress",
        "_step",
        "jid",
        "keys",
        "mechanism",
        "refused_h",
        "resumed",
        "settings",
    )

    def __init__(
        self,
        settings: ClientSettings,
        *,
        keys: KeyCache | None = None,
        nonce: Callable[[], str] = new_nonce,
    ) -> None:
        super().__init__()
        self.settings = settings
        self.keys = shared_cache() if keys is None else keys
        self.jid = ""
        self.mechanism = ""
        self.resumed: Resumed | None = None
        self.refused_h: int | None = None
        self._nonce = nonce
        self._progress = Progress.NONE
        self._step: Step | None = None
        self._features: Element | None = None
        self._early: list[Element] = []
        self._doubt: StreamNegotiationError | None = None

    # -- what the steps use (features.base.ClientStream) -------------------------------------

    @property
    def tls(self) -> TlsFacts | None:
        """The TLS layer, if it is up."""
        return self._tls

    def auth_context(self, features: Element) -> AuthContext:
        """What a SASL mechanism may know."""
        settings = self.settings
        return AuthContext(
            tls=self._tls,
            server_bindings=_server_bindings(features),
            channel_binding=settings.channel_binding,
            allow_plain=settings.allow_plain,
            known_mechanism=settings.known_mechanism,
            nonce=self._nonce,
        )

    def advance(self, event: StreamEvent) -> None:
        """Move the stream's state."""
        self._machine.advance(event)

    def secured(self, info: TlsFacts) -> list[Action]:
        """TLS is up: restart the stream inside it."""
        self._tls = info
        return self.restart(Progress.SECURE)

    def authenticated(self, mechanism: str) -> list[Action]:
        """The login succeeded: restart the stream."""
        self.mechanism = mechanism
        self.advance(StreamEvent.AUTHENTICATED)
        return self.restart(Progress.AUTHENTICATED)

    def bound(self, jid: str) -> list[Action]:
        """The server bound this address."""
        self.jid = jid
        return self.proceed(Progress.BOUND)

    def taken_up(self, resumed: Resumed) -> list[Action]:
        """The server resumed the earlier session; nothing is bound."""
        self.resumed = resumed
        return self.proceed(Progress.RESUME_TRIED | Progress.BOUND | Progress.SESSION)

    def not_taken_up(self, handled: int | None) -> list[Action]:
        """The server did not resume it: go on as without."""
        self.refused_h = handled
        self.advance(StreamEvent.RESUME_REFUSED)
        return self.proceed(Progress.RESUME_TRIED)

    def restart(self, gained: Progress) -> list[Action]:
        """The step is done and a new stream begins; what was offered counts no more."""
        self._progress |= gained
        self._step = None
        self._features = None
        return self._restart()

    def proceed(self, gained: Progress) -> list[Action]:
        """The step is done; go on with the features already offered."""
        self._progress |= gained
        self._step = None
        return self._next()

    # -- what core calls ---------------------------------------------------------------------

    def _open_stream(self) -> list[Action]:
        if self._tls is not None:
            self._progress |= Progress.SECURE
        secure = Progress.SECURE in self._progress
        sender = self.settings.bare_jid if secure and self.settings.username else ""
        header = client_header(self.settings.domain, from_=sender, lang=self.settings.lang)
        return [Send(header)]

    def _opened(self, opened: StreamOpened) -> list[Action]:
        # A server that can't serve us may say so with a header of its own name and an error.
        self._doubt = self._check(opened)
        self.advance(StreamEvent.OPENED)
        return []

    def _check(self, opened: StreamOpened) -> StreamNegotiationError | None:
        """What is wrong with a header, if the next thing is not a stream error that tells."""
        version = opened.attrib.get("version", "")
        if version.split(".")[0] != "1":  # RFC 6120, 4.7.5: none means an old protocol
            return StreamNegotiationError(
                "unsupported-version",
                f"the server's stream has version {version[:20]!r}",
                source=Source.STREAM,
                reply="unsupported-version",
            )
        sender = opened.attrib.get("from")
        if sender is not None and not _same_domain(sender, self.settings.domain):
            return StreamNegotiationError(
                "invalid-from",
                f"the stream comes from {sender[:200]!r}, not from {self.settings.domain!r}",
                source=Source.STREAM,
                reply="invalid-from",
            )
        return None

    def _element(self, element: Element) -> list[Action]:
        if self._doubt is not None:
            raise self._doubt
        if self._step is None:
            if element.tag != FEATURES_TAG or self.state is not StreamState.FEATURES:
                raise self._unexpected(element)
            self._features = element
            return self._next()
        actions = self._step.receive(element)
        if actions is not None:
            return actions
        if element.tag in _STANZAS and self.state in _EARLY_STATES:
            self._early.append(element)  # bounded: core counts the elements
            return []
        raise self._unexpected(element)

    def _tls_established(self, info: TlsFacts) -> list[Action]:
        actions = self._step.tls_established(info) if self._step else None
        if actions is None:
            raise InvalidTransition("tls_established, but no StartTls was asked for")
        return actions

    def _keys_derived(self, keys: ScramKeys) -> list[Action]:
        actions = self._step.keys_derived(keys) if self._step else None
        if actions is None:
            raise InvalidTransition("keys_derived, but no DeriveKeys was asked for")
        return actions

    # -- inside ------------------------------------------------------------------------------

    def _next(self) -> list[Action]:
        """Start the first feature that is due, offered and wanted, or finish."""
        features = self._features
        if features is None:
            raise InvalidTransition("no features to go on with")
        for feature in CLIENT_FEATURES:
            if not feature.due(self._progress):
                continue
            offer = features.find(feature.tag)
            if offer is None:
                feature.missing(self.settings)
            elif feature.wanted(self.settings, offer):
                self._step = feature.step(self, features)
                return self._step.start()
        return self._finish(features)

    def _finish(self, features: Element) -> list[Action]:
        return self._established(
            Established(
                jid=self.jid,
                features=frozenset(child.tag for child in features),
                mechanism=self.mechanism,
                stream_id=self._stream_id,
                limits=_limits(features),
                resumed=self.resumed,
                refused_h=self.refused_h,
                early=tuple(self._early),
            )
        )


def _same_domain(one: str, other: str) -> bool:
    return one.casefold().rstrip(".") == other.casefold().rstrip(".")


def _server_bindings(features: Element) -> frozenset[str] | None:
    """The channel binding types in the features (XEP-0440), None if the server says nothing."""
    element = features.find(_CHANNEL_BINDING)
    if element is None:
        return None
    return frozenset(child.get("type", "") for child in element)


def _limits(features: Element) -> StreamLimits:
    element = features.find(_LIMITS)
    if element is None:
        return StreamLimits()
    return StreamLimits(_number(element, "max-bytes"), _number(element, "idle-seconds"))


def _number(element: Element, name: str) -> int | None:
    text = (element.findtext(ns.clark(ns.LIMITS, name)) or "").strip()
    if text.isascii() and text.isdecimal() and len(text) <= _MAX_DIGITS:
        return int(text)
    return None
