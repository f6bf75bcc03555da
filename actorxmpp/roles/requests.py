"""IQs that wait for their reply."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from actorxmpp.actors.iqs import IqTable, PendingIq
from actorxmpp.exceptions import IqError, IqTimeout, RequestDisconnected
from actorxmpp.roles.stanzas import Stanzas
from actorxmpp.stanza import Iq

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from actorxmpp.settings import SessionSettings
    from actorxmpp.xmlstream.stanzabase import StanzaBase

__all__ = ["Requests"]


class Requests(Stanzas):
    """Sends IQs and completes them with their replies."""

    response_timeout = 30.0
    """Seconds an IQ waits for its reply unless told otherwise."""

    def __init__(self, session_id: str, settings: SessionSettings) -> None:
        super().__init__(session_id, settings)
        self._iqs = IqTable()

    def send_iq(
        self,
        iq: Iq,
        callback: Callable[[Iq], Any] | None = None,
        timeout: float | None = None,
        timeout_callback: Callable[[Iq], Any] | None = None,
    ) -> asyncio.Future[Iq]:
        """Send a request and wait for its reply; ``Iq.send`` calls this.

        Args:
            iq: the request; an answer is sent, and the future is done at once.
            callback: called with the reply, also with one of type ``error``.
            timeout: seconds; ``response_timeout`` by default.
            timeout_callback: called with the request if no reply comes.

        Returns:
            A future of the reply. It fails with IqError if the reply is an error, with IqTimeout
            if none comes, with RequestDisconnected if the connection is lost before one comes.

        Raises:
            TooManyIqs: if too many requests wait for replies.
        """
        attributes = iq.xml.attrib
        future: asyncio.Future[Any] = self.loop.create_future()
        if attributes.get("type") in ("result", "error"):
            self.send(iq)
            future.set_result(None)
            return future
        if not attributes.get("id"):
            attributes["id"] = self.new_id()
        key = self._iqs.key(attributes["id"], attributes.get("to", ""))
        pending = PendingIq(iq, future, callback)
        self._iqs.add(key, pending)
        try:
            self.send(iq)
        except BaseException:
            self._iqs.pop(key)
            raise
        seconds = self.response_timeout if timeout is None else timeout
        pending.timer = self.loop.call_later(seconds, self._iq_timed_out, key, timeout_callback)
        if callback is not None or timeout_callback is not None:
            future.add_done_callback(_retrieve)
        return future

    def complete_iq(self, stanza: StanzaBase) -> bool:
        """Give a reply to the request that waits for it; False if none does."""
        if not isinstance(stanza, Iq) or stanza.xml.get("type") not in ("result", "error"):
            return False
        attributes = stanza.xml.attrib
        key = self._iqs.key(attributes.get("id", ""), attributes.get("from", ""))
        pending = self._iqs.pop(key)
        if pending is None:
            return False
        if pending.callback is not None:
            self._call_back(pending.callback, stanza)
        if not pending.future.done():
            if attributes["type"] == "error":
                pending.future.set_exception(IqError(stanza))
            else:
                pending.future.set_result(stanza)
        return True

    def _call_back(self, callback: Callable[[Iq], Any], stanza: Iq) -> None:
        if self._actor is not None:
            self._actor.run_guarded(callback, stanza, None)
            return
        result = callback(stanza)
        if inspect.isawaitable(result):
            self.wrap(result)

    def _iq_timed_out(
        self, key: tuple[str, str], timeout_callback: Callable[[Iq], Any] | None
    ) -> None:
        pending = self._iqs.pop(key)
        if pending is None:
            return
        if not pending.future.done():
            pending.future.set_exception(IqTimeout(pending.request))
        if timeout_callback is not None:
            self._call_back(timeout_callback, pending.request)

    def end_requests(self, reason: str) -> None:
        """Fail what waits for a reply that can't come any more."""
        for pending in self._iqs.pop_all():
            if not pending.future.done():
                pending.future.set_exception(RequestDisconnected(pending.request, reason))


def _retrieve(future: asyncio.Future[Iq]) -> None:
    """Mark the outcome as seen: a request with callbacks needs nobody to await it."""
    if not future.cancelled():
        future.exception()
