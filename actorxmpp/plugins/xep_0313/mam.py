"""The plugin: asks archives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from actorxmpp.exceptions import IqError
from actorxmpp.plugins.base import BasePlugin
from actorxmpp.plugins.xep_0313.pages import ArchivePages, collect
from actorxmpp.plugins.xep_0313.stanza import MAM, NS, Fin, Metadata, Result
from actorxmpp.stanza import Iq, Message
from actorxmpp.xmlstream import register_stanza_plugin

if TYPE_CHECKING:
    import asyncio
    import datetime as dt
    from collections.abc import AsyncIterator, Awaitable, Callable

    from actorxmpp.plugins.xep_0004 import Form
    from actorxmpp.types import OptJidStr

__all__ = ["XEP_0313"]

PAGE = 10
"""Messages on a page unless told otherwise."""

register_stanza_plugin(Iq, MAM)
register_stanza_plugin(Iq, Fin)
register_stanza_plugin(Iq, Metadata)
register_stanza_plugin(Message, Result)


class XEP_0313(BasePlugin):
    """Message Archive Management, for who asks.

    Only messages from the archive that was asked count (XEP-0313 section 8.2).
    """

    name = "xep_0313"
    description = "XEP-0313: Message Archive Management"
    xep_version = "1.1.3"
    dependencies: ClassVar[set[str]] = {
        "xep_0004",
        "xep_0030",
        "xep_0050",
        "xep_0059",
        "xep_0297",
    }

    def retrieve(
        self,
        jid: OptJidStr = None,
        start: dt.datetime | None = None,
        end: dt.datetime | None = None,
        with_jid: OptJidStr = None,
        ifrom: OptJidStr = None,
        reverse: bool = False,
        timeout: float | None = None,
        callback: Callable[[Iq], Any] | None = None,
        iterator: bool = False,
        rsm: dict[str, Any] | None = None,
    ) -> ArchivePages | asyncio.Future[Iq]:
        """Ask an archive (XEP-0313 section 3).

        Args:
            jid: whose; our own account's by default, a room's for example.
            start: from when on.
            end: until when.
            with_jid: only messages with this address.
            ifrom: from which of a component's JIDs.
            reverse: page backwards from the end; with ``iterator``.
            timeout: seconds to wait for each page.
            callback: called with the answer; without ``iterator``.
            iterator: return an iterator over pages instead of the first page.
            rsm: limits of the page, such as ``{"max": 50}`` (XEP-0059).

        Returns:
            An iterator over answers, or a future of one; ``answer["mam"]["results"]`` are the
            messages.
        """
        iq = self._query(jid, start, end, with_jid, ifrom, rsm)
        if iterator:
            amount = int((rsm or {}).get("max", PAGE))
            return ArchivePages(iq, amount, reverse, {"timeout": timeout})
        future = self.xmpp.wrap(self._page(iq, timeout, callback))
        if callback is not None:
            future.add_done_callback(lambda done: done.cancelled() or done.exception())
        return future

    async def _page(
        self, iq: Iq, timeout: float | None, callback: Callable[[Iq], Any] | None
    ) -> Iq:
        collector = collect(iq)
        reply: Iq
        try:
            reply = await iq.send(timeout=timeout)
        except IqError as error:
            if callback is not None:
                callback(error.iq)
            raise
        finally:
            results = collector.stop()
        reply["mam"]["results"] = results
        reply["mam_fin"]["results"] = results
        if callback is not None:
            callback(reply)
        return reply

    async def iterate(
        self,
        jid: OptJidStr = None,
        start: dt.datetime | None = None,
        end: dt.datetime | None = None,
        with_jid: OptJidStr = None,
        ifrom: OptJidStr = None,
        reverse: bool = False,
        rsm: dict[str, Any] | None = None,
        total: int | None = None,
    ) -> AsyncIterator[Message]:
        """Go through the messages of an archive, fetching page by page.

        Args:
            jid: whose archive; our own account's by default.
            start: from when on.
            end: until when.
            with_jid: only messages with this address.
            ifrom: from which of a component's JIDs.
            reverse: from the last to the first.
            rsm: limits of each page, such as ``{"max": 50}``.
            total: stop after so many.

        Yields:
            Messages, each with ``["mam_result"]``.

        Raises:
            IqError: from a page that is refused.
            IqTimeout: from a page that does not come.
        """
        iq = self._query(jid, start, end, with_jid, ifrom, rsm)
        count = 0
        async for page in ArchivePages(iq, int((rsm or {}).get("max", PAGE)), reverse, {}):
            messages = page["mam"]["results"]
            for message in reversed(messages) if reverse else messages:
                if total is not None and count >= total:
                    return
                count += 1
                yield message

    def _query(
        self,
        jid: OptJidStr,
        start: dt.datetime | None,
        end: dt.datetime | None,
        with_jid: OptJidStr,
        ifrom: OptJidStr,
        rsm: dict[str, Any] | None,
    ) -> Iq:
        iq = self.xmpp.make_iq_set(ito=jid, ifrom=ifrom)
        iq.enable("mam")
        for name, value in (("start", start), ("end", end), ("with", with_jid)):
            if value is not None:
                iq["mam"][name] = value
        for name, value in (rsm or {}).items():
            iq["mam"]["rsm"][name] = value if isinstance(value, bool) else str(value)
        return iq

    async def get_fields(self, jid: OptJidStr = None, **iqkwargs: Any) -> Form:
        """Ask an archive by what it can search (XEP-0313 section 4.2); returns its form."""
        iq = self.xmpp.make_iq_get(ito=jid, ifrom=iqkwargs.pop("ifrom", None))
        iq.enable("mam")
        reply = await iq.send(**iqkwargs)
        form: Form = reply["mam"]["form"]
        return form

    async def get_configuration_commands(self, jid: OptJidStr, **discokwargs: Any) -> Iq:
        """Ask which commands configure an archive (XEP-0313 section 7)."""
        disco = self.xmpp.plugin["xep_0030"]
        owner = jid or self.xmpp.boundjid.bare
        reply: Iq = await disco.get_items(owner, f"{NS}#configure", **discokwargs)
        return reply

    def get_archive_metadata(self, jid: OptJidStr = None, **iqkwargs: Any) -> Awaitable[Iq]:
        """Ask for an archive's first and last message (XEP-0313 section 5)."""
        iq = self.xmpp.make_iq_get(ito=jid, ifrom=iqkwargs.pop("ifrom", None))
        iq.enable("mam_metadata")
        return iq.send(**iqkwargs)
