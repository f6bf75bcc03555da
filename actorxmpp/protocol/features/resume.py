"""Taking up an earlier session instead of binding a new resource (XEP-0198, 5).

Where it stands: the third row of the feature table; `protocol.streammanagement` keeps the
counters and the unacknowledged stanzas.

Rules: tried only when the settings hold a `ResumeRequest`; a refusal leads on to binding.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from actorxmpp.protocol import namespaces as ns
from actorxmpp.protocol.actions import Action, Resumed, Send
from actorxmpp.protocol.errors import StreamNegotiationError
from actorxmpp.protocol.features.base import Feature, Progress, Step
from actorxmpp.protocol.header import escape
from actorxmpp.protocol.states import StreamEvent

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from actorxmpp.protocol.settings import ClientSettings

_RESUMED: Final = ns.clark(ns.SM, "resumed")
_FAILED: Final = ns.clark(ns.SM, "failed")


class ResumeStep(Step):
    """Ask for the session; take it, or go on without it."""

    __slots__ = ()

    def start(self) -> list[Action]:
        """Name the session and how much of it we have seen."""
        request = self.stream.settings.resume
        if request is None:
            return self.stream.proceed(Progress.RESUME_TRIED)
        self.stream.advance(StreamEvent.RESUME_SENT)
        text = f"<resume xmlns='{ns.SM}' h='{request.h}' previd='{escape(request.previd)}'/>"
        return [Send(text.encode())]

    def receive(self, element: Element) -> list[Action] | None:
        """Read `<resumed/>` or `<failed/>`."""
        if element.tag == _RESUMED:
            return self.stream.taken_up(_read_resumed(element))
        if element.tag == _FAILED:
            return self.stream.not_taken_up(_read_h(element, required=False))
        return None


def _read_resumed(element: Element) -> Resumed:
    h = _read_h(element, required=True)
    return Resumed(element.get("previd", ""), h or 0)


def _read_h(element: Element, *, required: bool) -> int | None:
    """Read the counter; it runs modulo 2**32 (XEP-0198, 4)."""
    text = element.get("h", "")
    if text.isascii() and text.isdecimal() and len(text) <= len("4294967295"):
        return int(text) % 2**32
    if required:
        raise StreamNegotiationError(
            "unexpected-element", "<resumed/> without a valid h", reply="policy-violation"
        )
    return None


def _wanted(settings: ClientSettings, _offer: Element) -> bool:
    return settings.resume is not None


FEATURE: Final = Feature(
    ns.clark(ns.SM, "sm"),
    Progress.AUTHENTICATED,
    Progress.RESUME_TRIED | Progress.BOUND,
    ResumeStep,
    _wanted,
)
