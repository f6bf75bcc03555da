"""XEP-0221: Data Forms Media Element: pictures and sounds in forms."""

from __future__ import annotations

from typing import ClassVar

from actorxmpp.plugins.base import BasePlugin
from actorxmpp.plugins.xep_0004 import FormField
from actorxmpp.xmlstream import ElementBase, register_stanza_plugin

__all__ = ["URI", "XEP_0221", "Media"]

NS = "urn:xmpp:media-element"


class Media(ElementBase):
    """``field["media"]``; interfaces ``height``, ``width``, ``alt``; ``uris`` lists the places."""

    name = plugin_attrib = "media"
    namespace = NS
    interfaces: ClassVar[set[str]] = {"height", "width", "alt"}

    def add_uri(self, value: str, itype: str) -> None:
        """Add a place where it is to be found.

        Args:
            value: the URI; ``cid:`` is a piece of data in the stanza (XEP-0231).
            itype: its media type.
        """
        uri = URI()
        uri["value"] = value
        uri["type"] = itype
        self.append(uri)


class URI(ElementBase):
    """A place; interfaces ``type``, ``value``."""

    name = plugin_attrib = "uri"
    namespace = NS
    plugin_multi_attrib = "uris"
    interfaces: ClassVar[set[str]] = {"type", "value"}

    def get_value(self) -> str:
        """Return the URI."""
        return (self.xml.text or "").strip()

    def set_value(self, value: str) -> None:
        """Set the URI."""
        self.xml.text = value

    def del_value(self) -> None:
        """Remove the URI."""
        self.xml.text = None


register_stanza_plugin(FormField, Media)
register_stanza_plugin(Media, URI, iterable=True)


class XEP_0221(BasePlugin):
    """Data Forms Media Element, for who makes forms and who shows them."""

    name = "xep_0221"
    description = "XEP-0221: Data Forms Media Element"
    xep_version = "1.0"
    dependencies: ClassVar[set[str]] = {"xep_0004"}
