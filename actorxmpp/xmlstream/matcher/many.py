"""MatchMany: any of several matchers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from actorxmpp.xmlstream.matcher.base import Key, MatcherBase, keys_of

if TYPE_CHECKING:
    from collections.abc import Iterable


class MatchMany(MatcherBase):
    """Fits stanzas that one of several matchers fits.

    Args:
        criteria: the matchers.
    """

    __slots__ = ()

    def __init__(self, criteria: Iterable[MatcherBase]) -> None:
        super().__init__(tuple(criteria))

    def match(self, xml: Any) -> bool:
        """Tell whether one of the matchers fits the stanza."""
        return any(matcher.match(xml) for matcher in self._criteria)

    def index_keys(self) -> tuple[Key, ...] | None:
        """Return the keys of all; None if one of the matchers has none."""
        keys: list[Key] = []
        for matcher in self._criteria:
            of_one = keys_of(matcher)
            if of_one is None:
                return None
            keys.extend(of_one)
        return tuple(keys)
