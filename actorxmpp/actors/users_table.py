"""The users of a component: who there is, where stanzas for them go, when they stop.

One look-up by the ``to`` address, however many users there are. A user's place (``UserCell``)
outlives its actor: while that starts or restarts, stanzas wait in the place, up to a limit. A
stanza that can't be given to its user is answered with an error and counted;
none is lost silently.

Rules of this file: no actor's code; only the session's own loop touches it. The supervisor beside
it (``users_supervisor.py``) starts actors and tells of their ends.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from actorxmpp.actors.users import IDLE
from actorxmpp.exceptions import ActorXMPPError, XMPPError
from actorxmpp.jid import JID
from actorxmpp.stanza.rootstanza import RootStanza
from supervisors import ActorDeadError, InboxFull

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pykka

    from actorxmpp.actors.context import SessionContext
    from actorxmpp.actors.users import UserActor

__all__ = ["UserCell", "UserCounts", "UserTable", "UsersSettings"]

USERS_LIMIT: Final = 100_000
"""Users of one component at once: whoever makes up addresses can't fill the memory."""

USER_STASH_LIMIT: Final = 1_000
"""Stanzas that wait for a user that is starting or restarting."""

IDLE_AFTER: Final = 600.0
"""Seconds: ten minutes, the pause after which a chat has most often ended."""


@dataclass(slots=True)
class UserCounts:
    """What has happened to the users of a component.

    Attributes:
        started: actors started, restarts apart.
        restarted: actors started again after a failure.
        idled: actors stopped because nothing came for them.
        failed: actors that could not be started.
        refused: stanzas answered with an error: a limit was reached, or there is no such user.
        lost: stanzas answered with an error because the session ended before their actor came to
            them, or more waited behind a failure than can be kept.
    """

    started: int = 0
    restarted: int = 0
    idled: int = 0
    failed: int = 0
    refused: int = 0
    lost: int = 0


@dataclass(frozen=True, slots=True)
class UsersSettings:
    """How a component's users behave.

    Attributes:
        user_class: what each user is.
        idle: seconds; a user that got no stanza for this long, at most twice, is stopped.
        limit: users there may be at once.
        admit: whether there is such a user; None is everybody.
    """

    user_class: type[UserActor]
    idle: float = IDLE_AFTER
    limit: int = USERS_LIMIT
    admit: Callable[[JID], bool] | None = None


class UserCell:
    """A user's place: its address, its actor while there is one, what waits for it.

    Attributes:
        name: the bare address as text.
        table: where it belongs.
        ref: the running actor; None while there is none.
        used: whether something came since the last look.
    """

    __slots__ = ("_stash", "_waiters", "name", "ref", "table", "used")

    def __init__(self, name: str, table: UserTable) -> None:
        self.name = name
        self.table = table
        self.ref: pykka.ActorRef[Any] | None = None
        self.used = True
        self._stash: deque[Any] | None = None
        self._waiters: list[asyncio.Future[None]] | None = None

    def __repr__(self) -> str:
        return f"<UserCell {self.name}>"

    @property
    def jid(self) -> JID:
        """The bare address."""
        return JID(self.name)

    def is_alive(self) -> bool:
        """Whether its actor runs."""
        return self.ref is not None and self.ref.is_alive()

    def tell(self, message: Any) -> bool:
        """Send a message; the actor is started if there is none.

        Returns:
            False if it was refused: too much is waiting.
        """
        self.used = True
        if self.ref is not None:
            try:
                self.ref.tell(message)
            except InboxFull:
                return False
            except ActorDeadError:
                self.ref = None
            else:
                return True
        if not self.keep(message):
            return False
        if self.table.revive(self):
            return True
        self.take_stash()
        return False

    def keep(self, message: Any) -> bool:
        """Keep a message for the actor's next start; False if too much is waiting."""
        if self._stash is None:
            self._stash = deque()
        if len(self._stash) >= USER_STASH_LIMIT:
            return False
        self._stash.append(message)
        return True

    async def ask(self, message: Any) -> Any:
        """Send a message and return the answer; the actor is started if there is none.

        Raises:
            ActorXMPPError: it could not be started, or there are too many.
            Exception: what the actor raised.
        """
        await self.started()
        assert self.ref is not None
        self.used = True
        return await self.ref.ask(message, block=False)

    async def started(self) -> None:
        """Wait until the actor runs.

        Raises:
            ActorXMPPError: it could not be started, or there are too many.
        """
        if self.is_alive():
            return
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self._waiters is None:
            self._waiters = []
        self._waiters.append(waiter)
        if not self.table.revive(self):
            self.take_waiters()
            raise ActorXMPPError(f"{self.name}: there are too many users, or none such")
        await waiter

    def take_stash(self) -> deque[Any]:
        """What waits; the place is empty then."""
        stash, self._stash = self._stash, None
        return stash or deque()

    def take_waiters(self) -> list[asyncio.Future[None]]:
        """Who waits for the start."""
        waiters, self._waiters = self._waiters, None
        return [waiter for waiter in waiters or () if not waiter.done()]

    @property
    def wanted(self) -> bool:
        """Whether there is something for it to do."""
        return bool(self._stash) or bool(self._waiters)


class UserTable:
    """All users of one component.

    Attributes:
        context: the session.
        settings: how they behave.
        counts: what has happened to them.
        start: starts a place's actor; the supervisor's, None while there is none.
    """

    __slots__ = ("_cells", "context", "counts", "settings", "start")

    def __init__(self, context: SessionContext, settings: UsersSettings) -> None:
        self.context = context
        self.settings = settings
        self.counts = UserCounts()
        self.start: Callable[[UserCell], object] | None = None
        self._cells: dict[str, UserCell] = {}

    def __len__(self) -> int:
        return len(self._cells)

    def __iter__(self) -> Iterator[UserCell]:
        return iter(list(self._cells.values()))

    def __contains__(self, name: str) -> bool:
        return name in self._cells

    # stanzas

    def take(self, stanza: RootStanza) -> bool:
        """Give a stanza to the user it is for; False if it is for the component itself."""
        name = stanza.xml.get("to", "").partition("/")[0]
        if "@" not in name:
            return False
        cell = self._cells.get(name)
        if cell is None:
            if stanza.xml.get("type") == "error":
                return True  # nobody is started to hear that something did not arrive
            cell = self.enter(JID(name).bare)
            if cell is None:
                self._refuse(stanza, "item-not-found", "there is no such user")
                return True
        if not cell.tell(stanza):
            self._refuse(stanza, "resource-constraint", "too much is waiting")
        return True

    def enter(self, name: str) -> UserCell | None:
        """The place of an address, made if there is none; None if nobody has that address."""
        cell = self._cells.get(name)
        if cell is None:
            admit = self.settings.admit
            if admit is not None and not admit(JID(name)):
                return None
            cell = UserCell(name, self)
        return cell

    def revive(self, cell: UserCell) -> bool:
        """Start a place's actor, unless that is under way; False if there is no room."""
        if cell.name in self._cells:
            return self._cells[cell.name] is cell
        if len(self._cells) >= self.settings.limit or self.start is None:
            return False
        self._cells[cell.name] = cell
        self.start(cell)
        return True

    def _refuse(self, stanza: RootStanza, condition: Any, text: str) -> None:
        self.counts.refused += 1
        self.answer(stanza, XMPPError(condition, text))

    @staticmethod
    def answer(stanza: Any, error: Exception) -> None:
        """Answer a stanza with an error, if that can be; the outbox counts what can't be sent."""
        if isinstance(stanza, RootStanza):
            with contextlib.suppress(ActorXMPPError):  # the queue is full: that sender is told
                stanza.exception(error)

    # what the supervisor says

    def started(self, cell: UserCell, ref: pykka.ActorRef[Any], *, again: bool) -> None:
        """A user's actor runs: it gets what waited, in order."""
        if again:
            self.counts.restarted += 1
        else:
            self.counts.started += 1
        cell.ref = ref
        for message in cell.take_stash():
            if not cell.tell(message):
                self._refuse(message, "resource-constraint", "too much is waiting")
        for waiter in cell.take_waiters():
            waiter.set_result(None)

    def not_started(self, cell: UserCell, error: BaseException) -> None:
        """A user's actor can't be started: what waits is answered."""
        self.counts.failed += 1
        refusal = error if isinstance(error, XMPPError) else XMPPError("internal-server-error")
        for stanza in cell.take_stash():
            self.answer(stanza, refusal)
        for waiter in cell.take_waiters():
            waiter.set_exception(error)

    def gone(self, cell: UserCell) -> None:
        """A user's actor has ended for good; a new one is started if something waits."""
        if self._cells.get(cell.name) is not cell:
            return
        cell.ref = None
        del self._cells[cell.name]
        if cell.wanted and not self.revive(cell):
            self.not_started(cell, XMPPError("resource-constraint"))

    def left_over(self, stanza: RootStanza, *, dropped: bool) -> None:
        """A stanza its actor did not come to: it waits for the next one, if it can.

        Args:
            stanza: the stanza.
            dropped: newer ones needed its place.
        """
        if dropped:
            self._refuse(stanza, "resource-constraint", "too much is waiting")
            return
        cell = self._cells.get(JID(stanza.xml.get("to", "")).bare)
        if cell is None or self.start is None or not cell.keep(stanza):
            self._lose(stanza)

    def _lose(self, stanza: Any) -> None:
        self.counts.lost += 1
        self.answer(stanza, XMPPError("recipient-unavailable"))

    def reset(self, start: Callable[[UserCell], object] | None) -> None:
        """Begin, or end, without users."""
        cells, self._cells = self._cells, {}
        self.start = start
        for cell in cells.values():
            cell.ref = None
            for stanza in cell.take_stash():
                self._lose(stanza)
            for waiter in cell.take_waiters():
                waiter.set_exception(ActorDeadError(f"{cell.name}: the component has ended"))

    @staticmethod
    def look(cell: UserCell) -> None:
        """Tell a user that nothing came since the last look."""
        if cell.used:
            cell.used = False
        elif cell.ref is not None:
            with contextlib.suppress(ActorDeadError, InboxFull):
                cell.ref.tell(IDLE)
