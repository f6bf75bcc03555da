"""XEP-0264: Jingle Content Thumbnails: small pictures of files."""

from __future__ import annotations

from typing import ClassVar

from actorxmpp.plugins.base import BasePlugin
from actorxmpp.plugins.elements import read_number
from actorxmpp.xmlstream import ElementBase

__all__ = ["XEP_0264", "Thumbnail"]

NS = "urn:xmpp:thumbs:1"


class Thumbnail(ElementBase):
    """``file["thumbnail"]``.

    Interfaces: ``uri``, where it is, ``media-type``, and numbers of pixels, None where they are
    missing: ``width``, ``height``.
    """

    name = plugin_attrib = "thumbnail"
    namespace = NS
    interfaces: ClassVar[set[str]] = {"media-type", "uri", "width", "height"}

    def get_width(self) -> int | None:
        """Return the width in pixels."""
        return read_number(self._get_attr("width"))

    def set_width(self, value: int) -> None:
        """Set the width in pixels."""
        self._set_attr("width", str(int(value)))

    def get_height(self) -> int | None:
        """Return the height in pixels."""
        return read_number(self._get_attr("height"))

    def set_height(self, value: int) -> None:
        """Set the height in pixels."""
        self._set_attr("height", str(int(value)))


class XEP_0264(BasePlugin):
    """Thumbnails, for other plugins: files that are described have them."""

    name = "xep_0264"
    description = "XEP-0264: Jingle Content Thumbnails"
    xep_version = "0.4.2"
