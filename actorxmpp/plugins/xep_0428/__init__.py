"""XEP-0428: Fallback Indication: text that is only for clients that know no better."""

from __future__ import annotations

from typing import Any, ClassVar

from actorxmpp.plugins.base import BasePlugin
from actorxmpp.stanza import Message
from actorxmpp.xmlstream import ElementBase, register_stanza_plugin

__all__ = ["XEP_0428", "Fallback", "FallbackBody", "FallbackSubject"]

NS = "urn:xmpp:fallback:0"


class Fallback(ElementBase):
    """``message["fallback"]``; ``message["fallbacks"]`` are all of them.

    Interface ``for``: the namespace of what the text stands in for. ``["body"]`` and
    ``["subject"]`` say which part of the text does; without either, all of it.
    """

    name = plugin_attrib = "fallback"
    namespace = NS
    plugin_multi_attrib = "fallbacks"
    interfaces: ClassVar[set[str]] = {"for"}

    def get_stripped_body(self, fallback_for: str, element: str = "body") -> str:
        """Return the message's text without what stands in for something.

        Args:
            fallback_for: the namespace of what it stands in for.
            element: ``body`` or ``subject``.

        Raises:
            AttributeError: if nothing in the message stands in for it.
        """
        message: Any = None if self.parent is None else self.parent()
        for each in message["fallbacks"]:
            if each["for"] == fallback_for:
                rest: str = each.split(message[element], element)[1]
                return rest
        raise AttributeError(f"the message has no fallback for {fallback_for}")

    def split(self, text: str, element: str = "body") -> tuple[str, str]:
        """Return what stands in for something, and the rest of a text (section 3).

        Args:
            text: the message's body, or subject.
            element: which of them.
        """
        if not len(self.xml):
            return text, ""
        parts = self.xml.findall(f"{{{NS}}}{element}")
        fallback, rest, position = "", "", 0
        for start, end in sorted(_range(part.attrib, len(text)) for part in parts):
            rest += text[position:start]
            fallback += text[max(start, position) : end]
            position = max(position, end)
        return fallback, rest + text[position:]


def _range(attributes: dict[str, str], length: int) -> tuple[int, int]:
    """A part's ends, in characters; all of the text unless said otherwise."""
    start, end = (_number(attributes.get(name, "")) for name in ("start", "end"))
    begin = start or 0
    return begin, length if end is None else max(begin, end)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() else None


class _Part(ElementBase):
    """A part of a text; interfaces ``start`` and ``end``, numbers of characters; 0 if not said."""

    namespace = NS
    interfaces: ClassVar[set[str]] = {"start", "end"}

    def get_start(self) -> int:
        """Return where it begins."""
        return _number(self._get_attr("start")) or 0

    def set_start(self, value: int) -> None:
        """Set where it begins."""
        self._set_attr("start", str(int(value)))

    def get_end(self) -> int:
        """Return where it ends: the first character after it."""
        return _number(self._get_attr("end")) or 0

    def set_end(self, value: int) -> None:
        """Set where it ends."""
        self._set_attr("end", str(int(value)))


class FallbackBody(_Part):
    """A part of the body; interfaces ``start`` and ``end``."""

    name = plugin_attrib = "body"


class FallbackSubject(_Part):
    """A part of the subject; interfaces ``start`` and ``end``."""

    name = plugin_attrib = "subject"


register_stanza_plugin(Message, Fallback, iterable=True)
register_stanza_plugin(Fallback, FallbackBody)
register_stanza_plugin(Fallback, FallbackSubject)


class XEP_0428(BasePlugin):
    """Fallback Indication, both roles."""

    name = "xep_0428"
    description = "XEP-0428: Fallback Indication"
    xep_version = "0.2.1"
    namespace = NS
