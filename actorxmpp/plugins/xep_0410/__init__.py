"""XEP-0410: MUC Self-Ping: pings ourselves in rooms, to learn whether we are still in them."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Any, ClassVar

from actorxmpp.exceptions import IqError, IqTimeout
from actorxmpp.jid import JID
from actorxmpp.plugins.base import BasePlugin

if TYPE_CHECKING:
    import asyncio

    from actorxmpp.types import JidStr, OptJidStr

__all__ = ["XEP_0410", "PingStatus"]

Key = tuple[JID, JID]


class PingStatus(enum.Enum):
    """What the last ping said."""

    UNTRIED = 0
    JOINED = 1
    JOINED_NICKCHANGED = 1  # noqa: PIE796  an alias, as the API has it
    """The same as JOINED: another client changed the nickname at this moment."""
    DISCONNECTED = 2
    TIMEOUT = 3
    """The room's server can't be reached, which says nothing about us."""


CONDITIONS = {
    "service-unavailable": PingStatus.JOINED,
    "feature-not-implemented": PingStatus.JOINED,
    "item-not-found": PingStatus.JOINED_NICKCHANGED,
    "remote-server-not-found": PingStatus.TIMEOUT,
    "remote-server-timeout": PingStatus.TIMEOUT,
}
"""What an error in answer to the ping means (XEP-0410 section 3.2); any other: not in the room."""


class _Watch:
    """One room that is watched."""

    __slots__ = ("busy", "interval", "quiet_since", "timeout", "timer")

    def __init__(self, interval: float, timeout: float, now: float) -> None:
        self.interval = interval
        self.timeout = timeout
        self.quiet_since = now
        self.timer: asyncio.TimerHandle | None = None
        self.busy = False


class XEP_0410(BasePlugin):
    """MUC Self-Ping, for occupants.

    A room that is silent for ``ping_interval`` is asked whether we are in it; if not, it is entered
    again.

    Configuration: ``ping_interval`` (900 s), ``ping_timeout`` (30 s), ``rejoin`` (True), enter the
    room again.

    Events: ``muc_ping_changed``, with ``key`` (our address in the room, our own address),
    ``previous`` and ``result``, two PingStatus.
    """

    name = "xep_0410"
    description = "XEP-0410: MUC Self-Ping (Schroedinger's Chat)"
    xep_version = "1.1.0"
    dependencies: ClassVar[set[str]] = {"xep_0045", "xep_0199"}
    ping_interval: float
    ping_timeout: float
    rejoin: bool
    default_config: ClassVar[dict[str, Any]] = {
        "ping_interval": 900,
        "ping_timeout": 30,
        "rejoin": True,
    }

    def plugin_init(self) -> None:
        """Go on watching the rooms that were watched."""
        self.ping_timers: dict[Key, _Watch] = {}
        self.last_ping_results: dict[Key, PingStatus] = {}
        for (room, own), (interval, timeout) in list(self.kept.get("watched", {}).items()):
            self.enable_self_ping(room, own, interval, timeout)

    def plugin_end(self) -> None:
        """Stop watching."""
        for key in list(self.ping_timers):
            self.disable_self_ping(*key)

    def _key(self, muc_resource: JidStr, orig_jid: OptJidStr) -> Key:
        return JID(muc_resource), JID(orig_jid or self.xmpp.boundjid)

    def enable_self_ping(
        self,
        muc_resource: JidStr,
        orig_jid: OptJidStr = None,
        interval: float | None = None,
        timeout: float | None = None,
    ) -> None:
        """Watch a room.

        Args:
            muc_resource: our address in it.
            orig_jid: which of a component's JIDs is there.
            interval: seconds of silence before a ping.
            timeout: seconds to wait for the answer.
        """
        key = self._key(muc_resource, orig_jid)
        self.disable_self_ping(*key)
        if not self.ping_timers:
            for event in ("groupchat_message", "groupchat_presence"):
                self.xmpp.add_event_handler(event, self._on_activity)
        watch = _Watch(
            interval or self.ping_interval, timeout or self.ping_timeout, self.xmpp.loop.time()
        )
        self.ping_timers[key] = watch
        self.kept.setdefault("watched", {})[key] = (watch.interval, watch.timeout)
        self._arm(key, watch, watch.interval)

    def disable_self_ping(self, muc_resource: JidStr, orig_jid: OptJidStr = None) -> None:
        """No longer watch a room; one that is not watched is no error."""
        key = self._key(muc_resource, orig_jid)
        self.kept.get("watched", {}).pop(key, None)
        watch = self.ping_timers.pop(key, None)
        if watch is not None and watch.timer is not None:
            watch.timer.cancel()
        if not self.ping_timers:
            for event in ("groupchat_message", "groupchat_presence"):
                self.xmpp.del_event_handler(event, self._on_activity)

    def update_nick(self, previous_jid: JidStr, new_jid: JidStr) -> None:
        """Watch under our new address in a room."""
        previous = JID(previous_jid)
        for key, watch in [item for item in self.ping_timers.items() if item[0][0] == previous]:
            self.disable_self_ping(*key)
            self.enable_self_ping(new_jid, key[1], watch.interval, watch.timeout)

    def get_ping_status(self, muc_resource: JidStr, orig_jid: OptJidStr = None) -> PingStatus:
        """Return what the last ping said."""
        return self.last_ping_results.get(self._key(muc_resource, orig_jid), PingStatus.UNTRIED)

    async def send_self_ping(
        self,
        muc_resource: JidStr,
        orig_jid: OptJidStr = None,
        timeout: float | None = None,
    ) -> PingStatus:
        """Ping ourselves in a room once (XEP-0410 section 3).

        Args:
            muc_resource: our address in it.
            orig_jid: which of a component's JIDs is there.
            timeout: seconds to wait for the answer.
        """
        ifrom = orig_jid if self.xmpp.is_component else None
        ping = self.xmpp.plugin["xep_0199"].send_ping(muc_resource, ifrom=ifrom, timeout=timeout)
        try:
            await ping
        except IqTimeout:
            return PingStatus.TIMEOUT
        except IqError as error:
            return CONDITIONS.get(error.condition, PingStatus.DISCONNECTED)
        return PingStatus.JOINED

    # time

    def _on_activity(self, stanza: Any) -> None:
        """Something came from a room: we are in it."""
        room, now = stanza["from"].bare, self.xmpp.loop.time()
        for (own, _), watch in self.ping_timers.items():
            if own.bare == room:
                watch.quiet_since = now

    def _arm(self, key: Key, watch: _Watch, delay: float) -> None:
        watch.timer = self.xmpp.loop.call_later(delay, self._due, key, watch)

    def _due(self, key: Key, watch: _Watch) -> None:
        rest = watch.quiet_since + watch.interval - self.xmpp.loop.time()
        if rest > 0 or not self.xmpp.sessionstarted:
            self._arm(key, watch, rest if rest > 0 else watch.interval)
        elif not watch.busy:
            watch.busy = True
            self.xmpp.wrap(self._ping(key, watch))

    async def _ping(self, key: Key, watch: _Watch) -> None:
        result = await self.send_self_ping(*key, timeout=watch.timeout)
        watch.busy = False
        if self.ping_timers.get(key) is not watch:
            return
        watch.quiet_since = self.xmpp.loop.time()
        self._arm(key, watch, watch.interval)
        previous = self.last_ping_results.get(key, PingStatus.UNTRIED)
        self.last_ping_results[key] = result
        if result is not previous:
            change = {"key": key, "previous": previous, "result": result}
            self.xmpp.event("muc_ping_changed", change)
        if result is PingStatus.DISCONNECTED and self.rejoin:
            try:
                own = key[1] if self.xmpp.plugin["xep_0045"].multi_from else None
                self.xmpp.plugin["xep_0045"].rejoin(key[0].bare, own)
            except ValueError:
                self.disable_self_ping(*key)  # the program left it
