"""Elements to stanza objects: which class an element of the stream gets, by its namespaced name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from actorxmpp.xmlstream.namespaces import CONTENT_NAMESPACES
from actorxmpp.xmlstream.stanzabase import StanzaBase, is_plain

if TYPE_CHECKING:
    from collections.abc import Iterable
    from xml.etree.ElementTree import Element

_new: Any = object.__new__


class StanzaRegistry:
    """The root stanza classes of one stream.

    A class written for one content namespace is found in all of them, unless another class was
    registered for that very name.

    Args:
        classes: Classes to register.
    """

    __slots__ = ("_classes", "_exact", "_plain")

    def __init__(self, classes: Iterable[type[StanzaBase]] = ()) -> None:
        self._exact: dict[str, type[StanzaBase]] = {}
        self._classes: dict[str, type[StanzaBase]] = {}
        #: name -> class and, if it is not the class's, namespace: those that need no constructor.
        self._plain: dict[str, tuple[type[StanzaBase], str | None]] = {}
        for stanza_class in classes:
            self.register(stanza_class)

    def register(self, stanza_class: type[StanzaBase]) -> None:
        """Adds a class; a later one for the same name replaces the earlier."""
        self._exact[stanza_class.tag_name()] = stanza_class
        self._rebuild()

    @property
    def classes(self) -> tuple[type[StanzaBase], ...]:
        """The registered classes."""
        return tuple(self._exact.values())

    def remove(self, stanza_class: type[StanzaBase]) -> bool:
        """Removes a class and tells whether it was there."""
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
        """Returns the class for a name, ``StanzaBase`` when none is registered."""
        return self._classes.get(tag, StanzaBase)

    def build(self, element: Element, stream: Any = None) -> StanzaBase:
        """Returns the stanza object for a received element."""
        plain = self._plain.get(element.tag)
        if plain is None:
            return self._classes.get(element.tag, StanzaBase).wrap(element, stream)
        stanza: StanzaBase = _new(plain[0])  # what StanzaBase.wrap does, without looking
        stanza.stream = stream
        stanza.xml = element
        stanza.parent = None
        stanza._children = None  # noqa: SLF001
        if plain[1] is not None:
            stanza.namespace = plain[1]
        return stanza
