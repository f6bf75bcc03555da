"""MatcherBase, and the keys by which the index finds handlers without asking each of them."""

from __future__ import annotations

import enum
from typing import Any, NamedTuple


class KeyKind(enum.Enum):
    """The part of a stanza a key is compared with."""

    ID = enum.auto()
    """The stanza's id."""
    TAG = enum.auto()
    """``{ns}name`` of the stanza and, if given, of a sub-element."""
    PATH = enum.auto()
    """The stanza's name without namespace and, if given, a name a stanza path may use for a
    sub-element."""


class Key(NamedTuple):
    """A necessary condition of a match.

    Attributes:
        kind: the part of the stanza to compare.
        name: the id, or the stanza's name.
        child: a sub-element's name, or None when any will do.
        exact: whether the condition is sufficient, too: then ``match`` need not be called.
    """

    kind: KeyKind
    name: str
    child: str | None = None
    exact: bool = False


class MatcherBase:
    """Decides whether a handler takes a stanza.

    A subclass overrides ``match``. It is then asked about every stanza; with
    ``index_keys`` overridden beside it, only about those that have one of the keys.

    Args:
        criteria: what a stanza must have; the subclass says in which form.
    """

    __slots__ = ("__dict__", "_criteria")

    def __init__(self, criteria: Any) -> None:
        self._criteria = criteria

    @property
    def wanted_type(self) -> str | None:
        """The ``type`` a matching stanza has; None if any will do. The index asks once."""
        return None

    def match(self, xml: Any) -> bool:
        """Tell whether a stanza fits."""
        del xml
        return False

    def index_keys(self) -> tuple[Key, ...] | None:
        """Return the keys of which a matching stanza has at least one; None if there are none."""
        return None


def keys_of(matcher: Any) -> tuple[Key, ...] | None:
    """Return a matcher's keys, or None when they can't be relied on.

    Keys describe the ``match`` they were written for: a subclass with a ``match`` of its own needs
    an ``index_keys`` of its own.
    """
    matcher_class = type(matcher)
    for base in matcher_class.__mro__:
        if "index_keys" in vars(base):
            return matcher.index_keys() if base is not MatcherBase else None
        if "match" in vars(base):
            return None
    return None
