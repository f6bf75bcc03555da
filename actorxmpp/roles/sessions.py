"""Sessions as users see them: when one begins, is resumed, and ends; what became of each stanza.

Without stream management a session ends with its stream. With it (XEP-0198) a session outlives the
stream: requests go on waiting for their replies, rosters are kept, and ``session_end`` is raised
only when the server has lost it.

    new session        session_bind, session_start
    stream lost        disconnected; without resumption also session_end
    resumed            session_resumed
    not resumed        sm_failed, session_end, then as for a new session

A role object that has never seen a session begin (the dispatcher restarted, or the process did)
gets ``session_bind`` and ``session_start`` after ``session_resumed``, too.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element, fromstring

from actorxmpp.actors import messages as m
from actorxmpp.exceptions import StanzaNotSent
from actorxmpp.jid import JID
from actorxmpp.protocol import namespaces as ns
from actorxmpp.protocol.smactions import Lost
from actorxmpp.roles.lifecycle import Lifecycle
from actorxmpp.roles.requests import Requests

if TYPE_CHECKING:
    from actorxmpp.protocol.actions import Resumed
    from actorxmpp.protocol.smactions import Unacked
    from actorxmpp.roster import Roster, RosterNode
    from actorxmpp.settings import SessionSettings
    from actorxmpp.store import RosterSnapshot
    from actorxmpp.xmlstream.stanzabase import ElementBase, StanzaBase

__all__ = ["Sessions"]

EVENTS = {
    m.Outcome.ACKED: "stanza_acked",
    m.Outcome.RESENT: "stanza_resent",
    m.Outcome.NOT_SENT: "stanza_not_sent",
}


class Sessions(Lifecycle, Requests):
    """What the dispatcher tells the role about its stream."""

    boundjid: JID
    features: Any
    roster: Roster
    client_roster: RosterNode

    def __init__(self, session_id: str, settings: SessionSettings) -> None:
        super().__init__(session_id, settings)
        self._in_session = False

    def roster_snapshot(self) -> RosterSnapshot | None:
        """The roster as the session store keeps it; clients override it."""
        return None

    # what the dispatcher calls

    def stream_established(
        self, jid: str, features: frozenset[str], resumed: Resumed | None = None
    ) -> None:
        """The stream carries stanzas from now on."""
        self.boundjid = JID(jid)
        self.features = features
        bound = self.boundjid
        self._iqs.own = frozenset(("", bound.bare, bound.full, bound.domain))
        self.client_roster = self.roster[bound]
        self.sessionstarted = True
        if self._connecting is not None and not self._connecting.done():
            self._connecting.set_result(True)
        if resumed is not None:
            self._context.outbox.flush()
            attributes = {"previd": resumed.previd, "h": str(resumed.h)}
            element = Element(ns.clark(ns.SM, "resumed"), attributes)
            self.event("session_resumed", self.build_stanza(element))
            if self._in_session:
                return
        self._in_session = True
        self.event("session_bind", bound)
        self._context.outbox.flush()
        self.event("session_start", {})

    def stream_finished(self, reason: str, was_established: bool, resumable: bool = False) -> None:
        """The stream, or the attempt to get one, is over."""
        self.sessionstarted = False
        if was_established and self._context.sm is not None:
            self.event("sm_disabled", reason)
        if not resumable:
            self._end_session(reason)
        elif not self._context.wanted:
            self.end_requests(reason)
        self.event("disconnected", reason)
        if not self._context.wanted:
            self._session_over(reason)

    def session_lost(self, reason: str) -> None:
        """The server has no session to resume any more; a new one begins."""
        element = Element(ns.clark(ns.SM, "failed"))
        self.event("sm_failed", self.build_stanza(element))
        self._end_session(reason)

    def _end_session(self, reason: str) -> None:
        self.end_requests(reason)
        self.roster.reset()
        if self._in_session:
            self._in_session = False
            self.event("session_end", reason)

    def _session_over(self, reason: str) -> None:
        sm = self._context.sm
        if sm is not None and self._context.settings.store is None:
            for action in sm.closed():  # nobody will resume it, so nobody else would tell
                if isinstance(action, Lost):
                    outcome = m.Outcomes(m.Outcome.NOT_SENT, action.stanzas, reason)
                    self.stanza_outcomes(outcome)
        super()._session_over(reason)

    def stanza_outcomes(self, message: m.Outcomes) -> None:
        """The server has acknowledged stanzas, or they were sent again, or they are lost."""
        name = EVENTS.get(message.outcome, "")
        heard = bool(name) and self.event_handled(name) > 0
        for unacked in message.stanzas:
            token = unacked.token
            future = token.future if isinstance(token, m.Outgoing) else None
            if future is None and not heard:
                continue
            stanza = self._stanza_of(unacked)
            if future is not None and not future.done():
                _settle(future, message, stanza)
            if heard:
                self.event(name, stanza)

    def _stanza_of(self, unacked: Unacked) -> StanzaBase | None:
        """The stanza as it was sent, made again from its bytes if nobody kept it."""
        token = unacked.token
        if isinstance(token, m.Outgoing) and token.stanza is not None:
            return token.stanza
        text = unacked.data.decode()
        wrapped = f"<stream xmlns='{self.default_ns}' xmlns:stream='{ns.STREAMS}'>{text}</stream>"
        return self.build_stanza(fromstring(wrapped)[0])

    # sending with an eye on the outcome

    async def send_wait(
        self, data: StanzaBase | ElementBase | str | bytes, use_filters: bool = True
    ) -> None:
        """Send a stanza as ``send`` does, but wait for room instead of raising SendQueueFull.

        Those who wait get their turn in order.

        Raises:
            StanzaTooLarge: if the server would not take it.
            ValueError: if it can't be written as XML.
        """
        await self._context.outbox.wait_for_room()
        self.send(data, use_filters)

    async def send_acked(
        self, stanza: StanzaBase, use_filters: bool = True, timeout: float | None = None
    ) -> m.Outcome:
        """Send a stanza and wait until it is known what became of it.

        Args:
            stanza: what to send.
            use_filters: whether it passes the ``out`` filters.
            timeout: seconds; None waits as long as it takes. The stanza stays sent after it.

        Returns:
            ``Outcome.ACKED``: the server has handled it. ``Outcome.SENT``: it was written, and
            there is no stream management (XEP-0198) to tell more.

        Raises:
            StanzaNotSent: the session was lost, and as far as is known the server has not
                handled it; or a filter dropped it.
            TimeoutError: if neither is known in time.
        """
        await self._context.outbox.wait_for_room()
        future: asyncio.Future[m.Outcome] = self.loop.create_future()
        self._send_tracked(stanza, use_filters, future)
        return await asyncio.wait_for(future, timeout)


def _settle(future: asyncio.Future[m.Outcome], message: m.Outcomes, stanza: Any) -> None:
    if message.outcome is m.Outcome.NOT_SENT:
        future.set_exception(StanzaNotSent(stanza, message.reason))
    elif message.outcome is not m.Outcome.RESENT:
        future.set_result(message.outcome)
