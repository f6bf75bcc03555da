"""What becomes of a stanza: replies, filters, handlers, events. Holds the role object.

The role (a ``ClientXMPP`` or ``ComponentXMPP``) is not an actor itself, because its subclasses name
their methods as they like (``start``, ``stop``). This actor makes it from its factory when it
starts, and a new one when it restarts.

The way of a stanza: (1) the IQ that waits for it, (2) the in-filters, (3) the role's own handling
(rosters, presence, events), (4) the registered handlers, each in the actor that registered it.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
from typing import TYPE_CHECKING, Any, ClassVar

from actorxmpp.actors import messages as m
from actorxmpp.actors.rolestate import notify
from actorxmpp.exceptions import XMPPError
from actorxmpp.protocol.states import Phase
from actorxmpp.settings import OnHandlerError
from actorxmpp.xmlstream.stanzabase import StanzaBase
from supervisors import EventLoopActor, dead_letters

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from actorxmpp.actors.rolestate import RoleState, SessionRole
    from actorxmpp.protocol.stream import Stream
    from actorxmpp.xmlstream.handler import BaseHandler
    from supervisors import Address

__all__ = ["DispatcherActor"]

logger = logging.getLogger(__name__)

COROUTINES_HIGH = 10_000
"""Handlers that are coroutines under way at which reading pauses. So many, because they may wait
for replies, which don't come while nothing is read: at worst until they time out."""

COROUTINES_LOW = 5_000
"""Handlers under way at which reading goes on again."""

_CAUGHT_UP = m.CaughtUp()


class DispatcherActor(EventLoopActor):
    """Runs the role.

    Args:
        make: makes a role object.
        roles: what outlives a role object; a dispatcher before this one may have left it somewhere.
        stream: the session's stream; to be looked at only.
        parser: the parser's address.
        transport: the transport's address.
    """

    __slots__ = (
        "_coroutines",
        "_current",
        "_failing",
        "_make",
        "_parser",
        "_paused",
        "_role",
        "_roles",
        "_stream",
        "_transport",
    )  # fmt: skip

    def __init__(
        self,
        make: Callable[[], SessionRole],
        roles: RoleState,
        stream: Stream,
        parser: Address,
        transport: Address,
    ) -> None:
        super().__init__()
        self._make = make
        self._roles = roles
        self._stream = stream
        self._parser = parser
        self._transport = transport
        self._role: SessionRole | None = None
        self._current: StanzaBase | None = None
        self._failing = self._paused = False
        self._coroutines = 0

    # life

    def on_start(self) -> None:
        """Take the role object, or make a new one after a restart."""
        role = self._role = self._roles.take(self._make)
        self.own(self._let_go)
        role.attach(self)
        for name, config in role.settings.plugins:
            role.register_plugin(name, dict(config))
        while self._roles.notices:  # those the dispatcher before this has not come to
            self._notice(m.NOTICE_WAITS)

    def _let_go(self) -> None:
        """Let go of the role, however this actor ends; what waits for a reply is told."""
        role, self._role = self._role, None
        if role is not None:
            role.detach("the dispatcher ended")

    def on_receive(self, message: Any) -> Any:
        """Handle one message."""
        return self._HANDLERS[type(message)](self, message)

    # stanzas

    def _stanzas(self, message: m.StanzasMatched) -> None:
        roles, items = self._roles, message.items
        if message.session:
            if message.epoch >= self._stream.stale_before:
                self._count(message)
        else:
            dispatch = self._dispatch
            for stanza, handlers in items:
                if stanza is not None:
                    dispatch(stanza, handlers)
        roles.counted(len(items))
        if message.report:
            self._parser.tell(_CAUGHT_UP)

    def _count(self, message: m.StanzasMatched) -> None:
        """Dispatch stanzas, each of which counts as handled when it has been dealt with."""
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
            self._roles.handled.add(message.session, done)

    def _ack_requested(self, message: m.AckRequested) -> None:
        """All stanzas before the request have been handled by now."""
        self._parser.tell(m.SendAck(message.epoch))

    def _dispatch(self, stanza: StanzaBase, handlers: list[BaseHandler]) -> None:
        role = self._role
        assert role is not None
        if role.filters_in:
            filtered = role.filter_in(stanza)
            if filtered is None:
                return
            stanza, handlers = filtered, self._roles.index.match(filtered)
        try:
            handled = role.handle_builtin(stanza)
        except Exception as error:  # noqa: BLE001  a stanza the peer made must not end the session
            self.handler_failed(error, stanza)
            handled = True
        for handler in handlers:
            handled = True
            handler.prerun(stanza)
            if handler.check_delete():
                self._roles.index.discard(handler)
            self._run(handler, stanza)
        if not handled:
            stanza.unhandled()

    def _run(self, handler: BaseHandler, stanza: StanzaBase) -> None:
        if handler.owner is None:
            self.run_guarded(handler.run, stanza, stanza)
            return
        slot = self._roles.plugins.get(handler.owner)
        if slot is None:
            stanza.exception(XMPPError("service-unavailable", text="plugin unavailable"))
        else:
            slot.tell(m.RunHandler(handler, stanza))  # which answers it, if the plugin can't

    # handlers

    def raise_event(self, name: str, data: Any) -> None:
        """Call the handlers of an event: the role's here, a plugin's in the plugin's actor."""
        events = self._roles.events
        entries = events.by_name.get(name)
        if entries is None:
            return
        if name in events.disposable:
            entries = events.take(name)
        stanza = data if isinstance(data, StanzaBase) else None
        for function, _, owner in entries:
            if owner is None:
                self.run_guarded(function, data, stanza)
            else:
                slot = self._roles.plugins.get(owner)
                if slot is not None:
                    slot.tell(m.RunEventHandler(function, data))

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
            if self._coroutines > COROUTINES_HIGH and not self._paused:
                self._paused = True
                self._transport.tell(m.PauseReading("dispatcher"))

    async def _await_guarded(self, result: Awaitable[Any], stanza: StanzaBase | None) -> None:
        try:
            await result
        except asyncio.CancelledError:
            if stanza is not None and stanza.name == "iq":  # nobody else will answer it
                stanza.exception(XMPPError("internal-server-error"))
            raise
        except Exception as error:  # noqa: BLE001  as above
            self.handler_failed(error, stanza)
        finally:
            self._coroutines -= 1
            if self._paused and self._coroutines <= COROUTINES_LOW:
                self._paused = False
                self._transport.tell(m.ResumeReading("dispatcher"))

    def handler_failed(self, error: Exception, stanza: StanzaBase | None) -> None:
        """Deal with a failure in one of the role's handlers as the settings say.

        An IQ is answered. An ``XMPPError`` is an answer, not a failure.
        """
        role = self._role
        if stanza is not None:
            stanza.exception(error)
            if isinstance(error, XMPPError):
                return
        elif role is not None:
            role.exception(error)
        if role is not None and role.settings.on_handler_error is OnHandlerError.RESTART:
            if self._current is not None and self._roles.poison.is_poison(self._current.xml):
                dead_letters.publish(self.actor_ref, self._current, "it makes its handler fail")
                return
            self._failing = True
            self.exit(error)

    # the stream

    def _established(self, message: m.StreamEstablished) -> None:
        if self._is_over(message.epoch):
            return
        if self._paused:  # the connection is a new one
            self._transport.tell(m.PauseReading("dispatcher"))
        if self._role is not None:
            self._role.stream_established(message)

    def _is_over(self, epoch: int) -> bool:
        """Whether the role has heard of the end of this stream already.

        A dispatcher reads the notices when it starts, and only then what waits in its inbox. While
        the end is among the notices still, the role hears of the beginning first.
        """
        stream = self._stream
        if epoch == stream.epoch and stream.phase is not Phase.DOWN:
            return False
        return not any(
            isinstance(notice, m.StreamFinished) and notice.epoch == epoch
            for notice in self._roles.notices
        )

    def _notice(self, _message: m.NoticeWaits) -> None:
        notice = self._roles.next_notice()
        if notice is not None and self._role is not None:
            notify(self._role, notice)

    def _restore_roster(self, message: m.RestoreRoster) -> None:
        if self._role is not None:
            self._role.restore_roster(message.roster)

    def _event(self, message: m.RaiseEvent) -> None:
        self.raise_event(message.name, {} if message.data is None else message.data)

    def _run_event(self, message: m.RunEventHandler) -> None:
        self.run_guarded(message.function, message.data, None)

    _HANDLERS: ClassVar[dict[type, Any]] = {
        m.StanzasMatched: _stanzas,
        m.StreamEstablished: _established,
        m.NoticeWaits: _notice,
        m.AckRequested: _ack_requested,
        m.RaiseEvent: _event,
        m.RunEventHandler: _run_event,
        m.RestoreRoster: _restore_roster,
    }
