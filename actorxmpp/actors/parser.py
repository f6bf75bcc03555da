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
from actorxmpp.actors import wire
from actorxmpp.actors.management import SM_PREFIX, Management
from actorxmpp.actors.workers import KEY_WORKERS
from actorxmpp.protocol import actions as a
from actorxmpp.protocol.errors import Decision, Source, StreamErrorReceived
from actorxmpp.protocol.header import STREAM_CLOSE, stream_error
from actorxmpp.protocol.sasl.scram import derive_keys
from actorxmpp.protocol.smactions import SmState, SmViolation
from actorxmpp.xmlstream.tokenizer import StreamClosed, StreamViolation, Tokenizer
from supervisors import EventLoopActor, dead_letters

if TYPE_CHECKING:
    from actorxmpp.actors.context import SessionContext
    from actorxmpp.protocol.negotiation import Negotiation
    from supervisors import TimerHandle

__all__ = ["ParserActor"]

logger = logging.getLogger(__name__)

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
        self._management: Management | None = None
        self._counting = False
        self._trusted = False
        self._probes = 0

    def on_start(self) -> None:
        """Begin without a stream; the one of the parser before this is over."""
        context = self.context
        context.outbox.parser = context.parser
        context.outbox.stream_down()
        if context.stream_open:
            self._stream_over("the parser restarted", was_established=True)

    def on_stop(self) -> None:
        """Leave the session without a stream."""
        self.context.outbox.stream_down()

    def on_failure(self, *_exc_info: Any) -> None:
        """Leave the session without a stream after a bug here, too."""
        self.context.outbox.stream_down()

    @property
    def epoch(self) -> int:
        """Which connection this is about."""
        return self._epoch

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
        self._trusted = message.tls is not None or not self.context.settings.require_tls
        self.context.resume = None
        self.context.stream_epoch = self._epoch
        management = self._manage()
        if management is not None:
            management.prepare(self._epoch)
        self._negotiation = role.make_negotiation() if make is None else make(role)
        self._carry_out(self._negotiation.connected(message.tls))

    def _manage(self) -> Management | None:
        """Stream management, if it was enabled by now."""
        if self._management is None and self.context.sm is not None:
            self._management = Management(self, self.context.sm)
        return self._management

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
            elif type(event) is Element and event.tag in wire.STANZAS:
                try:
                    matched.append(self._match(event))
                except Exception:
                    self._tell_stanzas(matched, self._counting)
                    if not self._counting or not self.context.blame.blame(event):
                        raise
                    self._let_go(event)
                    matched = []
            else:
                self._tell_stanzas(matched, self._counting)
                matched = []
                self._stream_level(event)
        self._tell_stanzas(matched, self._counting)

    def _stream_level(self, event: Any) -> None:
        if type(event) is not Element:
            if isinstance(event, StreamClosed):
                self._peer_closed()
        elif event.tag == wire.STREAM_ERROR:
            self._stream_error(event)
        elif event.tag.startswith(SM_PREFIX) and self._management is not None:
            try:
                self._management.element(event)
            except SmViolation as error:
                self._sm_violated(error)
            self._counting = self._management.sm.state is SmState.ENABLED
        else:
            self._tell_stanzas([self._match(event)], counted=False)

    def _sm_violated(self, error: SmViolation) -> None:
        logger.warning("%s: %s", self.context.spec.id, error)
        self.send_bytes(error.reply)
        self._fail(Decision.RETRY, "undefined-condition", str(error))

    def _match(self, element: Element) -> m.HandlersMatched:
        context = self.context
        assert context.role is not None
        stanza = context.role.build_stanza(element)
        return (stanza, context.index.match(stanza))

    def _let_go(self, element: Element) -> None:
        """A stanza that made this actor fail again and again counts as handled, unread."""
        dead_letters.publish(self.context.dispatcher, element, "it makes the parser fail")
        self._tell_stanzas([(None, [])], counted=True)

    def _tell_stanzas(self, matched: list[m.HandlersMatched], counted: bool) -> None:
        if not matched:
            return
        context = self.context
        context.pending_in += len(matched)
        if context.pending_in > INBOUND_HIGH and not context.reading_paused:
            context.reading_paused = True
            self._tell_transport(m.PauseReading())
        self.tell_dispatcher(m.new(m.StanzasMatched, (matched, self._epoch, counted)))

    def _violated(self, violation: StreamViolation) -> None:
        logger.warning("%s: the peer broke the stream: %s", self.context.spec.id, violation)
        self.send_bytes(stream_error(violation.condition, violation.text))
        self._fail(Decision.RETRY, violation.condition, violation.text)

    def _stream_error(self, element: Element) -> None:
        assert self.context.role is not None
        stanza = self.context.role.build_stanza(element)
        condition = str(stanza["condition"] or "undefined-condition")
        self.tell_dispatcher(m.RaiseEvent("stream_error", stanza))
        error = StreamErrorReceived.from_element(element)
        self._answer_closing()
        redirect = wire.redirect_of(error, trusted=self._trusted)
        self._fail(error.decision, condition, str(stanza["text"] or ""), redirect)

    def _peer_closed(self) -> None:
        if self._closing is not None:
            self._tell_transport(m.Disconnect(self._closing))
        else:
            self._answer_closing()
            self._fail(Decision.RETRY, "closed", "the server closed the stream")

    def _answer_closing(self) -> None:
        """The server ends the stream: so do we, unless its session may be taken up again."""
        if self._management is None or not self._management.sm.resumable:
            self.send_bytes(STREAM_CLOSE)

    def _tls_established(self, message: m.TlsEstablished) -> None:
        if message.epoch == self._epoch and self._negotiation is not None:
            self._trusted = True
            self.raise_event("tls_success", message.info)
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
        self.send_bytes(action.data)

    def _do_start_tls(self, action: a.StartTls) -> None:
        self._tell_transport(m.StartTls(self._epoch, action.server_name))

    def _do_restart(self, _action: a.RestartStream) -> None:
        self._tokenizer.reset()

    def _do_derive(self, action: a.DeriveKeys) -> None:
        self.create_task(self._derive(action, self._epoch), name="derive-keys")

    async def _derive(self, action: a.DeriveKeys, epoch: int) -> None:
        loop = asyncio.get_running_loop()
        keys = await loop.run_in_executor(KEY_WORKERS, derive_keys, action)
        if epoch == self._epoch and self._negotiation is not None:
            self._carry_out(self._negotiation.keys_derived(keys))

    def _do_established(self, action: a.Established) -> None:
        self._cancel_timer()
        context, management = self.context, self._manage()
        context.mechanism = action.mechanism or context.mechanism
        resumed, jid = None, action.jid
        if management is not None:
            try:
                if management.established(action, action.features):
                    resumed, jid = action.resumed, management.sm.jid
            except SmViolation as error:
                self._sm_violated(error)
                return
        self._established = True
        self._counting = resumed is not None
        context.stream_open = True
        context.stream_id, context.stream_limits = action.stream_id, action.limits
        context.outbox.stream_up(action.limits.max_bytes)
        self._tell_transport(m.StreamOpen(self._epoch, action.limits.idle_seconds))
        features = action.features
        if action.mechanism:
            self.raise_event("auth_success", action.mechanism)
        self.raise_event("stream_negotiated", features)
        self.tell_dispatcher(m.StreamEstablished(self._epoch, jid, features, resumed))
        self._tell_stanzas([self._match(element) for element in action.early], counted=False)

    def _do_failed(self, action: a.Failed) -> None:
        error = action.error
        if error.source is Source.SASL:
            for name in wire.auth_events(error):
                self.raise_event(name, error)
        self._fail(
            error.decision,
            error.condition,
            error.text,
            wire.redirect_of(error, trusted=self._trusted),
        )

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

    def _fail(
        self,
        decision: Decision,
        condition: str,
        text: str,
        redirect: tuple[str, int | None] | None = None,
    ) -> None:
        epoch = self._epoch
        reason = f"{condition}: {text}" if text else condition
        self._finish(reason)
        self._tell_transport(m.StreamFailed(epoch, decision, condition, text, redirect))

    def _finish(self, reason: str) -> None:
        was_established, closing = self._established, self._closing is not None
        self._negotiation = None
        self._established = self._counting = False
        self._closing = None
        self.context.outbox.stream_down()
        self._cancel_timer()
        if closing and self._management is not None:
            self._management.closed()
            self.context.stream_open = False
            finished = m.StreamFinished(self._epoch, reason, was_established)
            self._management.tell_when_saved(finished)
        else:
            self._stream_over(reason, was_established)

    def _stream_over(self, reason: str, was_established: bool) -> None:
        """Tell the dispatcher, and whether the session outlives the stream."""
        self.context.stream_open = False
        management = self._manage()
        resumable = management is not None and management.connection_lost()
        self.tell_dispatcher(m.StreamFinished(self._epoch, reason, was_established, resumable))

    # from the dispatcher

    def _flush(self, _message: m.FlushOutbox) -> None:
        outbox = self.context.outbox
        ready, management = outbox.ready, self._management
        if not self._established:
            outbox.stream_down()
            return
        if not ready:
            return
        if management is not None and management.active:
            self._write(m.SendBytes(self._epoch, management.count(ready)))
        else:
            if not self._write(m.SendBytes(self._epoch, wire.joined(ready))):
                self._finish("the transport failed")
                return
            wire.written(ready)
        ready.clear()
        if outbox.room:
            outbox.wake_senders()

    def _acknowledge(self, message: m.AckDue) -> None:
        if message.epoch == self._epoch and self._established and self._management is not None:
            self._management.acknowledge()

    def _probe(self, message: m.Probe) -> None:
        """Have the server say something: an acknowledgement, or the answer to a ping."""
        if message.epoch != self._epoch or not self._established:
            return
        data = b"" if self._management is None else self._management.probe()
        if data:
            self.send_bytes(data)
        else:
            self._probes += 1
            probe = wire.ping(self.context.spec.id, f"probe-{self._epoch}-{self._probes}")
            self.context.outbox.put(probe)

    def _close(self, message: m.CloseStream) -> None:
        if not self._established:
            if self._management is not None:
                self._management.give_up()
            self._tell_transport(m.Disconnect(message.reason))
            return
        self.context.outbox.resume()  # the peer may read slowly, but nothing comes after this
        self._flush(m.FlushOutbox())
        if self._management is not None:
            self.send_bytes(self._management.farewell())
        self.send_bytes(STREAM_CLOSE)
        self._closing = message.reason
        self.context.outbox.stream_down()
        seconds = self.context.settings.close_timeout
        self._timer = self.call_later(seconds, self._close_timed_out)

    def _close_timed_out(self) -> None:
        if self._closing is not None:
            self._tell_transport(m.Disconnect(self._closing))

    # helpers

    def send_bytes(self, data: bytes) -> None:
        """Have bytes written that are no stanza."""
        if data:
            self._write(m.SendBytes(self._epoch, data))

    def _write(self, message: m.SendBytes) -> bool:
        if self._management is not None:
            return self._management.write(message)
        assert self.context.transport is not None
        return self.context.transport.tell(message)

    def _tell_transport(self, message: Any) -> None:
        assert self.context.transport is not None
        self.context.transport.tell(message)

    def tell_dispatcher(self, message: Any) -> bool:
        """Pass a message on; False if there is no dispatcher to take it."""
        assert self.context.dispatcher is not None
        return self.context.dispatcher.tell(message)

    def raise_event(self, name: str, data: Any) -> None:
        """Have the role raise an event; of an element it gets the stanza."""
        role = self.context.role
        if not self.context.events.count(name):
            return
        if isinstance(data, Element) and role is not None:
            data = role.build_stanza(data)
        self.tell_dispatcher(m.RaiseEvent(name, data))

    _HANDLERS: ClassVar[dict[type, Any]] = {
        m.BytesReceived: _bytes_received,
        m.FlushOutbox: _flush,
        m.Connected: _connected,
        m.TlsEstablished: _tls_established,
        m.ConnectionLost: _connection_lost,
        m.CloseStream: _close,
        m.AckDue: _acknowledge,
        m.Probe: _probe,
    }

    _ACTIONS: ClassVar[dict[type, Any]] = {
        a.Send: _do_send,
        a.StartTls: _do_start_tls,
        a.RestartStream: _do_restart,
        a.DeriveKeys: _do_derive,
        a.Established: _do_established,
        a.Failed: _do_failed,
    }
