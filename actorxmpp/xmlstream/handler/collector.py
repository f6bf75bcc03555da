"""Collector: keep matching stanzas until it is stopped."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from actorxmpp.xmlstream.handler.base import BaseHandler

if TYPE_CHECKING:
    from actorxmpp.xmlstream.matcher.base import MatcherBase

MAX_COLLECTED = 100_000
"""Stanzas kept: more than any page of an archive, so that a peer can't fill the memory."""


class Collector(BaseHandler):
    """Keeps matching stanzas; ``stop`` returns them.

    Args:
        name: the handler's name.
        matcher: the stanzas it takes.
        stream: a stream to register with at once.
        limit: how many stanzas are kept; more push out the oldest.
    """

    __slots__ = ("_stanzas",)

    def __init__(
        self, name: str, matcher: MatcherBase, stream: Any = None, *, limit: int = MAX_COLLECTED
    ) -> None:
        self._stanzas: deque[Any] = deque(maxlen=limit)
        super().__init__(name, matcher, stream)

    def prerun(self, payload: Any) -> None:
        """Keep the stanza."""
        self._stanzas.append(payload)

    def run(self, payload: Any) -> None:
        """Do nothing: the stanza was kept in ``prerun``."""

    def stop(self) -> list[Any]:
        """Stop collecting and return what was kept, in order.

        Raises:
            ValueError: if the collector was not registered with a stream that is still there.
        """
        stream = None if self.stream is None else self.stream()
        if stream is None:
            raise ValueError(f"the collector {self.name!r} has no stream")
        self._destroy = True
        stream.remove_handler(self.name)
        return list(self._stanzas)
