"""A stanza inside another (XEP-0297 section 3)."""

from __future__ import annotations

from typing import Any, ClassVar

from actorxmpp.xmlstream.stanzabase import ElementBase

__all__ = ["NS", "Forwarded"]

NS = "urn:xmpp:forward:0"
STANZAS = ("message", "presence", "iq")


class Forwarded(ElementBase):
    """``<forwarded xmlns='urn:xmpp:forward:0'/>``.

    Interfaces: ``stanza``, what is inside, empty if nothing is; ``delay``, when it was sent.
    """

    name = "forwarded"
    namespace = NS
    plugin_attrib = "forwarded"
    interfaces: ClassVar[set[str]] = {"stanza"}

    def get_stanza(self) -> Any:
        """Return the stanza inside."""
        for name in STANZAS:
            found = self.get_plugin(name, check=True)
            if found is not None:
                return found
        return ""

    def set_stanza(self, value: Any) -> None:
        """Put a stanza inside in place of the one there."""
        self.del_stanza()
        self.append(value)

    def del_stanza(self) -> None:
        """Take the stanza out."""
        found = self.get_stanza()
        if found:
            self._drop_plugin(found)
