"""MatchXPath: stanzas by the names of their elements."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree as ET

from actorxmpp.xmlstream.matcher.base import Key, KeyKind, MatcherBase
from actorxmpp.xmlstream.paths import fix_ns

_PLAIN = re.compile(r"\{[^{}*]*\}[^{}\[\]@*./()'\"=]+")
"""``{ns}name`` and nothing of XPath's other syntax."""


class MatchXPath(MatcherBase):
    """Fits stanzas by a path of names, such as ``{jabber:client}iq/{jabber:iq:roster}query``.

    The syntax of ElementTree's ``find`` beyond names (predicates, ``*``) works, too.

    Args:
        criteria: the path; its first step is the stanza.
    """

    __slots__ = ("_plain", "_rest", "_root")

    def __init__(self, criteria: str) -> None:
        super().__init__(fix_ns(criteria))
        steps = fix_ns(criteria, split=True)
        self._plain = bool(steps) and all(_PLAIN.fullmatch(step) for step in steps)
        self._root = steps[0] if steps else ""
        self._rest = "/".join(steps[1:])

    def match(self, xml: Any) -> bool:
        """Tell whether the path leads somewhere in the stanza."""
        element = xml.xml
        if self._plain:
            if element.tag != self._root:
                return False
            return not self._rest or element.find(self._rest) is not None
        around = ET.Element("around")
        around.append(element)
        return around.find(self._criteria) is not None

    def index_keys(self) -> tuple[Key, ...] | None:
        """Return one key: the stanza's name and, if the path goes on, the next step's."""
        if not self._plain:
            return None
        if not self._rest:
            return (Key(KeyKind.TAG, self._root, exact=True),)
        steps = fix_ns(self._rest, split=True)
        return (Key(KeyKind.TAG, self._root, steps[0], exact=len(steps) == 1),)
