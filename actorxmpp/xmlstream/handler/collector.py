"""Collector: keep matching stanzas until told to stop."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from actorxmpp.xmlstream.handler.base import BaseHandler

if TYPE_CHECKING:
    from actorxmpp.xmlstream.matcher.base import MatcherBase

#: Stanzas kept: more than any page of an archive; a peer that sends without end must not fill
#: memory.
MAX_COLLECTED = 100_000


class Collector(BaseHandler):
    """Keeps matching stanzas; ``stop`` returns them.

    Args:
        name: The handler's name.
        matcher: What it takes.
        stream: A stream to register with at once.
        limit: How many stanzas are kept; more push out the oldest.
    """

    __slots__ = ("_stanzas",)

    def __init__(
        self, name: str, matcher: MatcherBase, stream: Any = None, *, limit: int = MAX_COLLECTED
    ) -> None:
        self._stanzas: deque[Any] = deque(maxlen=limit)
        super().__init__(name, matcher, stream)

    def prerun(self, payload: Any) -> None:
        """Keeps the stanza."""
        self._stanzas.append(payload)

    def run(self, payload: Any) -> None:
        """Does nothing: the stanza was kept in ``prerun``."""

    def stop(self) -> list[Any]:
        """Stops collecting and returns what was kept, in order.

        Raises:
            ValueError: The collector was not registered with a stream that is still there.
        """
        stream = None if self.stream is None else self.stream()
        if stream is None:
            raise ValueError(f"the collector {self.name!r} has no stream")
        self._destroy = True
        stream.remove_handler(self.name)
        return list(self._stanzas)
