"""The XML stream of a session: bytes in, matched stanzas out, and the other way round.

It alone owns the stream's state: the tokenizer, the negotiation and whether stanzas may be sent.
Bytes before and after a stream restart can't mix, because everything that is sent passes here in
order. From the network each read becomes at most one ``StanzasMatched``.

Rules of this file: no I/O; negotiation is decided in ``actorxmpp.protocol`` and carried out here.
What the peer does wrong is no crash: the right stream error goes out and the link is made anew.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any, ClassVar
from xml.etree.ElementTree import Element

from actorxmpp.actors import messages as m
from actorxmpp.protocol import actions as a
from actorxmpp.protocol.errors import Decision, Source, decide
from actorxmpp.protocol.header import STREAM_CLOSE, stream_error
from actorxmpp.protocol.sasl.scram import derive_keys
from actorxmpp.xmlstream.tokenizer import StreamClosed, StreamViolation, Tokenizer
from supervisors import EventLoopActor

if TYPE_CHECKING:
    from actorxmpp.actors.context import SessionContext
    from actorxmpp.protocol.negotiation import Negotiation
    from supervisors import TimerHandle

__all__ = ["ParserActor"]

logger = logging.getLogger(__name__)

STREAM_ERROR = "{http://etherx.jabber.org/streams}error"

INBOUND_HIGH = 500
"""Stanzas waiting for the dispatcher at which reading from the socket pauses."""


class ParserActor(EventLoopActor):
    """Turns bytes into stanzas and stanzas into bytes."""

    def __init__(self, context: SessionContext) -> None:
        super().__init__()
        self.context = context
        self._epoch = 0
        self._tokenizer = Tokenizer(context.settings.limits)
        self._negotiation: Negotiation | None = None
        self._established = False
        self._closing: str | None = None
        self._timer: TimerHandle | None = None

    def on_start(self) -> None:
        """Begin without a stream."""
        self.context.stream_down()

    def on_stop(self) -> None:
        """Leave the session without a stream."""
        self.context.stream_down()

    def on_failure(self, *_exc_info: Any) -> None:
        """Leave the session without a stream after a bug here, too."""
        self.context.stream_down()

    def on_receive(self, message: Any) -> None:
        """Handle one message."""
        self._HANDLERS[type(message)](self, message)

    # from the transport

    def _connected(self, message: m.Connected) -> None:
        if self._negotiation is not None:
            self._finish("connection replaced")
        role, make = self.context.role, self.context.settings.negotiation
        assert role is not None
        self._epoch = message.epoch
        self._closing = None
        self._tokenizer.reset()
        self._negotiation = role.make_negotiation() if make is None else make(role)
        self._carry_out(self._negotiation.connected(message.tls))

    def _bytes_received(self, message: m.BytesReceived) -> None:
        if message.epoch != self._epoch or self._negotiation is None:
            return
        violation = None
        try:
            events = self._tokenizer.feed(message.data)
        except StreamViolation as error:
            violation, events = error, error.events
        if events:
            self._handle_events(events)
        if violation is not None:
            self._violated(violation)

    def _handle_events(self, events: list[Any]) -> None:
        matched: list[m.HandlersMatched] = []
        epoch = self._epoch
        for event in events:
            if self._negotiation is None or self._epoch != epoch:
                break
            if not self._established:
                self._negotiate(event)
            elif type(event) is Element and event.tag != STREAM_ERROR:
                matched.append(self._match(event))
            else:
                self._tell_stanzas(matched)
                matched = []
                self._stream_level(event)
        self._tell_stanzas(matched)

    def _stream_level(self, event: Any) -> None:
        if type(event) is Element:
            self._stream_error(event)
        elif isinstance(event, StreamClosed):
            self._peer_closed()

    def _match(self, element: Element) -> m.HandlersMatched:
        context = self.context
        assert context.role is not None
        stanza = context.role.build_stanza(element)
        return m.HandlersMatched(stanza, context.index.match(stanza))

    def _tell_stanzas(self, matched: list[m.HandlersMatched]) -> None:
        if not matched:
            return
        context = self.context
        context.pending_in += len(matched)
        if context.pending_in > INBOUND_HIGH and not context.reading_paused:
            context.reading_paused = True
            self._tell_transport(m.PauseReading())
        self._tell_dispatcher(m.StanzasMatched(matched))

    def _violated(self, violation: StreamViolation) -> None:
        logger.warning("%s: the peer broke the stream: %s", self.context.spec.id, violation)
        self._send_bytes(stream_error(violation.condition, violation.text))
        self._fail(Decision.RETRY, violation.condition, violation.text)

    def _stream_error(self, element: Element) -> None:
        assert self.context.role is not None
        stanza = self.context.role.build_stanza(element)
        condition = str(stanza["condition"] or "undefined-condition")
        self._tell_dispatcher(m.RaiseEvent("stream_error", stanza))
        decision = decide(condition, Source.STREAM)
        self._fail(decision, condition, str(stanza["text"] or ""))

    def _peer_closed(self) -> None:
        if self._closing is not None:
            self._tell_transport(m.Disconnect(self._closing))
        else:
            self._fail(Decision.RETRY, "closed", "the server closed the stream")

    def _tls_established(self, message: m.TlsEstablished) -> None:
        if message.epoch == self._epoch and self._negotiation is not None:
            self._carry_out(self._negotiation.tls_established(message.info))

    def _connection_lost(self, message: m.ConnectionLost) -> None:
        if message.epoch == self._epoch and self._negotiation is not None:
            self._finish(message.reason)

    # negotiation

    def _negotiate(self, event: Any) -> None:
        assert self._negotiation is not None
        self._carry_out(self._negotiation.receive(event))

    def _carry_out(self, actions: list[a.Action]) -> None:
        for action in actions:
            self._ACTIONS[type(action)](self, action)
        if not self._established:
            self._restart_timer()

    def _do_send(self, action: a.Send) -> None:
        self._send_bytes(action.data)

    def _do_start_tls(self, action: a.StartTls) -> None:
        self._tell_transport(m.StartTls(self._epoch, action.server_name))

    def _do_restart(self, _action: a.RestartStream) -> None:
        self._tokenizer.reset()

    def _do_derive(self, action: a.DeriveKeys) -> None:
        self.create_task(self._derive(action, self._epoch), name="derive-keys")

    async def _derive(self, action: a.DeriveKeys, epoch: int) -> None:
        loop = asyncio.get_running_loop()
        keys = await loop.run_in_executor(None, derive_keys, action)
        if epoch == self._epoch and self._negotiation is not None:
            self._carry_out(self._negotiation.keys_derived(keys))

    def _do_established(self, action: a.Established) -> None:
        self._cancel_timer()
        self._established = True
        self.context.up = True
        self.context.mechanism = action.mechanism
        self._tell_transport(m.StreamOpen(self._epoch))
        self._tell_dispatcher(m.StreamEstablished(self._epoch, action.jid, action.features))
        self._tell_stanzas([self._match(element) for element in action.early])

    def _do_failed(self, action: a.Failed) -> None:
        error = action.error
        if error.source is Source.SASL:
            self._tell_dispatcher(m.RaiseEvent("failed_auth", error))
        self._fail(error.decision, error.condition, error.text)

    def _restart_timer(self) -> None:
        self._cancel_timer()
        if self._negotiation is not None and self._negotiation.timeout is not None:
            self._timer = self.call_later(self._negotiation.timeout, self._step_timed_out)

    def _step_timed_out(self) -> None:
        self._timer = None
        if self._negotiation is not None and not self._established:
            actions = self._negotiation.step_timeout()
            for action in actions:
                self._ACTIONS[type(action)](self, action)

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    # the end of a stream

    def _fail(self, decision: Decision, condition: str, text: str) -> None:
        epoch = self._epoch
        reason = f"{condition}: {text}" if text else condition
        self._finish(reason)
        self._tell_transport(m.StreamFailed(epoch, decision, condition, text))

    def _finish(self, reason: str) -> None:
        was_established = self._established
        self._negotiation = None
        self._established = False
        self._closing = None
        self.context.stream_down()
        self._cancel_timer()
        self._tell_dispatcher(m.StreamFinished(self._epoch, reason, was_established))

    # from the dispatcher

    def _flush(self, _message: m.FlushOutbox) -> None:
        context = self.context
        outbox = context.outbox
        if not self._established:
            context.stream_down()
        elif outbox:
            data = outbox[0].data if len(outbox) == 1 else b"".join([item.data for item in outbox])
            assert context.transport is not None
            if context.transport.tell(m.SendBytes(self._epoch, data)):
                outbox.clear()
            else:
                self._finish("the transport failed")

    def _close(self, message: m.CloseStream) -> None:
        if not self._established:
            self._tell_transport(m.Disconnect(message.reason))
            return
        self._send_bytes(STREAM_CLOSE)
        self._closing = message.reason
        self.context.up = False
        seconds = self.context.settings.close_timeout
        self._timer = self.call_later(seconds, self._close_timed_out)

    def _close_timed_out(self) -> None:
        if self._closing is not None:
            self._tell_transport(m.Disconnect(self._closing))

    # helpers

    def _send_bytes(self, data: bytes) -> None:
        self._tell_transport(m.SendBytes(self._epoch, data))

    def _tell_transport(self, message: Any) -> None:
        assert self.context.transport is not None
        self.context.transport.tell(message)

    def _tell_dispatcher(self, message: Any) -> None:
        assert self.context.dispatcher is not None
        self.context.dispatcher.tell(message)

    _HANDLERS: ClassVar[dict[type, Any]] = {
        m.BytesReceived: _bytes_received,
        m.FlushOutbox: _flush,
        m.Connected: _connected,
        m.TlsEstablished: _tls_established,
        m.ConnectionLost: _connection_lost,
        m.CloseStream: _close,
    }

    _ACTIONS: ClassVar[dict[type, Any]] = {
        a.Send: _do_send,
        a.StartTls: _do_start_tls,
        a.RestartStream: _do_restart,
        a.DeriveKeys: _do_derive,
        a.Established: _do_established,
        a.Failed: _do_failed,
    }
