"""Resource binding (RFC 6120, 7).

Where it stands: the fourth row of the feature table.

Rules: the server's JID counts, whatever we asked for; without a readable one there is no
stream.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from actorxmpp.protocol import namespaces as ns
from actorxmpp.protocol.actions import Action, Send
from actorxmpp.protocol.errors import Source, StreamNegotiationError
from actorxmpp.protocol.features.base import Feature, Progress, Step
from actorxmpp.protocol.header import escape
from actorxmpp.protocol.states import StreamEvent

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from actorxmpp.protocol.settings import ClientSettings

IQ_TAG: Final = ns.clark(ns.CLIENT, "iq")
_JID: Final = f"{ns.clark(ns.BIND, 'bind')}/{ns.clark(ns.BIND, 'jid')}"
_ERROR: Final = ns.clark(ns.CLIENT, "error")
_TEXT: Final = ns.clark(ns.STANZA_ERRORS, "text")
_ID: Final = "bind"

MAX_JID: Final = 3071
"""Three parts of up to 1,023 bytes and two separators (RFC 7622, 3)."""


class BindStep(Step):
    """Ask for a resource, learn the full JID."""

    __slots__ = ()

    def start(self) -> list[Action]:
        """Send the request."""
        resource = self.stream.settings.resource
        inside = f"<resource>{escape(resource)}</resource>" if resource else ""
        self.stream.advance(StreamEvent.BIND_SENT)
        text = f"<iq type='set' id='{_ID}'><bind xmlns='{ns.BIND}'>{inside}</bind></iq>"
        return [Send(text.encode())]

    def receive(self, element: Element) -> list[Action] | None:
        """Read the result or the error."""
        kind = iq_answer(element, _ID)
        if kind is None:
            return None
        if kind == "error":
            raise StreamNegotiationError(*stanza_error(element), source=Source.BIND)
        jid = (element.findtext(_JID) or "").strip()
        if not jid or len(jid.encode()) > MAX_JID:
            raise StreamNegotiationError(
                "unexpected-element",
                "the answer to bind holds no usable JID",
                reply="policy-violation",
            )
        return self.stream.bound(jid)


def iq_answer(element: Element, id_: str) -> str | None:
    """Return `"result"` or `"error"` if the element answers the IQ with that id."""
    if element.tag != IQ_TAG or element.get("id") != id_:
        return None
    kind = element.get("type", "")
    return kind if kind in {"result", "error"} else None


def stanza_error(element: Element) -> tuple[str, str]:
    """Read condition and text of an error stanza (RFC 6120, 8.3)."""
    error = element.find(_ERROR)
    condition, text = "undefined-condition", ""
    for child in () if error is None else error:
        namespace, name = ns.split_clark(child.tag)
        if child.tag == _TEXT:
            text = child.text or ""
        elif namespace == ns.STANZA_ERRORS:
            condition = name[:64]
    return condition, text


def _missing(_settings: ClientSettings) -> None:
    raise StreamNegotiationError(
        "not-allowed", "the server offers no resource binding", source=Source.BIND
    )


FEATURE: Final = Feature(
    ns.clark(ns.BIND, "bind"),
    Progress.AUTHENTICATED,
    Progress.BOUND,
    BindStep,
    missing=_missing,
)
