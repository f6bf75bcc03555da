"""What becomes of a stanza: replies, filters, handlers, events. Holds the role object.

The role (a ``ClientXMPP`` or ``ComponentXMPP``) is not an actor itself, because its subclasses name
their methods as they like (``start``, ``stop``). This actor makes it from its factory when it
starts, and a new one when it restarts.

The way of a stanza: (1) the IQ that waits for it, (2) the in-filters, (3) the role's own handling
(rosters, presence, events), (4) the registered handlers, each in the actor that registered it.
"""

from __future__ import annotations

import inspect
import logging
from typing import TYPE_CHECKING, Any, ClassVar

from actorxmpp.actors import messages as m
from actorxmpp.exceptions import XMPPError
from actorxmpp.settings import OnHandlerError
from supervisors import EventLoopActor, dead_letters

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from actorxmpp.actors.context import SessionContext
    from actorxmpp.basexmpp import BaseXMPP
    from actorxmpp.xmlstream.handler import BaseHandler
    from actorxmpp.xmlstream.stanzabase import StanzaBase

__all__ = ["DispatcherActor"]

logger = logging.getLogger(__name__)

INBOUND_LOW = 100
"""Stanzas waiting for the dispatcher at which reading from the socket goes on again."""


COROUTINES_HIGH = 10_000
"""Handlers that are coroutines under way at which reading pauses. So many, because they may wait
for replies, which don't come while nothing is read: at worst until they time out."""

COROUTINES_LOW = 5_000
"""Handlers under way at which reading goes on again."""


class DispatcherActor(EventLoopActor):
    """Runs the role."""

    def __init__(self, context: SessionContext) -> None:
        super().__init__()
        self.context = context
        self._role: BaseXMPP | None = None
        self._current: StanzaBase | None = None
        self._failing = False
        self._coroutines = 0

    # life

    def on_start(self) -> None:
        """Take the role object, or make a new one after a restart."""
        context = self.context
        context.pending_in = 0
        context.reading_paused = False
        role = context.take_role()
        if role is None:
            context.index.remove_owner(None)
            context.events.remove_owner(None)
            role = context.make_role()
        self._role = role
        role.attach(self)
        for name, config in context.settings.plugins:
            role.register_plugin(name, dict(config))

    def on_stop(self) -> None:
        """Let go of the role; what waits for a reply is told."""
        if self._role is not None:
            self._role.detach("session stopped")
            self._role = None

    def on_failure(self, *_exc_info: Any) -> None:
        """Let go of the role after a failure, too."""
        if self._role is not None:
            self._role.detach("dispatcher failed")
            self._role = None

    def on_receive(self, message: Any) -> Any:
        """Handle one message."""
        return self._HANDLERS[type(message)](self, message)

    # stanzas

    def _stanzas(self, message: m.StanzasMatched) -> None:
        context = self.context
        context.pending_in -= len(message.items)
        if context.reading_paused:
            self._resume_reading()
        dispatch = self._dispatch
        if not message.counted:
            for stanza, handlers in message.items:
                if stanza is not None:
                    dispatch(stanza, handlers)
        elif message.epoch >= context.stale_before:
            self._count(message)

    def _resume_reading(self) -> None:
        """Read on, if there is not too much to do any more."""
        context = self.context
        if context.pending_in <= INBOUND_LOW and self._coroutines <= COROUTINES_LOW:
            context.reading_paused = False
            assert context.transport is not None
            context.transport.tell(m.ResumeReading())

    def _count(self, message: m.StanzasMatched) -> None:
        """Dispatch stanzas, each of which counts as handled when it has been dealt with."""
        sm = self.context.sm
        assert sm is not None
        dispatch, done = self._dispatch, 0
        try:
            for stanza, handlers in message.items:
                if stanza is not None:
                    self._current = stanza
                    dispatch(stanza, handlers)
                    if self._failing:
                        break  # the server sends this one again, and what came after it
                done += 1
        finally:
            self._current = None
            if message.epoch == self.context.stream_epoch:
                sm.handled(done)

    def _ack_requested(self, message: m.AckRequested) -> None:
        """All stanzas before the request have been handled by now."""
        assert self.context.parser is not None
        self.context.parser.tell(m.AckDue(message.epoch))

    def _dispatch(self, stanza: StanzaBase, handlers: list[BaseHandler]) -> None:
        role = self._role
        assert role is not None
        if role.filters_in:
            filtered = role.filter_in(stanza)
            if filtered is None:
                return
            stanza, handlers = filtered, self.context.index.match(filtered)
        handled = role.complete_iq(stanza)
        try:
            handled = role.handle_builtin(stanza) or handled
        except Exception as error:  # noqa: BLE001  a stanza the peer made must not end the session
            self.handler_failed(error, stanza)
            handled = True
        for handler in handlers:
            handled = True
            handler.prerun(stanza)
            if handler.check_delete():
                self.context.index.discard(handler)
            self._run(handler, stanza)
        if not handled:
            stanza.unhandled()

    def _run(self, handler: BaseHandler, stanza: StanzaBase) -> None:
        if handler.owner is None:
            self.run_guarded(handler.run, stanza, stanza)
            return
        cell = self.context.plugins.get(handler.owner)
        if cell is None or not cell.tell(m.RunHandler(handler, stanza)):
            stanza.exception(XMPPError("service-unavailable", text="plugin unavailable"))

    def run_guarded(
        self, function: Callable[[Any], Any], argument: Any, stanza: StanzaBase | None
    ) -> None:
        """Call one of the role's handlers; its failure is dealt with here.

        A coroutine becomes a task of this actor.
        """
        try:
            result = function(argument)
        except Exception as error:  # noqa: BLE001  any failure of user code is dealt with
            self.handler_failed(error, stanza)
            return
        if result is not None and inspect.isawaitable(result):
            self._coroutines += 1
            self.create_task(self._await_guarded(result, stanza), name="handler")
            context = self.context
            if self._coroutines > COROUTINES_HIGH and not context.reading_paused:
                context.reading_paused = True
                assert context.transport is not None
                context.transport.tell(m.PauseReading())

    async def _await_guarded(self, result: Awaitable[Any], stanza: StanzaBase | None) -> None:
        try:
            await result
        except Exception as error:  # noqa: BLE001  as above
            self.handler_failed(error, stanza)
        finally:
            self._coroutines -= 1
            if self.context.reading_paused:
                self._resume_reading()

    def handler_failed(self, error: Exception, stanza: StanzaBase | None) -> None:
        """Deal with a failure in one of the role's handlers as the settings say.

        An IQ is answered. An ``XMPPError`` is an answer, not a failure.
        """
        if stanza is not None:
            stanza.exception(error)
            if isinstance(error, XMPPError):
                return
        elif self._role is not None:
            self._role.exception(error)
        if self.context.settings.on_handler_error is OnHandlerError.RESTART:
            if self._current is not None and self.context.blame.blame(self._current.xml):
                dead_letters.publish(self.actor_ref, self._current, "it makes its handler fail")
                return
            self._failing = True
            self.exit(error)

    # the stream

    def _established(self, message: m.StreamEstablished) -> None:
        if self._role is not None:
            self._role.stream_established(message.jid, message.features, message.resumed)

    def _finished(self, message: m.StreamFinished) -> None:
        if self._role is not None:
            self._role.stream_finished(message.reason, message.was_established, message.resumable)

    def _session_lost(self, message: m.SessionLost) -> None:
        if self._role is not None:
            self._role.session_lost(message.reason)

    def _outcomes(self, message: m.Outcomes) -> None:
        if self._role is not None:
            self._role.stanza_outcomes(message)

    def _event(self, message: m.RaiseEvent) -> None:
        if self._role is not None:
            self._role.event(message.name, message.data)

    def _run_event(self, message: m.RunEventHandler) -> None:
        self.run_guarded(message.function, message.data, None)

    _HANDLERS: ClassVar[dict[type, Any]] = {
        m.StanzasMatched: _stanzas,
        m.StreamEstablished: _established,
        m.StreamFinished: _finished,
        m.SessionLost: _session_lost,
        m.AckRequested: _ack_requested,
        m.Outcomes: _outcomes,
        m.RaiseEvent: _event,
        m.RunEventHandler: _run_event,
    }
