"""Sessions kept in memory: they survive the end of a session in this process, and nothing more."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from actorxmpp.store.base import StoredSession

__all__ = ["MemoryStore"]


class MemoryStore:
    """A ``SessionStore`` for tests, and for fleets whose sessions are stopped and started again."""

    def __init__(self) -> None:
        self._sessions: dict[str, StoredSession] = {}

    async def load(self, session_id: str) -> StoredSession | None:
        """Return what was saved last, or None."""
        return self._sessions.get(session_id)

    async def save(self, session_id: str, session: StoredSession) -> None:
        """Keep a session."""
        self._sessions[session_id] = session

    async def remove(self, session_id: str) -> None:
        """Forget a session."""
        self._sessions.pop(session_id, None)

    async def close(self) -> None:
        """Nothing to finish."""

    def __len__(self) -> int:
        return len(self._sessions)

    def __repr__(self) -> str:
        return f"<MemoryStore of {len(self)} sessions>"
