"""XEP-0203: Delayed Delivery: ``stanza["delay"]`` for messages and presences."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from actorxmpp.jid import JID
from actorxmpp.plugins.base import BasePlugin
from actorxmpp.plugins.xep_0082 import format_datetime, parse
from actorxmpp.stanza import Message, Presence
from actorxmpp.xmlstream import ElementBase, register_stanza_plugin

__all__ = ["XEP_0203", "Delay"]

NS = "urn:xmpp:delay"


class Delay(ElementBase):
    """``<delay xmlns='urn:xmpp:delay'/>``.

    Interfaces: ``from``, a JID or None; ``stamp``, a datetime or None, also settable as text;
    ``text``, the reason.
    """

    name = "delay"
    namespace = NS
    plugin_attrib = "delay"
    interfaces: ClassVar[set[str]] = {"from", "stamp", "text"}

    def get_from(self) -> JID | None:
        """Return who held it back."""
        sender = self._get_attr("from")
        return JID(sender) if sender else None

    def set_from(self, value: str | JID) -> None:
        """Set who held it back."""
        self._set_attr("from", str(value))

    def get_stamp(self) -> dt.datetime | None:
        """Return when it was sent first; None if that is missing or no timestamp."""
        try:
            return parse(self._get_attr("stamp"))
        except ValueError:
            return None

    def set_stamp(self, value: dt.datetime | str) -> None:
        """Set when it was sent first."""
        self._set_attr("stamp", format_datetime(value) if isinstance(value, dt.datetime) else value)

    def get_text(self) -> str:
        """Return the reason."""
        return self.xml.text or ""

    def set_text(self, value: str) -> None:
        """Set the reason."""
        self.xml.text = value

    def del_text(self) -> None:
        """Remove the reason."""
        self.xml.text = ""


register_stanza_plugin(Message, Delay)
register_stanza_plugin(Presence, Delay)


class XEP_0203(BasePlugin):
    """Delayed Delivery, both roles."""

    name = "xep_0203"
    description = "XEP-0203: Delayed Delivery"
    xep_version = "2.0"
    features = (NS,)
