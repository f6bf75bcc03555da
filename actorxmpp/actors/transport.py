"""The socket of a session: where its connections come from, and how they end.

It connects (paced by the gate), starts TLS, watches whether the server is still there and
reconnects with growing random delays. Losing a connection is not a crash: the states in ``link.py``
deal with it. What is read goes to the parser at once, one message for each read; the parser writes,
and says whether a stream failed for good.

Rules of this file: it knows no XML. A connection never outlives this actor, in whatever way that
ends, and the parser is told of a connection's end before anything else can be done with it.
"""

from __future__ import annotations

import contextlib
import logging
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from actorxmpp.actors import messages as m
from actorxmpp.actors.composition import COMPOSITIONS
from actorxmpp.actors.keepalive import Keepalive
from actorxmpp.actors.link import LinkEvent, LinkState, next_state
from actorxmpp.net.errors import NetError, TlsCheck, TlsError
from actorxmpp.net.tls import context_for
from actorxmpp.protocol.errors import Decision, Source, decide
from actorxmpp.protocol.header import STREAM_CLOSE
from actorxmpp.status import SessionState
from supervisors import ActorDeadError, EventLoopActor, InboxFull

if TYPE_CHECKING:
    import asyncio

    from actorxmpp.actors.link import Link
    from actorxmpp.net.connection import Connection
    from actorxmpp.protocol.stream import Stream
    from actorxmpp.settings import SessionSpec
    from supervisors import Address, LoopRef, TimerHandle

__all__ = ["TransportActor"]

logger = logging.getLogger(__name__)


class _SocketLost(NamedTuple):
    epoch: int
    reason: str


class _SocketEvents:
    """Passes on what one connection says.

    It holds the parser's ref, not its address: a parser that restarts takes this transport along.

    Attributes:
        heard: something was read since it was last set to False.
    """

    __slots__ = ("_epoch", "_parser", "_transport", "heard")

    def __init__(self, epoch: int, parser: LoopRef[Any], transport: LoopRef[Any]) -> None:
        self._epoch = epoch
        self._parser = parser
        self._transport = transport
        self.heard = True

    def take_heard(self) -> bool:
        """Whether something was read since the last call."""
        heard, self.heard = self.heard, False
        return heard

    def data_received(self, data: bytes) -> None:
        self.heard = True
        try:
            self._parser.tell(m.new(m.BytesReceived, (self._epoch, data)))
        except ActorDeadError:
            pass  # the supervisor is about to end this connection, too
        except InboxFull as full:  # bytes that are left out would break the stream
            self._tell_transport(_SocketLost(self._epoch, str(full)))

    def connection_lost(self, error: NetError | None) -> None:
        reason = str(error) if error else "closed by peer"
        self._tell_parser(m.ConnectionLost(self._epoch, reason))
        self._tell_transport(_SocketLost(self._epoch, reason))

    def pause_writing(self) -> None:
        self._tell_parser(m.WritePaused(self._epoch))

    def resume_writing(self) -> None:
        self._tell_parser(m.WriteResumed(self._epoch))

    def _tell_parser(self, message: Any) -> None:
        with contextlib.suppress(ActorDeadError, InboxFull):  # as above
            self._parser.tell(message)

    def _tell_transport(self, message: Any) -> None:
        with contextlib.suppress(ActorDeadError):
            self._transport.tell(message)


class TransportActor(EventLoopActor):
    """Makes the session's connections.

    Args:
        spec: the session.
        link: the link's state; a transport before this one may have left it somewhere.
        stream: the session's stream; to be looked at only.
        parser: the parser's address.
        dispatcher: the dispatcher's address.
    """

    __slots__ = ("_attempt", "_connection", "_dispatcher", "_domain", "_events", "_gate_permit",
                 "_keepalive", "_link", "_owned", "_parser", "_pauses", "_spec", "_stream",
                 "_timer")  # fmt: skip

    def __init__(
        self, spec: SessionSpec, link: Link, stream: Stream, parser: Address, dispatcher: Address
    ) -> None:
        super().__init__()
        self._spec = spec
        self._link = link
        self._stream = stream
        self._parser = parser
        self._dispatcher = dispatcher
        self._domain = spec.id.rpartition("@")[2].partition("/")[0]
        self._connection: Connection | None = None
        self._events: _SocketEvents | None = None
        self._owned: Any = None
        self._gate_permit: Any = None
        self._attempt: asyncio.Task[Any] | None = None
        self._timer: TimerHandle | None = None
        self._keepalive = Keepalive(self)
        self._pauses: set[str] = set()

    # life

    def on_start(self) -> None:
        """Begin connecting, unless the session is parked or not meant to be connected."""
        if self._link.state is LinkState.PARKED:
            self._schedule_unpark()
            return
        self._link.restarted()
        if self._link.wanted:
            self._step(LinkEvent.WANT)

    def on_stop(self) -> None:
        """Close the connection in order; what was written still goes out."""
        self._leave("the transport ended")

    def on_failure(self, *_exc_info: Any) -> None:
        """Close it after a bug here, too."""
        self._leave("the transport failed")

    def _leave(self, reason: str) -> None:
        if self._connection is not None:
            if not self._stream.resumable:
                self._say_goodbye()
            self._parser.tell(m.ConnectionLost(self._link.epoch, reason))
        self._close_connection()

    def _abandon(self) -> None:
        """Drop the connection, however this actor ends."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.flush()  # what the parser has written counts as sent
            connection.abort()
            self._parser.tell(m.ConnectionLost(self._link.epoch, "the transport ended"))

    def on_receive(self, message: Any) -> None:
        """Handle one message; what belongs to an earlier connection is dropped."""
        kind = type(message)
        if kind in _OF_A_CONNECTION and message.epoch != self._link.epoch:
            return
        self._HANDLERS[kind](self, message)

    # the link's state

    def _step(self, event: LinkEvent, reason: str = "") -> None:
        state = self._link.step(event, self.clock.time(), reason)
        self._cancel_timer()
        if state is not LinkState.CONNECTING:
            self._cancel_attempt()
        if state is not LinkState.UP:
            self._close_connection()
        action = self._ON_ENTER.get(state)
        if action is not None:
            action(self)

    def _enter_gated(self) -> None:
        self._release_gate()
        self._attempt = self.create_task(self._connect(self._link.epoch), name="connect")

    def _enter_waiting(self) -> None:
        self._release_gate()
        delay = self._link.schedule_retry(self.clock.time())
        self._timer = self.call_later(delay, self._step, LinkEvent.TIMER)
        self._raise_event("reconnect_delay", delay)

    def _enter_parked(self) -> None:
        self._release_gate()
        self._schedule_unpark()
        reason = self._link.status.reason
        logger.warning("%s is parked: %s", self._spec.id, reason)
        self._raise_event("parked", reason)

    def _schedule_unpark(self) -> None:
        after = self._link.settings.unpark_after
        if after is not None:
            self._timer = self.call_later(after, self._step, LinkEvent.TIMER)

    # connecting

    async def _connect(self, epoch: int) -> None:
        link = self._link
        settings = link.settings
        if settings.store is not None:
            await self._parser.ask(m.LoadSession())
        if settings.gate is not None:
            await settings.gate.acquire(self._domain)
            self._gate_permit = self.own(partial(settings.gate.release, self._domain))
        self._step(LinkEvent.ADMITTED)
        self._raise_event("connecting", None)
        parser = self._parser.ref
        if parser is None:
            return  # it restarts, and takes this actor along
        events = _SocketEvents(epoch, parser, self.actor_ref)
        sm = self._stream.sm
        try:
            connection = await settings.connector(
                events,
                self._domain,
                link.where(sm.location if sm is not None and sm.resumable else None),
                settings.connect_timeout,
                policy=settings.tls,
                direct_tls=settings.direct_tls,
            )
        except NetError as error:
            self._attempt = None
            self._connect_failed(error)
            return
        self._attempt = None
        self._take(connection, events)

    def _take(self, connection: Connection, events: _SocketEvents) -> None:
        self._connection, self._events = connection, events
        self._owned = self.own(self._abandon)
        self._step(LinkEvent.SOCKET_UP)
        if self._pauses:
            connection.pause_reading()
        self._parser.tell(m.Connected(self._link.epoch, connection))
        self._raise_event("connected", None)

    def _connect_failed(self, error: NetError) -> None:
        logger.info("%s can't connect: %s", self._spec.id, error)
        decision = _tls_decision(error)
        self._link.lost(decision, self.clock.time())
        self._step(_EVENT_OF[decision], str(error))
        self._raise_event("connection_failed", error)

    def _cancel_attempt(self) -> None:
        attempt, self._attempt = self._attempt, None
        if attempt is not None:
            attempt.cancel()

    def _release_gate(self) -> None:
        permit, self._gate_permit = self._gate_permit, None
        if permit is not None:
            permit.cancel()

    # TLS

    def _start_tls(self, message: m.StartTls) -> None:
        if self._connection is not None:
            self.create_task(self._upgrade(message, self._connection), name="starttls")

    async def _upgrade(self, message: m.StartTls, connection: Connection) -> None:
        try:
            context = await context_for(self._link.settings.tls)
            info = await connection.start_tls(context, message.server_name)
        except NetError as error:
            if connection is self._connection:
                logger.warning("%s: TLS failed: %s", self._spec.id, error)
                self._raise_event("ssl_error", error)
                if isinstance(error, TlsError):
                    self._raise_event("ssl_invalid_chain", error)
                self._lose(_tls_decision(error), str(error))
            return
        if connection is self._connection:
            self._parser.tell(m.TlsEstablished(message.epoch, info))

    # the stream's fate

    def _stream_is_open(self, message: m.StreamOpen) -> None:
        if self._link.state is not LinkState.UP:
            return  # the socket was lost just when the stream came up
        self._release_gate()
        self._link.opened(self.clock.time())
        settings = self._link.settings
        self._keepalive.start(
            settings.probe_after if COMPOSITIONS[self._spec.kind].probed else None,
            settings.probe_timeout,
            settings.whitespace_interval,
            message.idle_seconds,
        )

    def _stream_failed(self, message: m.StreamFailed) -> None:
        if self._link.state is not LinkState.UP:
            return
        text = f"{message.condition}: {message.text}" if message.text else message.condition
        follow = self._link.follow(message.redirect)
        self._lose(message.decision, text, LinkEvent.RECONNECT if follow else None)

    def _socket_lost(self, message: _SocketLost) -> None:
        if self._link.state is LinkState.UP:
            self._lose(Decision.RETRY, message.reason)

    def _lose(self, decision: Decision, reason: str, event: LinkEvent | None = None) -> None:
        """Give up the connection and tell the parser; nobody wants another after disconnect()."""
        link = self._link
        link.lost(decision, self.clock.time())
        self._parser.tell(m.ConnectionLost(link.epoch, reason))
        if link.wanted:
            self._step(event or _EVENT_OF[decision], reason)
        else:
            self._step(LinkEvent.STOP, reason)
            self._parser.tell(m.LinkStopped(reason))

    # orders

    def _want(self, _message: m.StartConnecting) -> None:
        link = self._link
        already = link.want()
        if already and link.state is LinkState.WAITING:
            return  # a program that calls connect() whenever it is told "disconnected"
        self._step_if_changed(LinkEvent.WANT)

    def _step_if_changed(self, event: LinkEvent) -> None:
        if next_state(self._link.state, event) is not self._link.state:
            self._step(event)

    def _disconnect(self, message: m.Disconnect) -> None:
        link = self._link
        link.unwant()
        link.lost(Decision.RETRY, self.clock.time())
        if link.state is LinkState.UP:
            self._parser.tell(m.ConnectionLost(link.epoch, message.reason))
        self._step_if_changed(LinkEvent.STOP)
        link.status.enter(SessionState.STOPPED, self.clock.time(), message.reason)
        self._parser.tell(m.LinkStopped(message.reason))

    def _reconnect(self, message: m.Reconnect) -> None:
        link = self._link
        link.want()
        if link.state is LinkState.UP:
            if not self._stream.resumable:
                self._say_goodbye()
            self._parser.tell(m.ConnectionLost(link.epoch, message.reason))
        link.lost(Decision.RETRY, self.clock.time())
        self._step(LinkEvent.RECONNECT, message.reason)

    def _pause(self, message: m.PauseReading) -> None:
        self._pauses.add(message.who)
        if self._connection is not None:
            self._connection.pause_reading()

    def _resume(self, message: m.ResumeReading) -> None:
        self._pauses.discard(message.who)
        if self._connection is not None and not self._pauses:
            self._connection.resume_reading()

    def _configure(self, message: m.Configure) -> None:
        self._link.configure(message.settings)

    # signs of life, as the keepalive asks for them

    def heard(self) -> bool:
        """Whether anything was read since the last call, or reading is paused."""
        events = self._events
        if events is None or self._pauses:
            return True
        return events.take_heard()

    def probe(self) -> None:
        """Have the server say something."""
        self._parser.tell(m.Probe())

    def silent(self, reason: str) -> None:
        """The server said nothing: it is gone, though TCP does not know yet."""
        if self._connection is not None:
            self._connection.abort()
            self._lose(Decision.RETRY, reason)

    def write_space(self) -> None:
        """Let the connection be seen."""
        if self._connection is not None:
            with contextlib.suppress(NetError):  # its end is on its way here
                self._connection.write(b" ")

    # helpers

    def _close_connection(self) -> None:
        self._keepalive.stop()
        connection, self._connection = self._connection, None
        if connection is not None:
            self._owned.disown()
            connection.close()

    def _say_goodbye(self) -> None:
        if self._connection is not None and self._stream.is_open:
            with contextlib.suppress(NetError):  # the peer is gone already: nothing to say
                self._connection.write(STREAM_CLOSE)

    def _cancel_timer(self) -> None:
        timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()

    def _raise_event(self, name: str, data: Any) -> None:
        self._dispatcher.tell(m.RaiseEvent(name, data))

    _ON_ENTER: ClassVar[dict[Any, Any]] = {
        LinkState.IDLE: _release_gate,
        LinkState.GATED: _enter_gated,
        LinkState.WAITING: _enter_waiting,
        LinkState.PARKED: _enter_parked,
    }

    _HANDLERS: ClassVar[dict[type, Any]] = {
        m.StartTls: _start_tls,
        m.StreamOpen: _stream_is_open,
        m.StreamFailed: _stream_failed,
        _SocketLost: _socket_lost,
        m.StartConnecting: _want,
        m.Disconnect: _disconnect,
        m.Reconnect: _reconnect,
        m.PauseReading: _pause,
        m.ResumeReading: _resume,
        m.Configure: _configure,
    }


_OF_A_CONNECTION = frozenset((m.StartTls, m.StreamOpen, m.StreamFailed, _SocketLost))


def _tls_decision(error: NetError) -> Decision:
    """A certificate that doesn't verify is retried slowly; other failures as usual."""
    if isinstance(error, TlsError) and error.check not in TRANSIENT_CHECKS:
        return decide("certificate", Source.TLS)
    return Decision.RETRY


TRANSIENT_CHECKS = frozenset((TlsCheck.TIMEOUT, TlsCheck.PROTOCOL))
"""TLS failures that a bad moment explains: retried as any lost connection."""


_EVENT_OF = {
    Decision.RETRY: LinkEvent.RETRY,
    Decision.GO_SLOW: LinkEvent.RETRY,
    Decision.PARK: LinkEvent.PARK,
}
