"""XEP-0080: User Location: where somebody is, published for contacts."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, ClassVar

from actorxmpp.plugins.xep_0082 import format_datetime, parse
from actorxmpp.plugins.xep_0163 import PepPlugin
from actorxmpp.xmlstream import ElementBase

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from actorxmpp.stanza import Iq

__all__ = ["XEP_0080", "Geoloc"]

NS = "http://jabber.org/protocol/geoloc"

NUMBERS = ("accuracy", "alt", "bearing", "error", "lat", "lon", "speed")
TEXTS = (
    *("area", "building", "country", "countrycode", "datum", "description", "floor", "locality"),
    *("postalcode", "region", "room", "street", "text", "tzo", "uri"),
)


def _number(name: str) -> tuple[Callable[[Any], float | None], Callable[[Any, Any], None]]:
    """The reader and the writer of a number; None where it is none."""

    def read(self: Geoloc) -> float | None:
        try:
            return float(self._get_sub_text(name))
        except ValueError:
            return None

    def write(self: Geoloc, value: float | str) -> None:
        self._set_sub_text(name, str(value))

    return read, write


class Geoloc(ElementBase):
    """What is published.

    Interfaces: numbers, None where they are missing: ``lat`` and ``lon`` (degrees, north and east),
    ``alt`` (metres), ``accuracy`` (metres), ``bearing`` (degrees), ``speed`` (metres per second);
    ``timestamp``, a datetime or None; texts: ``area building country countrycode datum description
    floor locality postalcode region room street text tzo uri``.
    """

    name = plugin_attrib = "geoloc"
    namespace = NS
    interfaces: ClassVar[set[str]] = {*NUMBERS, *TEXTS, "timestamp"}
    sub_interfaces = interfaces

    get_accuracy, set_accuracy = _number("accuracy")
    get_alt, set_alt = _number("alt")
    get_bearing, set_bearing = _number("bearing")
    get_error, set_error = _number("error")
    get_lat, set_lat = _number("lat")
    get_lon, set_lon = _number("lon")
    get_speed, set_speed = _number("speed")

    def get_timestamp(self) -> dt.datetime | None:
        """Return when it was so; None if that is missing or no time."""
        try:
            return parse(self._get_sub_text("timestamp"))
        except ValueError:
            return None

    def set_timestamp(self, value: dt.datetime | str) -> None:
        """Set when it was so."""
        text = format_datetime(value) if isinstance(value, dt.datetime) else value
        self._set_sub_text("timestamp", text)


class XEP_0080(PepPlugin):
    """User Location, both roles.

    Events: ``user_location_publish``, with the message, when a contact publishes one.
    """

    name = "xep_0080"
    description = "XEP-0080: User Location"
    xep_version = "1.10.0"
    pep_name = "user_location"
    pep_stanza = Geoloc

    def publish_location(self, **kwargs: Any) -> Awaitable[Iq]:
        """Publish where one is (section 2).

        Args:
            kwargs: what ``Geoloc`` has, by name; ``options``, ``ifrom``, and what ``Iq.send``
                takes.
        """
        location = Geoloc()
        for name in Geoloc.interfaces & set(kwargs):
            location[name] = kwargs.pop(name)
        return self.publish(location, **kwargs)
