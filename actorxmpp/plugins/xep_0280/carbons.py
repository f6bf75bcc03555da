"""The plugin: copies of what one's other resources send and receive."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from actorxmpp.exceptions import IqError, IqTimeout
from actorxmpp.plugins.base import BasePlugin
from actorxmpp.plugins.xep_0280.stanza import (
    NS,
    CarbonDisable,
    CarbonEnable,
    PrivateCarbon,
    ReceivedCarbon,
    SentCarbon,
)
from actorxmpp.stanza import Iq, Message
from actorxmpp.xmlstream import register_stanza_plugin

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from actorxmpp.types import OptJidStr

__all__ = ["XEP_0280"]

logger = logging.getLogger(__name__)

for _class in (ReceivedCarbon, SentCarbon, PrivateCarbon):
    register_stanza_plugin(Message, _class)
register_stanza_plugin(Iq, CarbonEnable)
register_stanza_plugin(Iq, CarbonDisable)


class XEP_0280(BasePlugin):
    """Message Carbons, for clients.

    Copies that don't come from one's own account are forged and dropped (XEP-0280 section 11).
    Once enabled, they are enabled again for each new session.

    Events: ``carbon_received`` and ``carbon_sent``, with the message that carries the copy:
    ``message["carbon_received"]`` is the copy.
    """

    name = "xep_0280"
    description = "XEP-0280: Message Carbons"
    xep_version = "1.0.1"
    dependencies: ClassVar[set[str]] = {"xep_0030", "xep_0297"}
    features = (NS,)

    def plugin_init(self) -> None:
        """Take copies."""
        self.handle(
            "Carbon Received", "message/carbon_received", partial(self._handle, "carbon_received")
        )
        self.handle("Carbon Sent", "message/carbon_sent", partial(self._handle, "carbon_sent"))
        if self.kept.get("enabled"):
            self.xmpp.add_event_handler("session_start", self._enable_again)

    def _handle(self, kind: str, message: Message) -> None:
        if message["from"] == self.xmpp.boundjid.bare and message[kind]:
            self.xmpp.event(kind, message)
        else:
            logger.warning("a message copy from %s was dropped: not our account", message["from"])

    def enable(self, ifrom: OptJidStr = None, **iqkwargs: Any) -> Awaitable[Iq]:
        """Have copies sent from now on (XEP-0280 section 4).

        Args:
            ifrom: accepted for compatibility.
            iqkwargs: what ``Iq.send`` takes.
        """
        if not self.kept.get("enabled"):
            self.kept["enabled"] = True
            self.xmpp.add_event_handler("session_start", self._enable_again)
        return self._send("carbon_enable", ifrom, iqkwargs)

    def disable(self, ifrom: OptJidStr = None, **iqkwargs: Any) -> Awaitable[Iq]:
        """Have no more copies sent (XEP-0280 section 5)."""
        if self.kept.pop("enabled", False):
            self.xmpp.del_event_handler("session_start", self._enable_again)
        return self._send("carbon_disable", ifrom, iqkwargs)

    def _send(self, what: str, ifrom: OptJidStr, iqkwargs: dict[str, Any]) -> Awaitable[Iq]:
        iq = self.xmpp.make_iq_set(ifrom=ifrom)
        iq.enable(what)
        return iq.send(**iqkwargs)

    async def _enable_again(self, _event: Any) -> None:
        try:
            await self._send("carbon_enable", None, {})
        except (IqError, IqTimeout) as error:
            logger.warning("%s: message copies could not be enabled: %s", self.xmpp.boundjid, error)
