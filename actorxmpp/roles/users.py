"""Users of a component, as gateway authors switch them on.

``component.users(MyUser)`` gives each address of the component (``romeo@gateway.example.net``) an
actor of its own. The component's own address, and IQs a plugin has a handler for, are dealt with as
ever.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from actorxmpp.actors.users_table import (
    IDLE_AFTER,
    USERS_LIMIT,
    UserAddress,
    UserCounts,
    UsersSettings,
    UserTable,
)
from actorxmpp.exceptions import ActorXMPPError, NotConnectedError
from actorxmpp.jid import JID
from actorxmpp.roles.presences import Presences
from actorxmpp.stanza import Iq, Message, Presence
from supervisors import MaxChildren

if TYPE_CHECKING:
    from collections.abc import Callable

    from actorxmpp.actors.users import UserActor
    from actorxmpp.xmlstream.stanzabase import StanzaBase

__all__ = ["Users"]


class Users(Presences):
    """``users``, ``user`` and what they need."""

    def users(
        self,
        user_class: type[UserActor],
        *,
        idle: float = IDLE_AFTER,
        limit: int = USERS_LIMIT,
        admit: Callable[[JID], bool] | None = None,
    ) -> None:
        """Give each address of this component an actor of its own, from its first stanza on.

        To be called before the session starts, best in ``__init__``.

        Args:
            user_class: what a user is.
            idle: seconds without a stanza after which a user's actor stops; it may take twice that.
            limit: actors there may be at once; a stanza for one more is answered with an error.
            admit: whether there is a user of that bare address; it must not block. Stanzas for
                others are answered with ``item-not-found``.

        Raises:
            ValueError: if ``idle`` or ``limit`` is not above 0.
            ActorXMPPError: if the session runs and has no users.
        """
        if not idle > 0 or limit < 1:
            raise ValueError(f"idle and limit must be above 0, not {idle!r} and {limit!r}")
        settings = UsersSettings(user_class, idle, limit, admit)
        context = self._context
        if context.users is not None:  # this object takes the place of one that failed
            context.users.change(settings)
        elif context.session is not None and context.session.is_alive():
            raise ActorXMPPError("users() has to be called before the session starts")
        else:
            context.users = UserTable(context, settings)

    async def user(self, jid: JID | str) -> UserAddress:
        """The user of an address; its actor runs when this returns.

        Args:
            jid: the address; its resource is left out.

        Returns:
            The user's address: ``tell``, ``ask``, ``ref``. It stays good when the actor restarts,
            and when it stopped for being idle, ``tell`` and ``ask`` start it again.

        Raises:
            InvalidJID: if ``jid`` is no address.
            NotConnectedError: if the session has not been started.
            ActorXMPPError: if ``users`` was not called, or there is no such user or no room.
            StartError: if the actor can't be started.
        """
        table = self._user_table()
        if not table.supervised:
            raise NotConnectedError("connect() was not called: there are no actors yet")
        address = table.user(JID(jid).bare)
        if address is None:
            raise ActorXMPPError(f"{jid}: there is no such user")
        try:
            await address.start()
        except MaxChildren as error:
            raise ActorXMPPError(f"{jid}: there are too many users") from error
        return address

    @property
    def user_counts(self) -> UserCounts:
        """What has happened to the users so far."""
        return self._user_table().counts

    @property
    def active_users(self) -> int:
        """How many users have an actor now."""
        return len(self._user_table())

    def _user_table(self) -> UserTable:
        table = self._context.users
        if table is None:
            raise ActorXMPPError("users() was not called")
        return table

    # stanzas

    def handle_builtin(self, stanza: StanzaBase) -> bool:
        """Give stanzas for users to their actors; the rest is the component's own."""
        table = self._context.users
        if table is not None:
            kind = type(stanza)
            if kind is Message or kind is Presence:
                if table.take(stanza):  # type: ignore[arg-type]  # both are root stanzas
                    return True
            elif kind is Iq and self._is_for_user(stanza):
                return table.take(stanza)  # type: ignore[arg-type]  # an IQ is one, too
        return super().handle_builtin(stanza)

    def _is_for_user(self, iq: StanzaBase) -> bool:
        """Whether an IQ is a request that no handler takes: plugins answer for all addresses."""
        if iq.xml.get("type") not in ("get", "set") or "@" not in iq.xml.get("to", ""):
            return False
        return not self._context.index.match(iq)

    def handle_presence(self, presence: Presence) -> Any:
        """Keep the roster of the address a presence is for, and raise the events."""
        return super().handle_builtin(presence)
