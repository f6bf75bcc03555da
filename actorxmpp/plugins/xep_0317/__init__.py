"""XEP-0317: Hats: what somebody is in a room, beyond role and affiliation."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from actorxmpp.plugins.base import BasePlugin
from actorxmpp.plugins.elements import EmptyElement
from actorxmpp.stanza import Presence
from actorxmpp.xmlstream import ElementBase, register_stanza_plugin

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["XEP_0317", "Hat", "Hats"]

NS = "urn:xmpp:hats:0"


class Hats(EmptyElement):
    """``presence["hats"]``; ``["hats"]`` of it lists them."""

    name = plugin_attrib = "hats"
    namespace = NS

    def add_hats(self, data: Iterable[tuple[str, str, float | None]]) -> None:
        """Add hats: URI, title and hue, each."""
        for uri, title, hue in data:
            hat = Hat()
            hat["uri"] = uri
            hat["title"] = title
            hat["hue"] = hue
            self.append(hat)


class Hat(ElementBase):
    """A hat; interfaces ``uri``, ``title``, and ``hue``, an angle of the colour wheel or None."""

    name = plugin_attrib = "hat"
    namespace = NS
    plugin_multi_attrib = "hats"
    interfaces: ClassVar[set[str]] = {"title", "uri", "hue"}

    def get_hue(self) -> float | None:
        """Return the colour; None if that is not said, or no number."""
        try:
            return float(self._get_attr("hue"))
        except ValueError:
            return None

    def set_hue(self, value: float | str) -> None:
        """Set the colour."""
        self._set_attr("hue", str(value))


register_stanza_plugin(Hats, Hat, iterable=True)
register_stanza_plugin(Presence, Hats)


class XEP_0317(BasePlugin):
    """Hats, for occupants: who wears which is what the room says.

    They are given and taken by ad-hoc commands of the room (section 4, XEP-0050).
    """

    name = "xep_0317"
    description = "XEP-0317: Hats"
    xep_version = "0.3.1"
    dependencies: ClassVar[set[str]] = {"xep_0030", "xep_0045", "xep_0050"}
    features = (NS,)
    namespace = NS
