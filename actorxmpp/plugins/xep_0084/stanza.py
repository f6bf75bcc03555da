"""Pictures, and what is said of them (XEP-0084 section 4)."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, ClassVar

from actorxmpp.plugins.elements import EmptyElement
from actorxmpp.plugins.xep_0060 import EventItem, Item
from actorxmpp.xmlstream import ElementBase, register_stanza_plugin

if TYPE_CHECKING:
    from actorxmpp.xmlstream import ET

__all__ = ["NS", "NS_METADATA", "Data", "Info", "MetaData", "Pointer"]

NS = "urn:xmpp:avatar:data"
NS_METADATA = "urn:xmpp:avatar:metadata"


class Data(ElementBase):
    """The picture itself; interface ``value``, bytes: empty where it can't be read."""

    name = "data"
    namespace = NS
    plugin_attrib = "avatar_data"
    interfaces: ClassVar[set[str]] = {"value"}

    def get_value(self) -> bytes:
        """Return the picture."""
        try:
            return base64.b64decode(self.xml.text or "")
        except (ValueError, binascii.Error):
            return b""

    def set_value(self, value: bytes) -> None:
        """Set the picture."""
        self.xml.text = base64.b64encode(value).decode() if value else ""

    def del_value(self) -> None:
        """Remove the picture."""
        self.xml.text = ""


class MetaData(EmptyElement):
    """What there is: ``items`` (forms of the picture), ``pointers``; neither: no picture."""

    name = "metadata"
    namespace = NS_METADATA
    plugin_attrib = "avatar_metadata"

    def add_info(
        self,
        id: str,
        itype: str,
        ibytes: int | str,
        height: int | str | None = None,
        width: int | str | None = None,
        url: str | None = None,
    ) -> None:
        """Add a form of the picture.

        Args:
            id: the SHA-1 hash of the picture, in hexadecimal digits.
            itype: its media type.
            ibytes: its size.
            height: in pixels.
            width: in pixels.
            url: where it is, unless at the account's data node.
        """
        info = Info()
        info["id"] = id
        info["type"] = itype
        info["bytes"] = ibytes
        info["height"] = height
        info["width"] = width
        info["url"] = url
        self.append(info)

    def add_pointer(self, xml: ET.Element) -> None:
        """Add what says elsewhere where the picture is (section 4.2.2)."""
        pointer = Pointer()
        pointer.xml.append(xml)
        self.append(pointer)


def _number(name: str) -> tuple[object, object]:
    """The reader and the writer of an attribute that is a number; 0 where it is none."""

    def read(self: Info) -> int:
        text = self._get_attr(name)
        return int(text) if text.isascii() and text.isdigit() else 0

    def write(self: Info, value: int | str) -> None:
        self._set_attr(name, str(int(value)))

    return read, write


class Info(ElementBase):
    """A form of the picture; interfaces ``id type url``, and numbers: ``bytes height width``."""

    name = plugin_attrib = "info"
    namespace = NS_METADATA
    plugin_multi_attrib = "items"
    interfaces: ClassVar[set[str]] = {"bytes", "height", "id", "type", "url", "width"}

    get_bytes, set_bytes = _number("bytes")
    get_height, set_height = _number("height")
    get_width, set_width = _number("width")


class Pointer(EmptyElement):
    """An element of another kind that says where the picture is."""

    name = plugin_attrib = "pointer"
    namespace = NS_METADATA
    plugin_multi_attrib = "pointers"


register_stanza_plugin(MetaData, Info, iterable=True)
register_stanza_plugin(MetaData, Pointer, iterable=True)
for _item in (Item, EventItem):
    register_stanza_plugin(_item, Data)
    register_stanza_plugin(_item, MetaData)
