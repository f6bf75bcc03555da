"""What stream management (XEP-0198) means to a stream: counting, resuming, what becomes of stanzas.

Where it stands: a part of ``stream``, which calls it; the counters and the unacknowledged stanzas
are ``streammanagement``. There is one for each session that ever enabled it, over all connections.

Rules: a stanza is counted and written in one step, so that what the count says and what the server
gets can't differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from actorxmpp.protocol import namespaces as ns
from actorxmpp.protocol import smactions as sma
from actorxmpp.protocol import streamevents as e
from actorxmpp.protocol.streammanagement import MODULUS, StreamManagement

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from xml.etree.ElementTree import Element

    from actorxmpp.protocol.actions import Established
    from actorxmpp.protocol.settings import ResumeRequest
    from actorxmpp.protocol.smactions import SmSnapshot
    from actorxmpp.protocol.stream import SendQueue
    from actorxmpp.protocol.streammanagement import SmOptions

__all__ = ["COUNTED", "SM_PREFIX", "ManagedSession", "Output"]

COUNTED: Final = (b"<message", b"<presence", b"<iq")
"""How the bytes of a stanza begin; nothing else is counted (XEP-0198 section 4)."""

FRUITLESS_RESUMES: Final = 20
"""Resumptions in a row after which nothing more was acknowledged: one of the stanzas that are
sent again each time must be what the server ends the stream for."""

SM_PREFIX: Final = f"{{{ns.SM}}}"
_FEATURE, _FAILED, _REQUEST = (ns.clark(ns.SM, name) for name in ("sm", "failed", "r"))


class Output:
    """What a stream has to say: bytes for the network, events for its owner."""

    __slots__ = ("data", "events")

    def __init__(self) -> None:
        self.data: list[bytes] = []
        self.events: list[Any] = []

    def raise_event(self, name: str, data: Any) -> None:
        """Have the role raise an event."""
        self.events.append(e.RaiseEvent(name, data))

    def outcome(self, outcome: e.Outcome, items: Sequence[e.Outgoing], reason: str = "") -> None:
        """Say what became of stanzas, if there are any."""
        if items:
            self.events.append(e.Outcomes(outcome, items, reason))

    def take_events(self) -> list[Any]:
        """Take the events out."""
        events, self.events = self.events, []
        return events


class HandledCount:
    """How many counted stanzas of a managed session have been dealt with.

    Whoever deals with them counts; the stream only reads.

    Attributes:
        session: the number of the managed session.
        count: how many of its stanzas have been dealt with.
    """

    __slots__ = ("count", "session")

    def __init__(self) -> None:
        self.session = self.count = 0

    def add(self, session: int, count: int) -> None:
        """Count stanzas that have been dealt with; those of an earlier session don't count."""
        if session > self.session:
            self.session, self.count = session, 0
        if session == self.session:
            self.count += count


class ManagedSession:
    """One session's stream management.

    Args:
        options: how it is used.
        out: where bytes and events go.
        queue: what waits to be sent.
        handled: how many of the server's stanzas have been dealt with.

    Attributes:
        options: how it is used.
        number: counts new sessions; never 0 once there was one.
        sm: counters and unacknowledged stanzas.
        unsaved: something has changed that a session store keeps.
    """

    __slots__ = (
        "_fruitless",
        "_handled",
        "_noted",
        "_out",
        "_queue",
        "number",
        "options",
        "resend_lost",
        "sm",
        "unsaved",
    )

    def __init__(
        self, options: SmOptions, out: Output, queue: SendQueue, handled: HandledCount
    ) -> None:
        self.sm = StreamManagement(window=options.window, limit=options.max_unacked)
        self.unsaved = False
        self.resend_lost = False
        self.options = options
        self._out = out
        self._queue = queue
        self._handled = handled
        self._noted = 0
        self._fruitless = 0
        self.number = 0

    @property
    def counts_out(self) -> bool:
        """Whether what is sent is counted."""
        return self.sm.state is not sma.SmState.OFF

    @property
    def enabled(self) -> bool:
        """Whether stanzas are counted in both directions."""
        return self.sm.state is sma.SmState.ENABLED

    @property
    def wants_ack(self) -> bool:
        """Whether something waits for an acknowledgement nobody has asked for."""
        sm = self.sm
        return sm.unacked > 0 and sm.asked_at is None and sm.state is sma.SmState.ENABLED

    def use(self, options: SmOptions) -> None:
        """Use it so from the next new session on."""
        self.options = options

    def configure(self, *, resend_lost: bool) -> None:
        """Send messages of a session the server has lost again, or report them."""
        self.resend_lost = resend_lost

    # a stream begins

    def established(self, action: Established, now: float) -> list[sma.SmAction]:
        """The login is over: take up the session before, or let go of it.

        Returns:
            What is to be done once the stream is open.

        Raises:
            SmViolation: if the server claims to have handled what was never sent.
        """
        sm = self.sm
        self.unsaved = True
        if action.resumed is None:
            if sm.state is sma.SmState.SUSPENDED:
                self._lose("the server did not resume the session", action.refused_h)
            return []
        try:
            actions = sm.resumed(action.resumed.h, now=now)
        except sma.SmViolation:
            self._lose("the server broke the session", None)
            raise
        progress = any(isinstance(each, sma.Acked) for each in actions) or not sm.unacked
        self._fruitless = 0 if progress else self._fruitless + 1
        return actions

    def _lose(self, reason: str, handled: int | None) -> None:
        self.do(self.sm.resume_refused(handled), reason)
        self._out.events.append(e.SessionLost(reason))

    def enable(self, action: Established) -> None:
        """Ask for it on a new session, if it is wanted and offered."""
        options = self.options
        if options.enabled and _FEATURE in action.features:
            self.sm.bound(window=options.window, limit=options.max_unacked)
            asks = self.sm.enable(
                action.jid, resume=options.resume, max_seconds=options.max_seconds
            )
            self._out.data.append(asks)
            self._begin()

    def _begin(self) -> None:
        self.number = max(self.number, self._handled.session) + 1
        self._noted = 0

    def resume_request(self, now: float) -> ResumeRequest | None:
        """Return what is to be resumed, if anything."""
        self._note_handled()
        return self.sm.resume_request(now)

    # a stream ends

    def ended(self, reason: str, now: float, *, closed: bool, final: bool) -> bool:
        """The stream is over.

        Args:
            reason: why, in words.
            now: the time.
            closed: it was ended in order.
            final: the session won't be taken up again.

        Returns:
            Whether its session can be resumed.
        """
        self.unsaved = True
        if closed or final or self._fruitless >= FRUITLESS_RESUMES:
            self._fruitless = 0
            self.give_up("the stream was closed" if closed else reason)
            return False
        self.do(self.sm.connection_lost(now), "connection lost before an ack")
        return self.sm.state is sma.SmState.SUSPENDED

    def give_up(self, reason: str) -> None:
        """The session is not to be resumed, though it could be."""
        self.unsaved = True
        self.do(self.sm.closed(), reason)

    # out

    def count(self, ready: list[e.Outgoing], now: float, keep: bool) -> list[e.Outgoing]:
        """Count stanzas and write them; what has no room is put back to wait.

        Args:
            ready: the stanzas.
            now: the time.
            keep: somebody wants to hear of each acknowledged stanza.

        Returns:
            What was written and somebody waits for, though it is no stanza and is not counted.
        """
        sm, data, watched = self.sm, self._out.data, False
        uncounted = []
        for index, item in enumerate(ready):
            if not item.data.startswith(COUNTED):
                data.append(item.data)
                if item.future is not None:
                    uncounted.append(item)
                continue
            token = item if keep or item.future is not None else None
            try:
                asks = sm.sent(item.data, token, now=now)
            except sma.SmQueueFull:
                self._queue.fill(ready[index:])
                break
            watched = watched or item.future is not None
            data.append(item.data)
            data.extend(ask.data for ask in asks)  # type: ignore[union-attr]  # each an SmSend
        self.unsaved = True
        if (watched or self._queue.full) and self.wants_ack:
            data.append(sm.request(now))
        return uncounted

    # in

    def ack(self) -> bytes:
        """Say how many stanzas have been dealt with."""
        self._note_handled()
        return self.sm.ack()

    @property
    def handled_count(self) -> int:
        """How many of the server's stanzas have been dealt with, modulo 2**32."""
        return (self.sm.handled_count + self._not_noted()) % MODULUS

    def _not_noted(self) -> int:
        handled = self._handled
        return handled.count - self._noted if handled.session == self.number else 0

    def _note_handled(self) -> None:
        count = self._not_noted()
        if count:
            self.sm.handled(count)
            self._noted += count
            self.unsaved = True

    def element(self, element: Element, epoch: int, now: float) -> list[e.Outgoing]:
        """Handle an element of this namespace.

        Returns:
            Stanzas that were written and are counted no more: there won't be acknowledgements.

        Raises:
            SmViolation: if the server acknowledges what was never sent.
        """
        if element.tag == _REQUEST:
            self._out.events.append(e.AckRequested(epoch))
            return []
        sm, before = self.sm, self.sm.state
        refused = sm.unacked_stanzas if element.tag == _FAILED else ()
        self.do(sm.receive(element, now=now))
        if before is not sma.SmState.ENABLING:
            return []
        if sm.state is sma.SmState.ENABLED:
            self.unsaved = True
            self._out.raise_event("sm_enabled", element)
            self._out.events.append(e.CountingBegins(self.number))
        elif sm.state is sma.SmState.OFF:
            self._queue.room_again()
            self._out.raise_event("sm_failed", element)
            return _outgoing(refused)
        return []

    # another process

    def snapshot(self) -> SmSnapshot | None:
        """Return the session as data; None if it can't be resumed."""
        self._note_handled()
        self.unsaved = False
        return self.sm.snapshot()

    def restore(self, snapshot: SmSnapshot, lost_at: float) -> None:
        """Take up a session of another process, whose connection was lost then."""
        self._begin()
        self.sm.restore(snapshot, lost_at)

    # what it asks for

    def do(self, actions: Iterable[sma.SmAction], reason: str = "") -> None:
        """Do what stream management asks for."""
        for action in actions:
            if isinstance(action, sma.SmSend):
                self._out.data.append(action.data)
            elif isinstance(action, sma.Acked):
                self._acked(action.stanzas)
            elif isinstance(action, sma.Resend):
                self._out.data.extend(stanza.data for stanza in action.stanzas)
                self._out.outcome(e.Outcome.RESENT, _outgoing(action.stanzas))
            elif isinstance(action, sma.Lost):
                self._lost(_outgoing(action.stanzas), reason)

    def _acked(self, stanzas: Iterable[sma.Unacked]) -> None:
        self._fruitless = 0
        self.unsaved = True
        if self._queue.full:
            self._queue.room_again()
        self._out.outcome(e.Outcome.ACKED, _watched(stanzas))

    def _lost(self, items: list[e.Outgoing], reason: str) -> None:
        if self.resend_lost:
            again = [item for item in items if item.data.startswith(b"<message")]
            items = [item for item in items if not item.data.startswith(b"<message")]
            self._queue.put_back(again)
            self._out.outcome(e.Outcome.RESENT, again)
        self._out.outcome(e.Outcome.NOT_SENT, items, reason)


def _outgoing(stanzas: Iterable[sma.Unacked]) -> list[e.Outgoing]:
    """The stanzas as they were sent; the bytes are all that is left of those nobody watched."""
    return [stanza.token or e.Outgoing(None, stanza.data) for stanza in stanzas]


def _watched(stanzas: Iterable[sma.Unacked]) -> list[e.Outgoing]:
    """Those somebody wants to hear of."""
    return [stanza.token for stanza in stanzas if stanza.token is not None]
