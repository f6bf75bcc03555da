"""What verification strings stand for, shared by all sessions of the process.

Only what was verified gets in (XEP-0115 section 5.4), so it does not matter who said it.
"""

from __future__ import annotations

import copy
from collections import OrderedDict
from typing import TYPE_CHECKING

from actorxmpp.plugins.xep_0030 import DiscoInfo

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

__all__ = ["CACHE_LIMIT", "SHARED", "CapsCache"]

CACHE_LIMIT = 2_000
"""Strings kept: there are fewer versions of clients than that in use at a time. The one used
longest ago goes first."""


class CapsCache:
    """Verification string -> info; any object with these three methods may replace it."""

    __slots__ = ("_entries", "_limit")

    def __init__(self, limit: int = CACHE_LIMIT) -> None:
        self._entries: OrderedDict[str, Element] = OrderedDict()
        self._limit = limit

    def retrieve(self, key: str) -> DiscoInfo | None:
        """Return what a string stands for, or None."""
        found = self._entries.get(key)
        if found is None:
            return None
        self._entries.move_to_end(key)
        return DiscoInfo(xml=found)

    def store(self, key: str, value: DiscoInfo) -> bool:
        """Keep what a string stands for."""
        self._entries[key] = copy.deepcopy(value.xml)
        self._entries.move_to_end(key)
        if len(self._entries) > self._limit:
            self._entries.popitem(last=False)
        return True

    def remove(self, key: str) -> bool:
        """Forget a string; False if it was not there."""
        return self._entries.pop(key, None) is not None

    def __len__(self) -> int:
        return len(self._entries)


SHARED = CapsCache()
"""The process's cache."""
