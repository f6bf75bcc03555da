"""XEP-0199: XMPP Ping: answers pings, pings others, and keeps watch over the connection."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, ClassVar

from actorxmpp.exceptions import IqError, IqTimeout
from actorxmpp.plugins.base import BasePlugin
from actorxmpp.plugins.elements import EmptyElement
from actorxmpp.stanza import Iq
from actorxmpp.xmlstream import register_stanza_plugin

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from actorxmpp.jid import JID

__all__ = ["XEP_0199", "Ping"]

NS = "urn:xmpp:ping"
KEEPALIVE = "Ping keepalive"

logger = logging.getLogger(__name__)


class Ping(EmptyElement):
    """``<ping xmlns='urn:xmpp:ping'/>``."""

    name = plugin_attrib = "ping"
    namespace = NS


register_stanza_plugin(Iq, Ping)


class XEP_0199(BasePlugin):
    """XMPP Ping, both roles.

    Configuration: ``keepalive`` (False), ``interval`` (300 s) between pings of the server, and
    ``timeout`` (30 s) after which a connection whose server does not answer is made anew.
    """

    name = "xep_0199"
    description = "XEP-0199: XMPP Ping"
    xep_version = "2.0.1"
    dependencies: ClassVar[set[str]] = {"xep_0030"}
    features = (NS,)
    keepalive: bool
    interval: float
    timeout: float
    default_config: ClassVar[dict[str, Any]] = {"keepalive": False, "interval": 300, "timeout": 30}

    def plugin_init(self) -> None:
        """Answer pings."""
        self.handle("Ping", "iq@type=get/ping", self._handle_ping)
        if "keepalive" in self.kept:
            self.keepalive, self.interval, self.timeout = self.kept["keepalive"]
        if self.keepalive:
            self._watch_sessions()
            if self.xmpp.sessionstarted:
                self.enable_keepalive()

    def plugin_end(self) -> None:
        """Stop watching."""
        self.xmpp.cancel_schedule(KEEPALIVE)

    def _watch_sessions(self) -> None:
        """Hear of each new session; a plugin that need not hear of them needs no actor."""
        self.xmpp.del_event_handler("session_bind", self._begin)
        self.xmpp.add_event_handler("session_bind", self._begin)

    def _begin(self, _jid: JID) -> None:
        """Watch a new connection."""
        if self.keepalive:
            self.enable_keepalive()

    def enable_keepalive(self, interval: float | None = None, timeout: float | None = None) -> None:
        """Ping the server regularly.

        Args:
            interval: seconds between pings.
            timeout: seconds the server gets to answer; then the connection is made anew.
        """
        self.keepalive = True
        self.interval = interval or self.interval
        self.timeout = timeout or self.timeout
        self.kept["keepalive"] = (True, self.interval, self.timeout)
        self._watch_sessions()
        self.xmpp.cancel_schedule(KEEPALIVE)
        self.xmpp.schedule(KEEPALIVE, self.interval, self._watch, repeat=True)

    def disable_keepalive(self, event: Any = None) -> None:
        """No longer ping the server regularly."""
        del event
        self.keepalive = False
        self.kept["keepalive"] = (False, self.interval, self.timeout)
        self.xmpp.cancel_schedule(KEEPALIVE)

    async def _watch(self) -> None:
        if not self.xmpp.sessionstarted:
            return
        try:
            await self.send_ping(self.xmpp.boundjid.domain, timeout=self.timeout)
        except IqTimeout:
            logger.info("%s: the server does not answer pings", self.xmpp.boundjid)
            self.xmpp.reconnect(reason="ping timeout")
        except IqError:
            pass  # it answered: it is there

    def _handle_ping(self, iq: Iq) -> None:
        iq.reply().send()

    def send_ping(
        self,
        jid: str | JID,
        ifrom: str | JID | None = None,
        timeout: float | None = None,
        callback: Callable[[Iq], Any] | None = None,
        timeout_callback: Callable[[Iq], Any] | None = None,
    ) -> asyncio.Future[Iq]:
        """Ping somebody.

        Returns:
            A future of the reply; see ``Iq.send`` for how it fails.
        """
        if ifrom is None and self.xmpp.is_component:
            ifrom = self.xmpp.boundjid  # a component's stanzas need a sender (XEP-0114)
        iq = self.xmpp.make_iq_get(ito=jid, ifrom=ifrom)
        iq.enable("ping")
        return self.xmpp.send_iq(iq, callback, timeout, timeout_callback)

    async def ping(
        self,
        jid: str | JID | None = None,
        ifrom: str | JID | None = None,
        timeout: float | None = None,
    ) -> float:
        """Ping somebody and measure.

        Args:
            jid: whom; the server by default.
            ifrom: from which of a component's JIDs.
            timeout: seconds.

        Returns:
            Seconds until the answer. An error counts as one, unless the server gives it for a
            contact it can't reach.

        Raises:
            IqTimeout: if there is no answer.
            IqError: if the contact can't be reached.
        """
        own = self.xmpp.boundjid.host
        target = str(jid or own)
        loop = self.xmpp.loop
        start = loop.time()
        try:
            await self.send_ping(target, ifrom, timeout if timeout is not None else self.timeout)
        except IqError:
            if target != own:
                raise
        return loop.time() - start
