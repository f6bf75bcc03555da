"""The plugin: paging through results."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any, ClassVar

from actorxmpp.plugins.base import BasePlugin
from actorxmpp.plugins.xep_0030.stanza import DiscoItems
from actorxmpp.plugins.xep_0059.stanza import NS, Set
from actorxmpp.xmlstream import register_stanza_plugin

if TYPE_CHECKING:
    from collections.abc import Callable

    from actorxmpp.stanza import Iq

__all__ = ["XEP_0059", "ResultIterator"]

register_stanza_plugin(DiscoItems, Set)


class ResultIterator(AsyncIterator["Iq"]):
    """Asks for one page after the other: ``async for iq in ...`` (XEP-0059 section 2.1).

    Args:
        query: the request, sent anew for each page.
        interface: its sub-stanza that takes the page's limits, such as ``disco_items``.
        results: what of the answer's sub-stanza is counted.
        amount: items on a page, at most.
        start: the item after (in reverse: before) which to begin.
        reverse: page backwards from the end.
        recv_interface: the sub-stanza of the answer, if another one.
        pre_cb: called with each request before it is sent.
        post_cb: called with each answer.
        iq_options: what ``Iq.send`` takes.

    Raises:
        IqError: from a page that is refused; what came before has been given.
        IqTimeout: from a page that does not come.
    """

    def __init__(
        self,
        query: Iq,
        interface: str,
        results: str = "substanzas",
        amount: int = 10,
        start: str | None = None,
        reverse: bool = False,
        recv_interface: str | None = None,
        pre_cb: Callable[[Iq], None] | None = None,
        post_cb: Callable[[Iq], None] | None = None,
        iq_options: dict[str, Any] | None = None,
    ) -> None:
        self.query = query
        self.interface = interface
        self.recv_interface = recv_interface or interface
        self.results = results
        self.amount = amount
        self.start = start
        self.reverse = reverse
        self.pre_cb = pre_cb
        self.post_cb = post_cb
        self.iq_options = iq_options or {}
        self._stop = False

    def __aiter__(self) -> ResultIterator:
        """It is its own iterator."""
        return self

    async def __anext__(self) -> Iq:
        """Return the next page."""
        return await self.next()

    async def next(self) -> Iq:
        """Return the next page; backwards, the page before."""
        if self._stop:
            raise StopAsyncIteration
        self._prepare()
        if self.pre_cb is not None:
            self.pre_cb(self.query)
        reply: Iq = await self.query.send(**self.iq_options)
        page = reply[self.recv_interface]["rsm"]
        if not page["first"] and not page["last"]:
            self._stop = True
            if self.post_cb is not None:
                self.post_cb(reply)
            raise StopAsyncIteration
        if self.post_cb is not None:
            self.post_cb(reply)
        previous, self.start = self.start, page["first" if self.reverse else "last"]
        if self.start == previous:
            self._stop = True  # a server that gives the same page again would never end
        self._stop = self._stop or self._is_last(reply, page)
        return reply

    def _prepare(self) -> None:
        self.query["id"] = self.query.stream.new_id()
        page = self.query[self.interface]["rsm"]
        page["max"] = str(self.amount)
        if self.start:
            page["before" if self.reverse else "after"] = self.start
        elif self.reverse:
            page["before"] = True

    def _is_last(self, reply: Iq, page: Any) -> bool:
        if not page["count"] or not page["first_index"]:
            return False
        try:
            count, first = int(page["count"]), int(page["first_index"])
        except ValueError:
            return False
        if self.reverse:
            return first == 0
        return first + len(reply[self.recv_interface][self.results]) >= count


class XEP_0059(BasePlugin):
    """Result Set Management, for who asks."""

    name = "xep_0059"
    description = "XEP-0059: Result Set Management"
    xep_version = "1.0"
    dependencies: ClassVar[set[str]] = {"xep_0030"}
    features = (NS,)

    def iterate(
        self,
        stanza: Iq,
        interface: str,
        results: str = "substanzas",
        amount: int = 10,
        reverse: bool = False,
        recv_interface: str | None = None,
        pre_cb: Callable[[Iq], None] | None = None,
        post_cb: Callable[[Iq], None] | None = None,
        iq_options: dict[str, Any] | None = None,
    ) -> ResultIterator:
        """Return an iterator over the pages of a result; see ``ResultIterator``."""
        return ResultIterator(
            stanza,
            interface,
            results,
            amount,
            reverse=reverse,
            recv_interface=recv_interface,
            pre_cb=pre_cb,
            post_cb=post_cb,
            iq_options=iq_options,
        )
