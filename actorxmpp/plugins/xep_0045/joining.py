"""Entering rooms: the request, what comes in answer, and what is remembered to enter again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from actorxmpp.exceptions import PresenceError

if TYPE_CHECKING:
    import asyncio
    import datetime as dt

    from actorxmpp.stanza import Message, Presence

__all__ = ["BUFFER_LIMIT", "GONE_FOR_GOOD", "Join", "JoinResult", "SelfStatus", "Waiting"]

BUFFER_LIMIT = 10_000
"""Presences and messages of history kept while entering; a room may have that many."""


class SelfStatus:
    """Status codes in presences about ourselves (XEP-0045 section 15.6.2)."""

    SELF = 110
    CREATED = 201
    BANNED = 301
    NICK_CHANGED = 303
    KICKED = 307
    AFFILIATION_LOST = 321
    MEMBERS_ONLY = 322
    SERVICE_SHUTDOWN = 332
    TECHNICAL = 333


GONE_FOR_GOOD = frozenset(
    (
        SelfStatus.BANNED,
        SelfStatus.KICKED,
        SelfStatus.AFFILIATION_LOST,
        SelfStatus.MEMBERS_ONLY,
    )
)
"""After these a room is not entered again by itself, unless it was a technical problem."""


class JoinResult(NamedTuple):
    """What a room said to somebody who entered: own presence, subject, occupants, history."""

    presence: Presence
    subject: Message
    occupants: list[Presence]
    history: list[Message]


@dataclass(slots=True)
class Join:
    """How a room was entered, to enter it again.

    Attributes:
        nick: our nickname.
        password: the room's.
        options: arguments of ``make_presence``.
        last_seen: when the last message came; where history goes on from.
        attempts: how often entering again was tried since it last worked.
    """

    nick: str
    password: str | None = field(default=None, repr=False)
    options: dict[str, Any] = field(default_factory=dict)
    last_seen: dt.datetime | None = None
    attempts: int = 0


class Waiting:
    """Collects what a room sends to somebody who enters: occupants, self, history, subject."""

    __slots__ = ("future", "history", "occupants", "presence")

    def __init__(self, future: asyncio.Future[JoinResult]) -> None:
        self.future = future
        self.presence: Presence | None = None
        self.occupants: list[Presence] = []
        self.history: list[Message] = []

    def saw_presence(self, presence: Presence) -> None:
        """Note an occupant, or ourselves."""
        if SelfStatus.SELF in presence["muc"]["status_codes"]:
            self.presence = presence
        elif len(self.occupants) < BUFFER_LIMIT:
            self.occupants.append(presence)

    def saw_message(self, message: Message) -> None:
        """Note a message of the history."""
        delayed = message.xml.find("{urn:xmpp:delay}delay") is not None
        if delayed and len(self.history) < BUFFER_LIMIT:
            self.history.append(message)

    def saw_subject(self, message: Message) -> None:
        """The subject comes last."""
        if self.presence is not None and not self.future.done():
            result = JoinResult(self.presence, message, self.occupants, self.history)
            self.future.set_result(result)

    def failed(self, presence: Presence) -> None:
        """The room refused."""
        if not self.future.done():
            self.future.set_exception(PresenceError(presence))
