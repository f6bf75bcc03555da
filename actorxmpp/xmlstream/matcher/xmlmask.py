"""MatchXMLMask: stanzas that contain an example."""

from __future__ import annotations

from typing import Any

from actorxmpp.exceptions import ActorXMPPError
from actorxmpp.xmlstream.matcher.base import Key, KeyKind, MatcherBase
from actorxmpp.xmlstream.stanzabase import ET


class BadMask(ActorXMPPError, ValueError):
    """A mask that is not XML."""


class MatchXMLMask(MatcherBase):
    """Fits stanzas that contain an example, whatever else they contain.

    Args:
        criteria: the example, as an element or as XML text.
        default_ns: the namespace a root without one stands for.

    Raises:
        BadMask: if the text is not XML.
    """

    __slots__ = ("default_ns",)

    def __init__(self, criteria: str | ET.Element, default_ns: str = "jabber:client") -> None:
        if isinstance(criteria, str):
            try:
                criteria = ET.fromstring(criteria)
            except ET.ParseError as error:
                raise BadMask(f"the mask is not XML: {error}") from error
        super().__init__(criteria)
        self.default_ns = default_ns

    def setDefaultNS(self, ns: str) -> None:  # noqa: N802 - the API's name
        """Set the namespace a root without one stands for; before the handler is registered."""
        self.default_ns = ns

    def match(self, xml: Any) -> bool:
        """Tell whether the stanza has all that the mask has."""
        element, mask = xml.xml, self._criteria
        if element.tag not in (mask.tag, f"{{{self.default_ns}}}{mask.tag}"):
            return False
        return _covers(element, mask)

    def index_keys(self) -> tuple[Key, ...]:
        """Return the name, with and without the default namespace, and the first sub-element's."""
        mask = self._criteria
        child = mask[0].tag if len(mask) else None
        names = (
            (mask.tag,) if mask.tag[0] == "{" else (mask.tag, f"{{{self.default_ns}}}{mask.tag}")
        )
        return tuple(Key(KeyKind.TAG, name, child) for name in names)


def _covers(element: ET.Element, mask: ET.Element) -> bool:
    """Tell whether an element has the text, attributes and sub-elements of a mask."""
    wanted = (mask.text or "").strip()
    if wanted and element.text and element.text.strip() != wanted:
        return False
    if any(element.get(key) != value for key, value in mask.items()):
        return False
    return all(any(_covers(other, part) for other in element.findall(part.tag)) for part in mask)
