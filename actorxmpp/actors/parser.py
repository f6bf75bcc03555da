"""The XML stream of a session: bytes in, matched stanzas out, and the other way round.

It owns the session's ``Stream`` (``actorxmpp/protocol/stream.py``), which decides everything about
it without I/O; this actor gives it what the transport tells, writes what it has to say, and passes
on what it asks for. From the network each read becomes at most one ``StanzasMatched``.

Rules of this file: what the peer does wrong is no crash, and no stanza is either. However this
actor ends, the stream it leaves behind is down and everybody was told.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any, ClassVar
from xml.etree.ElementTree import Element

from actorxmpp.actors import messages as m
from actorxmpp.actors.sessionwriter import SessionWriter
from actorxmpp.actors.workers import KEY_WORKERS
from actorxmpp.exceptions import StanzaNotSent
from actorxmpp.net.errors import NetError
from actorxmpp.protocol import streamevents as e
from actorxmpp.protocol.actions import DeriveKeys
from actorxmpp.protocol.sasl.scram import derive_keys
from actorxmpp.protocol.stream import Phase
from actorxmpp.settings import LostStanzas
from supervisors import ActorDeadError, EventLoopActor, InboxFull, dead_letters

if TYPE_CHECKING:
    from collections.abc import Callable

    from actorxmpp.actors.rolestate import RoleState
    from actorxmpp.net.connection import Connection
    from actorxmpp.protocol.stream import Stream
    from actorxmpp.settings import SessionSettings
    from supervisors import Address, LoopRef, TimerHandle

__all__ = ["ParserActor"]

logger = logging.getLogger(__name__)

INBOUND_HIGH = 500
"""Stanzas waiting for the dispatcher at which reading from the socket pauses."""

INBOUND_LOW = 100
"""Stanzas waiting for the dispatcher at which reading goes on again."""

STORE_PATIENCE = 10.0
"""Seconds for which the role does not hear of an end that the store has not got yet."""

_FLUSH = m.FlushQueue()


class ParserActor(EventLoopActor):
    """Turns bytes into stanzas and stanzas into bytes.

    Args:
        stream: the session's stream; a parser before this one may have left it somewhere.
        roles: the session's role and handlers; to be looked at only.
        settings: returns how the session behaves now.
        dispatcher: the dispatcher's address.
        transport: the transport's address.
    """

    __slots__ = (
        "_connection",
        "_counting",
        "_deadline",
        "_dispatcher",
        "_due_at",
        "_given",
        "_held",
        "_holding",
        "_loading",
        "_me",
        "_next",
        "_paused",
        "_roles",
        "_settings",
        "_stream",
        "_timer",
        "_transport",
        "_writer",
    )

    def __init__(
        self,
        stream: Stream,
        roles: RoleState,
        settings: Callable[[], SessionSettings],
        dispatcher: Address,
        transport: Address,
    ) -> None:
        super().__init__()
        self._stream = stream
        self._roles = roles
        self._settings = settings()
        self._dispatcher = dispatcher
        self._next: LoopRef[Any] | None = None  # the dispatcher; if it restarts, so does this
        self._me = self.actor_ref
        self._transport = transport
        self._connection: Connection | None = None
        self._counting = 0
        self._given = roles.dispatched
        self._paused = False
        self._deadline: float | None = None
        self._due_at: float | None = None
        self._timer: TimerHandle | None = None
        self._writer: SessionWriter | None = None
        self._held = 0  # notices that wait until the session is stored
        self._holding: TimerHandle | None = None  # and no longer than this
        self._loading: asyncio.Task[None] | None = None

    # life

    def on_start(self) -> None:
        """Take over the stream; what the parser before this has left undone is done."""
        self._use(self._settings)
        self._next = self._dispatcher.ref
        self._stream.attach(self.clock.time, self._wake)
        self.own(self._abandon)
        self._end_stream("the parser restarted")
        self._set_timer(self._stream.deadline, self._stream.due_at())

    def _abandon(self) -> None:
        """Leave the session without a stream, however this actor ends."""
        self._writer = None  # its task ends with this actor: nobody would be told after a save
        self._release()
        self._end_stream("the parser ended")

    def _end_stream(self, reason: str) -> None:
        if self._connection is not None:
            self._connection.flush()  # what was written will leave, and is sent then
        if self._stream.phase is not Phase.DOWN:
            self._route(self._stream.connection_lost(reason))

    def on_receive(self, message: Any) -> Any:
        """Handle one message; what belongs to an earlier connection is dropped."""
        kind = type(message)
        if kind in _OF_A_CONNECTION and message.epoch != self._stream.epoch:
            return None
        return self._HANDLERS[kind](self, message)

    def _wake(self) -> None:
        try:  # noqa: SIM105  suppress() costs more than all the rest
            self._me.tell(_FLUSH)
        except (ActorDeadError, InboxFull):
            pass  # the next parser takes over what is in the queue

    # settings

    def _configure(self, message: m.Configure) -> None:
        self._use(message.settings)

    def _use(self, settings: SessionSettings) -> None:
        self._settings = settings
        resend = settings.lost_stanzas is LostStanzas.RESEND
        self._stream.configure(settings.limits, resend_lost=resend)

    def _manage(self, message: m.ManageStream) -> None:
        self._stream.manage(message.options)

    async def _load(self, _message: m.LoadSession) -> None:
        """Take up what the store has of the session, once."""
        store = self._settings.store
        if store is None:
            return
        if self._writer is None:
            self._writer = SessionWriter(
                store, self._stream, self._roles, self.create_task, self._store_failed
            )
        if self._loading is None:
            self._loading = self.create_task(self._restore(self._writer), name="load-session")
        await asyncio.shield(self._loading)

    async def _restore(self, writer: SessionWriter) -> None:
        # once a session has begun, what is in memory is newer than what an ailing store now gives
        if not self._stream.restored and not self._roles.established:
            stored = await writer.load(self.clock.time())
            if stored is not None and stored.roster is not None:
                self._dispatcher.tell(m.RestoreRoster(stored.roster))

    def _store_failed(self, error: Exception) -> None:
        self._raise_event("store_failed", error)

    # from the transport

    def _connected(self, message: m.Connected) -> None:
        stream, settings, role = self._stream, self._settings, self._roles.role
        self._end_stream("connection replaced")
        connection = self._connection = message.connection
        resume = stream.resume_request()
        make = settings.negotiation
        if make is None:
            negotiation = role.make_negotiation(stream.mechanism, resume)
        else:
            negotiation = make(role, resume)
        if self._paused:
            self._transport.tell(m.PauseReading("parser"))
        self._carry_out(
            stream.connected(
                message.epoch,
                negotiation,
                connection.tls,
                connection.all_left,
                trusted=not settings.require_tls,
                resuming=resume is not None,
            )
        )

    def _bytes_received(self, message: m.BytesReceived) -> None:
        events = self._stream.receive_data(message.data)
        if events or self._stream.has_output:
            self._carry_out(events)

    def _tls_established(self, message: m.TlsEstablished) -> None:
        self._carry_out(self._stream.tls_established(message.info))

    def _connection_lost(self, message: m.ConnectionLost) -> None:
        self._carry_out(self._stream.connection_lost(message.reason))

    def _link_stopped(self, message: m.LinkStopped) -> None:
        final = self._settings.store is None
        self._carry_out(self._stream.connection_lost(message.reason, final=final))
        self._notify_saved(m.SessionOver(message.reason))

    def _write_paused(self, _message: m.WritePaused) -> None:
        self._stream.queue.pause()

    def _write_resumed(self, _message: m.WriteResumed) -> None:
        self._stream.queue.resume()
        self._carry_out(self._stream.written_left())

    def _probe(self, _message: m.Probe) -> None:
        self._carry_out(self._stream.probe())

    # from the dispatcher

    def _flush(self, _message: m.FlushQueue) -> None:
        self._carry_out(())

    def _send_ack(self, _message: m.SendAck) -> None:
        self._carry_out(self._stream.acknowledge())

    def _caught_up(self, _message: m.CaughtUp) -> None:
        if self._paused and self._given - self._roles.dispatched <= INBOUND_LOW:
            self._paused = False
            self._transport.tell(m.ResumeReading("parser"))

    def _close(self, message: m.CloseStream) -> None:
        self._carry_out(self._stream.close(message.reason, message.seconds))

    # what the stream has to say

    def _carry_out(self, events: Any) -> None:
        """Write what is to be written, then do what the stream asks for."""
        stream = self._stream
        keep = stream.managed is not None and self._roles.events.count("stanza_acked") > 0
        data = stream.data_to_send(keep=keep)
        refusal = None
        if data:
            if self._writer is not None and stream.resumable:
                self._writer.then(self._write_saved, self._connection, data)
            else:
                refusal = self._write(self._connection, data)
        if events:
            self._route(events)
        if refusal is not None:  # what had come before belongs to the stream that was
            self._refused(refusal)
        if stream.awaited:
            self.call_later(0, self._look)
        if self._writer is not None and stream.unsaved:
            self._writer.note()
        if stream.deadline != self._deadline or stream.queue.expires:
            self._set_timer(stream.deadline, stream.due_at())

    def _write(self, connection: Connection | None, data: bytes) -> NetError | None:
        """Write, if the connection is still the present one; returns why it was refused."""
        if connection is None or connection is not self._connection:
            return None
        try:
            connection.write(data)
        except NetError as error:  # it is closing already, or the peer does not read
            return error
        return None

    def _write_saved(self, connection: Connection | None, data: bytes) -> None:
        refusal = self._write(connection, data)
        if refusal is not None:
            self._refused(refusal)

    def _refused(self, error: NetError) -> None:
        if self._connection is not None:
            self._connection.abort()
        self._stream.write_refused()
        self._route(self._stream.connection_lost(str(error)))

    def _look(self) -> None:
        """Has what was written left? If it has not, the connection says when it does."""
        self._route(self._stream.written_left())

    def _set_timer(self, deadline: float | None, due_at: float | None) -> None:
        self._deadline = deadline
        if due_at == self._due_at:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._due_at, self._timer = due_at, None
        if due_at is not None:
            self._timer = self.call_later(max(0.0, due_at - self.clock.time()), self._due)

    def _due(self) -> None:
        self._deadline = self._due_at = self._timer = None
        self._carry_out(self._stream.timed_out())

    def _route(self, events: Any) -> None:
        """Pass on stanzas, all of one read together, and what else the stream asks for."""
        matched: list[m.HandlersMatched] = []
        role, index = self._roles.role, self._roles.index
        for event in events:
            if type(event) is Element:
                try:
                    matched.append(index.read(event, role))
                except Exception as error:  # noqa: BLE001  see there
                    matched.append(self._unreadable(event, error))
                continue
            if matched:
                self._tell_stanzas(matched, self._counting)
                matched = []
            self._ROUTES[type(event)](self, event)
        if matched:
            self._tell_stanzas(matched, self._counting)

    def _unreadable(self, element: Element, error: Exception) -> m.HandlersMatched:
        """A matcher's or a stanza class's failure is the stanza's: it counts as handled, unread."""
        logger.error("%s: a stanza can't be matched", self._stream.session_id, exc_info=error)
        dead_letters.publish(self._dispatcher, element, "it makes the parser fail")
        return (None, [])

    def _tell_stanzas(self, matched: list[m.HandlersMatched], session: int) -> None:
        self._given += len(matched)
        if not self._paused and self._given - self._roles.dispatched > INBOUND_HIGH:
            self._paused = True
            self._transport.tell(m.PauseReading("parser"))
        message = m.new(m.StanzasMatched, (matched, self._stream.epoch, session, self._paused))
        try:
            self._next.tell(message)  # type: ignore[union-attr]  # it was up before this actor
        except (ActorDeadError, InboxFull):
            self._dispatcher.tell(message)

    def _nonza(self, event: e.Nonza) -> None:
        counting, self._counting = self._counting, 0
        self._route([event.element])
        self._counting = counting

    def _counting_begins(self, event: e.CountingBegins) -> None:
        self._counting = event.session

    def _stream_finished(self, event: e.StreamFinished) -> None:
        self._counting = 0
        if event.resumable:
            self._notify(event)
        else:
            self._notify_saved(event)

    def _outcomes(self, event: e.Outcomes) -> None:
        """Tell those who wait at once, and the dispatcher if there is an event to raise."""
        for item in event.stanzas:
            if item.future is not None:
                settle(item, event.outcome, event.reason)
        if event.outcome is not e.Outcome.SENT:
            self._notify(event)

    def _raise(self, event: e.RaiseEvent) -> None:
        data = event.data
        if isinstance(data, Element):
            data = self._roles.index.build(data, self._roles.role)
        self._raise_event(event.name, data)

    def _raise_event(self, name: str, data: Any) -> None:
        if self._roles.events.count(name):
            self._dispatcher.tell(m.RaiseEvent(name, data))

    def _notify(self, event: Any) -> None:
        """Have the role hear of something that must not be lost with an inbox."""
        if self._held:  # it keeps its place behind those
            self._notify_saved(event)
        else:
            self._roles.notice(event)
            self._dispatcher.tell(m.NOTICE_WAITS)

    def _notify_saved(self, event: Any) -> None:
        """The same, once the session is stored: who has heard of its end may end the process.

        The notice itself is left at once, where it outlives this actor. A dispatcher that restarts
        reads it earlier: better that than never.
        """
        self._roles.notice(event)
        if self._writer is None:
            self._dispatcher.tell(m.NOTICE_WAITS)
            return
        if not self._held:
            self._holding = self.call_later(STORE_PATIENCE, self._release)
        self._held += 1
        self._writer.then(self._release, 1)

    def _release(self, count: int | None = None) -> None:
        """Have the role hear of what was held: so many notices, or all of them."""
        count = self._held if count is None else min(count, self._held)
        self._held -= count
        for _ in range(count):
            self._dispatcher.tell(m.NOTICE_WAITS)
        if not self._held and self._holding is not None:
            self._holding.cancel()
            self._holding = None

    def _established(self, event: e.StreamEstablished) -> None:
        self._release()  # the end of the stream before comes first, stored or not
        self._dispatcher.tell(event)

    def _to_dispatcher(self, event: Any) -> None:
        self._dispatcher.tell(event)

    def _to_transport(self, event: Any) -> None:
        self._transport.tell(event)

    def _derive(self, action: DeriveKeys) -> None:
        self.create_task(self._derive_keys(action, self._stream.epoch), name="derive-keys")

    async def _derive_keys(self, action: DeriveKeys, epoch: int) -> None:
        loop = asyncio.get_running_loop()
        keys = await loop.run_in_executor(KEY_WORKERS, derive_keys, action)
        if epoch == self._stream.epoch:
            self._carry_out(self._stream.keys_derived(keys))

    _ROUTES: ClassVar[dict[type, Any]] = {
        e.Nonza: _nonza,
        e.CountingBegins: _counting_begins,
        e.StreamFinished: _stream_finished,
        e.Outcomes: _outcomes,
        e.RaiseEvent: _raise,
        e.StreamEstablished: _established,
        e.SessionLost: _notify,
        e.AckRequested: _to_dispatcher,
        e.StartTls: _to_transport,
        e.StreamOpen: _to_transport,
        e.StreamFailed: _to_transport,
        e.Disconnect: _to_transport,
        DeriveKeys: _derive,
    }

    _HANDLERS: ClassVar[dict[type, Any]] = {
        m.BytesReceived: _bytes_received,
        m.FlushQueue: _flush,
        m.Connected: _connected,
        m.TlsEstablished: _tls_established,
        m.ConnectionLost: _connection_lost,
        m.LinkStopped: _link_stopped,
        m.WritePaused: _write_paused,
        m.WriteResumed: _write_resumed,
        m.Probe: _probe,
        m.SendAck: _send_ack,
        m.CaughtUp: _caught_up,
        m.CloseStream: _close,
        m.ManageStream: _manage,
        m.Configure: _configure,
        m.LoadSession: _load,
    }


_OF_A_CONNECTION = frozenset(
    (m.BytesReceived, m.TlsEstablished, m.ConnectionLost, m.WritePaused, m.WriteResumed, m.SendAck)
)


def settle(item: e.Outgoing, outcome: e.Outcome, reason: str) -> None:
    """Tell who waits for a stanza what became of it; RESENT is not the end."""
    future = item.future
    if future.done() or outcome is e.Outcome.RESENT:
        return
    if outcome is e.Outcome.NOT_SENT:
        future.set_exception(StanzaNotSent(item.stanza, reason))
    else:
        future.set_result(outcome)
