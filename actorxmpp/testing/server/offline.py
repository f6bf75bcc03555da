"""Messages for accounts that are away: a small bounded store (RFC 6121 section 8.5.2.2, XEP-0160).

A full store refuses, and the sender gets ``service-unavailable``: a message is delivered, kept, or
answered, never lost in silence. Nothing is written to disk.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement

from actorxmpp.testing.server import namespaces as ns
from actorxmpp.testing.server.limits import OFFLINE_PER_USER, OFFLINE_TOTAL

if TYPE_CHECKING:
    from collections.abc import Callable

_KEPT_TYPES = frozenset({"normal", "chat"})


def utc_now() -> datetime:
    """Return the present moment, in UTC."""
    return datetime.now(UTC)


def is_kept(message: Element) -> bool:
    """Return whether to keep a message: a chat or normal one that is more than a chat state."""
    if message.get("type", "normal") not in _KEPT_TYPES:
        return False
    return len(message) == 0 or any(
        not child.tag.startswith(f"{{{ns.CHAT_STATES}}}") for child in message
    )


class OfflineStore:
    """Messages by the bare address they wait for."""

    __slots__ = ("_count", "_domain", "_messages", "_now", "_per_user", "_total")

    def __init__(
        self,
        domain: str,
        *,
        per_user: int = OFFLINE_PER_USER,
        total: int = OFFLINE_TOTAL,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        """Make an empty store.

        Args:
            domain: the server's name, written into the delay stamp.
            per_user: messages kept for one account.
            total: messages kept for all.
            now: the clock of the delay stamps.
        """
        self._domain = domain
        self._per_user = per_user
        self._total = total
        self._now = now
        self._messages: dict[str, list[Element]] = {}
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def put(self, bare: str, message: Element) -> bool:
        """Keep a message, stamped with the time (XEP-0203); False when there is no room."""
        waiting = self._messages.get(bare)
        if self._count >= self._total or (waiting and len(waiting) >= self._per_user):
            return False
        stamp = self._now().strftime("%Y-%m-%dT%H:%M:%SZ")
        SubElement(message, f"{{{ns.DELAY}}}delay", {"from": self._domain, "stamp": stamp})
        self._messages.setdefault(bare, []).append(message)
        self._count += 1
        return True

    def take(self, bare: str) -> list[Element]:
        """Hand out what waits for an account, oldest first, and forget it."""
        messages = self._messages.pop(bare, [])
        self._count -= len(messages)
        return messages
