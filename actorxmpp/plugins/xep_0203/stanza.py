"""The mark of a delayed stanza (XEP-0203 section 3)."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from actorxmpp.jid import JID
from actorxmpp.plugins.xep_0082 import format_datetime, parse
from actorxmpp.xmlstream.stanzabase import ElementBase

__all__ = ["NS", "Delay"]

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
