"""The messages of an archive, page by page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from actorxmpp.plugins.xep_0059 import ResultIterator
from actorxmpp.plugins.xep_0313.stanza import NS
from actorxmpp.xmlstream import Collector
from actorxmpp.xmlstream.matcher import Key, KeyKind, MatcherBase

if TYPE_CHECKING:
    from actorxmpp.stanza import Iq

__all__ = ["ArchivePages", "FromArchive", "collect"]

RESULT = f"{{{NS}}}result"


class FromArchive(MatcherBase):
    """Fits the results of one query, from the archive that was asked and nobody else.

    Args:
        criteria: the query's id.
        senders: what the archive's messages may have as ``from``.
    """

    __slots__ = ("_senders",)

    def __init__(self, criteria: str, senders: frozenset[str]) -> None:
        super().__init__(criteria)
        self._senders = senders

    def match(self, xml: Any) -> bool:
        """Whether sender and query are right."""
        element = xml.xml
        if element.get("from", "") not in self._senders:
            return False
        result = element.find(RESULT)
        return result is not None and result.get("queryid") == self._criteria

    def index_keys(self) -> tuple[Key, ...]:
        """The result's name."""
        return (Key(KeyKind.PATH, "message", "result"),)


def collect(iq: Iq) -> Collector:
    """Begin to collect what a query's archive sends.

    Args:
        iq: the query; it gets its id as ``queryid``.
    """
    own = iq.stream.boundjid.bare
    archive = iq.xml.get("to", "")
    senders = frozenset((archive, "", own)) if archive in ("", own) else frozenset((archive,))
    queryid = iq["id"]
    iq["mam"]["queryid"] = queryid
    collector = Collector(f"MAM_Results_{queryid}", FromArchive(queryid, senders))
    iq.stream.register_handler(collector)
    return collector


class ArchivePages(ResultIterator):
    """``async for iq in ...``: each has ``["mam"]["results"]``, the messages of one page."""

    _collector: Collector | None = None

    def __init__(self, query: Iq, amount: int, reverse: bool, iq_options: dict[str, Any]) -> None:
        super().__init__(
            query,
            "mam",
            "results",
            amount,
            reverse=reverse,
            recv_interface="mam_fin",
            pre_cb=self._begin,
            post_cb=self._filled,
            iq_options=iq_options,
        )

    def _begin(self, query: Iq) -> None:
        self._collector = collect(query)

    def _filled(self, reply: Iq) -> None:
        results = self._stop_collecting()
        reply["mam"]["results"] = results
        reply["mam_fin"]["results"] = results
        if reply["mam_fin"]["complete"] in ("true", "1"):
            self._stop = True

    def _stop_collecting(self) -> list[Any]:
        collector, self._collector = self._collector, None
        return [] if collector is None else collector.stop()

    async def next(self) -> Iq:
        """Return the next page; whatever happens, nothing stays registered."""
        try:
            return await super().next()
        finally:
            self._stop_collecting()
