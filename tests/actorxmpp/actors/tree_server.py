"""A server in memory that witnesses everything, on a loop whose time stands still.

It speaks the wire's language only: SASL ANONYMOUS, binding, stream management (XEP-0198). It knows
nothing of the session that talks to it but bytes, so it can say what has left and what has arrived.

It holds its answers back, loses connections after any byte, and is reached through the kit's
``MemoryConnector``, which dials slowly or in vain.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections import deque
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element

from actorxmpp.net.errors import NetError
from actorxmpp.testing.connector import MemoryConnector
from actorxmpp.xmlstream.tokenizer import StreamClosed, StreamOpened, Tokenizer

if TYPE_CHECKING:
    from collections.abc import Callable

    from actorxmpp.net.connection import Connection, ConnectionEvents
    from actorxmpp.net.memory import MemoryConnection
    from actorxmpp.net.tls import TlsPolicy

__all__ = ["Link", "TreeLoop", "TreeServer"]

SM = "urn:xmpp:sm:3"
SASL = "urn:ietf:params:xml:ns:xmpp-sasl"
BIND = "urn:ietf:params:xml:ns:xmpp-bind"
OPENING = (
    b"<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'"
    b" id='s' from='localhost' version='1.0'>"
)
CLOSING = b"</stream:stream>"
MECHANISMS = f"<mechanisms xmlns='{SASL}'><mechanism>ANONYMOUS</mechanism></mechanisms>"
FULL_JID = "guest@localhost/tree"

OURS = re.compile(rb"<(?:message|iq)\s[^>]*?id=['\"](t[0-9]+)['\"]")
"""The stanzas of the test, in bytes on the wire."""

DIAL_SECONDS = 0.3
"""How long it takes to dial a server that is well. Never nothing: what happens at one moment is
then over before the next connection begins."""

STEPS_LIMIT = 200_000
"""Turns of the loop at one moment of its time: more is a circle."""


class TreeLoop(asyncio.BaseEventLoop):
    """As the kit's ``TestLoop``: time passes when the test says so. It also stops after a number of
    turns, and knows exactly when nothing is left to do, which makes thousands of runs quick.

    There are no files and no threads: what needs one fails.
    """

    def __init__(self) -> None:
        self._now = 1000.0
        self._until = self._now
        self._steps = 0
        super().__init__()
        self._selector = self

    def select(self, timeout: float | None) -> list[Any]:
        """Nothing but time is waited for."""
        self._steps += 1
        if timeout == 0:
            if self._steps > STEPS_LIMIT:
                raise AssertionError("the loop does not come to rest")
            return []
        self._steps = 0
        if timeout is not None and self._now + timeout <= self._until:
            self._now += timeout
        else:
            self._now = self._until
            self.stop()
        return []

    def _process_events(self, _events: list[Any]) -> None:
        """There are none."""

    def _write_to_self(self) -> None:
        """There is no other thread to wake it from."""

    def time(self) -> float:
        """The time the test has brought about, in seconds."""
        return self._now

    @property
    def busy(self) -> bool:
        """Whether something is left to do now."""
        return bool(self._ready)

    def turns(self, count: int) -> None:
        """Run so many turns, or until nothing is left to do now."""
        for _ in range(count):
            self.call_soon(self.stop)
            self.run_forever()

    def settle(self) -> None:
        """Run until nothing is left to do now."""
        self.run_forever()

    def advance(self, seconds: float) -> None:
        """Let seconds pass; each timer fires at its own time, in order."""
        self._until = self._now + seconds
        self.run_forever()

    @contextlib.contextmanager
    def here(self) -> Any:
        """Run the block's code as a callback of this loop would run, between two turns."""
        asyncio._set_running_loop(self)
        try:
            yield
        finally:
            asyncio._set_running_loop(None)

    def end(self) -> None:
        """Cancel what still runs and close the loop."""
        tasks = asyncio.all_tasks(self)
        for task in tasks:
            task.cancel()
        if tasks:
            self.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self.run_until_complete(self.shutdown_asyncgens())
        self.close()


class _Session:
    """A session that can be resumed: what it has handled, and what was not acknowledged."""

    __slots__ = ("acked", "handled", "previd", "queue")

    def __init__(self, previd: str) -> None:
        self.previd = previd
        self.handled = 0
        self.acked = 0
        self.queue: deque[bytes] = deque()


class Link:
    """One connection, seen from both ends.

    Attributes:
        number: counts connections from 0.
        over: the client's end is closed, or was told that the connection is gone.
        cut: the network may have ended it: what was written may not have arrived.
        established: the server has said the last word of the login.
        closing: the client has closed its stream.
    """

    def __init__(self, server: TreeServer, number: int, connection: Connection) -> None:
        self.server = server
        self.number = number
        self.connection = connection
        self.over = self.cut = self.established = self.closing = False
        self.session: _Session | None = None
        self._authenticated = self._asked = False
        self._tokenizer = Tokenizer()
        self._held: list[bytes] = []
        self._client: MemoryConnection | None = None
        self._looked_at = 0
        self.bytes_in: int | None = None
        self.bytes_out: int | None = None

    # what the network does

    def break_now(self) -> None:
        """Cut the connection: both ends see a reset."""
        if not self.over:
            self.cut = True
            self.connection.abort()

    def break_after(self, bytes_in: int | None, bytes_out: int | None) -> None:
        """Cut the connection after so many bytes in a direction, inside a stanza or between two."""
        self.bytes_in, self.bytes_out = bytes_in, bytes_out

    def joined(self, client: MemoryConnection) -> None:
        """Say which is the client's end."""
        self._client = client

    def has_left(self) -> list[str]:
        """The ids of stanzas that were given to the system since the last call.

        From there the network may lose them; before, they are the client's own.
        """
        assert self._client is not None
        written = self._client.transport.written
        new = bytes(written[self._looked_at :])
        self._looked_at = len(written)
        return [found.decode() for found in OURS.findall(new)]

    def data_received(self, data: bytes) -> None:
        if self.closing:
            self._after_the_end(data)
            return
        last = self.bytes_in is not None and self.bytes_in <= len(data)
        if self.bytes_in is not None:
            self.cut = self.cut or last
            data = data[: self.bytes_in]
            self.bytes_in -= len(data)
        data, closing, rest = data.partition(CLOSING)
        for event in self._tokenizer.feed(data + closing):
            self._take(event)
        self._after_the_end(rest)
        if last:
            self.break_now()

    def _after_the_end(self, data: bytes) -> None:
        if data.strip():  # a keepalive may still come
            self.server.faults.append(f"sent after the stream was closed: {data[:60]!r}")

    def connection_lost(self, error: NetError | None) -> None:
        """The server's end is closed."""

    def pause_writing(self) -> None:
        """The server writes little."""

    def resume_writing(self) -> None:
        """See pause_writing."""

    def write(self, data: bytes) -> None:
        """Write, or hold it back."""
        if self.server.holding:
            self._held.append(data)
            return
        last = self.bytes_out is not None and self.bytes_out <= len(data)
        if self.bytes_out is not None:
            data = data[: self.bytes_out]
            self.bytes_out -= len(data)
        with contextlib.suppress(NetError):  # the client is gone
            self.connection.write(data)
        if last:
            self.cut = True
            self.connection.close()

    def release(self) -> None:
        """Write what was held back."""
        held, self._held = self._held, []
        if held:
            self.write(b"".join(held))

    # what the client says

    def _take(self, event: Any) -> None:
        if isinstance(event, Element):
            name = event.tag.rpartition("}")[2]
            getattr(self, f"_take_{name}", self._ignore)(event)
        elif isinstance(event, StreamOpened):
            self.write(OPENING + self._features())
        elif isinstance(event, StreamClosed):
            self.closing = True
            self._forget_session()
            if self.server.closes:
                self.finish()

    def finish(self) -> None:
        """Close the stream as the client has."""
        self.write(CLOSING)
        if not self.server.holding:
            self.connection.close()

    def _features(self) -> bytes:
        inside = MECHANISMS
        if self._authenticated:
            inside = f"<bind xmlns='{BIND}'/>" + (f"<sm xmlns='{SM}'/>" if self.server.sm else "")
        return f"<stream:features>{inside}</stream:features>".encode()

    def _ignore(self, element: Element) -> None:
        self.server.faults.append(f"the client sent {element.tag}")

    def _take_error(self, element: Element) -> None:
        if [child.tag.rpartition("}")[2] for child in element][:1] != ["connection-timeout"]:
            self.server.faults.append(f"the client finds fault with the server: {list(element)}")

    def _take_auth(self, _element: Element) -> None:
        if self.server.refuses_logins:
            self.write(f"<failure xmlns='{SASL}'><not-authorized/></failure>".encode())
            return
        self._authenticated = True
        self.write(f"<success xmlns='{SASL}'/>".encode())
        self._tokenizer.reset()

    def _take_iq(self, iq: Element) -> None:
        if iq.find(f"{{{BIND}}}bind") is not None:
            self.established = True
            answer = f"<bind xmlns='{BIND}'><jid>{FULL_JID}</jid></bind>"
            self.write(f"<iq type='result' id='{iq.get('id')}'>{answer}</iq>".encode())
            return
        self._stanza(iq)
        if iq.get("type") in ("get", "set"):
            self.server.asked.append((iq.get("id", ""), self))
            if self.server.answers:
                self.server.answer_all()

    def _take_message(self, message: Element) -> None:
        self._stanza(message)

    _take_presence = _take_message

    def _stanza(self, stanza: Element) -> None:
        if self.session is not None:
            self.session.handled += 1
        stanza_id = stanza.get("id", "")
        self.server.arrived.append((stanza_id, self.number))
        self.server.arrived_ids.add(stanza_id)

    # stream management

    def _take_enable(self, element: Element) -> None:
        self.session = _Session(f"sm-{self.number}")
        resumable = element.get("resume") in ("true", "1")
        if resumable:
            self.server.sessions[self.session.previd] = self.session
        flags = f" id='{self.session.previd}' resume='true'" if resumable else ""
        self.write(f"<enabled xmlns='{SM}'{flags}/>".encode())

    def _take_resume(self, element: Element) -> None:
        session = self.server.sessions.get(element.get("previd", ""))
        if session is None:
            self.write(f"<failed xmlns='{SM}'/>".encode())
            return
        self.session = session
        self.established = True
        self._acknowledge(session, int(element.get("h", "0")))
        head = f"<resumed xmlns='{SM}' previd='{session.previd}' h='{session.handled}'/>"
        self.write(head.encode() + b"".join(session.queue))

    def _take_r(self, _element: Element) -> None:
        self._asked = True
        if self.server.acks:
            self.acknowledge()

    def acknowledge(self) -> None:
        """Say how many stanzas were handled, if that was asked for and not answered."""
        if self._asked and self.session is not None:
            self._asked = False
            self.write(f"<a xmlns='{SM}' h='{self.session.handled}'/>".encode())

    def _take_a(self, element: Element) -> None:
        if self.session is not None:
            self._acknowledge(self.session, int(element.get("h", "0")))

    def _acknowledge(self, session: _Session, h: int) -> None:
        sent = session.acked + len(session.queue)
        if not session.acked <= h <= sent:
            self.server.faults.append(f"acknowledged {h} of {session.acked} to {sent}")
            return
        for _ in range(h - session.acked):
            session.queue.popleft()
        session.acked = h

    def _forget_session(self) -> None:
        if self.session is not None:
            self.server.sessions.pop(self.session.previd, None)

    def send(self, stanza: bytes) -> None:
        """Send the client a stanza."""
        if self.session is not None:
            self.session.queue.append(stanza)
        self.write(stanza)


class _ClientEnd:
    """The client's end of a connection: notes what it takes, and when it is over."""

    def __init__(self, connection: Connection, link: Link) -> None:
        self._connection = connection
        self._link = link

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def write(self, data: bytes) -> None:
        self._connection.write(data)
        link = self._link
        for found in OURS.findall(data):
            link.server.on_written(found.decode(), link)

    def close(self) -> None:
        self._connection.close()
        self._over()

    def abort(self) -> None:
        self._connection.abort()
        self._over()

    def _over(self) -> None:
        if not self._link.over:
            self._link.over = True
            self._link.server.on_over(self._link)


class _ClientEvents:
    """What the client is told by its end."""

    __slots__ = ("_events", "_link")

    def __init__(self, events: ConnectionEvents, link: Link) -> None:
        self._events = events
        self._link = link

    def joined(self, client: MemoryConnection) -> None:
        """Say which is the client's end."""
        self._client = client

    def has_left(self) -> list[str]:
        """The ids of stanzas that were given to the system since the last call.

        From there the network may lose them; before, they are the client's own.
        """
        assert self._client is not None
        written = self._client.transport.written
        new = bytes(written[self._looked_at :])
        self._looked_at = len(written)
        return [found.decode() for found in OURS.findall(new)]

    def data_received(self, data: bytes) -> None:
        self._events.data_received(data)

    def connection_lost(self, error: NetError | None) -> None:
        if not self._link.over:
            self._link.over = True
            self._link.server.on_over(self._link)
        self._events.connection_lost(error)

    def pause_writing(self) -> None:
        self._events.pause_writing()

    def resume_writing(self) -> None:
        self._events.resume_writing()


class TreeServer:
    """The server, and the network before it.

    Attributes:
        connector: how it is reached: ``dial_seconds``, ``down``, ``cut_after``.
        dialling: attempts under way.
        sm: offers stream management.
        holding: writes nothing until ``release``.
        acks: answers requests for acknowledgements.
        answers: answers requests at once; ``answer_all`` answers those that came before.
        closes: closes its stream when the client has.
        refuses_logins: answers logins with not-authorized.
        links: every connection there was.
        sessions: what can be resumed.
        arrived: every stanza it got: id and number of the connection.
        arrived_ids: their ids.
        asked: requests it has not answered.
        faults: what the client has done wrong.
        on_dial, on_open, on_written, on_over: told of what happens to connections.
    """

    def __init__(self) -> None:
        self.connector = MemoryConnector(self._accept)
        self.connector.dial_seconds = DIAL_SECONDS
        self.dialling = 0
        self.sm = True
        self.holding = False
        self.acks = self.answers = self.closes = True
        self.refuses_logins = False
        self.links: list[Link] = []
        self.sessions: dict[str, _Session] = {}
        self.arrived: list[tuple[str, int]] = []
        self.arrived_ids: set[str] = set()
        self.asked: deque[tuple[str, Link]] = deque()
        self.faults: list[str] = []
        self.on_dial: Callable[[], None] = lambda: None
        self.on_open: Callable[[Link], None] = lambda _link: None
        self.on_written: Callable[[str, Link], None] = lambda _id, _link: None
        self.on_over: Callable[[Link], None] = lambda _link: None

    async def connect(
        self,
        events: ConnectionEvents,
        domain: str,
        server: tuple[str, int] | None = None,
        timeout: float = 30.0,
        *,
        policy: TlsPolicy | None = None,
        direct_tls: bool = False,
    ) -> Connection:
        """Dial; the connector of the session's settings."""
        self.on_dial()
        self.dialling += 1
        try:
            connection = await self.connector(events, domain, server, timeout)
        finally:
            self.dialling -= 1
        link = self.links[-1]  # made in this turn, by _accept
        link.joined(connection)  # type: ignore[arg-type]  # the kit makes no other
        connection.hand_over(_ClientEvents(events, link))  # type: ignore[attr-defined]
        self.on_open(link)
        return _ClientEnd(connection, link)  # type: ignore[return-value]  # it delegates the rest

    def _accept(self, connection: Connection, _address: tuple[str, int] | None) -> Link:
        link = Link(self, len(self.links), connection)
        link.cut = self.connector.cut_after is not None
        self.links.append(link)
        return link

    # what a test does

    @property
    def link(self) -> Link | None:
        """The latest connection, while it is not over for the client."""
        return self.links[-1] if self.links and not self.links[-1].over else None

    @property
    def up(self) -> bool:
        """Whether the latest connection's stream carries stanzas, as far as the server knows."""
        return self.link is not None and self.link.established

    @property
    def dials(self) -> int:
        """How often the session has dialled."""
        return len(self.connector.attempts)

    def cut(self) -> None:
        """Cut every connection."""
        for link in self.links:
            link.break_now()

    def stall(self, *, stalled: bool) -> None:
        """Let the cable be out, or in again."""
        for link in self.links:
            link.cut = True
        self.connector.stalled = stalled

    def release(self) -> None:
        """Hold nothing back any more."""
        self.holding = False
        for link in self.links:
            link.release()
            if link.closing and self.closes and not link.over:
                link.finish()

    def answer_all(self) -> None:
        """Answer the requests that came so far, on the stream or in the session they came in."""
        while self.asked:
            iq, link = self.asked.popleft()
            self._send_to(link, f"<iq type='result' id='{iq}' from='localhost'/>".encode())

    def deliver(self, text: str) -> Any:
        """Send the client a message.

        Returns:
            The session that keeps it until it is acknowledged, if there is one.
        """
        if not self.links:
            return None
        body = f"<message from='juliet@localhost/b' type='chat'><body>{text}</body></message>"
        self._send_to(self.links[-1], body.encode())
        session = self.links[-1].session
        return session if session in self.sessions.values() else None

    def _send_to(self, link: Link, stanza: bytes) -> None:
        session = link.session
        if session is not None and session.previd in self.sessions:
            for other in reversed(self.links):
                if other.session is session and not other.over:
                    other.send(stanza)
                    return
            session.queue.append(stanza)
        elif link.established and not link.over:
            link.send(stanza)

    def forget(self) -> None:
        """Lose all sessions, as a server that is restarted."""
        self.sessions.clear()
