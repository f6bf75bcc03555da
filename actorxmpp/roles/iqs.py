"""The IQs a session waits for, keyed by id and peer.

A reply completes its request by one look-up, however many requests are outstanding. The sender is
part of the key: a stranger who guesses an id completes nothing (RFC 6120 section 8.1.2.1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from actorxmpp.exceptions import IqError, IqTimeout, RequestDisconnected

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from actorxmpp.stanza import Iq
    from actorxmpp.xmlstream.stanzabase import StanzaBase

__all__ = ["PENDING_IQ_LIMIT", "IqTable", "PendingIq", "Requests", "TooManyIqs"]

PENDING_IQ_LIMIT = 100_000
"""Requests one session may wait for at once: a peer that never answers can't fill the memory."""


class TooManyIqs(Exception):
    """The session waits for PENDING_IQ_LIMIT replies already."""


class PendingIq:
    """One request that waits for its reply."""

    __slots__ = ("callback", "future", "key", "request", "timer")

    def __init__(
        self,
        request: Iq,
        future: asyncio.Future[Any],
        callback: Callable[[Iq], Any] | None,
    ) -> None:
        self.request = request
        self.key = ("", "")
        self.future = future
        self.callback = callback
        self.timer: asyncio.TimerHandle | None = None

    def keyed(self, key: tuple[str, str]) -> None:
        """It is found by this key from now on."""
        self.key = key

    def until(self, timer: asyncio.TimerHandle) -> None:
        """It waits until this timer comes, at most."""
        self.timer = timer

    def over(self) -> None:
        """It waits no longer."""
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None


class IqTable:
    """Requests under way.

    Attributes:
        own: addresses that stand for the session itself: a request to none of them or to any
            may be answered by any (RFC 6120 section 8.1.2.1: the server answers for the account).
    """

    __slots__ = ("_pending", "own")

    def __init__(self) -> None:
        self._pending: dict[tuple[str, str], PendingIq] = {}
        self.own: frozenset[str] = frozenset(("",))

    def __len__(self) -> int:
        return len(self._pending)

    def add(self, key: tuple[str, str], pending: PendingIq) -> None:
        """Wait for the reply to a request.

        Raises:
            TooManyIqs: if PENDING_IQ_LIMIT requests wait already.
            ValueError: if a request with this id waits for this peer.
        """
        if len(self._pending) >= PENDING_IQ_LIMIT:
            raise TooManyIqs(f"{PENDING_IQ_LIMIT} IQs are waiting for a reply")
        if key in self._pending:
            raise ValueError(f"an IQ with id {key[0]!r} to {key[1]!r} is waiting already")
        pending.keyed(key)
        self._pending[key] = pending

    def answer_for(self, own: frozenset[str]) -> None:
        """Stand for these addresses from now on, also in the requests under way."""
        if own == self.own:
            return
        self.own = own
        pending, self._pending = self._pending, {}
        for (request_id, _), each in pending.items():
            each.keyed(self.key(request_id, each.request.xml.get("to", "")))
            self._pending[each.key] = each

    def key(self, id: str, peer: str) -> tuple[str, str]:
        """Make the key for a request's ``to`` or a reply's ``from``."""
        return id, "" if peer in self.own else peer

    def pop(self, key: tuple[str, str]) -> PendingIq | None:
        """Take a request out; its timer is cancelled."""
        pending = self._pending.pop(key, None)
        if pending is not None:
            pending.over()
        return pending

    def pop_all(self) -> list[PendingIq]:
        """Take all requests out, oldest first."""
        return [pending for key in list(self._pending) if (pending := self.pop(key)) is not None]


class Requests:
    """Sends the IQs of one role and completes them with their replies.

    Args:
        table: the requests under way; it outlives the role.
        loop: returns the loop the role runs on.
        send: sends a stanza.
        call_back: calls a callback with an IQ.
    """

    __slots__ = ("_call_back", "_loop", "_send", "table")

    def __init__(
        self,
        table: IqTable,
        loop: Callable[[], asyncio.AbstractEventLoop],
        send: Callable[[Iq], object],
        call_back: Callable[[Callable[[Iq], Any], Iq], object],
    ) -> None:
        self.table = table
        self._loop = loop
        self._send = send
        self._call_back = call_back

    def send(
        self,
        iq: Iq,
        new_id: Callable[[], str],
        callback: Callable[[Iq], Any] | None,
        timeout: float,
        timeout_callback: Callable[[Iq], Any] | None,
    ) -> asyncio.Future[Iq]:
        """Send a request and wait for its reply; see ``BaseXMPP.send_iq``."""
        attributes = iq.xml.attrib
        future: asyncio.Future[Any] = self._loop().create_future()
        if attributes.get("type") in ("result", "error"):
            self._send(iq)
            future.set_result(None)
            return future
        if not attributes.get("id"):
            attributes["id"] = new_id()
        key = self.table.key(attributes["id"], attributes.get("to", ""))
        pending = PendingIq(iq, future, callback)
        self.table.add(key, pending)
        try:
            self._send(iq)
        except BaseException:
            self.table.pop(key)
            raise
        pending.until(self._loop().call_later(timeout, self._timed_out, pending, timeout_callback))
        if callback is not None or timeout_callback is not None:
            future.add_done_callback(_retrieve)
        return future

    def complete(self, stanza: StanzaBase) -> bool:
        """Give a reply to the request that waits for it; False if none does."""
        attributes = stanza.xml.attrib
        if attributes.get("type") not in ("result", "error"):
            return False
        key = self.table.key(attributes.get("id", ""), attributes.get("from", ""))
        pending = self.table.pop(key)
        if pending is None:
            return False
        if pending.callback is not None:
            self._call_back(pending.callback, stanza)  # type: ignore[arg-type]  # an IQ
        if not pending.future.done():
            if attributes["type"] == "error":
                pending.future.set_exception(IqError(stanza))
            else:
                pending.future.set_result(stanza)
        return True

    def _timed_out(self, pending: PendingIq, timeout_callback: Callable[[Iq], Any] | None) -> None:
        if self.table.pop(pending.key) is None:
            return
        if not pending.future.done():
            pending.future.set_exception(IqTimeout(pending.request))
        if timeout_callback is not None:
            self._call_back(timeout_callback, pending.request)

    def end(self, reason: str) -> None:
        """Fail what waits for a reply that can't come any more."""
        for pending in self.table.pop_all():
            if not pending.future.done():
                pending.future.set_exception(RequestDisconnected(pending.request, reason))


def _retrieve(future: asyncio.Future[Iq]) -> None:
    """Mark the outcome as seen: a request with callbacks needs nobody to await it."""
    if not future.cancelled():
        future.exception()
