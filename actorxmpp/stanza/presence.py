"""Presence: availability, and subscriptions to it (RFC 6121 sections 3 and 4)."""

from __future__ import annotations

from typing import Any, ClassVar, Self, get_args

from actorxmpp.stanza.rootstanza import RootStanza
from actorxmpp.types import PresenceShows, PresenceTypes
from actorxmpp.xmlstream.stanzabase import StanzaBase

_ANSWERS = {"subscribe": "subscribed", "unsubscribe": "unsubscribed"}
"""Presence type of a subscription request -> type of the reply."""


class Presence(RootStanza):
    """A presence.

    Interfaces: ``type`` (``available`` when there is none, or the ``show`` value when there is
    one), ``show``, ``status`` by language, ``priority`` (a number).
    """

    __slots__ = ()

    name = "presence"
    namespace = "jabber:client"
    plugin_attrib = "presence"
    interfaces: ClassVar[set[str]] = {"type", "to", "from", "id", "show", "status", "priority"}
    sub_interfaces: ClassVar[set[str]] = {"show", "status", "priority"}
    lang_interfaces: ClassVar[set[str]] = {"status"}
    types: ClassVar[set[str]] = {"available", *get_args(PresenceTypes)}
    showtypes: ClassVar[set[str]] = set(get_args(PresenceShows))

    def fill_in(self) -> None:
        """Give the presence an id, if its stream does that."""
        stream = self.stream
        if getattr(stream, "use_presence_ids", False) and not self.xml.get("id"):
            self.xml.set("id", stream.new_id())

    def set_show(self, show: str | None) -> Self:
        """Set the ``show`` value; an empty one removes it, one that is not defined is ignored."""
        if not show:
            self._del_sub("show")
        elif show in self.showtypes:
            self._set_sub_text("show", text=show)
        return self

    def get_type(self) -> str:
        """Return the type, else the ``show`` value, else ``available``."""
        kind = self.xml.get("type", "")
        if kind:
            return kind
        show: str = self["show"]
        return show if show in self.showtypes else "available"

    def set_type(self, value: str) -> Self:
        """Set the type, or the ``show`` value when it is one of those."""
        if value in self.types:
            self._del_sub("show")
            if value == "available":
                self._del_attr("type")
            else:
                self.xml.set("type", value)
        elif value in self.showtypes:
            self["show"] = value
        return self

    def del_type(self) -> None:
        """Remove type and ``show``."""
        self._del_attr("type")
        self._del_sub("show")

    def set_priority(self, value: int | str) -> None:
        """Set the priority, from -128 to 127."""
        self._set_sub_text("priority", text=str(value))

    def get_priority(self) -> int:
        """Return the priority; 0 when there is none or it is not a number."""
        try:
            return int(self._get_sub_text("priority") or 0)
        except ValueError:
            return 0

    def reply(self, clear: bool = True) -> Self:
        """Return a presence back to the sender; a request is answered with consent.

        Args:
            clear: whether the content is left out.
        """
        reply = StanzaBase.reply(self, clear)
        answer = _ANSWERS.get(self.xml.get("type", ""))
        if answer is not None:
            reply["type"] = answer
        return reply

    def send(self) -> Any:
        """Send the presence on its stream, whose roster keeps it to send it again."""
        roster = getattr(self.stream, "roster", None)
        if roster is not None:
            roster.presence_sent(self)
        return super().send()
