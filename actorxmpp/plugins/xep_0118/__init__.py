"""XEP-0118: User Tune: what somebody listens to, published for contacts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from actorxmpp.plugins.xep_0163 import PepPlugin
from actorxmpp.xmlstream import ElementBase

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from actorxmpp.stanza import Iq

__all__ = ["XEP_0118", "UserTune"]

NS = "http://jabber.org/protocol/tune"


class UserTune(ElementBase):
    """What is published; interfaces ``artist length rating source title track uri``, all texts.

    ``length`` is in seconds, ``rating`` from 1 to 10.
    """

    name = plugin_attrib = "tune"
    namespace = NS
    interfaces: ClassVar[set[str]] = {
        *("artist", "length", "rating", "source", "title", "track", "uri"),
    }
    sub_interfaces = interfaces

    def set_length(self, value: int | str) -> None:
        """Set how long it is, in seconds."""
        self._set_sub_text("length", str(value))

    def set_rating(self, value: int | str) -> None:
        """Set how much one likes it, from 1 to 10."""
        self._set_sub_text("rating", str(value))


class XEP_0118(PepPlugin):
    """User Tune, both roles.

    Events: ``user_tune_publish``, with the message, when a contact publishes one.
    """

    name = "xep_0118"
    description = "XEP-0118: User Tune"
    xep_version = "1.3.0"
    pep_name = "user_tune"
    pep_stanza = UserTune

    def publish_tune(
        self,
        *,
        artist: str | None = None,
        length: int | None = None,
        rating: int | None = None,
        source: str | None = None,
        title: str | None = None,
        track: str | None = None,
        uri: str | None = None,
        **pubsubkwargs: Any,
    ) -> Awaitable[Iq]:
        """Publish what one listens to (section 2).

        Args:
            artist: who plays it.
            length: in seconds.
            rating: how much one likes it, from 1 to 10.
            source: the album or the station.
            title: its name.
            track: its place on the album.
            uri: where more is to be found.
            pubsubkwargs: ``options``, ``ifrom``, and what ``Iq.send`` takes.
        """
        tune = UserTune()
        said = {"artist": artist, "length": length, "rating": rating, "source": source}
        for name, value in {**said, "title": title, "track": track, "uri": uri}.items():
            tune[name] = value
        return self.publish(tune, **pubsubkwargs)
