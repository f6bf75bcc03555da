"""A server with stream management (XEP-0198) in memory, which does what a test says.

No login, no TLS, no sockets: a stream is ready for stanzas as soon as the connection is, or an
earlier session is resumed. Everything above is the real thing. Connections can be cut and
sessions forgotten at any moment, and acknowledgements held back.
"""

from __future__ import annotations

import contextlib
from collections import deque
from typing import TYPE_CHECKING, Any, ClassVar
from xml.etree.ElementTree import Element

from actorxmpp.net.errors import NetError
from actorxmpp.protocol import namespaces as ns
from actorxmpp.protocol.actions import Established, Resumed, Send, StreamLimits
from actorxmpp.protocol.core import Negotiation
from actorxmpp.protocol.header import client_header
from actorxmpp.protocol.states import StreamEvent
from actorxmpp.testing.connector import MemoryConnector
from actorxmpp.xmlstream.tokenizer import StreamClosed, StreamOpened, Tokenizer

if TYPE_CHECKING:
    from collections.abc import Callable

    from actorxmpp.basexmpp import BaseXMPP
    from actorxmpp.net.connection import Connection
    from actorxmpp.protocol.actions import Action, TlsFacts
    from actorxmpp.protocol.settings import ResumeRequest
    from actorxmpp.settings import SessionSettings

__all__ = ["SmServer", "SmSession"]

STANZAS = frozenset(ns.clark(ns.CLIENT, name) for name in ("message", "presence", "iq"))
FEATURES = frozenset((ns.clark(ns.SM, "sm"),))


class _Negotiation(Negotiation):
    """Nothing but resumption."""

    __slots__ = ("_features", "_jid", "_limits", "_resume")

    timeout = None  # nothing is waited for

    def __init__(
        self,
        jid: str,
        resume: ResumeRequest | None,
        features: frozenset[str],
        limits: StreamLimits,
    ) -> None:
        super().__init__()
        self._features = features
        self._limits = limits
        self._jid = jid
        self._resume = resume

    def connected(self, tls: TlsFacts | None = None) -> list[Action]:
        """Send the header, and what is to be resumed."""
        del tls
        header = Send(client_header("localhost"))
        if self._resume is None:
            return [header, self._established_as(self._jid)]
        text = f"<resume xmlns='{ns.SM}' previd='{self._resume.previd}' h='{self._resume.h}'/>"
        return [header, Send(text.encode())]

    def _opened(self, opened: StreamOpened) -> list[Action]:
        del opened
        self._machine.advance(StreamEvent.OPENED)
        return []

    def receive(self, event: Any) -> list[Action]:
        """Wait for what became of it."""
        if not isinstance(event, Element):
            return []
        h = int(event.get("h", "-1"))
        if event.tag == ns.clark(ns.SM, "resumed"):
            return [self._established_as("", resumed=Resumed(event.get("previd", ""), h))]
        return [self._established_as(self._jid, refused_h=h if h >= 0 else None)]

    def _established_as(self, jid: str, **outcome: Any) -> Established:
        return Established(jid, self._features, limits=self._limits, **outcome)


class SmSession:
    """What the server keeps of a session.

    Attributes:
        previd: its id.
        handled: stanzas of the client it has handled.
        acked: stanzas of its own the client has acknowledged.
        queue: those after that.
    """

    def __init__(self, previd: str) -> None:
        self.previd = previd
        self.handled = 0
        self.acked = 0
        self.queue: deque[bytes] = deque()


class _Link:
    """One connection."""

    def __init__(self, server: SmServer, connection: Connection) -> None:
        self.server = server
        self.connection = connection
        self.session: SmSession | None = None
        self.open = True
        self.opened = False
        self._tokenizer = Tokenizer()

    def data_received(self, data: bytes) -> None:
        for event in self._tokenizer.feed(data):
            if isinstance(event, StreamOpened):
                self.write(client_header("localhost"))
                self.opened = True
            elif isinstance(event, StreamClosed):
                self.server.closed(self)
            else:
                self.server.received(self, event)

    def write(self, data: bytes) -> None:
        if self.open:
            with contextlib.suppress(NetError):  # the client is gone, and we haven't noticed yet
                self.connection.write(data)

    def connection_lost(self, error: NetError | None) -> None:
        del error
        self.open = False
        if self in self.server.links:
            self.server.links.remove(self)

    def pause_writing(self) -> None:
        """Tests write little."""

    def resume_writing(self) -> None:
        """See pause_writing."""


class SmServer:
    """The server.

    Attributes:
        delivered: every stanza it has handled, in order, over all sessions.
        sessions: those that can be resumed.
        links: the connections.
        answering: whether it answers requests for acknowledgements.
        handling: whether it handles stanzas; those that come while it does not are lost with the
            connection.
        enabling: whether stream management can be enabled.
        connector: how sessions reach it; makes it slow, unreachable or unreliable.
        on_stanza: called with each stanza it handles.
        resumptions: how many sessions were resumed.
        location: what it tells as the place to resume at.
        before_enabled: sent just before stream management is enabled, and so not counted.
        max_seconds: how long it says it keeps sessions.
        closings: how many streams were closed in order.
        features: the stream features it offers.
        limits: what it says it accepts (XEP-0478).
        requests: how many acknowledgements it was asked for.
    """

    def __init__(self) -> None:
        self.delivered: list[Element] = []
        self.sessions: dict[str, SmSession] = {}
        self.links: list[_Link] = []
        self.answering = self.handling = self.enabling = True
        self.connector = MemoryConnector(self._accept)
        self.on_stanza: Callable[[Element], None] | None = None
        self.resumptions = 0
        self.closings = 0
        self.requests = 0
        self.location = ""
        self.before_enabled = b""
        self.max_seconds: int | None = None
        self.features = FEATURES
        self.limits = StreamLimits()
        self._made = 0

    # the client's side

    def settings(self, **changes: Any) -> SessionSettings:
        """Settings for a session that is to reach this server."""
        from actorxmpp.settings import SessionSettings

        values: dict[str, Any] = {
            "connector": self.connector,
            "negotiation": self.negotiation,
            "require_tls": False,
            **changes,
        }
        return SessionSettings(**values)

    def negotiation(self, role: BaseXMPP, resume: ResumeRequest | None) -> Negotiation:
        """Make the negotiation of a stream to this server."""
        jid = role.requested_jid
        full = jid.full if jid.resource else f"{jid.bare}/orchard"
        return _Negotiation(full, resume, self.features, self.limits)

    def _accept(self, connection: Connection, address: tuple[str, int] | None) -> _Link:
        del address
        link = _Link(self, connection)
        self.links.append(link)
        return link

    # what a test does

    def send(self, data: bytes) -> None:
        """Send a stanza to the latest session, now or when it is resumed."""
        session = list(self.sessions.values())[-1]
        session.queue.append(data)
        for link in self.links:
            if link.session is session:
                link.write(data)

    def write(self, data: bytes) -> None:
        """Write bytes to every connection that count as no stanza."""
        for link in list(self.links):
            link.write(data)

    @property
    def ready(self) -> bool:
        """Whether the stream of the latest connection is open in both directions."""
        return bool(self.links) and self.links[-1].opened and self.links[-1].open

    def cut(self) -> None:
        """Cut every connection."""
        for link in list(self.links):
            link.open = False
            link.connection.abort()

    def forget(self) -> None:
        """Lose all sessions."""
        self.sessions.clear()

    def bodies(self) -> list[str]:
        """The texts of the messages that were delivered, in order."""
        tag = ns.clark(ns.CLIENT, "body")
        found = (stanza.findtext(tag) for stanza in self.delivered)
        return [text for text in found if text is not None]

    # what clients do

    def received(self, link: _Link, element: Element) -> None:
        """Handle an element."""
        name = element.tag.rpartition("}")[2]
        if element.tag in STANZAS:
            self._stanza(link, element)
        elif element.tag.startswith(f"{{{ns.SM}}}") and name in self.HANDLERS:
            self.HANDLERS[name](self, link, element)

    def closed(self, link: _Link) -> None:
        """The client has closed its stream: the session is over."""
        self.closings += 1
        if link.session is not None:
            self.sessions.pop(link.session.previd, None)
        link.write(b"</stream:stream>")
        link.connection.close()

    def _stanza(self, link: _Link, element: Element) -> None:
        if not self.handling:
            return
        if link.session is not None:
            link.session.handled += 1
        self.delivered.append(element)
        if self.on_stanza is not None:
            self.on_stanza(element)

    def _enable(self, link: _Link, element: Element) -> None:
        if not self.enabling:
            link.write(f"<failed xmlns='{ns.SM}'/>".encode())
            return
        self._made += 1
        link.session = SmSession(f"session-{self._made}")
        link.write(self.before_enabled)
        attributes = f" id='{link.session.previd}'"
        if element.get("resume") == "true":
            self.sessions[link.session.previd] = link.session
            attributes += " resume='true'"
        if self.location:
            attributes += f" location='{self.location}'"
        if self.max_seconds is not None:
            attributes += f" max='{self.max_seconds}'"
        link.write(f"<enabled xmlns='{ns.SM}'{attributes}/>".encode())

    def _resume(self, link: _Link, element: Element) -> None:
        session = self.sessions.get(element.get("previd", ""))
        if session is None:
            link.write(f"<failed xmlns='{ns.SM}'/>".encode())
            return
        link.session = session
        self.resumptions += 1
        self._acknowledged(session, int(element.get("h", "0")))
        head = f"<resumed xmlns='{ns.SM}' previd='{session.previd}' h='{session.handled}'/>"
        link.write(head.encode() + b"".join(session.queue))

    def _request(self, link: _Link, _element: Element) -> None:
        self.requests += 1
        if self.answering and link.session is not None:
            link.write(f"<a xmlns='{ns.SM}' h='{link.session.handled}'/>".encode())

    def _ack(self, link: _Link, element: Element) -> None:
        if link.session is not None:
            self._acknowledged(link.session, int(element.get("h", "0")))

    @staticmethod
    def _acknowledged(session: SmSession, h: int) -> None:
        assert session.acked <= h <= session.acked + len(session.queue), (session.acked, h)
        for _ in range(h - session.acked):
            session.queue.popleft()
        session.acked = h

    HANDLERS: ClassVar[dict[str, Callable[[SmServer, _Link, Element], None]]] = {
        "enable": _enable,
        "resume": _resume,
        "r": _request,
        "a": _ack,
    }
