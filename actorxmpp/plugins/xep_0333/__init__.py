"""XEP-0333: Displayed Markers: markers that come, and sending them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from actorxmpp.plugins.base import BasePlugin
from actorxmpp.plugins.elements import EmptyElement
from actorxmpp.stanza import Message
from actorxmpp.xmlstream import ElementBase, register_stanza_plugin

if TYPE_CHECKING:
    from actorxmpp.types import JidStr

__all__ = ["XEP_0333", "Acknowledged", "Displayed", "Markable", "Received"]

NS = "urn:xmpp:chat-markers:0"
MARKERS = ("received", "displayed", "acknowledged")


class Markable(EmptyElement):
    """``<markable/>``: the sender would like to know when the message was displayed."""

    name = plugin_attrib = "markable"
    namespace = NS


class Received(ElementBase):
    """``<received id=.../>``: arrived; not in newer versions of the XEP, still sent by some."""

    name = "received"
    plugin_attrib = "received"
    namespace = NS
    interfaces: ClassVar[set[str]] = {"id"}


class Displayed(ElementBase):
    """``<displayed id=.../>``: seen, with all before it."""

    name = "displayed"
    plugin_attrib = "displayed"
    namespace = NS
    interfaces: ClassVar[set[str]] = {"id"}


class Acknowledged(ElementBase):
    """``<acknowledged id=.../>``: acted on; not in newer versions of the XEP."""

    name = "acknowledged"
    plugin_attrib = "acknowledged"
    namespace = NS
    interfaces: ClassVar[set[str]] = {"id"}


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
