"""XEP-0446: File metadata element: what a file is like."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, ClassVar

from actorxmpp.plugins.base import BasePlugin
from actorxmpp.plugins.elements import read_number
from actorxmpp.plugins.xep_0082 import format_datetime, parse
from actorxmpp.plugins.xep_0264 import Thumbnail
from actorxmpp.plugins.xep_0300 import Hash
from actorxmpp.xmlstream import ElementBase, register_stanza_plugin

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["XEP_0446", "File"]

NS = "urn:xmpp:file:metadata:0"
TEXTS = ("desc", "media-type", "name")
NUMBERS = ("height", "length", "size", "width")


def _number(name: str) -> tuple[Callable[[File], int | None], Callable[[File, int], None]]:
    """The reader and the writer of a number; a negative one is a ``ValueError``."""

    def read(self: File) -> int | None:
        return read_number(self._get_sub_text(name))

    def write(self: File, value: int) -> None:
        if int(value) < 0:
            raise ValueError(f"the {name} of a file is never negative: {value}")
        self._set_sub_text(name, str(int(value)))

    return read, write


class File(ElementBase):
    """``["file"]`` of what shares one; ``["hash"]`` and ``["thumbnail"]`` are in it.

    Interfaces: ``name``, ``media-type``, ``desc``; ``date``, when it was changed, a datetime or
    None; numbers, None where they are missing: ``size`` (bytes), ``width`` and ``height`` (pixels),
    ``length`` (milliseconds).
    """

    name = plugin_attrib = "file"
    namespace = NS
    interfaces: ClassVar[set[str]] = {"date", *TEXTS, *NUMBERS}
    sub_interfaces = interfaces

    get_height, set_height = _number("height")
    get_length, set_length = _number("length")
    get_size, set_size = _number("size")
    get_width, set_width = _number("width")

    def get_date(self) -> dt.datetime | None:
        """Return when it was changed; None if that is missing or no time."""
        try:
            return parse(self._get_sub_text("date"))
        except ValueError:
            return None

    def set_date(self, value: dt.datetime | str) -> None:
        """Set when it was changed."""
        text = format_datetime(value) if isinstance(value, dt.datetime) else value
        self._set_sub_text("date", text)


register_stanza_plugin(File, Hash)
register_stanza_plugin(File, Thumbnail)


class XEP_0446(BasePlugin):
    """File metadata, for other plugins. All of it is what a sender says."""

    name = "xep_0446"
    description = "XEP-0446: File metadata element"
    xep_version = "0.2.0"
    dependencies: ClassVar[set[str]] = {"xep_0264", "xep_0300"}
