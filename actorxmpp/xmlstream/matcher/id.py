"""MatcherId: stanzas with one id."""

from __future__ import annotations

from typing import Any

from actorxmpp.xmlstream.matcher.base import Key, KeyKind, MatcherBase


class MatcherId(MatcherBase):
    """Fits stanzas whose ``id`` is the given one.

    Anybody can send an id: to wait for an answer, use ``MatchIDSender``.

    Args:
        criteria: The id.
    """

    __slots__ = ()

    def match(self, xml: Any) -> bool:
        """Tells whether the stanza has the id."""
        return bool(xml.xml.get("id", "") == self._criteria)

    def index_keys(self) -> tuple[Key, ...]:
        """One key: the id."""
        return (Key(KeyKind.ID, self._criteria, exact=True),)
