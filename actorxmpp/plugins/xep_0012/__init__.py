"""XEP-0012: Last Activity: how long nothing happened here, or how long this runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from actorxmpp.exceptions import XMPPError
from actorxmpp.jid import JID
from actorxmpp.plugins.base import BasePlugin
from actorxmpp.stanza import Iq
from actorxmpp.xmlstream import ElementBase, register_stanza_plugin

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from actorxmpp.types import JidStr, OptJidStr

__all__ = ["XEP_0012", "LastActivity"]

NS = "jabber:iq:last"


class LastActivity(ElementBase):
    """``<query xmlns='jabber:iq:last'/>``; interfaces ``seconds`` (a number), ``status``."""

    name = "query"
    namespace = NS
    plugin_attrib = "last_activity"
    interfaces: ClassVar[set[str]] = {"seconds", "status"}

    def get_seconds(self) -> int | None:
        """Return the seconds; None if they are missing or no number."""
        text = self._get_attr("seconds")
        return int(text) if text.isascii() and text.isdigit() else None

    def set_seconds(self, value: int) -> None:
        """Set the seconds."""
        self._set_attr("seconds", str(int(value)))

    def get_status(self) -> str:
        """Return what somebody said when leaving."""
        return self.xml.text or ""

    def set_status(self, value: str) -> None:
        """Set what somebody said when leaving."""
        self.xml.text = str(value)

    def del_status(self) -> None:
        """Remove what somebody said when leaving."""
        self.xml.text = None


register_stanza_plugin(Iq, LastActivity)


class XEP_0012(BasePlugin):
    """Last Activity, both roles: a client's idle time, a component's uptime.

    Until the program says something (``begin_idle``, ``start_uptime``), queries are answered with
    ``service-unavailable``.
    """

    name = "xep_0012"
    description = "XEP-0012: Last Activity"
    xep_version = "2.0"
    dependencies: ClassVar[set[str]] = {"xep_0030"}
    features = (NS,)
    api_handlers: ClassVar[dict[str, str]] = {
        "get_last_activity": "_get",
        "set_last_activity": "_set",
        "del_last_activity": "_del",
    }

    def plugin_init(self) -> None:
        """Answer queries."""
        self._since: dict[str, tuple[float, str]] = self.kept.setdefault("since", {})
        self.handle("Last Activity", "iq@type=get/last_activity", self._handle_query)

    def begin_idle(self, jid: OptJidStr = None, status: str | None = None) -> Any:
        """Nothing happens from now on; awaitable."""
        return self.set_last_activity(jid, 0, status)

    def end_idle(self, jid: OptJidStr = None) -> Any:
        """Something happens again; awaitable."""
        return self.del_last_activity(jid)

    def start_uptime(self, status: str | None = None) -> Any:
        """This session runs from now on; awaitable."""
        return self.set_last_activity(None, 0, status)

    def set_last_activity(
        self, jid: OptJidStr = None, seconds: float | None = None, status: str | None = None
    ) -> Any:
        """Say how long ago the last activity was; awaitable.

        Args:
            jid: of which of our JIDs.
            seconds: how long ago.
            status: what was said then.
        """
        args = {"seconds": seconds, "status": status}
        return self.api.run("set_last_activity", jid, args=args)

    def del_last_activity(self, jid: OptJidStr = None) -> Any:
        """No longer say anything about it; awaitable."""
        return self.api.run("del_last_activity", jid)

    def get_last_activity(
        self, jid: JidStr, local: bool = False, ifrom: OptJidStr = None, **iqkwargs: Any
    ) -> Awaitable[Iq]:
        """Ask somebody how long ago the last activity was (XEP-0012 sections 3 to 6).

        Args:
            jid: whom; a server answers for an account that is offline, and for itself.
            local: ask our own tables.
            ifrom: from which of a component's JIDs.
            iqkwargs: what ``Iq.send`` takes.

        Returns:
            An awaitable of the answer: ``["last_activity"]["seconds"]``.
        """
        bound = self.xmpp.boundjid
        own = JID(jid).domain == bound.domain if self.xmpp.is_component else str(jid) == bound.full
        if local or own:
            return self.api.run("get_last_activity", jid, None, ifrom)
        iq = self.xmpp.make_iq_get(ito=jid, ifrom=ifrom)
        iq.enable("last_activity")
        return iq.send(**iqkwargs)

    async def _handle_query(self, iq: Iq) -> None:
        answer = await self.api.run("get_last_activity", iq["to"], None, iq["from"], iq)
        answer.send()

    def _set(self, jid: JID, _node: Any, _ifrom: Any, data: dict[str, Any]) -> None:
        moment = self.xmpp.loop.time() - (data.get("seconds") or 0)
        self._since[self._key(jid)] = (moment, data.get("status") or "")

    def _del(self, jid: JID, *_: Any) -> None:
        self._since.pop(self._key(jid), None)

    def _get(self, jid: JID, _node: Any, _ifrom: Any, iq: Iq | None) -> Iq:
        known = self._since.get(self._key(jid))
        if known is None:
            raise XMPPError("service-unavailable")
        reply = self.xmpp.make_iq_result() if iq is None else iq.reply()
        reply["last_activity"]["seconds"] = int(self.xmpp.loop.time() - known[0])
        if known[1]:
            reply["last_activity"]["status"] = known[1]
        return reply

    def _key(self, jid: JID) -> str:
        """Our own JID changes with each session; the others are a component's."""
        return "" if jid == self.xmpp.boundjid else str(jid)
