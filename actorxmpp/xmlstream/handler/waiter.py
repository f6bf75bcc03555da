"""Waiter: await one matching stanza.

The future and the timer are the stream's (``stream.loop.create_future()``, ``stream.schedule``), so
that this layer needs no event loop.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from actorxmpp.xmlstream.handler.base import BaseHandler

if TYPE_CHECKING:
    from actorxmpp.xmlstream.matcher.base import MatcherBase

log = logging.getLogger(__name__)

DEFAULT_TIMEOUT = 30.0
"""Seconds ``wait`` waits by default."""


class Waiter(BaseHandler):
    """Waits for one matching stanza.

    Args:
        name: the handler's name.
        matcher: the stanzas it takes.
        stream: a stream to register with at once.
    """

    __slots__ = ("_arrived", "_future")

    def __init__(self, name: str, matcher: MatcherBase, stream: Any = None) -> None:
        self._arrived = False
        self._future: Any = None
        super().__init__(name, matcher, stream)

    def prerun(self, payload: Any) -> None:
        """Keep the first stanza and wake ``wait``."""
        if self._arrived:
            return
        self._arrived = True
        self._payload = payload
        self._wake()

    def run(self, payload: Any) -> None:
        """Do nothing: the stanza was kept in ``prerun``."""

    def _wake(self) -> None:
        if self._future is not None and not self._future.done():
            self._future.set_result(None)

    async def wait(self, timeout: float | None = None) -> Any:
        """Return the stanza, or None when none came in time; the handler is then removed.

        Args:
            timeout: seconds to wait.

        Raises:
            ValueError: if the waiter was not registered with a stream that is still there.
        """
        stream = None if self.stream is None else self.stream()
        if stream is None:
            raise ValueError(f"the waiter {self.name!r} has no stream")
        timer = f"Waiter_{self.name}_{id(self)}"
        try:
            if not self._arrived:
                self._future = stream.loop.create_future()
                seconds = DEFAULT_TIMEOUT if timeout is None else timeout
                stream.schedule(timer, seconds, self._wake)
                await self._future
            if not self._arrived:
                log.warning("timed out waiting for %s", self.name)
            return self._payload
        finally:
            if self._future is not None:
                stream.cancel_schedule(timer)
                self._future = None
            stream.remove_handler(self.name)

    def check_delete(self) -> bool:
        """Return True: a waiter is done after one stanza."""
        return True


class CoroutineWaiter(Waiter):
    """The same as ``Waiter``, under the name that says it is awaited."""

    __slots__ = ()


class XMLWaiter(Waiter):
    """A ``Waiter`` that gives the element instead of the stanza object."""

    __slots__ = ()

    def prerun(self, payload: Any) -> None:
        """Keep the first stanza's element."""
        super().prerun(getattr(payload, "xml", payload))
