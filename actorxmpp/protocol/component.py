"""A component's stream (XEP-0114), from the socket to `Established`, without I/O.

Where it stands: as `client`, for the other role.

Rules: the handshake is the SHA-1 of the stream id and the secret, in lower-case hex; the
protocol knows no other. A refusal means the secret is wrong: the session is parked.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from actorxmpp.protocol import namespaces as ns
from actorxmpp.protocol.actions import Action, Established, Send
from actorxmpp.protocol.core import Negotiation
from actorxmpp.protocol.errors import Source
from actorxmpp.protocol.header import component_header
from actorxmpp.protocol.states import StreamEvent, StreamState

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from actorxmpp.protocol.settings import ComponentSettings
    from actorxmpp.xmlstream.tokenizer import StreamOpened

_HANDSHAKE: Final = ns.clark(ns.COMPONENT, "handshake")


def handshake_digest(stream_id: str, secret: str) -> str:
    """The text of `<handshake/>` (XEP-0114, 3)."""
    # The protocol asks for SHA-1; what protects it is that the id is new for each stream.
    return hashlib.sha1((stream_id + secret).encode(), usedforsecurity=False).hexdigest()


class ComponentNegotiation(Negotiation):
    """Negotiates one component stream.

    Args:
        settings: The component's address and secret.
    """

    __slots__ = ("settings",)

    def __init__(self, settings: ComponentSettings) -> None:
        super().__init__()
        self.settings = settings

    def _open_stream(self) -> list[Action]:
        return [Send(component_header(self.settings.jid))]

    def _opened(self, _opened: StreamOpened) -> list[Action]:
        if not self._stream_id:
            return []  # Prosody's way to answer an unknown component: a stream error follows
        self._machine.advance(StreamEvent.HANDSHAKE_SENT)
        digest = handshake_digest(self._stream_id, self.settings.secret)
        return [Send(f"<handshake>{digest}</handshake>".encode())]

    def _element(self, element: Element) -> list[Action]:
        if element.tag == _HANDSHAKE and self.state is StreamState.HANDSHAKE:
            return self._established(Established(self.settings.jid, stream_id=self._stream_id))
        raise self._unexpected(element)

    @property
    def error_source(self) -> Source:  # type: ignore[override]
        """A stream error at this point answers the handshake."""
        return Source.HANDSHAKE if self.state is StreamState.HANDSHAKE else Source.STREAM
