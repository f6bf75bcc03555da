"""MatcherId: stanzas with one id."""

from __future__ import annotations

from typing import Any

from actorxmpp.xmlstream.matcher.base import Key, KeyKind, MatcherBase


class MatcherId(MatcherBase):
    """Fits stanzas whose ``id`` is the given one.

    Any entity can send an id: to wait for an answer, use ``MatchIDSender``.

    Args:
        criteria: the id.
    """

    __slots__ = ()

    def match(self, xml: Any) -> bool:
        """Tell whether the stanza has the id."""
        return bool(xml.xml.get("id", "") == self._criteria)

    def index_keys(self) -> tuple[Key, ...]:
        """Return one key: the id."""
        return (Key(KeyKind.ID, self._criteria, exact=True),)
