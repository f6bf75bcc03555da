"""The parser's part in stream management (XEP-0198): counting what goes out, resuming, outcomes.

The counters and the unacknowledged stanzas are ``actorxmpp.protocol.streammanagement``, kept in the
session's context, so that they outlive connections and actors. What comes in is counted by the
dispatcher, when it has dealt with it.

Rules of this file: a stanza is counted and written in one step, so that what the count says and
what the server gets can't differ. With a store, nothing is written to the network before the
store has it (``Journal``).
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from actorxmpp.actors import messages as m
from actorxmpp.actors.journal import Journal
from actorxmpp.protocol import namespaces as ns
from actorxmpp.protocol import smactions as sma
from actorxmpp.settings import LostStanzas
from supervisors import dead_letters

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from actorxmpp.actors.context import SessionContext
    from actorxmpp.actors.parser import ParserActor
    from actorxmpp.protocol.actions import Established
    from actorxmpp.protocol.streammanagement import StreamManagement
    from supervisors import TimerHandle

__all__ = ["COUNTED", "SM_PREFIX", "Management"]

logger = logging.getLogger(__name__)

COUNTED = (b"<message", b"<presence", b"<iq")
"""How the bytes of a stanza begin; nothing else is counted."""

SM_PREFIX = f"{{{ns.SM}}}"
FEATURE = ns.clark(ns.SM, "sm")
_ENABLED, _FAILED, _REQUEST = (ns.clark(ns.SM, name) for name in ("enabled", "failed", "r"))

ASK_AFTER = 3.0
"""Seconds after which an acknowledgement is asked for when too few stanzas followed for the window:
until then they are kept in memory and in the store."""

FRUITLESS_RESUMES = 20
"""Resumptions in a row after which nothing more was acknowledged: one of the stanzas that are
sent again each time must be what the server ends the stream for."""


class Management:
    """What the parser does for stream management; there is one while it is enabled."""

    __slots__ = ("_context", "_fruitless", "_journal", "_parser", "_timer", "sm")

    def __init__(self, parser: ParserActor, sm: StreamManagement) -> None:
        self._parser = parser
        self._context: SessionContext = parser.context
        self.sm = sm
        self._timer: TimerHandle | None = None
        self._fruitless = 0
        store = self._context.settings.store
        self._journal = None if store is None else Journal(parser, store)

    @property
    def active(self) -> bool:
        """Whether stanzas are counted."""
        return self.sm.state is not sma.SmState.OFF

    # a stream begins

    def prepare(self, epoch: int) -> None:
        """Say what the login that begins now is to resume, if anything.

        What the dispatcher has not handled by now the server will send again: the copies on their
        way there from the connection before are stale.
        """
        context = self._context
        context.resume = self.sm.resume_request(self._parser.clock.time())
        if context.resume is not None:
            context.stale_before = epoch

    def established(self, action: Established, features: frozenset[str]) -> bool:
        """The stream is up: take up the old session, or begin a new one.

        Returns:
            Whether it was resumed.

        Raises:
            SmViolation: if the server claims to have handled what was never sent.
        """
        if action.resumed is not None:
            try:
                actions = self.sm.resumed(action.resumed.h, now=self._parser.clock.time())
            except sma.SmViolation:
                self._lose("the server broke the session", None)
                raise
            self._note_progress(actions)
            self._carry_out(actions)
            self.save()
            return True
        if self.sm.state is sma.SmState.SUSPENDED:
            self._lose("the server did not resume the session", action.refused_h)
        options = self._context.sm_options
        if FEATURE in features and options.enabled:
            resume, seconds = options.resume, options.max_seconds
            self._parser.send_bytes(self.sm.enable(resume=resume, max_seconds=seconds))
            self.sm.jid = action.jid
        return False

    def _lose(self, reason: str, handled: int | None) -> None:
        """The old session is gone."""
        actions = self.sm.resume_refused(handled)
        self._carry_out(actions, reason)
        self.save()
        self._parser.tell_dispatcher(m.SessionLost(reason))

    def _note_progress(self, actions: list[sma.SmAction]) -> None:
        if any(isinstance(action, sma.Acked) for action in actions) or not self.sm.unacked:
            self._fruitless = 0
        else:
            self._fruitless += 1

    # a stream ends

    def connection_lost(self) -> bool:
        """The connection is gone.

        Returns:
            Whether the session can be resumed.
        """
        self._stop_timer()
        context = self._context
        final = not context.wanted and context.settings.store is None
        if final or self._fruitless >= FRUITLESS_RESUMES:
            self._fruitless = 0
            self._carry_out(self.sm.closed(), "the session ended")
            return False
        self._carry_out(
            self.sm.connection_lost(self._parser.clock.time()), "connection lost before an ack"
        )
        return self.sm.state is sma.SmState.SUSPENDED

    def closed(self) -> None:
        """The stream was ended in order: there is nothing to resume."""
        self._stop_timer()
        self._carry_out(self.sm.closed(), "the stream was closed")

    def farewell(self) -> bytes:
        """What to send before the closing tag, so that both sides know where they stand."""
        if self.sm.state is not sma.SmState.ENABLED:
            return b""
        return self.sm.ack() + self.sm.request(self._parser.clock.time())

    def give_up(self) -> None:
        """The session is not to be resumed, though it could be."""
        self.closed()
        self.save()

    # out

    def count(self, ready: list[m.Outgoing]) -> bytes:
        """Count stanzas and return their bytes; what has no room is put back to wait."""
        try:
            return self._count_together(ready)
        except sma.SmQueueFull:
            return self._count_each(ready)

    def _count_together(self, ready: list[m.Outgoing]) -> bytes:
        """Count what is usual: stanzas nobody waits for."""
        parts = []
        for _, data, future in ready:
            if future is not None or not data.startswith(COUNTED):
                return self._count_each(ready)
            parts.append(data)
        if self._context.events.count("stanza_acked"):
            return self._count_each(ready)
        requests = self.sm.sent_all(parts, now=self._parser.clock.time())
        parts.extend(action.data for action in requests)  # type: ignore[union-attr]  # SmSend
        self._ask_later()
        return b"".join(parts)

    def _count_each(self, ready: list[m.Outgoing]) -> bytes:
        sm, outbox = self.sm, self._context.outbox
        keep = self._context.events.count("stanza_acked") > 0
        parts: list[bytes] = []
        watched = False
        for index, item in enumerate(ready):
            data = item.data
            if data.startswith(COUNTED):
                token = item if keep or item.future is not None else None
                try:
                    actions = sm.sent(data, token)
                except sma.SmQueueFull:
                    outbox.put_back(ready[index:])
                    outbox.full = True
                    break
                watched = watched or item.future is not None
                parts.append(data)
                if actions:
                    parts.append(actions[0].data)  # type: ignore[union-attr]  # an SmSend
            else:
                parts.append(data)
        if sm.asked_at is None and sm.unacked:
            if watched or outbox.full:
                parts.append(sm.request(self._parser.clock.time()))
            else:
                self._ask_later()
        return b"".join(parts)

    def _ask_later(self) -> None:
        if self._timer is None and self.sm.unacked and self.sm.asked_at is None:
            self._timer = self._parser.call_later(ASK_AFTER, self._ask)

    def _ask(self) -> None:
        self._timer = None
        if self.sm.state is sma.SmState.ENABLED and self.sm.unacked and self.sm.asked_at is None:
            self._parser.send_bytes(self.sm.request(self._parser.clock.time()))

    def probe(self) -> bytes:
        """What makes the server say something; nothing if stream management is off."""
        if self.sm.state is not sma.SmState.ENABLED:
            return b""
        return self.sm.request(self._parser.clock.time())

    def write(self, message: m.SendBytes) -> bool:
        """Have the transport write; with a store, after the store has what is in it."""
        transport = self._context.transport
        assert transport is not None
        if self._journal is not None and self.sm.resumable:
            self._journal.tell(transport, message)
            return True
        return transport.tell(message)

    def tell_when_saved(self, message: m.StreamFinished) -> None:
        """Tell the dispatcher that the stream is over, when the store knows it."""
        if self._journal is None:
            self._parser.tell_dispatcher(message)
        else:
            assert self._context.dispatcher is not None
            self._journal.tell(self._context.dispatcher, message)

    # in

    def element(self, element: Element) -> None:
        """Handle an element of stream management.

        Raises:
            SmViolation: if the server acknowledges what was never sent.
        """
        if element.tag == _REQUEST:
            self._parser.tell_dispatcher(m.AckRequested(self._parser.epoch))
            return
        refused = self.sm.unacked_stanzas if element.tag == _FAILED else ()
        self._carry_out(self.sm.receive(element, now=self._parser.clock.time()))
        self._ask_later()  # some may have been sent since the request that this answers
        if element.tag == _ENABLED:
            self._parser.raise_event("sm_enabled", element)
            self.save()
        elif element.tag == _FAILED:
            self._tell(m.Outcome.SENT, refused)
            self._context.outbox.room_again()
            self._parser.raise_event("sm_failed", element)

    def acknowledge(self) -> None:
        """Tell the server how many stanzas were handled."""
        if self.sm.state is sma.SmState.ENABLED:
            self._parser.send_bytes(self.sm.ack())

    # what stream management asks for

    def _carry_out(self, actions: list[sma.SmAction], reason: str = "") -> None:
        for action in actions:
            if isinstance(action, sma.SmSend):
                self._parser.send_bytes(action.data)
            elif isinstance(action, sma.Acked):
                self._acked(action.stanzas)
            elif isinstance(action, sma.Resend):
                self._parser.send_bytes(b"".join([stanza.data for stanza in action.stanzas]))
                self._tell(m.Outcome.RESENT, action.stanzas)
            elif isinstance(action, sma.Lost):
                self._lost(action.stanzas, reason)

    def _acked(self, stanzas: tuple[sma.Unacked, ...]) -> None:
        self._fruitless = 0
        outbox = self._context.outbox
        if outbox.full and outbox.up:
            outbox.room_again()
        if any(stanza.token is not None for stanza in stanzas):
            self._tell(m.Outcome.ACKED, stanzas)
        if self._journal is not None:
            self._journal.note()

    def _lost(self, stanzas: tuple[sma.Unacked, ...], reason: str) -> None:
        context = self._context
        if context.settings.lost_stanzas is LostStanzas.RESEND and context.wanted:
            again = tuple(each for each in stanzas if each.data.startswith(b"<message"))
            stanzas = tuple(each for each in stanzas if not each.data.startswith(b"<message"))
            context.outbox.put_back([_outgoing(each) for each in again])
            self._tell(m.Outcome.RESENT, again)
        self._tell(m.Outcome.NOT_SENT, stanzas, reason)

    def _tell(self, outcome: m.Outcome, stanzas: tuple[sma.Unacked, ...], reason: str = "") -> None:
        if not stanzas:
            return
        message = m.Outcomes(outcome, stanzas, reason)
        if not self._parser.tell_dispatcher(message):
            dead_letters.publish(self._context.dispatcher, message, "no dispatcher")

    def save(self) -> None:
        """Have the store know where the session stands."""
        if self._journal is not None:
            self._journal.note()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def _outgoing(stanza: sma.Unacked) -> m.Outgoing:
    token: Any = stanza.token
    return token if isinstance(token, m.Outgoing) else m.Outgoing(None, stanza.data)
