"""Poison messages: stanzas that make their handler fail whenever they come.

With stream management a server sends what was not handled once more after each resumption, so one
bad stanza could crash a session for ever. Whoever fails over a stanza notes it here, and lets go of
it after ``POISON_TRIES``: it counts as handled, and becomes a dead letter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

__all__ = ["POISON_TRIES", "PoisonDetector"]

POISON_TRIES = 3
"""How often one stanza may make an actor fail; below the restarts a session is allowed."""


class PoisonDetector:
    """Remembers the last stanza that made an actor fail, and how often in a row.

    One is enough: the server sends stanzas in order, so the bad one is always the first.
    """

    __slots__ = ("_key", "tries")

    def __init__(self) -> None:
        self._key: tuple[str | None, ...] = ()
        self.tries = 0

    def is_poison(self, element: Element) -> bool:
        """Note that a stanza made an actor fail; True if it is time to let go of it."""
        key = (element.tag, *(element.get(name) for name in ("type", "id", "from")))
        self.tries = self.tries + 1 if key == self._key else 1
        self._key = key
        return self.tries >= POISON_TRIES
