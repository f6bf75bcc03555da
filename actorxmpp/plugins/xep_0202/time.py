"""The plugin: says what time it is here, asks others."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, ClassVar

from actorxmpp.plugins.base import BasePlugin
from actorxmpp.plugins.xep_0202.stanza import NS, EntityTime
from actorxmpp.stanza import Iq
from actorxmpp.xmlstream import register_stanza_plugin

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from actorxmpp.jid import JID
    from actorxmpp.types import JidStr, OptJidStr

__all__ = ["XEP_0202"]

register_stanza_plugin(Iq, EntityTime)


class XEP_0202(BasePlugin):
    """Entity Time, both roles.

    Configuration: ``tz_offset`` (0), hours from UTC; ``local_time`` (None), a function of the
    requester's JID that returns an aware datetime.
    """

    name = "xep_0202"
    description = "XEP-0202: Entity Time"
    xep_version = "2.0"
    dependencies: ClassVar[set[str]] = {"xep_0030", "xep_0082"}
    features = (NS,)
    tz_offset: float
    local_time: Callable[[JID], dt.datetime] | None
    default_config: ClassVar[dict[str, Any]] = {"local_time": None, "tz_offset": 0}

    def plugin_init(self) -> None:
        """Answer queries."""
        self.handle("Entity Time", "iq@type=get/entity_time", self._handle_time_request)

    def _now(self, _jid: JID) -> dt.datetime:
        zone = dt.timezone(dt.timedelta(hours=self.tz_offset))
        return dt.datetime.now(zone).replace(microsecond=0)

    def _handle_time_request(self, iq: Iq) -> None:
        reply = iq.reply()
        reply["entity_time"]["time"] = (self.local_time or self._now)(iq["from"])
        reply.send()

    def get_entity_time(self, to: JidStr, ifrom: OptJidStr = None, **iqargs: Any) -> Awaitable[Iq]:
        """Ask somebody what time it is there: ``answer["entity_time"]["time"]``.

        Args:
            to: whom.
            ifrom: from which of a component's JIDs.
            iqargs: what ``Iq.send`` takes.
        """
        iq = self.xmpp.make_iq_get(ito=to, ifrom=ifrom)
        iq.enable("entity_time")
        return iq.send(**iqargs)
