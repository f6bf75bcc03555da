"""STARTTLS (RFC 6120, 5).

Where it stands: the first row of the feature table.

Rules: with `require_tls` (the default) a server that does not offer STARTTLS, or refuses it,
gets no further byte from us but the closing tag. The certificate is checked for the domain
of the JID, whatever host DNS named.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from actorxmpp.protocol import namespaces as ns
from actorxmpp.protocol.actions import Action, Send, StartTls
from actorxmpp.protocol.errors import TlsRequired
from actorxmpp.protocol.features.base import Feature, Progress, Step
from actorxmpp.protocol.states import StreamEvent

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from actorxmpp.protocol.actions import TlsFacts
    from actorxmpp.protocol.settings import ClientSettings

_PROCEED: Final = ns.clark(ns.TLS, "proceed")
_FAILURE: Final = ns.clark(ns.TLS, "failure")


class StartTlsStep(Step):
    """Ask, wait for `<proceed/>`, wait for the handshake."""

    __slots__ = ()

    def start(self) -> list[Action]:
        """Ask for TLS."""
        self.stream.advance(StreamEvent.STARTTLS_SENT)
        return [Send(f"<starttls xmlns='{ns.TLS}'/>".encode())]

    def receive(self, element: Element) -> list[Action] | None:
        """Read `<proceed/>` or `<failure/>`."""
        if element.tag == _PROCEED:
            self.stream.advance(StreamEvent.PROCEED)
            return [StartTls(self.stream.settings.domain)]
        if element.tag == _FAILURE:
            raise TlsRequired("tls-refused", "the server refused STARTTLS after offering it")
        return None

    def tls_established(self, info: TlsFacts) -> list[Action]:
        """Restart the stream inside TLS."""
        self.stream.advance(StreamEvent.TLS_UP)
        return self.stream.secured(info)


def _wanted(settings: ClientSettings, _offer: Element) -> bool:
    if not settings.starttls:
        _missing(settings)
    return settings.starttls


def _missing(settings: ClientSettings) -> None:
    if not settings.require_tls:
        return
    if settings.starttls:
        raise TlsRequired(text="the server does not offer STARTTLS, or it was stripped")
    raise TlsRequired(text="require_tls is set, starttls is not, and the stream is plain")


FEATURE: Final = Feature(
    ns.clark(ns.TLS, "starttls"),
    Progress.NONE,
    Progress.SECURE | Progress.AUTHENTICATED,
    StartTlsStep,
    _wanted,
    _missing,
)
