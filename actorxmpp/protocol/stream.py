"""`Stream`: a session's XML stream without I/O. Bytes in, events out; stanzas in, bytes out.

Where it stands: the parser actor owns one and gives it what the network brings; whoever sends puts
stanzas into its `queue`. It ties together the tokenizer, the negotiation and stream management
(XEP-0198) and holds what they share: the stream's phase, its epoch, its one deadline. It outlives
connections, and the actors that own it.

Use: call a verb (`connected`, `receive_data`, `tls_established`, `keys_derived`, `connection_lost`,
`close`, ...), then write what `data_to_send` returns, then carry out the events the verb returned,
in order; call `timed_out` at `due_at`.

Rules:

* Whether stanzas can be exchanged is said here and nowhere else: `is_open`.
* A stanza put into the queue ends in exactly one `Outcomes`, or waits on.
* Without stream management a stanza counts as sent when its bytes have left this process, which
  the connection knows (`all_left`), never before.
* The peer can't make a verb raise: what it does wrong comes out as `StreamFailed`.
* Time comes from the clock given to `attach`, in seconds.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, ClassVar, Final
from xml.etree.ElementTree import Element

from actorxmpp.exceptions import SendQueueFull, StanzaTooLarge
from actorxmpp.protocol import actions as a
from actorxmpp.protocol import namespaces as ns
from actorxmpp.protocol import smactions as sma
from actorxmpp.protocol import streamevents as e
from actorxmpp.protocol.errors import Decision, Source, StreamErrorReceived
from actorxmpp.protocol.header import STREAM_CLOSE, escape, stream_error
from actorxmpp.protocol.managed import SM_PREFIX, HandledCount, ManagedSession, Output
from actorxmpp.protocol.redirect import read_redirect
from actorxmpp.protocol.states import PHASES, Phase, Step
from actorxmpp.xmlstream.tokenizer import StreamClosed, StreamViolation, Tokenizer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from actorxmpp.protocol.errors import StreamNegotiationError
    from actorxmpp.protocol.negotiation import Negotiation
    from actorxmpp.protocol.sasl.scramkeys import ScramKeys
    from actorxmpp.protocol.settings import ResumeRequest
    from actorxmpp.protocol.smactions import SmSnapshot
    from actorxmpp.protocol.streammanagement import SmOptions, StreamManagement
    from actorxmpp.xmlstream.tokenizer import Limits

__all__ = ["LARGEST_STANZA", "STANZAS", "TURN_LIMIT", "Phase", "SendQueue", "Stream"]

STANZAS: Final = frozenset(
    ns.clark(namespace, name)
    for namespace in (ns.CLIENT, ns.COMPONENT)
    for name in ("message", "presence", "iq")
)
"""The names of stanzas; everything else on a stream is for the stream itself."""

ASK_AFTER: Final = 3.0
"""Seconds after which an acknowledgement is asked for when too few stanzas followed for the window:
until then they are kept in memory and in the store."""

TURN_LIMIT: Final = 10_000
"""Stanzas one turn of the loop may send; the next one is refused: somebody sends in a loop."""

LARGEST_STANZA: Final = 2 * 1024 * 1024
"""Bytes of the largest stanza sent: half of what a connection buffers, so that it fits in. A
server that announces less (XEP-0478) gets no more than that."""

_ERROR = ns.clark(ns.STREAMS, "error")


class SendQueue:
    """What a session sends, until its stream takes it.

    It is the stream's inbox: anyone may put stanzas in, the stream takes them out. It belongs to
    the session, so what is in it survives every restart. While stanzas flow they are in ``ready``,
    which the stream empties once a turn; otherwise they wait in ``waiting``, which is bounded.
    Stanzas leave in the order in which they came. Nothing is dropped: a stanza is refused
    (``SendQueueFull``), or it is taken, and then somebody takes it out.

    Attributes:
        ready: sent since the stream last took them.
        waiting: sent while nothing could flow.
        paused: the peer reads too slowly; nothing is written until it has caught up.
        full: too many stanzas are unacknowledged (XEP-0198).
        flowing: what is sent now goes to ``ready``.
        limit: how many stanzas may wait.
        largest: bytes of the largest stanza the server takes.
    """

    expires: ClassVar[bool] = False
    """Whether stanzas may wait too long."""

    __slots__ = (
        "_open",
        "_waiters",
        "_wake",
        "flowing",
        "full",
        "largest",
        "limit",
        "paused",
        "ready",
        "waiting",
    )

    def __init__(self, limit: int) -> None:
        self.ready: list[e.Outgoing] = []
        self.waiting: deque[e.Outgoing] = deque()
        self.paused = self.full = self.flowing = self._open = False
        self.limit = limit
        self.largest = LARGEST_STANZA
        self._wake: Callable[[], object] | None = None
        self._waiters: deque[Callable[[bool], bool]] | None = None

    # for those who send

    def put(self, item: e.Outgoing) -> list[e.Outgoing] | None:
        """Take a stanza.

        Returns:
            Stanzas given up in its favour; None if there are none.

        Raises:
            SendQueueFull: if too much is waiting already.
            StanzaTooLarge: if no server, or not this one, takes a stanza of this size.
        """
        if len(item.data) > self.largest:
            raise StanzaTooLarge(len(item.data), self.largest)
        if not self.flowing:
            self._wait(item)
            return None
        ready = self.ready
        if not ready:
            if self._wake is not None:
                self._wake()
        elif len(ready) >= TURN_LIMIT:
            raise SendQueueFull(f"{len(ready)} stanzas were sent without giving the loop a turn")
        ready.append(item)
        return None

    def _wait(self, item: e.Outgoing) -> None:
        if len(self.waiting) >= self.limit:
            raise SendQueueFull(
                f"{len(self.waiting)} stanzas wait {self._what_for()}; the limit is {self.limit}"
            )
        self.waiting.append(item)

    def _what_for(self) -> str:
        if not self._open:
            return "for a connection"
        return "for acknowledgements" if self.full else "for the server to read"

    @property
    def has_room(self) -> bool:
        """Whether a stanza would be taken."""
        return self.room > 0

    @property
    def room(self) -> int:
        """How many stanzas would be taken."""
        if self.flowing:
            return TURN_LIMIT - len(self.ready)
        return self.limit - len(self.waiting)

    def when_room(self, callback: Callable[[bool], bool]) -> None:
        """Have something called when there is room, once, in the order of the calls.

        Args:
            callback: takes whether there is room, or else the session is over; returns whether it
                will put a stanza.
        """
        if self._waiters is None:
            self._waiters = deque()
        self._waiters.append(callback)

    def wake_senders(self) -> None:
        """Let those who wait for room look again."""
        if not self._waiters:
            return
        free = self.room
        while self._waiters and free > 0:
            free -= self._waiters.popleft()(True)

    def flush(self) -> None:
        """Let go what waits, if there is nothing in its way, and those who wait for room."""
        if self._open and not self.paused and not self.full:
            self.flowing = True
            if self.waiting:
                if not self.ready and self._wake is not None:
                    self._wake()
                self.ready.extend(self.waiting)
                self.waiting.clear()
        self.wake_senders()

    def take_waiting(self) -> list[e.Outgoing]:
        """Take out all that waits: the session is over. Those who wait for room are told."""
        waiting = [*self.ready, *self.waiting]
        self.ready.clear()
        self.waiting.clear()
        waiters, self._waiters = self._waiters, None
        for callback in waiters or ():
            callback(False)
        return waiting

    # for the stream and its owner

    def set_limit(self, limit: int) -> None:
        """Let so many stanzas wait."""
        self.limit = limit

    def attach(self, wake: Callable[[], object] | None) -> None:
        """Have this called when there is something to take."""
        self._wake = wake

    def take(self) -> list[e.Outgoing]:
        """Take what is ready; call `wake_senders` when it has been dealt with."""
        ready, self.ready = self.ready, []
        return ready

    def put_back(self, items: Iterable[e.Outgoing]) -> None:
        """Put stanzas that were taken before all that wait; they come from bounded queues."""
        self.waiting.extendleft(reversed(list(items)))
        self.flowing = False

    def stream_up(self, largest: int | None) -> None:
        """There is a stream; ``flush`` lets the stanzas go.

        Args:
            largest: bytes of the largest stanza the server takes, if it said.
        """
        self._open = True
        self.paused = self.full = False
        self.largest = min(largest or LARGEST_STANZA, LARGEST_STANZA)

    def stream_down(self) -> None:
        """There is no stream any more: what did not get out waits for the next one."""
        self._open = self.paused = self.full = self.flowing = False
        if self.ready:
            self.put_back(self.take())

    def pause(self) -> None:
        """The peer reads too slowly."""
        self.paused = True
        self.flowing = False

    def resume(self) -> None:
        """The peer has caught up."""
        self.paused = False
        self.flush()

    def fill(self, rest: Iterable[e.Outgoing]) -> None:
        """Too many stanzas are unacknowledged: these wait for room among them."""
        self.put_back(rest)
        self.full = True

    def room_again(self) -> None:
        """Acknowledgements came: there is room among the unacknowledged stanzas."""
        self.full = False
        self.flush()

    def expire(self, now: float) -> list[e.Outgoing]:  # noqa: ARG002  queues with an age override it
        """Take out what has waited too long; here nothing does."""
        return []

    @property
    def deadline(self) -> float | None:
        """When something will have waited too long."""
        return None

    def lost(self, count: int) -> None:
        """Stanzas that were taken did not get out after all; for queues that count."""


class Stream:
    """One session's stream, whatever connection it is on.

    Args:
        session_id: the configured JID.
        queue: what waits to be sent.
        limits: bounds on what the peer may send.
        handled: how many stanzas were dealt with; its owner counts, the stream reads.

    Attributes:
        queue: what waits to be sent.
        phase: where it stands.
        epoch: the connection it is on, or was on last.
        stale_before: stanzas of connections before this one are sent again by the server.
        stream_id: the stream's id, as the server gave it.
        peer_limits: what the server said it accepts (XEP-0478).
        mechanism: the SASL mechanism of the last login; a weaker one is refused next time.
        deadline: when the present step is too late; None is never.
        managed: stream management, if it was ever enabled.
        restored: what another process may have stored was taken up.
        awaited: somebody waits to hear that what was written has left (`written_left`).
    """

    __slots__ = (
        "_all_left",
        "_closed",
        "_closing",
        "_given",
        "_handled",
        "_left_open",
        "_negotiation",
        "_now",
        "_out",
        "_probes",
        "_resend_lost",
        "_taken",
        "_tokenizer",
        "_trusted",
        "awaited",
        "deadline",
        "epoch",
        "managed",
        "mechanism",
        "peer_limits",
        "phase",
        "queue",
        "restored",
        "session_id",
        "stale_before",
        "stream_id",
    )

    def __init__(
        self, session_id: str, queue: SendQueue, limits: Limits, handled: HandledCount
    ) -> None:
        self.session_id = session_id
        self.queue = queue
        self.phase = Phase.DOWN
        self.epoch = self.stale_before = 0
        self.stream_id = self.mechanism = self._closing = ""
        self.peer_limits = a.StreamLimits()
        self.managed: ManagedSession | None = None
        self.deadline: float | None = None
        self._tokenizer = Tokenizer(limits)
        self._negotiation: Negotiation | None = None
        self._trusted = self._resend_lost = self.restored = self.awaited = False
        self._all_left: Callable[[], bool] = _nothing_written
        self._closed = False  # the end of the stream was written
        self._left_open: list[e.Outgoing] = []  # written, and perhaps still in this process
        self._out = Output()
        self._handled = handled
        self._now: Callable[[], float] = _no_time
        self._probes = self._taken = self._given = 0

    # what it shows

    @property
    def is_open(self) -> bool:
        """Whether stanzas can be exchanged."""
        return self.phase is Phase.OPEN

    @property
    def has_output(self) -> bool:
        """Whether there are bytes to write, or the deadline may have changed."""
        return bool(self._out.data) or self.phase is not Phase.OPEN or self.managed is not None

    @property
    def sm(self) -> StreamManagement | None:
        """Stream management's counters, if it was ever enabled; to be looked at only."""
        return None if self.managed is None else self.managed.sm

    @property
    def resumable(self) -> bool:
        """Whether the server would take the session up again after a lost connection."""
        return self.managed is not None and self.managed.sm.resumable

    def due_at(self) -> float | None:
        """When ``timed_out`` is to be called: at the deadline, or when a stanza waits too long."""
        times = [time for time in (self.deadline, self.queue.deadline) if time is not None]
        return min(times, default=None)

    def __repr__(self) -> str:
        return f"<Stream {self.session_id} {self.phase.value}, connection {self.epoch}>"

    # what it is to do

    def attach(self, now: Callable[[], float], wake: Callable[[], object]) -> None:
        """Take a new owner.

        Args:
            now: the time in seconds.
            wake: called when there is something to send.
        """
        self._now = now
        self.queue.attach(wake)

    def configure(self, limits: Limits, *, resend_lost: bool) -> None:
        """Change settings.

        Args:
            limits: bounds on what the peer may send, from the next connection on.
            resend_lost: messages of a session the server has lost are sent again.
        """
        if limits != self._tokenizer.limits and self.phase is Phase.DOWN:
            self._tokenizer = Tokenizer(limits)
        self._resend_lost = resend_lost
        if self.managed is not None:
            self.managed.configure(resend_lost=resend_lost)

    def manage(self, options: SmOptions) -> None:
        """Use stream management so from the next new session on (XEP-0198)."""
        if self.managed is not None:
            self.managed.use(options)
        elif options.enabled:
            self.managed = ManagedSession(options, self._out, self.queue, self._handled)
            self.managed.configure(resend_lost=self._resend_lost)

    # a connection comes up

    def resume_request(self) -> ResumeRequest | None:
        """Return what the login that begins now is to resume, if anything."""
        return None if self.managed is None else self.managed.resume_request(self._now())

    def connected(
        self,
        epoch: int,
        negotiation: Negotiation,
        tls: a.TlsFacts | None,
        all_left: Callable[[], bool],
        *,
        trusted: bool = False,
        resuming: bool = False,
    ) -> list[Any]:
        """A new stream begins.

        Args:
            epoch: the number of the connection; larger than those before.
            negotiation: how to log in.
            tls: the TLS layer the connection began with, if any.
            all_left: says whether all that was written to it has left this process; remains
                callable, and right, when the connection is over.
            trusted: what the server says without TLS is believed, too.
            resuming: the login asks to resume the session before; what was not handled of it by
                now the server will send again.
        """
        if self.phase is not Phase.DOWN:
            self._end("connection replaced")
        self._step(Step.CONNECTED)
        self.epoch = epoch
        if resuming:
            self.stale_before = epoch
        self._tokenizer.reset()
        self._trusted = trusted or tls is not None
        self._closed = False
        self._all_left = all_left
        self._negotiation = negotiation
        self._carry_out(negotiation.connected(tls))
        return self._out.take_events()

    def tls_established(self, info: a.TlsFacts) -> list[Any]:
        """The handshake that ``StartTls`` asked for is done."""
        if self._negotiation is not None and self.phase is Phase.NEGOTIATING:
            self._trusted = True
            self._out.raise_event("tls_success", info)
            self._carry_out(self._negotiation.tls_established(info))
        return self._out.take_events()

    def keys_derived(self, keys: ScramKeys) -> list[Any]:
        """The answer to ``DeriveKeys``."""
        if self._negotiation is not None:
            self._carry_out(self._negotiation.keys_derived(keys))
        return self._out.take_events()

    def _carry_out(self, actions: Iterable[a.Action]) -> None:
        for action in actions:
            self._ACTIONS[type(action)](self, action)
        if self.phase is Phase.NEGOTIATING and self._negotiation is not None:
            seconds = self._negotiation.timeout
            self.deadline = None if seconds is None else self._now() + seconds

    def _do_send(self, action: a.Send) -> None:
        self._out.data.append(action.data)

    def _do_start_tls(self, action: a.StartTls) -> None:
        self._out.events.append(e.StartTls(self.epoch, action.server_name))

    def _do_restart(self, _action: a.RestartStream) -> None:
        self._tokenizer.reset()

    def _do_derive(self, action: a.DeriveKeys) -> None:
        self._out.events.append(action)

    def _do_failed(self, action: a.Failed) -> None:
        error = action.error
        if error.source is Source.SASL:
            # Only one mechanism is tried, the best: so all have failed.
            unknown = error.condition == "no-acceptable-mechanism"
            for name in ("no_auth" if unknown else "failed_auth", "failed_all_auth"):
                self._out.raise_event(name, error)
        self._fail(error.decision, error.condition, error.text, self._redirect_of(error))

    def _do_established(self, action: a.Established) -> None:
        resumed, jid, managed = action.resumed, action.jid, self.managed
        self.mechanism = action.mechanism or self.mechanism
        actions: list[sma.SmAction] = []
        if managed is not None:
            try:
                actions = managed.established(action, self._now())
            except sma.SmViolation as error:
                self._sm_violated(error)
                return
            jid = jid or managed.sm.jid
        self._step(Step.READY)
        self.deadline = self._negotiation = None
        self.stream_id, self.peer_limits = action.stream_id, action.limits
        self.queue.stream_up(action.limits.max_bytes)
        if managed is not None:
            managed.do(actions)
            if resumed is None:
                managed.enable(action)
        self._out.events.append(e.StreamOpen(self.epoch, action.limits.idle_seconds))
        if action.mechanism:
            self._out.raise_event("auth_success", action.mechanism)
        self._out.raise_event("stream_negotiated", action.features)
        self._out.events.append(e.StreamEstablished(self.epoch, jid, action.features, resumed))
        self._out.events.extend(action.early)
        if resumed is not None:
            assert managed is not None
            self._out.events.append(e.CountingBegins(managed.number))

    _ACTIONS: Final[dict[type, Any]] = {
        a.Send: _do_send,
        a.StartTls: _do_start_tls,
        a.RestartStream: _do_restart,
        a.DeriveKeys: _do_derive,
        a.Established: _do_established,
        a.Failed: _do_failed,
    }

    # bytes in

    def receive_data(self, data: bytes) -> list[Any]:
        """Bytes came; stanzas are among the events as elements."""
        if self.phase is Phase.DOWN:
            return []
        violation = None
        try:
            found = self._tokenizer.feed(data)
        except StreamViolation as error:
            violation, found = error, error.events
        if violation is None and self.phase is not Phase.NEGOTIATING:
            for event in found:
                if type(event) is not Element or event.tag not in STANZAS:
                    break
            else:
                return found
        self._handle(found)
        if violation is not None and self._out_of(Phase.DOWN):
            self._out.data.append(stream_error(violation.condition, violation.text))
            self._fail(Decision.RETRY, violation.condition, violation.text)
        return self._out.take_events()

    def _handle(self, found: Iterable[Any]) -> None:
        for event in found:
            if self.phase is Phase.DOWN:
                break
            if self._negotiation is not None:
                self._carry_out(self._negotiation.receive(event))
            elif type(event) is not Element:
                if isinstance(event, StreamClosed):
                    self._peer_closed()
            elif event.tag in STANZAS:
                self._out.events.append(event)
            elif event.tag == _ERROR:
                self._peer_failed(event)
            elif event.tag.startswith(SM_PREFIX) and self.managed is not None:
                self._sm_element(self.managed, event)
            else:
                self._out.events.append(e.Nonza(event))

    def _peer_closed(self) -> None:
        if self.phase is Phase.CLOSING:
            self._out.events.append(e.Disconnect(self._closing))
            return
        self._answer_closing()
        self._fail(Decision.RETRY, "closed", "the server closed the stream")

    def _peer_failed(self, element: Element) -> None:
        self._out.raise_event("stream_error", element)
        error = StreamErrorReceived.from_element(element)
        self._answer_closing()
        self._fail(error.decision, error.condition, error.text, self._redirect_of(error))

    def _answer_closing(self) -> None:
        """The server ends the stream: so do we, unless its session may be taken up again."""
        if not self.resumable:
            self._out.data.append(STREAM_CLOSE)

    def _redirect_of(self, error: StreamNegotiationError) -> tuple[str, int | None] | None:
        """Where the server says to go; believed only from inside TLS (RFC 6120, 4.9.3.19)."""
        found = isinstance(error, StreamErrorReceived) and self._trusted and error.redirect
        return read_redirect(found) if found else None

    def _sm_element(self, managed: ManagedSession, element: Element) -> None:
        try:
            uncounted = managed.element(element, self.epoch, self._now())
        except sma.SmViolation as error:
            self._sm_violated(error)
            return
        if uncounted:
            self._left_open += uncounted
            self.awaited = any(item.future is not None for item in uncounted)
            if self._all_left():
                self._settle()

    def _sm_violated(self, error: sma.SmViolation) -> None:
        self._out.data.append(error.reply)
        self._fail(Decision.RETRY, "undefined-condition", str(error))

    # bytes out

    def data_to_send(self, *, keep: bool = False) -> bytes:
        """Return what is to be written now.

        Args:
            keep: somebody wants to hear of each acknowledged stanza.
        """
        if self.queue.ready and self.phase is Phase.OPEN:
            self._take_ready(keep)
        self._given, self._taken = self._taken, 0
        managed = self.managed
        if managed is not None and self.deadline is None and managed.wants_ack:
            self.deadline = self._now() + ASK_AFTER
        parts = self._out.data
        if not parts:
            return b""
        if self._closed:  # nothing comes after the end of the stream (RFC 6120, 4.4)
            parts.clear()
            return b""
        self._closed = self.phase is Phase.CLOSING
        data = parts[0] if len(parts) == 1 else b"".join(parts)
        parts.clear()
        return data

    def _take_ready(self, keep: bool) -> None:
        queue, managed = self.queue, self.managed
        ready = queue.take()
        if managed is not None and managed.counts_out:
            leaving = managed.count(ready, self._now(), keep)
        else:
            leaving = ready
            self._out.data.extend([item.data for item in ready])
        if leaving:
            if self._left_open and self._all_left():
                self._settle()
            self._left_open += leaving
            self._taken += len(leaving)
            self.awaited = self.awaited or any(item.future is not None for item in leaving)
        queue.wake_senders()

    def write_refused(self) -> None:
        """What ``data_to_send`` returned last was not taken: its stanzas wait again."""
        taken, self._given = self._given, 0
        if taken:
            self.queue.put_back(self._left_open[-taken:])
            del self._left_open[-taken:]

    def written_left(self) -> list[Any]:
        """Look whether all that was written has left this process."""
        if self._left_open and self._all_left():
            self._settle()
        return self._out.take_events()

    def _settle(self, reason: str = "") -> None:
        """Say of what was written whether it has left."""
        items, self._left_open = self._left_open, []
        awaited, self.awaited = self.awaited, False
        if self._all_left():
            if awaited:
                told = [item for item in items if item.future is not None]
                self._out.outcome(e.Outcome.SENT, told)
        else:
            self.queue.lost(len(items))
            self._out.outcome(e.Outcome.NOT_SENT, items, reason)

    def probe(self) -> list[Any]:
        """Have the server say something: an acknowledgement, or the answer to a ping (XEP-0199)."""
        if self.phase is Phase.OPEN:
            if self.managed is not None and self.managed.enabled:
                self._out.data.append(self.managed.sm.request(self._now()))
            else:
                self._ping()
        return self._out.take_events()

    def _ping(self) -> None:
        self._probes += 1
        domain = escape(self.session_id.rpartition("@")[2].partition("/")[0])
        ping = (
            f"<iq type='get' id='probe-{self.epoch}-{self._probes}' to='{domain}'>"
            "<ping xmlns='urn:xmpp:ping'/></iq>"
        ).encode()
        if self.managed is not None and self.managed.counts_out:  # it has not been enabled yet
            self.managed.count([e.Outgoing(None, ping)], self._now(), keep=False)
        else:
            self._out.data.append(ping)

    def acknowledge(self) -> list[Any]:
        """Tell the server how many stanzas were handled."""
        if self.phase is Phase.OPEN and self.managed is not None and self.managed.enabled:
            self._out.data.append(self.managed.ack())
        return self._out.take_events()

    # time

    def timed_out(self) -> list[Any]:
        """The deadline has come."""
        self._out.outcome(e.Outcome.NOT_SENT, self.queue.expire(self._now()), "it waited too long")
        if self.deadline is None or self._now() < self.deadline:
            return self._out.take_events()
        self.deadline = None
        if self.phase is Phase.NEGOTIATING and self._negotiation is not None:
            self._carry_out(self._negotiation.step_timeout())
        elif self.phase is Phase.CLOSING:
            self._out.events.append(e.Disconnect(self._closing))
        elif self.managed is not None and self.managed.wants_ack:
            self._out.data.append(self.managed.sm.request(self._now()))
        return self._out.take_events()

    # the end of a stream

    def close(self, reason: str, seconds: float) -> list[Any]:
        """End the session in order: what was sent goes out, then the stream is closed.

        Args:
            reason: why, in words.
            seconds: how long the server gets to close its side.
        """
        if self.phase is Phase.CLOSING:
            return []
        if self.phase is not Phase.OPEN:
            if self.managed is not None:
                self.managed.give_up(reason)
            self._out.events.append(e.Disconnect(reason))
            return self._out.take_events()
        self.queue.resume()  # the peer may read slowly, but nothing comes after this
        if self.queue.ready:
            self._take_ready(keep=False)
        if self.managed is not None and self.managed.enabled:
            self._out.data.extend((self.managed.ack(), self.managed.sm.request(self._now())))
        self._out.data.append(STREAM_CLOSE)
        self._step(Step.CLOSE)
        self._closing = reason
        self.queue.stream_down()
        self.deadline = self._now() + seconds
        return self._out.take_events()

    def connection_lost(self, reason: str, *, final: bool = False) -> list[Any]:
        """The connection is gone, or nobody is left to use it.

        Args:
            reason: why, in words.
            final: the session won't be taken up again.
        """
        if self.phase is not Phase.DOWN:
            self._end(reason, final=final)
        elif final and self.managed is not None:
            self.managed.give_up(reason)
        return self._out.take_events()

    def _fail(
        self,
        decision: Decision,
        condition: str,
        text: str,
        redirect: tuple[str, int | None] | None = None,
    ) -> None:
        self._end(f"{condition}: {text}" if text else condition)
        self._out.events.append(e.StreamFailed(self.epoch, decision, condition, text, redirect))

    def _end(self, reason: str, *, final: bool = False) -> None:
        closing, was_open = self.phase is Phase.CLOSING, self.phase is not Phase.NEGOTIATING
        self._step(Step.END)
        self.deadline = self._negotiation = None
        self.queue.stream_down()
        if self._left_open:
            self._settle(reason)
        resumable = False
        if self.managed is not None:
            resumable = self.managed.ended(reason, self._now(), closed=closing, final=final)
        if closing:  # nobody wants another connection, however this one ended
            self._out.events.append(e.Disconnect(self._closing))
        self._out.events.append(e.StreamFinished(self.epoch, reason, was_open, resumable))

    # another process

    @property
    def unsaved(self) -> bool:
        """Whether something has changed that a session store keeps."""
        return self.managed is not None and self.managed.unsaved

    def snapshot(self) -> SmSnapshot | None:
        """Return the session as a store keeps it; None if it can't be resumed."""
        return None if self.managed is None else self.managed.snapshot()

    def restore(self, snapshot: SmSnapshot | None, mechanism: str, lost_at: float) -> None:
        """Take up what another process has stored, unless a session is managed already.

        Args:
            snapshot: the session, if it could be resumed.
            mechanism: the SASL mechanism of its login.
            lost_at: when its connection was lost, by our clock.
        """
        self.restored = True
        self.mechanism = mechanism or self.mechanism
        managed = self.managed
        if snapshot is not None and managed is not None and not managed.counts_out:
            managed.restore(snapshot, lost_at)

    # helpers

    def _out_of(self, phase: Phase) -> bool:
        return self.phase is not phase

    def _step(self, step: Step) -> None:
        self.phase = PHASES[self.phase, step]


def _nothing_written() -> bool:
    return True


def _no_time() -> float:
    return 0.0
