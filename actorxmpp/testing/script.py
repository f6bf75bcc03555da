"""The other end of a scripted session: whatever a test says the server sends, and what it got.

No login, no TLS, no sockets: the stream is established as soon as the connection is. Everything
above is the real thing, every actor included.

The session reaches it through its connector (``connector.py``), which ``settings`` puts in together
with the negotiation that is over at once.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Self
from xml.etree.ElementTree import Element

from actorxmpp.protocol.actions import Established, Send
from actorxmpp.protocol.core import Negotiation
from actorxmpp.protocol.header import client_header, component_header
from actorxmpp.testing.connector import MemoryConnector
from actorxmpp.xmlstream.tokenizer import StreamOpened, Tokenizer

if TYPE_CHECKING:
    from actorxmpp.basexmpp import BaseXMPP
    from actorxmpp.net.connection import Connection
    from actorxmpp.net.errors import NetError
    from actorxmpp.protocol.actions import Action, TlsFacts
    from actorxmpp.protocol.settings import ResumeRequest
    from actorxmpp.settings import SessionSettings

__all__ = ["ScriptedServer", "establish_at_once"]

SENT_LIMIT = 10_000
"""Stanzas kept for the test to look at; a bot that sends more sends in a loop."""

ASKED_LIMIT = 1_000
"""Requests remembered; a test answers them soon."""

RESOURCE = "resource"
"""The resource of a client that asks for none."""


class AtOnce(Negotiation):
    """A negotiation that is over when the connection is up."""

    __slots__ = ("_jid", "_opening")

    def __init__(self, header: bytes, jid: str) -> None:
        super().__init__()
        self._opening = header
        self._jid = jid

    @property
    def timeout(self) -> None:
        """Nothing is waited for."""

    def connected(self, tls: TlsFacts | None = None) -> list[Action]:
        """Send the header; the stream is ready."""
        del tls
        return [Send(self._opening), Established(self._jid)]


def establish_at_once(
    role: BaseXMPP, resume: ResumeRequest | None = None, *, resource: str = RESOURCE
) -> Negotiation:
    """Make the negotiation of a scripted session.

    Args:
        role: whose session it is.
        resume: what it would like to resume; it gets a new session.
        resource: what a client gets that asks for no resource.
    """
    del resume
    jid = role.requested_jid
    if role.is_component:
        return AtOnce(component_header(jid.full), jid.full)
    full = f"{jid.bare}/{resource}" if resource and not jid.resource else jid.full
    return AtOnce(client_header(jid.domain), full)


class ScriptedServer:
    """One session's server, played by a test.

    Attributes:
        sent: what the session has sent and nobody has looked at yet, oldest first; a stream
            header is there as an element without children.
        header: what the server opens each stream with; None waits for the test to send it.
        connections: how many connections there have been.
        connector: how the session reaches it; makes it slow, unreachable or unreliable.
        asked: id to recipient of the requests the session has sent, the last ones.
        raw: everything the session has sent over the present connection.
        resource: what a client gets that asks for no resource.
    """

    def __init__(self, header: str | None = None, resource: str = RESOURCE) -> None:
        self.sent: deque[Element] = deque(maxlen=SENT_LIMIT)
        self.header = header
        self.resource = resource
        self.connections = 0
        self.connector = MemoryConnector(self._accept)
        self.asked: dict[str, str] = {}
        self.raw = bytearray()
        self._connection: Connection | None = None
        self._tokenizer = Tokenizer()

    def settings(self, settings: SessionSettings, *, log_in: bool = False) -> SessionSettings:
        """Make settings of which a session comes here.

        Args:
            settings: the other settings.
            log_in: negotiate for real; the test plays the server's part of it.
        """
        negotiation = None if log_in else partial(establish_at_once, resource=self.resource)
        return replace(
            settings,
            connector=self.connector,
            negotiation=negotiation,
            require_tls=False,
            probe_after=None,  # a script that has nothing to say is no dead server
        )

    def _accept(self, connection: Connection, address: tuple[str, int] | None) -> Self:
        del address
        self.connections += 1
        self.raw.clear()
        self._tokenizer.reset()
        self._connection = connection
        if self.header is not None:
            self.send(self.header)
        return self

    # what the test does

    def send(self, data: str | bytes) -> None:
        """Send text or bytes to the session.

        Raises:
            ConnectionError: if there is no connection.
        """
        if self._connection is None:
            raise ConnectionError("there is no connection: stream_start() comes first")
        self._connection.write(data.encode() if isinstance(data, str) else data)

    def cut(self) -> None:
        """Cut the connection, as a network does."""
        if self._connection is not None:
            self._connection.abort()

    def close(self) -> None:
        """Close the connection in order."""
        if self._connection is not None:
            self._connection.close()

    # what the connection says

    def data_received(self, data: bytes) -> None:
        """Keep what the session sent."""
        self.raw += data
        for event in self._tokenizer.feed(data):
            self._take(event)

    def _take(self, event: Any) -> None:
        if isinstance(event, Element):
            self.sent.append(event)
            if event.get("type") in ("get", "set"):
                self._note_request(event)
        elif isinstance(event, StreamOpened):
            self.sent.append(Element(event.tag, dict(event.attrib)))
        else:  # the closing tag: answer it
            self.send("</stream:stream>")

    def _note_request(self, iq: Element) -> None:
        self.asked[iq.get("id", "")] = iq.get("to", "")
        if len(self.asked) > ASKED_LIMIT:
            del self.asked[next(iter(self.asked))]

    def connection_lost(self, error: NetError | None) -> None:
        """Forget the connection."""
        del error
        self._connection = None

    def pause_writing(self) -> None:
        """Do nothing: a test sends little."""

    def resume_writing(self) -> None:
        """Do nothing; see pause_writing."""
