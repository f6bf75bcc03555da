"""The stanza classes and the handlers of a stream, found by name.

``StanzaRegistry`` finds the class of a stanza by its namespaced name. ``HandlerIndex`` finds the
handlers that take a stanza, at a cost that does not grow with their number: each matcher names keys
a matching stanza must have (its id, its name, the name of a sub-element). The index looks up the
keys the stanza has and asks only the handlers found there; where a key is all the matcher compares,
not even those. Handlers without keys are asked about every stanza.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from actorxmpp.xmlstream.accessors import child_names
from actorxmpp.xmlstream.handler.base import BaseHandler
from actorxmpp.xmlstream.matcher.base import Key, KeyKind, keys_of
from actorxmpp.xmlstream.namespaces import CONTENT_NAMESPACES
from actorxmpp.xmlstream.stanzabase import StanzaBase, is_plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from xml.etree.ElementTree import Element

_new: Any = object.__new__


class StanzaRegistry:
    """The root stanza classes of one stream.

    A class written for one content namespace is found in all of them, unless another class was
    registered for that very name.

    Args:
        classes: classes to register.
    """

    __slots__ = ("_classes", "_exact", "_plain")

    def __init__(self, classes: Iterable[type[StanzaBase]] = ()) -> None:
        self._exact: dict[str, type[StanzaBase]] = {}
        self._classes: dict[str, type[StanzaBase]] = {}
        # name -> class and, if it is not the class's, namespace: those that need no constructor.
        self._plain: dict[str, tuple[type[StanzaBase], str | None]] = {}
        for stanza_class in classes:
            self.register(stanza_class)

    def register(self, stanza_class: type[StanzaBase]) -> None:
        """Add a class; a later one for the same name replaces the earlier."""
        self._exact[stanza_class.tag_name()] = stanza_class
        self._rebuild()

    @property
    def classes(self) -> tuple[type[StanzaBase], ...]:
        """The registered classes."""
        return tuple(self._exact.values())

    def remove(self, stanza_class: type[StanzaBase]) -> bool:
        """Remove a class and tell whether it was there."""
        found = self._exact.get(stanza_class.tag_name()) is stanza_class
        if found:
            del self._exact[stanza_class.tag_name()]
            self._rebuild()
        return found

    def _rebuild(self) -> None:
        classes: dict[str, type[StanzaBase]] = {}
        for stanza_class in self._exact.values():
            if stanza_class.namespace in CONTENT_NAMESPACES:
                for namespace in CONTENT_NAMESPACES:
                    classes[f"{{{namespace}}}{stanza_class.name}"] = stanza_class
        self._classes = {**classes, **self._exact}
        self._plain = {
            tag: (
                stanza_class,
                None if tag == stanza_class.tag_name() else tag[1:].partition("}")[0],
            )
            for tag, stanza_class in self._classes.items()
            if is_plain(stanza_class)
        }

    def __contains__(self, stanza_class: object) -> bool:
        return stanza_class in self._exact.values()

    def find(self, tag: str) -> type[StanzaBase]:
        """Return the class for a name, ``StanzaBase`` when none is registered."""
        return self._classes.get(tag, StanzaBase)

    def build(self, element: Element, stream: Any = None) -> StanzaBase:
        """Return the stanza object for a received element."""
        plain = self._plain.get(element.tag)
        if plain is None:
            return self._classes.get(element.tag, StanzaBase).wrap(element, stream)
        stanza: StanzaBase = _new(plain[0])  # StanzaBase.wrap, without its checks
        stanza.stream = stream
        stanza.xml = element
        stanza.parent = None
        stanza._children = None  # noqa: SLF001
        if plain[1] is not None:
            stanza.namespace = plain[1]
        return stanza


class _Entry(NamedTuple):
    """A handler under one of its keys; ``order`` is when it was registered."""

    order: int
    handler: Any
    exact: bool


_SWEEP = 16
"""Registrations of one owner below which old ones are not looked for."""

_PLANS = 16
"""Shapes of stanzas remembered: a session sees few. At the limit all are forgotten."""

_PLANNED_SHAPE = 10
"""Longest shape remembered: a peer can make longer ones at will."""

_TYPED = frozenset(("message", "iq"))
"""Stanzas whose ``type`` is their attribute; a presence's may be its ``<show/>``."""

_NO_ENTRIES: dict[str | None, list[_Entry]] = {}  # never changed

_Table = dict[str, dict[str | None, list[_Entry]]]


class HandlerIndex:
    """The stanza classes and handlers of one stream; handlers in the order they were added.

    Args:
        classes: the stanza classes; they may be shared, ``use`` replaces them.

    Attributes:
        classes: the stanza classes.
    """

    __slots__ = (
        "_by_id",
        "_by_name",
        "_by_owner",
        "_by_path",
        "_by_tag",
        "_handlers",
        "_next",
        "_others",
        "_plans",
        "_prepare",
        "classes",
    )

    def __init__(self, classes: StanzaRegistry | None = None) -> None:
        self.classes = classes or StanzaRegistry()
        self._prepare: Callable[[Element], Element] | None = None
        self._next = 0
        # the handlers by registration
        self._handlers: dict[int, Any] = {}
        # name -> the registrations of that name: one, or several that share it
        self._by_name: dict[str, int | list[int]] = {}
        # the plugin that registered them, or None for the role -> registrations, old ones among
        # them: those are swept out when they are the most
        self._by_owner: dict[str | None, list[int]] = {}
        self._by_tag: _Table = {}
        self._by_path: _Table = {}
        self._by_id: dict[str, list[_Entry]] = {}
        self._others: list[_Entry] = []
        # the shape of a stanza -> handlers that may take it; dropped when handlers change
        self._plans: dict[tuple[Any, ...], list[_Entry]] = {}

    def __len__(self) -> int:
        return len(self._handlers)

    def __iter__(self) -> Iterator[Any]:
        """Return the handlers in the order they were added."""
        return iter(tuple(self._handlers.values()))

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def use(self, classes: StanzaRegistry) -> None:
        """Use these stanza classes from now on."""
        self.classes = classes

    def prepare(self, function: Callable[[Element], Element] | None) -> None:
        """Have each element pass a function before it becomes a stanza."""
        self._prepare = function

    def build(self, element: Element, stream: Any) -> StanzaBase:
        """Make the stanza object for an element."""
        if self._prepare is not None:
            element = self._prepare(element)
        return self.classes.build(element, stream)

    def read(self, element: Element, stream: Any) -> tuple[StanzaBase, list[Any]]:
        """Make the stanza object for an element, and find the handlers that take it."""
        if self._prepare is not None:
            element = self._prepare(element)
        stanza = self.classes.build(element, stream)
        return stanza, self.match(stanza)

    def add(self, handler: Any) -> None:
        """Add a handler: a ``BaseHandler``, or an object with its attributes."""
        self._plans.clear()
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
        """Enter a handler under its name and its owner."""
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
        """Remove the first handler of a name and tell whether there was one."""
        same = self._by_name.get(name)
        if same is None:
            return False
        self._remove(same if isinstance(same, int) else same[0])
        return True

    def remove_owner(self, owner: str | None) -> None:
        """Remove all handlers a plugin registered, or with None all of the role's."""
        for order in self._by_owner.pop(owner, ()):
            if order in self._handlers:
                self._remove(order)

    def discard(self, handler: Any) -> bool:
        """Remove this very handler and tell whether it was there."""
        same = self._by_name.get(handler.name, [])
        for order in [same] if isinstance(same, int) else same:
            if self._handlers[order] is handler:
                self._remove(order)
                return True
        return False

    def match(self, stanza: StanzaBase) -> list[Any]:
        """Return the handlers that take a stanza, in the order they were added."""
        xml = stanza.xml
        kind = type(stanza)
        shape = (kind, kind._epoch, xml.tag, xml.get("type"), *[child.tag for child in xml])  # noqa: SLF001 - made for this
        found = self._plans.get(shape)
        if found is None:
            found = self._plan(stanza, shape)
        if self._by_id:
            same_id = self._by_id.get(xml.get("id", ""))
            if same_id is not None:
                found = _unique([*found, *same_id])
        if not found:
            return []
        return [handler for _, handler, exact in found if exact or handler.match(stanza)]

    def _plan(self, stanza: StanzaBase, shape: tuple[Any, ...]) -> list[_Entry]:
        """Find, and keep, the handlers that may take stanzas of this shape.

        A shape is the class, the type and the names of the sub-elements.
        """
        tags = self._by_tag.get(stanza.xml.tag, _NO_ENTRIES)
        paths = self._by_path.get(stanza.name, _NO_ENTRIES)
        found = [*self._others, *tags.get(None, ()), *paths.get(None, ())]
        for child in stanza.xml:
            found += tags.get(child.tag, ())
            if paths:
                for name in child_names(type(stanza), child.tag):
                    found += paths.get(name, ())
        found = [entry for entry in _unique(found) if _type_fits(entry, stanza)]
        if len(shape) <= _PLANNED_SHAPE:
            if len(self._plans) >= _PLANS:
                self._plans.clear()
            self._plans[shape] = found
        return found

    def _bucket(self, key: Key) -> list[_Entry]:
        if key.kind is KeyKind.ID:
            return self._by_id.setdefault(key.name, [])
        table = self._by_tag if key.kind is KeyKind.TAG else self._by_path
        return table.setdefault(key.name, {}).setdefault(key.child, [])

    def _remove(self, order: int) -> None:
        """Remove a handler from the tables it is in, and tables that become empty."""
        self._plans.clear()
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


def _type_fits(entry: _Entry, stanza: StanzaBase) -> bool:
    """Tell whether the stanza's type is one the handler may take."""
    if entry.exact or stanza.name not in _TYPED:
        return True
    wanted = getattr(getattr(entry.handler, "matcher", None), "wanted_type", None)
    return wanted is None or stanza["type"] == wanted


def _owner(handler: Any) -> str | None:
    owner: str | None = getattr(handler, "owner", None)
    return owner


def _keys(handler: Any) -> tuple[Key, ...] | None:
    """Return a handler's keys, or None when only its ``match`` can decide."""
    if not isinstance(handler, BaseHandler) or type(handler).match is not BaseHandler.match:
        return None
    return keys_of(handler.matcher)


def _unique(entries: list[_Entry]) -> list[_Entry]:
    """Return the entries in order, one per handler; an exact one wins."""
    best: dict[int, _Entry] = {}
    for entry in entries:
        if entry.order not in best or entry.exact:
            best[entry.order] = entry
    return [best[order] for order in sorted(best)]
