"""One user of a component as an actor: what gateway authors derive from.

A gateway speaks for many addresses, ``romeo@gateway.example.net`` and so on. With ``UserActor``
each of them is an actor of its own: started when the first stanza for it comes, stopped when none
has come for a while, restarted alone when it fails. ``ComponentXMPP.users`` switches it on.

Where it stands on a message's way: behind the dispatcher, in the place of the role's own handling.
Rules of this file: what runs here is the author's code; addresses, limits and counts are kept in
``users_table.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final, cast

from actorxmpp.exceptions import SendQueueFull, XMPPError
from actorxmpp.stanza import Iq, Message, Presence
from supervisors import EventLoopActor, InboxPolicy
from supervisors.lifecycle import is_awaitable

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from actorxmpp.actors.users_table import UserAddress
    from actorxmpp.componentxmpp import ComponentXMPP
    from actorxmpp.jid import JID
    from actorxmpp.stanza.rootstanza import RootStanza

__all__ = ["USER_INBOX_LIMIT", "UserActor"]

USER_INBOX_LIMIT: Final = 1_000
"""Stanzas that may wait for one user: more than two reads from the socket bring, so that only a
user that is slow meets it; the sender of the next one gets ``resource-constraint``."""


class UserActor(EventLoopActor):
    """One address of a component.

    Override what you need; all of these may be coroutine functions. Stanzas are handled one after
    another: while a coroutine runs, the next ones wait. What a handler raises is answered with an
    error; unless it is an ``XMPPError``, this actor alone restarts.

    Class options:
        inbox_limit: stanzas that may wait.
        inbox_policy: what happens to one more: refused with an error, or the oldest is dropped.
        sequential: False lets the next stanza be handled while a coroutine runs.
    """

    __slots__ = ("_address",)

    inbox_limit: ClassVar[int] = USER_INBOX_LIMIT
    inbox_policy: ClassVar[InboxPolicy] = InboxPolicy.REFUSE
    sequential: ClassVar[bool] = True
    business_errors: ClassVar[tuple[type[Exception], ...]] = (XMPPError,)

    def __init__(self, address: UserAddress) -> None:
        super().__init__()
        self._address = address

    @property
    def jid(self) -> JID:
        """The user's bare address."""
        return self._address.jid

    @property
    def component(self) -> ComponentXMPP:
        """The component this user belongs to, as it is now: it may have been made anew."""
        role = self._address.entities.roles.role
        assert role is not None, "users live as long as their session"
        return cast("ComponentXMPP", role)

    # what authors override

    def on_message(self, message: Message) -> Any:  # noqa: ARG002  overrides use it
        """Handle a message for this user; without an override it is refused."""
        raise XMPPError("service-unavailable")

    def on_presence(self, presence: Presence) -> Any:
        """Handle a presence or subscription for this user; by default its roster is kept by it.

        See ``component.roster[self.jid]``, ``auto_authorize`` and the ``presence_*`` events.
        """
        self.component.handle_presence(presence)

    def on_iq(self, iq: Iq) -> Any:  # noqa: ARG002  overrides use it
        """Handle a request that no plugin takes; without an override it is refused."""
        raise XMPPError("feature-not-implemented")

    def on_error(self, stanza: RootStanza) -> Any:
        """Handle a stanza of this user that came back as an error."""

    def on_told(self, message: Any) -> Any:
        """Handle what is no stanza: from ``tell`` and ``ask`` of ``component.user(jid)``.

        For what comes from the other network. What it returns is the answer to an ``ask``.
        """
        raise TypeError(f"{type(self).__name__} has no on_told for {message!r:.200}")

    def on_idle(self) -> Any:
        """Decide whether to stop: no stanza has come for a while.

        Returns:
            False to stay; anything else lets the actor stop (``on_stop`` follows).
        """

    # sending as this user

    def send_message(self, mto: JID | str, mbody: str, **kwargs: Any) -> None:
        """Send a message from this user; takes what ``BaseXMPP.send_message`` takes."""
        kwargs.setdefault("mfrom", self._address.name)
        self.component.send_message(mto, mbody, **kwargs)

    def send_presence(self, **kwargs: Any) -> None:
        """Send a presence from this user; takes what ``BaseXMPP.send_presence`` takes."""
        kwargs.setdefault("pfrom", self._address.name)
        self.component.send_presence(**kwargs)

    def make_iq(self, itype: str, ito: JID | str) -> Iq:
        """Make a request from this user; send it with ``await iq.send()``."""
        return self.component.make_iq(ifrom=self._address.name, ito=ito, itype=itype)

    # how stanzas come in

    def on_receive(self, message: Any) -> Any:
        """Give a stanza to its handler."""
        name = _HANDLERS.get(type(message))
        if name is None:
            return self.on_told(message)
        if message.xml.get("type") == "error":
            name = "on_error"
        try:
            result = getattr(self, name)(message)
        except Exception as error:
            if self._is_failure(error, message):
                raise
            return None
        if result is not None and is_awaitable(result):
            return self._await(result, message)
        return None

    async def _await(self, result: Awaitable[Any], stanza: RootStanza) -> None:
        try:
            await result
        except Exception as error:
            if self._is_failure(error, stanza):
                raise

    def _is_failure(self, error: Exception, stanza: RootStanza) -> bool:
        """Answer a stanza whose handler raised; return whether this actor has failed."""
        self._address.entities.answer(stanza, error)
        # A queue that is full is the connection's trouble: it is counted there.
        return not isinstance(error, (XMPPError, SendQueueFull))


_HANDLERS: Final = {Message: "on_message", Presence: "on_presence", Iq: "on_iq"}
