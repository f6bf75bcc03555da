"""The shape of a stream feature: when it applies (data) and how it is negotiated (a step).

Where it stands: each module beside this one offers one `Feature`; `protocol.client` walks
the tuple of them.

Rules: the order of negotiation is the order of that tuple, filtered by what has been reached
so far (`Progress`); a step keeps its own state and reports through `ClientStream`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Flag, auto
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from xml.etree.ElementTree import Element

    from actorxmpp.protocol.actions import Action, Resumed, TlsFacts
    from actorxmpp.protocol.sasl.keycache import KeyCache
    from actorxmpp.protocol.sasl.mechanism import AuthContext
    from actorxmpp.protocol.sasl.scramkeys import ScramKeys
    from actorxmpp.protocol.settings import ClientSettings
    from actorxmpp.protocol.states import StreamEvent


class Progress(Flag):
    """What a stream has reached; features name what they need and what rules them out."""

    NONE = 0
    SECURE = auto()
    AUTHENTICATED = auto()
    RESUME_TRIED = auto()
    BOUND = auto()
    SESSION = auto()


class ClientStream(Protocol):
    """What a step may use of the negotiation it belongs to."""

    settings: ClientSettings
    keys: KeyCache

    @property
    def tls(self) -> TlsFacts | None:
        """The TLS layer, if it is up."""

    def auth_context(self, features: Element) -> AuthContext:
        """What a SASL mechanism may know."""

    def advance(self, event: StreamEvent) -> None:
        """Move the stream's state."""

    def secured(self, info: TlsFacts) -> list[Action]:
        """TLS is up: restart the stream."""

    def authenticated(self, mechanism: str) -> list[Action]:
        """The login succeeded by this mechanism: restart the stream."""

    def bound(self, jid: str) -> list[Action]:
        """The server bound this address."""

    def taken_up(self, resumed: Resumed) -> list[Action]:
        """The server resumed the earlier session."""

    def not_taken_up(self, handled: int | None) -> list[Action]:
        """The server did not resume it; of so many of our stanzas it said that it had them."""

    def restart(self, gained: Progress) -> list[Action]:
        """The step is done and a new stream begins."""

    def proceed(self, gained: Progress) -> list[Action]:
        """The step is done; go on with the features already offered."""


class Step:
    """One feature being negotiated. Subclasses override what they expect."""

    __slots__ = ("features", "stream")

    def __init__(self, stream: ClientStream, features: Element) -> None:
        self.stream = stream
        self.features = features

    def start(self) -> list[Action]:
        """Begin; the feature was offered."""
        raise NotImplementedError

    def receive(self, element: Element) -> list[Action] | None:
        """Read an element; None says it is not the answer to this step."""
        raise NotImplementedError

    def tls_established(self, _info: TlsFacts) -> list[Action] | None:
        """TLS is up; None says nobody asked."""
        return None

    def keys_derived(self, _keys: ScramKeys) -> list[Action] | None:
        """Keys were derived; None says nobody asked."""
        return None


def always(_settings: ClientSettings, _offer: Element) -> bool:
    """The feature is wanted whenever it is offered."""
    return True


def tolerate(_settings: ClientSettings) -> None:
    """The feature may be missing."""


@dataclass(frozen=True, slots=True)
class Feature:
    """One row of the table of features.

    Attributes:
        tag: The name of its element in `<stream:features/>`.
        necessary: What must have been reached.
        prohibited: What must not have been reached.
        step: Makes the step from the stream and the features element.
        wanted: Whether to negotiate it, given the settings and the element offered.
        missing: Called when it is due and not offered; raises if that can't be accepted.
    """

    tag: str
    necessary: Progress
    prohibited: Progress
    step: Callable[[ClientStream, Element], Step]
    wanted: Callable[[ClientSettings, Element], bool] = always
    missing: Callable[[ClientSettings], None] = tolerate

    def due(self, progress: Progress) -> bool:
        """Whether its turn has come."""
        return self.necessary in progress and not self.prohibited & progress
