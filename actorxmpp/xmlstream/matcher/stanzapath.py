"""StanzaPath: stanzas by their interfaces and plugins."""

from __future__ import annotations

from typing import Any

from actorxmpp.xmlstream.matcher.base import Key, KeyKind, MatcherBase
from actorxmpp.xmlstream.paths import compile_path, fix_ns, local_name

_ROOTS = frozenset({"message", "presence", "iq"})
"""First steps that can only be the stanza itself; another could also be a plugin of any stanza."""


class StanzaPath(MatcherBase):
    """Fits stanzas by a path such as ``iq@type=set/roster`` or ``message/chat_state``.

    Works in any content namespace.

    Args:
        criteria: the path; see ``ElementBase.match``.
    """

    __slots__ = ("_raw_criteria", "_steps")

    def __init__(self, criteria: str) -> None:
        super().__init__(fix_ns(criteria, split=True, propagate_ns=False))
        self._raw_criteria = criteria
        self._steps = compile_path(criteria)

    def match(self, stanza: Any) -> bool:  # the API's name
        """Tell whether the path fits the stanza."""
        return bool(stanza.match_steps(self._steps))

    @property
    def wanted_type(self) -> str | None:
        """The ``type`` a matching stanza has; None if any will do."""
        if not self._steps or local_name(self._steps[0].name) not in _ROOTS:
            return None
        return dict(self._steps[0].attributes).get("type")

    def index_keys(self) -> tuple[Key, ...] | None:
        """Return one key: the stanza's name and, if the path goes on, the next step's."""
        root = local_name(self._steps[0].name) if self._steps else ""
        if root not in _ROOTS:
            return None
        plain = not self._steps[0].attributes
        if len(self._steps) == 1:
            return (Key(KeyKind.PATH, root, exact=plain),)
        return (Key(KeyKind.PATH, root, local_name(self._steps[1].name)),)
