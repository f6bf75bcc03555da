"""The time (XEP-0202 section 3)."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from actorxmpp.plugins.xep_0082 import format_datetime, parse
from actorxmpp.xmlstream.stanzabase import ElementBase

__all__ = ["NS", "EntityTime"]

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
