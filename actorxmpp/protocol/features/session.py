"""The legacy session request (RFC 3921, 3; a no-op since RFC 6121).

Where it stands: the last row of the feature table.

Rules: sent only when the server offers it and does not mark it `<optional/>`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from actorxmpp.protocol import namespaces as ns
from actorxmpp.protocol.actions import Action, Send
from actorxmpp.protocol.errors import Source, StreamNegotiationError
from actorxmpp.protocol.features.base import Feature, Progress, Step
from actorxmpp.protocol.features.bind import iq_answer, stanza_error
from actorxmpp.protocol.states import StreamEvent

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from actorxmpp.protocol.settings import ClientSettings

_OPTIONAL: Final = ns.clark(ns.SESSION, "optional")
_ID: Final = "session"


class SessionStep(Step):
    """Ask for a session, wait for the result."""

    __slots__ = ()

    def start(self) -> list[Action]:
        """Send the request."""
        self.stream.advance(StreamEvent.SESSION_SENT)
        return [Send(f"<iq type='set' id='{_ID}'><session xmlns='{ns.SESSION}'/></iq>".encode())]

    def receive(self, element: Element) -> list[Action] | None:
        """Read the result or the error."""
        kind = iq_answer(element, _ID)
        if kind is None:
            return None
        if kind == "error":
            raise StreamNegotiationError(*stanza_error(element), source=Source.BIND)
        return self.stream.proceed(Progress.SESSION)


def _wanted(_settings: ClientSettings, offer: Element) -> bool:
    return offer.find(_OPTIONAL) is None


FEATURE: Final = Feature(
    ns.clark(ns.SESSION, "session"), Progress.BOUND, Progress.SESSION, SessionStep, _wanted
)
