"""The users of a component: who there is, and what becomes of stanzas that can't reach one.

A user is an entity of ``supervisors.Entities``: an address that is always good, an actor that its
first stanza starts, that restarts alone, and that ends when nothing comes. Here is what is XMPP
about it: one look-up by the ``to`` address finds the user, and a stanza that can't be given to its
user is answered with an error and counted; none is lost silently.

Rules of this file: no actor's code; only the session's own loop touches it.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final

from actorxmpp.exceptions import ActorXMPPError, XMPPError
from actorxmpp.jid import JID
from actorxmpp.stanza.rootstanza import RootStanza
from supervisors import (
    Backoff,
    ChildSpec,
    DynamicSupervisor,
    Entities,
    EntityAddress,
    EntityCounts,
    EventLoopActor,
    RefusalReason,
    Restart,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from actorxmpp.actors.rolestate import RoleState
    from supervisors import Refusal

__all__ = ["UserAddress", "UserCounts", "UserTable", "UsersSettings", "users_spec"]

USERS_LIMIT: Final = 100_000
"""Users of one component at once: whoever makes up addresses can't fill the memory."""

USER_BUFFER: Final = 1_000
"""Stanzas that wait for a user that is starting or restarting."""

IDLE_AFTER: Final = 600.0
"""Seconds: ten minutes, the pause after which a chat has most often ended."""

RESTART_BACKOFF: Final = Backoff(min=0.02, max=30.0, reset_after=60.0)
"""The first restart is all but immediate; a user that fails at once is tried twice a minute. It is
not counted against the supervisor: a failing user never costs the others anything."""

LOST: Final = (RefusalReason.ENDED, RefusalReason.STOPPED)
"""The user's actor, or the session, ended before it came to the stanza."""


@dataclass(slots=True)
class UserCounts(EntityCounts):
    """What has happened to the users of a component.

    Attributes:
        started: actors started, restarts apart.
        restarted: actors started again after a failure.
        idled: actors stopped because nothing came for them.
        failed: starts that failed; what waited was answered with an error.
        refused: stanzas answered with an error: a limit was reached, or there is no such user.
        lost: stanzas answered with an error because the session, or the user for good, ended before
            their actor came to them.
    """

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

    user_class: type[EventLoopActor]
    idle: float = IDLE_AFTER
    limit: int = USERS_LIMIT
    admit: Callable[[JID], bool] | None = None


class UserAddress(EntityAddress):
    """Where a user is reached, whether its actor runs or not: ``tell``, ``ask``, ``start``."""

    __slots__ = ()

    entities: UserTable

    @property
    def name(self) -> str:
        """The bare address as text."""
        name: str = self.child_id
        return name

    @property
    def jid(self) -> JID:
        """The bare address."""
        return JID(self.child_id)


class UserTable(Entities):
    """All users of one component.

    Attributes:
        roles: the component they belong to.
        counts: what has happened to them.
    """

    __slots__ = ("_admit", "roles")

    address_class: ClassVar[type[EntityAddress]] = UserAddress
    counts: UserCounts

    def __init__(self, roles: RoleState, settings: UsersSettings) -> None:
        super().__init__(
            _user_spec(settings.user_class),
            idle=settings.idle,
            limit=settings.limit,
            on_refused=self._answer_refused,
        )
        self.counts = UserCounts()
        self.roles = roles
        self._admit = settings.admit

    def change(self, settings: UsersSettings) -> None:
        """Behave otherwise from the next start on."""
        spec = _user_spec(settings.user_class)
        self.configure(spec, idle=settings.idle, limit=settings.limit)
        self._admit = settings.admit

    def take(self, stanza: RootStanza) -> bool:
        """Give a stanza to the user it is for; False if it is for the component itself."""
        name = stanza.xml.get("to", "").partition("/")[0]
        if "@" not in name:
            return False
        address = self.find(name)
        if address is None:
            if stanza.xml.get("type") == "error":
                return True  # no actor is started for what did not arrive
            address = self.user(JID(name).bare)
            if address is None:
                self._refuse(stanza, XMPPError("item-not-found", "there is no such user"))
                return True
        address.tell(stanza)
        return True

    def user(self, name: str) -> UserAddress | None:
        """Return the user of a bare address; None if there is none."""
        if name not in self and self._admit is not None and not self._admit(JID(name)):
            return None
        address = self.address(name)
        assert isinstance(address, UserAddress)
        return address

    def _answer_refused(self, message: Any, refusal: Refusal) -> None:
        if not isinstance(message, RootStanza):
            return
        if refusal.reason is RefusalReason.NOT_STARTED:
            cause = refusal.exception and refusal.exception.__cause__
            own = cause if isinstance(cause, XMPPError) else XMPPError("internal-server-error")
            self.answer(message, own)
        elif refusal.reason in LOST:
            self.counts.lost += 1
            self.answer(message, XMPPError("recipient-unavailable"))
        else:
            self._refuse(message, XMPPError("resource-constraint", "too much is waiting"))

    def _refuse(self, stanza: RootStanza, error: XMPPError) -> None:
        self.counts.refused += 1
        self.answer(stanza, error)

    @staticmethod
    def answer(stanza: Any, error: Exception) -> None:
        """Answer a stanza with an error, if that can be; the queue counts what can't be sent."""
        with contextlib.suppress(ActorXMPPError):  # the queue is full, and counts it
            stanza.exception(error)


def _user_spec(user_class: type[EventLoopActor]) -> ChildSpec:
    return ChildSpec(
        id="user",
        start=user_class,
        restart=Restart.TRANSIENT,
        backoff=RESTART_BACKOFF,
        buffer=USER_BUFFER,
        keep_waiting=True,
    )


def users_spec(table: UserTable) -> ChildSpec:
    """Return the child of a session that holds the users."""
    return ChildSpec("users", DynamicSupervisor, kwargs={"on_demand": table, "name": "users"})
