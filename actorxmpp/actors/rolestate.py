"""What outlives a role object, and what the actors ask of one.

The dispatcher holds the role (a ``ClientXMPP`` or ``ComponentXMPP``) and makes a new one when it
restarts. What must not go with the old one is in ``RoleState``: the handlers of plugins, which live
on; the futures a program waits on; how much was handled.

Rules of this file: the dispatcher and the role it holds own the state; the parser reads it.
``SessionRole`` is all the actors know of a role.
"""

from __future__ import annotations

from collections import deque
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Protocol

from actorxmpp.actors import messages as m
from actorxmpp.actors.events import EventTable
from actorxmpp.actors.poison import PoisonDetector
from actorxmpp.exceptions import NotConnectedError
from actorxmpp.protocol.managed import HandledCount
from actorxmpp.roles.iqs import IqTable
from actorxmpp.xmlstream.index import HandlerIndex

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterator, Sequence
    from xml.etree.ElementTree import Element

    from actorxmpp.protocol.negotiation import Negotiation
    from actorxmpp.protocol.settings import ResumeRequest
    from actorxmpp.settings import SessionSettings
    from actorxmpp.store import RosterSnapshot
    from actorxmpp.xmlstream.stanzabase import StanzaBase

__all__ = [
    "RoleHost",
    "RoleState",
    "SessionRole",
    "Slot",
    "building",
    "notify",
    "session_being_built",
]

_BUILDING: ContextVar[Any] = ContextVar("actorxmpp_session", default=None)


def session_being_built() -> Any:
    """Return the session whose role object is being made, if one is by its factory."""
    return _BUILDING.get()


class RoleHost(Protocol):
    """The dispatcher, as the role it holds sees it."""

    def raise_event(self, name: str, data: Any) -> None:
        """Call the handlers of an event, each in its actor."""

    def run_guarded(
        self, function: Callable[[Any], Any], argument: Any, stanza: StanzaBase | None
    ) -> None:
        """Call one of the role's handlers."""


class Slot(Protocol):
    """A plugin's place in the session, as others see it."""

    instance: Any

    def tell(self, message: Any) -> bool:
        """Give the plugin's actor something to do; False if it is refused."""


class SessionRole(Protocol):
    """A role, as the actors see it."""

    settings: SessionSettings
    filters_in: list[Callable[[Any], Any]]

    # to the dispatcher

    def attach(self, actor: RoleHost) -> None:
        """Take the actor that holds this object."""

    def detach(self, reason: str) -> None:
        """Let go of it; what waits for a reply fails."""

    def register_plugin(self, plugin: str, pconfig: dict[str, Any] | None = None) -> None:
        """Enable a plugin."""

    def filter_in(self, stanza: StanzaBase) -> StanzaBase | None:
        """Pass a stanza through the filters; None if one dropped it."""

    def complete_iq(self, stanza: StanzaBase) -> bool:
        """Give a reply to the request that waits for it; False if none does."""

    def handle_builtin(self, stanza: StanzaBase) -> bool:
        """Do what every entity has to; False if the stanza is for others alone."""

    def exception(self, exception: BaseException) -> None:
        """A handler failed."""

    def event(self, name: str, data: Any = None) -> None:
        """Raise an event."""

    def stream_established(self, message: m.StreamEstablished) -> None:
        """The stream carries stanzas from now on."""

    def stream_finished(self, message: m.StreamFinished) -> None:
        """The stream, or the attempt to get one, is over."""

    def session_lost(self, reason: str) -> None:
        """The server has no session to resume any more."""

    def session_over(self, reason: str) -> None:
        """The session has ended for good."""

    def restore_roster(self, roster: RosterSnapshot) -> None:
        """Take the roster a store had."""

    def stanza_outcomes(self, outcome: m.Outcome, items: Sequence[m.Outgoing], reason: str) -> None:
        """Raise the events of what became of stanzas."""

    # to the parser

    def make_negotiation(
        self, mechanism: str = "", resume: ResumeRequest | None = None
    ) -> Negotiation:
        """Say how to log in."""

    def build_stanza(self, element: Element) -> StanzaBase:
        """Make the stanza object for an element."""

    def roster_snapshot(self) -> RosterSnapshot | None:
        """The roster as a store keeps it."""


class RoleState:
    """What outlives a role object.

    Attributes:
        role: the current one; None before the first is made.
        index: handlers by what they match; the role's and the plugins'.
        events: event handlers by event name; the role's and the plugins'.
        plugins: the enabled plugins by name.
        handled: how many counted stanzas were dealt with.
        dispatched: how many stanzas of any kind were dealt with.
        notices: what the role must hear of its stream and its stanzas, whatever ends in between:
            the ends of streams and sessions, and what became of stanzas.
        requests: IQs that wait for their replies.
        poison: stanzas that made the role's handlers fail.
        established: the connection whose stream the role was told of last.
        in_stream: the role was told of a stream, and not yet of its end.
        in_session: the role was told of a session, and not yet of its end.
        wanted: whether the program wants the session to be connected.
        connecting: done when the first session is up, for who waits on ``connect()``.
        disconnected: done when the session has ended for good.
    """

    __slots__ = (
        "_ready",
        "connecting",
        "disconnected",
        "dispatched",
        "established",
        "events",
        "handled",
        "in_session",
        "in_stream",
        "index",
        "notices",
        "plugins",
        "poison",
        "requests",
        "role",
        "wanted",
    )

    def __init__(self) -> None:
        self.role: Any = None
        self._ready = False
        self.index = HandlerIndex()
        self.events = EventTable()
        self.plugins: dict[str, Any] = {}  # each a Slot; the manager knows more of them
        self.handled = HandledCount()
        self.dispatched = 0
        self.poison = PoisonDetector()
        self.requests = IqTable()
        self.notices: deque[Any] = deque()
        self.established = 0
        self.in_stream = self.in_session = self.wanted = False
        self.connecting: asyncio.Future[bool] | None = None
        self.disconnected: asyncio.Future[str] | None = None

    def give(self, role: Any) -> None:
        """Set the role object that the dispatcher takes when it starts first."""
        self.role = role
        self._ready = True

    def take(self, make: Callable[[], Any]) -> Any:
        """Return the role object for a dispatcher that starts: the one given, or a new one."""
        if self._ready:
            self._ready = False
            return self.role
        self.index.remove_owner(None)
        self.events.remove_owner(None)
        self.in_session = False
        self.role = make()
        return self.role

    def notice(self, notice: Any) -> None:
        """Have the role hear of something; the dispatcher is told that it waits."""
        self.notices.append(notice)

    def next_notice(self) -> Any:
        """Take out the notice that has waited longest; None if there is none."""
        return self.notices.popleft() if self.notices else None

    # what the role was told

    def told_of_stream(self, epoch: int) -> None:
        """The role knows of a stream."""
        self.established = epoch
        self.in_stream = True
        if self.connecting is not None and not self.connecting.done():
            self.connecting.set_result(True)

    def told_of_end(self) -> None:
        """The role knows that its stream is over."""
        self.in_stream = False

    def told_of_session(self, begun: bool) -> bool:
        """The role knows that a session has begun, or is over; returns whether that is news."""
        news, self.in_session = self.in_session is not begun, begun
        return news

    # who waits

    def wait_for_start(self, make: Callable[[], asyncio.Future[bool]]) -> asyncio.Future[bool]:
        """Want the session; returns a future that is done when it is up."""
        up = self.in_stream and self.wanted  # a stream that is being closed is not meant
        self.want()
        if self.connecting is None or self.connecting.done():
            self.connecting = make()
        if up:
            self.connecting.set_result(True)
        return self.connecting

    def want(self) -> None:
        """Want the session to be connected."""
        self.wanted = True

    def wait_for_end(self, future: asyncio.Future[str]) -> None:
        """Have this future done when the session has ended for good."""
        self.disconnected = future

    def unwanted(self) -> None:
        """Want the session no more."""
        self.wanted = False

    def over(self, reason: str) -> None:
        """The session has ended; for good, unless it is wanted again meanwhile."""
        if self.disconnected is not None and not self.disconnected.done():
            self.disconnected.set_result(reason)
        if self.wanted:
            return
        if self.connecting is not None and not self.connecting.done():
            self.connecting.set_exception(NotConnectedError(reason))
            self.connecting.exception()  # who only calls connect() need not look

    def counted(self, count: int) -> None:
        """Note that stanzas were dealt with."""
        self.dispatched += count


@contextmanager
def building(session: Any) -> Iterator[None]:
    """Have a role object that is made meanwhile belong to this session."""
    token = _BUILDING.set(session)
    try:
        yield
    finally:
        _BUILDING.reset(token)


def notify(role: Any, notice: Any) -> None:
    """Let a role hear of a notice."""
    if isinstance(notice, m.Outcomes):
        role.stanza_outcomes(notice.outcome, notice.stanzas, notice.reason)
    elif isinstance(notice, m.StreamFinished):
        role.stream_finished(notice)
    elif isinstance(notice, m.SessionLost):
        role.session_lost(notice.reason)
    else:
        role.session_over(notice.reason)
