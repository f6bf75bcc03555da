"""What is stored of a session, and what a store can do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from actorxmpp.exceptions import ActorXMPPError

if TYPE_CHECKING:
    from actorxmpp.protocol.smactions import SmSnapshot

__all__ = ["RosterSnapshot", "SessionStore", "StoreError", "StoredItem", "StoredSession"]


class StoreError(ActorXMPPError):
    """A store can't be opened, or what is in it can't be read; the text names the file."""


@dataclass(frozen=True, slots=True)
class StoredItem:
    """One contact.

    Attributes:
        jid: the contact's bare JID.
        name: how the account's owner calls it.
        subscription: ``none``, ``to``, ``from`` or ``both`` (RFC 6121 section 2.1.2.5).
        pending_out: whether we wait for its approval.
        groups: the groups it is in.
    """

    jid: str
    name: str
    subscription: str
    pending_out: bool
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RosterSnapshot:
    """A roster as of one version (RFC 6121 section 2.6): the server sends only what has changed."""

    version: str
    items: tuple[StoredItem, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class StoredSession:
    """All a new process needs to take up a session.

    Attributes:
        sm: stream management's state with the unacknowledged stanzas; None: nothing to resume.
        mechanism: the SASL mechanism of the last login; a weaker one is refused.
        roster: the roster, if it has a version.
        saved_at: when, in seconds since the epoch: the only clock two processes share.
    """

    sm: SmSnapshot | None
    mechanism: str = ""
    roster: RosterSnapshot | None = None
    saved_at: float = 0.0


class SessionStore(Protocol):
    """Keeps sessions, by the session's id (the configured JID).

    One object may serve any number of sessions. A session has one call under way at a time.
    """

    async def load(self, session_id: str) -> StoredSession | None:
        """Return what was saved last, or None.

        Raises:
            StoreError: if it can't be read.
        """

    async def save(self, session_id: str, session: StoredSession) -> None:
        """Keep a session in place of what was saved before.

        When this returns the session survives the death of the process.

        Raises:
            StoreError: if it can't be written.
        """

    async def remove(self, session_id: str) -> None:
        """Forget a session; an unknown one is no error."""

    async def close(self) -> None:
        """Finish; what was saved stays."""
