"""The IQs a session waits for, keyed by id and peer.

A reply completes its request by one look-up, however many requests are outstanding. The sender is
part of the key: a stranger who guesses an id completes nothing (RFC 6120 section 8.1.2.1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from actorxmpp.stanza import Iq

__all__ = ["PENDING_IQ_LIMIT", "IqTable", "TooManyIqs"]

PENDING_IQ_LIMIT = 100_000
"""Requests one session may wait for at once: a peer that never answers can't fill the memory."""


class TooManyIqs(Exception):
    """The session waits for PENDING_IQ_LIMIT replies already."""


class PendingIq:
    """One request that waits for its reply."""

    __slots__ = ("callback", "future", "request", "timer")

    def __init__(
        self,
        request: Iq,
        future: asyncio.Future[Any],
        callback: Callable[[Iq], Any] | None,
    ) -> None:
        self.request = request
        self.future = future
        self.callback = callback
        self.timer: asyncio.TimerHandle | None = None


class IqTable:
    """Requests under way.

    Attributes:
        own: addresses that stand for the session itself: a request to none of them or to any
            may be answered by any (RFC 6120 section 8.1.2.1: the server answers for the account).
    """

    __slots__ = ("_pending", "own")

    def __init__(self) -> None:
        self._pending: dict[tuple[str, str], PendingIq] = {}
        self.own: frozenset[str] = frozenset(("",))

    def __len__(self) -> int:
        return len(self._pending)

    def add(self, key: tuple[str, str], pending: PendingIq) -> None:
        """Wait for the reply to a request.

        Raises:
            TooManyIqs: if PENDING_IQ_LIMIT requests wait already.
            ValueError: if a request with this id waits for this peer.
        """
        if len(self._pending) >= PENDING_IQ_LIMIT:
            raise TooManyIqs(f"{PENDING_IQ_LIMIT} IQs are waiting for a reply")
        if key in self._pending:
            raise ValueError(f"an IQ with id {key[0]!r} to {key[1]!r} is waiting already")
        self._pending[key] = pending

    def key(self, id: str, peer: str) -> tuple[str, str]:
        """Make the key for a request's ``to`` or a reply's ``from``."""
        return id, "" if peer in self.own else peer

    def pop(self, key: tuple[str, str]) -> PendingIq | None:
        """Take a request out; its timer is cancelled."""
        pending = self._pending.pop(key, None)
        if pending is not None and pending.timer is not None:
            pending.timer.cancel()
            pending.timer = None
        return pending

    def pop_all(self) -> list[PendingIq]:
        """Take all requests out, oldest first."""
        return [pending for key in list(self._pending) if (pending := self.pop(key)) is not None]
