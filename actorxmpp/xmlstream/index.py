"""HandlerIndex: which handlers take a stanza, at a cost that does not grow with their number.

Each matcher names keys a matching stanza must have (its id, its name, the name of a sub-element).
The index looks up the keys the stanza has and asks only the handlers found there; where a key says
all the matcher wants to know, not even those. Handlers without keys are asked about every stanza.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from actorxmpp.xmlstream.accessors import child_names
from actorxmpp.xmlstream.handler.base import BaseHandler
from actorxmpp.xmlstream.matcher.base import Key, KeyKind, keys_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from actorxmpp.xmlstream.stanzabase import StanzaBase


class _Entry(NamedTuple):
    """A handler under one of its keys; ``order`` is when it was registered."""

    order: int
    handler: Any
    exact: bool


_SWEEP = 16
"""Registrations of one owner below which old ones are not looked for."""

_NO_ENTRIES: dict[str | None, list[_Entry]] = {}  # never changed

_Table = dict[str, dict[str | None, list[_Entry]]]


class HandlerIndex:
    """The handlers of one stream, in the order they were added."""

    __slots__ = (
        "_by_id",
        "_by_name",
        "_by_owner",
        "_by_path",
        "_by_tag",
        "_handlers",
        "_next",
        "_others",
    )

    def __init__(self) -> None:
        self._next = 0
        #: the handlers by registration
        self._handlers: dict[int, Any] = {}
        #: name -> the registrations of that name: one, or several that share it
        self._by_name: dict[str, int | list[int]] = {}
        #: the plugin that registered them, or None for the role -> registrations, old ones among
        #: them: those are swept out when they are the most
        self._by_owner: dict[str | None, list[int]] = {}
        self._by_tag: _Table = {}
        self._by_path: _Table = {}
        self._by_id: dict[str, list[_Entry]] = {}
        self._others: list[_Entry] = []

    def __len__(self) -> int:
        return len(self._handlers)

    def __iter__(self) -> Iterator[Any]:
        """Returns the handlers in the order they were added."""
        return iter(tuple(self._handlers.values()))

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def add(self, handler: Any) -> None:
        """Adds a handler, or anything that has what ``BaseHandler`` has."""
        order = self._next
        self._next += 1
        self._handlers[order] = handler
        self._note(handler, order)
        keys = _keys(handler)
        if keys is None:
            self._others.append(_Entry(order, handler, False))
            return
        for key in dict.fromkeys(keys):
            self._bucket(key).append(_Entry(order, handler, key.exact))

    def _note(self, handler: Any, order: int) -> None:
        """Notes a handler's name and owner."""
        same = self._by_name.get(handler.name)
        if same is None:
            self._by_name[handler.name] = order
        elif isinstance(same, int):
            self._by_name[handler.name] = [same, order]
        else:
            same.append(order)
        owned = self._by_owner.setdefault(_owner(handler), [])
        if len(owned) > _SWEEP and len(owned) > 2 * len(self._handlers):
            owned[:] = [each for each in owned if each in self._handlers]
        owned.append(order)

    def remove(self, name: str) -> bool:
        """Removes the first handler of a name and tells whether there was one."""
        same = self._by_name.get(name)
        if same is None:
            return False
        self._remove(same if isinstance(same, int) else same[0])
        return True

    def remove_owner(self, owner: str | None) -> None:
        """Removes all handlers a plugin registered, or with None all of the role's."""
        for order in self._by_owner.pop(owner, ()):
            if order in self._handlers:
                self._remove(order)

    def discard(self, handler: Any) -> bool:
        """Removes this very handler and tells whether it was there."""
        same = self._by_name.get(handler.name, [])
        for order in [same] if isinstance(same, int) else same:
            if self._handlers[order] is handler:
                self._remove(order)
                return True
        return False

    def match(self, stanza: StanzaBase) -> list[Any]:
        """Returns the handlers that take a stanza, in the order they were added."""
        xml = stanza.xml
        tags = self._by_tag.get(xml.tag, _NO_ENTRIES)
        paths = self._by_path.get(stanza.name, _NO_ENTRIES)
        found = self._others.copy()
        if None in tags:
            found += tags[None]
        if None in paths:
            found += paths[None]
        if tags or paths:
            stanza_class = type(stanza)
            known = stanza_class._child_names  # noqa: SLF001 - the cache of child_names
            for child in xml:
                tag = child.tag
                if tag in tags:
                    found += tags[tag]
                if paths:
                    for name in known.get(tag) or child_names(stanza_class, tag):
                        if name in paths:
                            found += paths[name]
        if self._by_id:
            found += self._by_id.get(xml.get("id", ""), ())
        if len(found) > 1:
            found = _unique(found)
        return [handler for _, handler, exact in found if exact or handler.match(stanza)]

    def _bucket(self, key: Key) -> list[_Entry]:
        if key.kind is KeyKind.ID:
            return self._by_id.setdefault(key.name, [])
        table = self._by_tag if key.kind is KeyKind.TAG else self._by_path
        return table.setdefault(key.name, {}).setdefault(key.child, [])

    def _remove(self, order: int) -> None:
        """Takes a handler out of the tables it is in, and empty tables with it."""
        handler = self._handlers.pop(order)
        if not self._handlers:
            self._by_owner.clear()
        same = self._by_name[handler.name]
        if isinstance(same, int):
            del self._by_name[handler.name]
        elif len(same) == 2:
            self._by_name[handler.name] = same[same[0] == order]
        else:
            same.remove(order)
        keys = _keys(handler)
        if keys is None:
            self._others = [entry for entry in self._others if entry.order != order]
            return
        for key in dict.fromkeys(keys):
            bucket = self._bucket(key)
            bucket[:] = [entry for entry in bucket if entry.order != order]
            if bucket:
                continue
            if key.kind is KeyKind.ID:
                del self._by_id[key.name]
                continue
            table = self._by_tag if key.kind is KeyKind.TAG else self._by_path
            del table[key.name][key.child]
            if not table[key.name]:
                del table[key.name]


def _owner(handler: Any) -> str | None:
    owner: str | None = getattr(handler, "owner", None)
    return owner


def _keys(handler: Any) -> tuple[Key, ...] | None:
    """Returns a handler's keys, or None when it decides for itself what it takes."""
    if not isinstance(handler, BaseHandler) or type(handler).match is not BaseHandler.match:
        return None
    return keys_of(handler.matcher)


def _unique(entries: list[_Entry]) -> list[_Entry]:
    """Returns the entries in order, one per handler; an exact one wins."""
    best: dict[int, _Entry] = {}
    for entry in entries:
        if entry.order not in best or entry.exact:
            best[entry.order] = entry
    return [best[order] for order in sorted(best)]
