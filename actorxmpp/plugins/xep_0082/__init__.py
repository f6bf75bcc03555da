"""XEP-0082: XMPP Date and Time Profiles."""

from __future__ import annotations

from actorxmpp.plugins.xep_0082.profiles import (
    date,
    datetime,
    format_date,
    format_datetime,
    format_time,
    parse,
    time,
)
from actorxmpp.plugins.xep_0082.timestamps import XEP_0082

__all__ = [
    "XEP_0082",
    "date",
    "datetime",
    "format_date",
    "format_datetime",
    "format_time",
    "parse",
    "time",
]
