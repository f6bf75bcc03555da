"""How long ago (XEP-0012 section 3)."""

from __future__ import annotations

from typing import ClassVar

from actorxmpp.xmlstream.stanzabase import ElementBase

__all__ = ["NS", "LastActivity"]

NS = "jabber:iq:last"


class LastActivity(ElementBase):
    """``<query xmlns='jabber:iq:last'/>``; interfaces ``seconds`` (a number), ``status``."""

    name = "query"
    namespace = NS
    plugin_attrib = "last_activity"
    interfaces: ClassVar[set[str]] = {"seconds", "status"}

    def get_seconds(self) -> int | None:
        """Return the seconds; None if they are missing or no number."""
        text = self._get_attr("seconds")
        return int(text) if text.isascii() and text.isdigit() else None

    def set_seconds(self, value: int) -> None:
        """Set the seconds."""
        self._set_attr("seconds", str(int(value)))

    def get_status(self) -> str:
        """Return what somebody said when leaving."""
        return self.xml.text or ""

    def set_status(self, value: str) -> None:
        """Set what somebody said when leaving."""
        self.xml.text = str(value)

    def del_status(self) -> None:
        """Remove what somebody said when leaving."""
        self.xml.text = None
