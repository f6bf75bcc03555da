"""XEP-0202: Entity Time: says what time it is here, asks others."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, ClassVar

from actorxmpp.plugins.base import BasePlugin
from actorxmpp.plugins.xep_0082 import format_datetime, parse
from actorxmpp.stanza import Iq
from actorxmpp.xmlstream import ElementBase, register_stanza_plugin

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from actorxmpp.jid import JID
    from actorxmpp.types import JidStr, OptJidStr

__all__ = ["XEP_0202", "EntityTime"]

NS = "urn:xmpp:time"


class EntityTime(ElementBase):
    """``<time xmlns='urn:xmpp:time'/>``.

    Interfaces: ``time``, the local time as an aware datetime; ``utc``, the same in UTC; ``tzo``,
    the time zone, settable as a tzinfo or minutes. None where it is missing or not understood.
    """

    name = "time"
    namespace = NS
    plugin_attrib = "entity_time"
    interfaces: ClassVar[set[str]] = {"tzo", "utc", "time"}

    def get_time(self) -> dt.datetime | None:
        """Return the local time."""
        utc, zone = self.get_utc(), self.get_tzo()
        return None if utc is None else utc.astimezone(zone)

    def set_time(self, value: str | dt.datetime) -> None:
        """Set time and time zone."""
        moment = parse(value) if isinstance(value, str) else value
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=dt.UTC)
        assert moment.tzinfo is not None
        offset = moment.utcoffset() or dt.timedelta()
        self.set_tzo(dt.timezone(offset))
        self.set_utc(moment)

    def del_time(self) -> None:
        """Remove time and time zone."""
        self._del_sub("utc")
        self._del_sub("tzo")

    def get_tzo(self) -> dt.tzinfo | None:
        """Return the time zone."""
        text = self._get_sub_text("tzo")
        if not text:
            return None
        try:
            return dt.time.fromisoformat(f"00:00{text}").tzinfo
        except ValueError:
            return None

    def set_tzo(self, value: int | dt.tzinfo) -> None:
        """Set the time zone."""
        minutes = dt.timedelta(minutes=value) if isinstance(value, int) else None
        offset = value.utcoffset(None) if isinstance(value, dt.tzinfo) else minutes
        total = int((offset or dt.timedelta()).total_seconds() // 60)
        sign = "-" if total < 0 else "+"
        self._set_sub_text("tzo", f"{sign}{abs(total) // 60:02}:{abs(total) % 60:02}")

    def get_utc(self) -> dt.datetime | None:
        """Return the time in UTC."""
        try:
            return parse(self._get_sub_text("utc"))
        except ValueError:
            return None

    def set_utc(self, value: str | dt.datetime) -> None:
        """Set the time in UTC."""
        self._set_sub_text("utc", value if isinstance(value, str) else format_datetime(value))


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
