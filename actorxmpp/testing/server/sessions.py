"""The sessions that can be resumed (XEP-0198 section 5), and how each of them ends.

A session without stream management ends with its stream. One that can be resumed and whose
connection is lost waits here: a `WaitingStream` replaces its stream, keeps what is sent
to it, and its time runs. To everybody else it is online all the while.

Rules: a session ends exactly once, through `ended`, whether it was closed, replaced, expired or let
too much wait. What is remembered of ended ones (how many stanzas were handled, for the ``h`` of a
refusal) is bounded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from actorxmpp.testing.server.limits import MAX_ENDED

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from actorxmpp.testing.server.directory import Resource, SessionStream
    from actorxmpp.testing.server.management import Management


class Sessions:
    """Sessions by the id they are resumed by.

    Args:
        loop: whose time runs.
        ended: called with a session that is over.

    Attributes:
        resumable: id to session, those that wait included.
        resumptions: how many were resumed so far.
    """

    __slots__ = ("_ended", "_handled", "_loop", "_timers", "resumable", "resumptions")

    def __init__(self, loop: asyncio.AbstractEventLoop, ended: Callable[[Resource], None]) -> None:
        self.resumable: dict[str, Resource] = {}
        self.resumptions = 0
        self._loop = loop
        self._ended = ended
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._handled: dict[str, tuple[str, int]] = {}

    @property
    def waiting(self) -> int:
        """Return how many sessions have lost their connection and wait."""
        return len(self._timers)

    def add(self, resource: Resource, management: Management) -> None:
        """Enter a session that can be resumed."""
        self.resumable[management.id] = resource

    def find(self, previd: str, bare: str) -> Resource | None:
        """Return the session of an account that has this id, if it can be resumed.

        Args:
            previd: the id.
            bare: the account's address; another account's sessions are not found.
        """
        resource = self.resumable.get(previd)
        return resource if resource is not None and resource.user.bare == bare else None

    def handled(self, previd: str, bare: str) -> int | None:
        """Return how many stanzas an ended session of an account had handled; None: unknown."""
        owner, handled = self._handled.get(previd, ("", 0))
        return handled if owner == bare else None

    def lost(self, resource: Resource) -> bool:
        """Let a session wait whose connection is lost.

        Returns:
            Whether it waits; False: it can't be resumed, its owner has to end it.
        """
        management = resource.management
        if management is None or self.resumable.get(management.id) is not resource:
            return False
        resource.stream = WaitingStream(self, management)
        timer = self._loop.call_later(management.seconds, self.end, resource)
        self._timers[management.id] = timer
        return True

    def resume(self, resource: Resource, stream: SessionStream) -> None:
        """Give a session a new stream; the one it has, if any, ends with ``conflict``."""
        assert resource.management is not None
        self._stop_timer(resource.management)
        before, resource.stream = resource.stream, stream
        before.hand_over()
        self.resumptions += 1

    def end(self, resource: Resource) -> None:
        """End a session. Safe to repeat."""
        management = resource.management
        if management is not None:
            self._stop_timer(management)
            if self.resumable.pop(management.id, None) is not None:
                self._remember(management, resource.user.bare)
        self._ended(resource)

    def end_by_id(self, session_id: str) -> None:
        """End a session, if there is one with this id."""
        resource = self.resumable.get(session_id)
        if resource is not None:
            self.end(resource)

    def end_soon(self, session_id: str) -> None:
        """End a session in the next turn of the loop."""
        self._loop.call_soon(self.end_by_id, session_id)

    def forget(self) -> None:
        """Lose all sessions: those that wait end, the others can't be resumed any more."""
        sessions = list(self.resumable.items())
        self.resumable.clear()
        for session_id, resource in sessions:
            if session_id in self._timers:
                self.end(resource)

    def _remember(self, management: Management, bare: str) -> None:
        self._handled[management.id] = (bare, management.handled)
        if len(self._handled) > MAX_ENDED:
            del self._handled[next(iter(self._handled))]

    def _stop_timer(self, management: Management) -> None:
        timer = self._timers.pop(management.id, None)
        if timer is not None:
            timer.cancel()


class WaitingStream:
    """Stands in for the stream of a session whose connection is lost."""

    __slots__ = ("_management", "_over", "_sessions")

    def __init__(self, sessions: Sessions, management: Management) -> None:
        self._sessions = sessions
        self._management = management
        self._over = False

    def send(self, data: bytes) -> None:
        """Keep a stanza for the resumption; too many of them end the session."""
        self._management.sent(data)
        if self._management.overfull and not self._over:
            self._over = True
            # not at once: whoever sends may be in the middle of a list of receivers
            self._sessions.end_soon(self._management.id)

    def fail(self, condition: str, text: str = "") -> None:  # noqa: ARG002  nobody reads it
        """End the session."""
        self._sessions.end_by_id(self._management.id)

    def cut(self) -> None:
        """Do nothing: there is no connection."""

    def hand_over(self) -> None:
        """Do nothing: the session has a stream again."""
