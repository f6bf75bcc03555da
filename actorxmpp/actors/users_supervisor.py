"""The supervisor of a component's users: one actor for each address, on demand.

A failing user is restarted alone, after a delay that grows while it keeps failing; it never costs
the others anything, so there is no limit on restarts. Once every ``idle`` seconds it looks at all
users, in portions, and lets those go that got nothing.

It tells the table (``users_table.py``) when an actor runs, can't be started or has ended.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from actorxmpp.actors.users import UserActor
from actorxmpp.actors.users_table import UserCell
from actorxmpp.stanza.rootstanza import RootStanza
from supervisors import Backoff, ChildSpec, DynamicSupervisor, Restart, dead_letters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from actorxmpp.actors.users_table import UserTable
    from supervisors import DeadLetter, LoopRef, StartError
    from supervisors.child import Child

__all__ = ["UsersSupervisor", "users_spec"]

RESTART_BACKOFF: Final = Backoff(min=0.02, max=30.0, reset_after=60.0)
"""The first restart is all but immediate; a user that fails at once is tried twice a minute."""

LOOK_PORTION: Final = 500
"""Users looked at in one turn: half a millisecond."""


def users_spec(table: UserTable) -> ChildSpec:
    """The child of a session that holds the users."""
    return ChildSpec(id="users", start=UsersSupervisor, args=(table,))


class UsersSupervisor(DynamicSupervisor):
    """Starts, restarts and stops the users of one component."""

    __slots__ = ("_round", "_table")

    def __init__(self, table: UserTable) -> None:
        template = ChildSpec(
            id="user",
            start=table.settings.user_class,
            restart=Restart.TRANSIENT,
            backoff=RESTART_BACKOFF,
        )
        super().__init__(template, name="users")
        self._table = table
        self._round: Iterator[UserCell] = iter(())

    # life

    def on_start(self) -> None:
        """Begin without users."""
        self._table.reset(self.actor_ref.tell)
        self.call_later(self._table.settings.idle, self._look)

    def on_stop(self) -> None:
        """End without users."""
        self._table.reset(None)

    def on_failure(self, *_exc_info: Any) -> None:
        """End without users after a bug here, too."""
        self._table.reset(None)

    def on_receive(self, message: Any) -> None:
        """Start a user."""
        if type(message) is UserCell:
            self.start_child(message)

    # idle users

    def _look(self) -> None:
        self._round = iter(self._table)
        self._look_on()

    def _look_on(self) -> None:
        left = LOOK_PORTION
        for cell in self._round:
            self._table.look(cell)
            left -= 1
            if not left:
                self.call_later(0, self._look_on)
                return
        self.call_later(self._table.settings.idle, self._look)

    # what becomes of a user's actor

    def _started(self, child: Child, ref: LoopRef[Any], *, again: bool) -> None:
        super()._started(child, ref, again=again)
        self._table.started(_cell_of(child), ref, again=again)

    def _start_failed(self, child: Child, cause: BaseException) -> StartError:
        self._table.not_started(_cell_of(child), cause)
        return super()._start_failed(child, cause)

    def _forget(self, child: Child) -> None:
        super()._forget(child)
        self._table.gone(_cell_of(child))


def _cell_of(child: Child) -> UserCell:
    assert child.extra is not None
    cell: UserCell = child.extra[0][0]
    return cell


def _answer(letter: DeadLetter) -> None:
    """Take care of a stanza whose user ended before it came to it."""
    stanza = letter.message
    if isinstance(stanza, RootStanza) and issubclass(
        getattr(letter.target, "actor_class", object), UserActor
    ):
        table = stanza.stream.session_context.users
        if table is not None:
            table.left_over(stanza, dropped=letter.target.is_alive())


dead_letters.subscribe(_answer)
