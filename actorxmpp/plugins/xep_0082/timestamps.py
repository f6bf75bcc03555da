"""The plugin: the functions of this package, where programs look for them."""

from __future__ import annotations

from actorxmpp.plugins.base import BasePlugin
from actorxmpp.plugins.xep_0082 import profiles

__all__ = ["XEP_0082"]


class XEP_0082(BasePlugin):
    """XMPP Date and Time Profiles: reading and writing them."""

    name = "xep_0082"
    description = "XEP-0082: XMPP Date and Time Profiles"
    xep_version = "1.1.1"

    date = staticmethod(profiles.date)
    datetime = staticmethod(profiles.datetime)
    time = staticmethod(profiles.time)
    format_date = staticmethod(profiles.format_date)
    format_datetime = staticmethod(profiles.format_datetime)
    format_time = staticmethod(profiles.format_time)
    parse = staticmethod(profiles.parse)
