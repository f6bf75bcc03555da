"""The socket of a session: first stage in, last stage out.

It connects (paced by the gate), starts TLS, writes, and reconnects with growing random delays.
Losing a connection is not a crash: the states in ``link.py`` deal with it. What is read goes to the
parser at once, one message for each read; the parser says whether a stream failed for good.

Rules of this file: it knows no XML. Each connection has an epoch; whatever an older connection
still says is dropped.
"""

from __future__ import annotations

import contextlib
import logging
import random
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from actorxmpp.actors import messages as m
from actorxmpp.actors.journal import load_session
from actorxmpp.actors.link import LinkEvent, LinkState, next_state
from actorxmpp.actors.watch import Watch
from actorxmpp.net.errors import NetError, TlsCheck, TlsError
from actorxmpp.net.tls import context_for
from actorxmpp.protocol.errors import Decision, Source, decide
from actorxmpp.protocol.header import STREAM_CLOSE
from actorxmpp.protocol.redirect import read_redirect
from actorxmpp.status import SessionState
from supervisors import EventLoopActor

if TYPE_CHECKING:
    import asyncio

    from actorxmpp.actors.context import SessionContext
    from actorxmpp.net.connection import Connection
    from supervisors import TimerHandle

__all__ = ["TransportActor"]

logger = logging.getLogger(__name__)

STABLE_AFTER = 5.0
"""Seconds a stream must have been up for the delays to begin small again: a server that accepts
and drops at once must not be called in a hot loop."""

DEFAULT_PORT = 5222
"""Where a server that names no port listens for clients."""

_STATUS = {
    LinkState.IDLE: SessionState.STOPPED,
    LinkState.WAITING: SessionState.DISCONNECTED,
    LinkState.GATED: SessionState.CONNECTING,
    LinkState.CONNECTING: SessionState.CONNECTING,
    LinkState.UP: SessionState.CONNECTING,
    LinkState.PARKED: SessionState.PARKED,
}


class _SocketEvents:
    """Receives what one connection says and passes it on as messages."""

    __slots__ = ("_epoch", "_outbox", "_parser", "_transport", "_watch")

    def __init__(self, transport: TransportActor, epoch: int) -> None:
        self._transport = transport.actor_ref
        self._parser = transport.context.parser
        self._outbox = transport.context.outbox
        self._watch = transport.watch
        self._epoch = epoch

    def data_received(self, data: bytes) -> None:
        assert self._parser is not None
        self._watch.heard = True
        self._parser.tell(m.new(m.BytesReceived, (self._epoch, data)))

    def connection_lost(self, error: NetError | None) -> None:
        if self._transport.is_alive():
            reason = str(error) if error else "closed by peer"
            self._transport.tell(_SocketLost(self._epoch, reason))

    def pause_writing(self) -> None:
        """The peer reads too slowly: stanzas wait, and when too many do, ``send`` refuses."""
        self._outbox.pause()

    def resume_writing(self) -> None:
        """The peer has caught up."""
        self._outbox.resume()


class _SocketLost(NamedTuple):
    epoch: int
    reason: str


class TransportActor(EventLoopActor):
    """Holds the session's connection."""

    def __init__(self, context: SessionContext) -> None:
        super().__init__()
        self.context = context
        self._domain = context.spec.id.rpartition("@")[2].partition("/")[0]
        self._state = LinkState.IDLE
        self._epoch = 0
        self._connection: Connection | None = None
        self._attempt: asyncio.Task[Any] | None = None
        self._timer: TimerHandle | None = None
        self.watch = Watch(self)
        self._redirects, self._location_tried = 0, False
        self._gate_held = False
        self._decision = Decision.RETRY
        self._up_since: float | None = None

    # life

    def on_start(self) -> None:
        """Begin connecting, unless the session is parked or not meant to be connected."""
        if self.context.status.state is SessionState.PARKED:
            self._state = LinkState.PARKED
            self._schedule_unpark()
        elif self.context.wanted:
            self._step(LinkEvent.WANT)

    def on_stop(self) -> None:
        """Close the socket; what was written still goes out."""
        if not self._resumable():
            self._say_goodbye()
        self._close_connection()
        self._release_gate()

    def on_failure(self, *_exc_info: Any) -> None:
        """Close the socket after a bug here, too."""
        self.on_stop()

    def on_receive(self, message: Any) -> None:
        """Handle one message."""
        self._HANDLERS[type(message)](self, message)

    # the link's state

    def _step(self, event: LinkEvent, reason: str = "") -> None:
        self._state = next_state(self._state, event)
        self._cancel_timer()
        if self._state is not LinkState.CONNECTING:
            self._cancel_attempt()
        if self._state is not LinkState.UP:
            self._close_connection()
        self._set_status(reason)
        action = self._ON_ENTER.get(self._state)
        if action is not None:
            action(self)

    def _set_status(self, reason: str) -> None:
        status = self.context.status
        status.state = _STATUS[self._state]
        status.reason = reason
        status.since = self.clock.time()
        status.next_retry_at = None

    def _enter_gated(self) -> None:
        self._release_gate()
        self.context.epoch += 1
        self._epoch = self.context.epoch
        self._attempt = self.create_task(self._connect(self._epoch), name="connect")

    def _enter_waiting(self) -> None:
        self._release_gate()
        status = self.context.status
        delay = self.context.settings.backoff.delay(status.attempts, _RANDOM, self._decision)
        status.attempts += 1
        status.next_retry_at = self.clock.time() + delay
        self._timer = self.call_later(delay, self._step, LinkEvent.TIMER)
        self._raise_event("reconnect_delay", delay)

    def _enter_parked(self) -> None:
        self._release_gate()
        self._schedule_unpark()
        logger.warning("%s is parked: %s", self.context.spec.id, self.context.status.reason)
        self._raise_event("parked", self.context.status.reason)

    def _schedule_unpark(self) -> None:
        after = self.context.settings.unpark_after
        if after is not None:
            self._timer = self.call_later(after, self._step, LinkEvent.TIMER)

    # connecting

    async def _connect(self, epoch: int) -> None:
        settings = self.context.settings
        await load_session(self.context, self.clock.time(), self._raise_event)
        if settings.gate is not None:
            await settings.gate.acquire(self._domain)
            self._gate_held = True
        self._step(LinkEvent.ADMITTED)
        self._raise_event("connecting", None)
        try:
            connection = await settings.connector(
                _SocketEvents(self, epoch),
                self._domain,
                self._where(),
                settings.connect_timeout,
                policy=settings.tls,
                direct_tls=settings.direct_tls,
            )
        except NetError as error:
            self._attempt = None
            self._connect_failed(error)
            return
        self._attempt = None
        self._connection = connection
        self._step(LinkEvent.SOCKET_UP)
        self._tell_parser(m.Connected(epoch, connection.tls))
        self._raise_event("connected", None)

    def _where(self) -> tuple[str, int] | None:
        """Where to connect to: where the server said, once, or as the settings say."""
        context = self.context
        redirect, context.redirect = context.redirect, None
        if redirect is not None:
            return redirect
        sm = context.sm
        if sm is not None and sm.location and sm.resumable and not self._location_tried:
            self._location_tried = True
            found = read_redirect(sm.location)
            if found is not None:
                return found[0], found[1] or DEFAULT_PORT
        return context.settings.server

    def _connect_failed(self, error: NetError) -> None:
        logger.info("%s can't connect: %s", self.context.spec.id, error)
        self._decision = _tls_decision(error)
        self._step(_EVENT_OF[self._decision], str(error))
        self._raise_event("connection_failed", error)

    def _cancel_attempt(self) -> None:
        if self._attempt is not None:
            self._attempt.cancel()
            self._attempt = None

    def _release_gate(self) -> None:
        gate = self.context.settings.gate
        if self._gate_held and gate is not None:
            self._gate_held = False
            gate.release(self._domain)

    # TLS

    def _start_tls(self, message: m.StartTls) -> None:
        if message.epoch == self._epoch and self._connection is not None:
            self.create_task(self._upgrade(message, self._connection), name="starttls")

    async def _upgrade(self, message: m.StartTls, connection: Connection) -> None:
        try:
            context = await context_for(self.context.settings.tls)
            info = await connection.start_tls(context, message.server_name)
        except NetError as error:
            if message.epoch == self._epoch:
                logger.warning("%s: TLS failed: %s", self.context.spec.id, error)
                self._raise_event("ssl_error", error)
                if isinstance(error, TlsError):
                    self._raise_event("ssl_invalid_chain", error)
                self._lose(_tls_decision(error), str(error))
            return
        if message.epoch == self._epoch:
            self._tell_parser(m.TlsEstablished(message.epoch, info))

    # the stream's fate

    def _stream_is_open(self, message: m.StreamOpen) -> None:
        if message.epoch != self._epoch:
            return
        self._release_gate()
        self._up_since = self.clock.time()
        status = self.context.status
        status.state, status.reason = SessionState.CONNECTED, ""
        status.since = self._up_since
        status.connections += 1
        self._location_tried = False
        self.watch.start(message.idle_seconds)

    def _stream_failed(self, message: m.StreamFailed) -> None:
        if message.epoch != self._epoch or self._state is not LinkState.UP:
            return
        text = f"{message.condition}: {message.text}" if message.text else message.condition
        event = None
        if message.redirect is not None and self._redirects < self.context.settings.max_redirects:
            self._redirects += 1
            host, port = message.redirect
            self.context.redirect = host, port or DEFAULT_PORT
            event = LinkEvent.RECONNECT
        self._lose(message.decision, text, event)

    def _socket_lost(self, message: _SocketLost) -> None:
        if message.epoch == self._epoch and self._state is LinkState.UP:
            self._lose(Decision.RETRY, message.reason)

    def _lose(self, decision: Decision, reason: str, event: LinkEvent | None = None) -> None:
        """Give up the connection and tell the parser; nobody wants another after disconnect()."""
        epoch, self._decision = self._epoch, decision
        if self._up_since is not None:
            if self.clock.time() - self._up_since >= STABLE_AFTER:
                self.context.status.attempts = 0
                self._redirects = 0
            self._up_since = None
        self._tell_parser(m.ConnectionLost(epoch, reason))
        wanted = event or _EVENT_OF[decision]
        self._step(wanted if self.context.wanted else LinkEvent.STOP, reason)

    # orders

    def _want(self, _message: m.StartConnecting) -> None:
        already, self.context.wanted = self.context.wanted, True
        if already and self._state is LinkState.WAITING:
            return  # a program that calls connect() whenever it is told "disconnected"
        self._step_if_changed(LinkEvent.WANT)

    def _step_if_changed(self, event: LinkEvent) -> None:
        if next_state(self._state, event) is not self._state:
            self._step(event)

    def _disconnect(self, message: m.Disconnect) -> None:
        self.context.wanted = False
        epoch, was_up = self._epoch, self._state is LinkState.UP
        self._up_since = None  # the parser has closed the stream
        self._step_if_changed(LinkEvent.STOP)
        self._set_status(message.reason)
        if was_up:
            self._tell_parser(m.ConnectionLost(epoch, message.reason))
        else:
            self._tell_dispatcher(m.StreamFinished(epoch, message.reason, False))

    def _reconnect(self, message: m.Reconnect) -> None:
        self.context.wanted = True
        epoch = self._epoch
        if self._state is LinkState.UP:
            if not self._resumable():
                self._say_goodbye()
            self._tell_parser(m.ConnectionLost(epoch, message.reason))
        self._up_since = None
        self._step(LinkEvent.RECONNECT, message.reason)

    def _pause(self, _message: m.PauseReading) -> None:
        if self._connection is not None:
            self._connection.pause_reading()

    def _resume(self, _message: m.ResumeReading) -> None:
        if self._connection is not None:
            self._connection.resume_reading()

    # bytes out

    def _send(self, message: m.SendBytes) -> None:
        if self._connection is not None and message.epoch == self._epoch:
            self._write(self._connection, message.data)

    def _write(self, connection: Connection, data: bytes) -> None:
        try:
            connection.write(data)
        except NetError as error:  # closing already, or the peer does not read
            connection.abort()
            self._lose(Decision.RETRY, str(error))

    # signs of life, as the watch asks for them

    def probe(self) -> None:
        """Have the server say something."""
        self._tell_parser(m.Probe(self._epoch))

    def silent(self, reason: str) -> None:
        """The server said nothing: it is gone, though TCP does not know yet."""
        if self._connection is not None:
            self._connection.abort()
            self._lose(Decision.RETRY, reason)

    def write_space(self) -> None:
        """Let the connection be seen."""
        if self._connection is not None:
            self._write(self._connection, b" ")

    # helpers

    def _close_connection(self) -> None:
        self.watch.stop()
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _resumable(self) -> bool:
        """Whether the server is to keep the session: then the stream must not be closed."""
        sm = self.context.sm
        return sm is not None and sm.resumable

    def _say_goodbye(self) -> None:
        if self._connection is not None and self._up_since is not None:
            with contextlib.suppress(NetError):  # the peer is gone already: nothing to say
                self._connection.write(STREAM_CLOSE)

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _tell_parser(self, message: Any) -> None:
        assert self.context.parser is not None
        self.context.parser.tell(message)

    def _tell_dispatcher(self, message: Any) -> None:
        assert self.context.dispatcher is not None
        self.context.dispatcher.tell(message)

    def _raise_event(self, name: str, data: Any) -> None:
        self._tell_dispatcher(m.RaiseEvent(name, data))

    _ON_ENTER: ClassVar[dict[Any, Any]] = {
        LinkState.IDLE: _release_gate,
        LinkState.GATED: _enter_gated,
        LinkState.WAITING: _enter_waiting,
        LinkState.PARKED: _enter_parked,
    }

    _HANDLERS: ClassVar[dict[type, Any]] = {
        m.SendBytes: _send,
        m.StartTls: _start_tls,
        m.StreamOpen: _stream_is_open,
        m.StreamFailed: _stream_failed,
        _SocketLost: _socket_lost,
        m.StartConnecting: _want,
        m.Disconnect: _disconnect,
        m.Reconnect: _reconnect,
        m.PauseReading: _pause,
        m.ResumeReading: _resume,
    }


def _tls_decision(error: NetError) -> Decision:
    """A certificate that doesn't verify is retried slowly; other failures as usual."""
    if isinstance(error, TlsError) and error.check not in TRANSIENT_CHECKS:
        return decide("certificate", Source.TLS)
    return Decision.RETRY


TRANSIENT_CHECKS = frozenset((TlsCheck.TIMEOUT, TlsCheck.PROTOCOL))
"""TLS failures that a bad moment explains: retried as any lost connection."""


_RANDOM = random.Random()

_EVENT_OF = {
    Decision.RETRY: LinkEvent.RETRY,
    Decision.GO_SLOW: LinkEvent.RETRY,
    Decision.PARK: LinkEvent.PARK,
}
