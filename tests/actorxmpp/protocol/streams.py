"""A `Stream` without actors: its owner, the wire below it and a negotiation that tests command."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from actorxmpp.protocol.actions import Action, Established, Failed, Resumed, Send
from actorxmpp.protocol.errors import StepTimeout
from actorxmpp.protocol.managed import HandledCount
from actorxmpp.protocol.namespaces import SM
from actorxmpp.protocol.negotiation import Negotiation
from actorxmpp.protocol.stream import SendQueue, Stream
from actorxmpp.protocol.streamevents import Outcome, Outcomes, Outgoing, StreamFinished
from actorxmpp.protocol.streammanagement import SmOptions
from actorxmpp.xmlstream.checks import Limits

JID = "romeo@example.net/orchard"
OFFERS_SM = frozenset({f"{{{SM}}}sm"})
HEADER = (
    b"<?xml version='1.0'?><stream:stream xmlns='jabber:client' version='1.0' id='s1' "
    b"xmlns:stream='http://etherx.jabber.org/streams' from='example.net'>"
)
ENABLED = f"<enabled xmlns='{SM}' id='first' resume='true' max='300'/>".encode()
SM_FAILED = f"<failed xmlns='{SM}'/>".encode()
REQUEST = f"<r xmlns='{SM}'/>".encode()
FINAL = frozenset({Outcome.SENT, Outcome.ACKED, Outcome.NOT_SENT})


def ack(handled: int) -> bytes:
    """The server's acknowledgement."""
    return f"<a xmlns='{SM}' h='{handled}'/>".encode()


class Scripted(Negotiation):
    """A negotiation of one step: whatever element comes, the result follows that was said.

    Args:
        result: what comes of it.
    """

    def __init__(self, result: Action) -> None:
        super().__init__()
        self._result = result

    @property
    def timeout(self) -> float | None:
        """Its one step may take half a minute."""
        return 30.0

    def connected(self, tls: Any = None) -> list[Action]:
        return [Send(b"<stream>")]

    def receive(self, event: object) -> list[Action]:
        return [self._result] if getattr(event, "tag", "") == "{jabber:client}go" else []

    def tls_established(self, info: Any) -> list[Action]:
        return [Send(b"<secure>")]

    def keys_derived(self, keys: Any) -> list[Action]:
        return [Send(b"<response>")]

    def step_timeout(self) -> list[Action]:
        return [Failed(StepTimeout("no answer"))]


class Wire:
    """What carries a stream's bytes: those that have left the process, and those that have not."""

    def __init__(self) -> None:
        self.written = b""
        self.left = b""

    def write(self, data: bytes, *, leaves: bool = True) -> None:
        """Take bytes; they leave at once or when ``flush`` is called."""
        self.written += data
        if leaves:
            self.flush()

    def flush(self) -> None:
        """The system takes everything."""
        self.left = self.written

    def all_left(self) -> bool:
        """What the stream asks."""
        return self.left == self.written


class Owner:
    """Owns a stream as the parser does, and keeps what it was told.

    Args:
        queue: the send queue; one of 100 by default.
        sm: how stream management is used; off by default.
        resend_lost: messages of a lost session are sent again.
    """

    def __init__(
        self,
        queue: SendQueue | None = None,
        sm: SmOptions | None = None,
        *,
        resend_lost: bool = False,
    ) -> None:
        self.now = 1000.0
        self.handled = HandledCount()
        self.queue = SendQueue(100) if queue is None else queue
        self.stream = Stream(JID, self.queue, Limits(), self.handled)
        self.woken = 0
        self.stream.attach(lambda: self.now, self._wake)
        self.stream.configure(Limits(), resend_lost=resend_lost)
        if sm is not None:
            self.stream.manage(sm)
        self.wire = Wire()
        self.wires: list[Wire] = []
        self.leaves = True
        self.events: list[Any] = []
        self.outcomes: dict[int, list[Outcome]] = {}
        self.unsent_but_sent: list[Outgoing] = []
        self.put_count = 0

    def _wake(self) -> None:
        self.woken += 1

    def do(self, events: Iterable[Any]) -> list[Any]:
        """Write what is to be written, then take note of the events of a verb."""
        self.wire.write(self.stream.data_to_send(keep=True), leaves=self.leaves)
        found = list(events)
        for event in found:
            if isinstance(event, Outcomes):
                self._note(event)
        self.events += found
        return found

    def _note(self, event: Outcomes) -> None:
        for item in event.stanzas:
            self.outcomes.setdefault(number(item), []).append(event.outcome)
            if event.outcome is Outcome.SENT and not self.has_left(item):
                self.unsent_but_sent.append(item)

    def has_left(self, item: Outgoing) -> bool:
        """Whether a stanza's bytes have left the process on any connection."""
        return any(item.data in wire.left for wire in self.wires)

    # verbs, as the parser would call them

    def connect(self, result: Action | None = None, *, trusted: bool = True) -> list[Any]:
        """A connection comes up; ``result`` is what its login will come to."""
        self.wire = Wire()
        self.wires.append(self.wire)
        return self.do(
            self.stream.connected(
                self.stream.epoch + 1,
                Scripted(Established(JID, OFFERS_SM) if result is None else result),
                None,
                self.wire.all_left,
                trusted=trusted,
                resuming=False,
            )
        )

    def establish(self) -> list[Any]:
        """The login that began comes to its result, and the session has been greeted."""
        found = self.receive(HEADER + b"<go/>")
        self.queue.flush()
        return found

    def online(self, result: Action | None = None) -> Owner:
        """Connect and log in."""
        self.connect(result)
        self.establish()
        return self

    def managed(self) -> Owner:
        """The same, with stream management up."""
        self.online()
        self.receive(ENABLED)
        return self

    def resume(self, handled: int) -> list[Any]:
        """Connect, and have the session taken up again."""
        self.connect(Established("", OFFERS_SM, resumed=Resumed("first", handled)))
        return self.establish()

    def receive(self, data: bytes) -> list[Any]:
        """Bytes come."""
        return self.do(self.stream.receive_data(data))

    def put(self, name: str = "message") -> Outgoing:
        """Put one more stanza into the queue, and somebody waits for its outcome."""
        item = stanza(self.put_count, name)
        self.put_count += 1
        self.queue.put(item)
        return item

    def send(self, name: str = "message") -> Outgoing:
        """Put a stanza, and have it written if it may be."""
        item = self.put(name)
        self.do(())
        return item

    def lose(self, reason: str = "lost", *, final: bool = False) -> list[Any]:
        """The connection is gone."""
        return self.do(self.stream.connection_lost(reason, final=final))

    def left(self) -> list[Any]:
        """The system has taken everything, and the connection says so."""
        self.wire.flush()
        return self.do(self.stream.written_left())

    def pass_time(self, seconds: float) -> list[Any]:
        """Let time pass; the stream is told."""
        self.now += seconds
        return self.do(self.stream.timed_out())

    # what to look at

    def kinds(self) -> list[str]:
        """The names of all events so far."""
        return [type(event).__name__ for event in self.events]

    def finished(self) -> list[StreamFinished]:
        """The ends of streams so far."""
        return [event for event in self.events if isinstance(event, StreamFinished)]

    def of(self, item: Outgoing) -> list[Outcome]:
        """What became of a stanza."""
        return self.outcomes.get(number(item), [])


def stanza(count: int, name: str = "message") -> Outgoing:
    """A stanza no other one is like, whose outcome somebody waits for."""
    return Outgoing(None, f"<{name} id='n{count}'/>".encode(), future=object())


def number(item: Outgoing) -> int:
    """Which of those `stanza` made it is."""
    match = re.search(rb"id='n(\d+)'", item.data)
    assert match is not None, item.data
    return int(match[1])


def numbers(items: Iterable[Outgoing]) -> list[int]:
    """The same, for several."""
    return [number(item) for item in items]
