"""Others' data, kept for a while and up to a size (XEP-0231 section 4.1)."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from actorxmpp.plugins.xep_0231.stanza import BitsOfBinary

__all__ = ["CACHE_BYTES", "CACHE_SECONDS", "Cache"]

CACHE_BYTES = 4 * 1024 * 1024
"""Characters of base64 that one session keeps; the oldest go."""

CACHE_SECONDS = 24 * 3600
"""How long data is kept unless it says itself; none is kept longer."""


class Cache:
    """Data by name, the oldest first."""

    __slots__ = ("_entries", "_size")

    def __init__(self) -> None:
        self._entries: OrderedDict[str, tuple[float, BitsOfBinary]] = OrderedDict()
        self._size = 0

    def put(self, bob: BitsOfBinary, now: float) -> None:
        """Keep data, as long as it says."""
        self.drop(bob["cid"])
        age = bob["max_age"]
        seconds = CACHE_SECONDS if age is None else min(age, CACHE_SECONDS)
        if not seconds:
            return
        self._entries[bob["cid"]] = (now + seconds, bob)
        self._size += len(bob.xml.text or "")
        while self._size > CACHE_BYTES:
            self.drop(next(iter(self._entries)))

    def get(self, cid: str, now: float) -> BitsOfBinary | None:
        """Return data; None if there is none, or no longer."""
        ends, found = self._entries.get(cid, (0.0, None))
        if found is not None and ends <= now:
            self.drop(cid)
            return None
        return found

    def drop(self, cid: str) -> None:
        """Forget data."""
        _, found = self._entries.pop(cid, (0.0, None))
        if found is not None:
            self._size -= len(found.xml.text or "")

    def __len__(self) -> int:
        return len(self._entries)
