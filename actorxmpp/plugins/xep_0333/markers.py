"""The plugin: markers that come, and sending them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from actorxmpp.plugins.base import BasePlugin
from actorxmpp.plugins.xep_0333.stanza import (
    MARKERS,
    NS,
    Acknowledged,
    Displayed,
    Markable,
    Received,
)
from actorxmpp.stanza import Message
from actorxmpp.xmlstream import register_stanza_plugin

if TYPE_CHECKING:
    from actorxmpp.types import JidStr

__all__ = ["XEP_0333"]

for _class in (Markable, Received, Displayed, Acknowledged):
    register_stanza_plugin(Message, _class)


class XEP_0333(BasePlugin):
    """Displayed Markers, both roles.

    Events: ``marker`` and one of ``marker_received``, ``marker_displayed``,
    ``marker_acknowledged``, with the message.
    """

    name = "xep_0333"
    description = "XEP-0333: Displayed Markers"
    xep_version = "1.0.0"
    dependencies: ClassVar[set[str]] = {"xep_0030"}
    features = (NS,)

    def plugin_init(self) -> None:
        """Take markers."""
        for marker in MARKERS:
            handler = partial(self._handle_marker, marker)
            self.handle(f"{marker.title()} Chat Marker", f"message/{marker}", handler)

    def _handle_marker(self, marker: str, message: Message) -> None:
        if message["type"] != "error":
            self.xmpp.event(f"marker_{marker}", message)
            self.xmpp.event("marker", message)

    def send_marker(
        self, mto: JidStr, id: str, marker: str, thread: str | None = None, **msg_kwargs: Any
    ) -> None:
        """Send a marker (XEP-0333 section 4).

        Args:
            mto: whom to tell.
            id: the id of the message; in rooms, the ``stanza-id`` the room gave it.
            marker: ``received``, ``displayed`` or ``acknowledged``.
            thread: the message's thread.
            msg_kwargs: what ``make_message`` takes.

        Raises:
            ValueError: if it is none of the markers.
        """
        if marker not in MARKERS:
            raise ValueError(f"{marker!r} is not one of the markers {', '.join(MARKERS)}")
        message = self.xmpp.make_message(mto, **msg_kwargs)
        message.enable(marker)
        message[marker]["id"] = id
        if thread:
            message["thread"] = thread
        message.send()
