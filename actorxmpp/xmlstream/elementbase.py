"""ElementBase: an XML element used like a dictionary, and the plugins that extend it.

A stanza class names its element (``name``, ``namespace``), what can be read and written of it
(``interfaces``), and how: by a method ``get_x``/``set_x``/``del_x``, as the text of a sub-element
(``sub_interfaces``), as its presence (``bool_interfaces``), or as an attribute. Other stanza
classes become its plugins with ``register_stanza_plugin``; ``stanza["plugin"]`` is then an object
of that class.

How an interface is read and written is compiled once per class (``accessors``).
"""

from __future__ import annotations

import copy
import logging
from typing import Any
from weakref import ReferenceType, ref
from xml.etree import ElementTree as ET

from actorxmpp.xmlstream import stanzavalues
from actorxmpp.xmlstream.accessors import DELETE, GET, SET, find_accessor, split_key
from actorxmpp.xmlstream.container import Container
from actorxmpp.xmlstream.namespaces import CONTENT_NAMESPACES
from actorxmpp.xmlstream.stanzapath import match_path
from actorxmpp.xmlstream.tostring import tostring

log = logging.getLogger(__name__)


class ElementBase(Container):
    """An XML element with named interfaces.

    Subclasses set the class attributes of ``RawElement``; docs/stanzas.md tells how they work
    together.

    Args:
        xml: The element to work on; without it a new one is made.
        parent: The stanza this element belongs to; a new element is put into it.
    """

    __slots__ = ()

    def __init__(
        self,
        xml: ET.Element | None = None,
        parent: ElementBase | ReferenceType[ElementBase] | None = None,
    ) -> None:
        self._children = None
        if parent is None or isinstance(parent, ReferenceType):
            self.parent = parent
        else:
            self.parent = ref(parent)
        if xml is not None:
            self.xml = xml
        self._adopt_namespace(xml)
        self.setup(xml)

    def _adopt_namespace(self, xml: ET.Element | None) -> None:
        """Takes the content namespace of the element, or of the parent when the element is new."""
        own = self.namespace
        if own not in CONTENT_NAMESPACES:
            return
        if xml is not None:
            actual = xml.tag[1:].partition("}")[0]
        else:
            parent = self.parent() if self.parent is not None else None
            actual = own if parent is None else parent.namespace
        if actual != own and actual in CONTENT_NAMESPACES:
            self.namespace = actual

    def setup(self, xml: ET.Element | None = None) -> bool:
        """Gives the object its element. Plugins extend this to set defaults.

        Args:
            xml: The element, when there is one.

        Returns:
            Whether a new element was made.
        """
        if xml is not None or hasattr(self, "xml"):
            if xml is not None and not hasattr(self, "xml"):
                self.xml = xml
            return False
        names = self.name.split("/")
        self.xml = inner = ET.Element(f"{{{self.namespace}}}{names[0]}")
        for name in names[1:]:
            inner = ET.SubElement(inner, f"{{{self.namespace}}}{name}")
        parent = self.parent() if self.parent is not None else None
        if parent is not None:
            parent.xml.append(self.xml)
        return True

    def __getitem__(self, full_attrib: str) -> Any:
        """Returns an interface's value; an empty string where there is nothing."""
        getter = self._getters.get(full_attrib) or find_accessor(type(self), GET, full_attrib)
        if getter is not None:
            return getter(self)
        if self.strict_interface:
            raise ValueError(f"unknown stanza interface {full_attrib!r} of {type(self).__name__}")
        log.warning("unknown stanza interface %r of %s", full_attrib, type(self).__name__)
        return ""

    def __setitem__(self, attrib: str, value: Any) -> None:
        """Sets an interface; ``None`` deletes it. A name the class doesn't know is ignored."""
        if value is None and self._is_interface(attrib):
            del self[attrib]
            return
        setter = self._setters.get(attrib) or find_accessor(type(self), SET, attrib)
        if setter is not None:
            setter(self, value)

    def __delitem__(self, attrib: str) -> None:
        """Deletes an interface's value, or a plugin with its sub-element."""
        deleter = self._deleters.get(attrib) or find_accessor(type(self), DELETE, attrib)
        if deleter is not None:
            deleter(self)

    def _is_interface(self, key: str) -> bool:
        attrib = split_key(key)[0]
        return attrib in self.interfaces or attrib == "lang"

    def __contains__(self, name: str) -> bool:
        """Tells whether the stanza has an interface with a value, or a plugin in use."""
        if name == "substanzas":
            return bool(self.iterables)
        if self._is_interface(name) and self[name] is not None:
            return True
        attrib, lang = split_key(name)
        return self.get_plugin(attrib, lang, check=True) is not None

    def get(self, key: str, default: Any = None) -> Any:
        """Returns an interface's value, or ``default`` when it is empty."""
        value = self[key]
        return default if value is None or value == "" else value

    def keys(self) -> list[str]:
        """Returns the names of all interfaces and of the plugins in use."""
        return stanzavalues.keys(self)

    @property
    def values(self) -> dict[str, Any]:
        """All interfaces and plugins as nested dictionaries; assigning sets them."""
        return self._get_stanza_values()

    @values.setter
    def values(self, new: dict[str, Any]) -> None:
        self._set_stanza_values(new)

    def _get_stanza_values(self) -> dict[str, Any]:
        return stanzavalues.get_values(self)

    def _set_stanza_values(self, values: dict[str, Any]) -> ElementBase:
        stanzavalues.set_values(self, values)
        return self

    def get_stanza_values(self) -> dict[str, Any]:
        """Returns all interfaces and plugins as nested dictionaries."""
        return self._get_stanza_values()

    def set_stanza_values(self, values: dict[str, Any]) -> ElementBase:
        """Sets interfaces and plugins from nested dictionaries."""
        return self._set_stanza_values(values)

    def match(self, xpath: str | list[str]) -> bool:
        """Tells whether a stanza path fits, such as ``presence@show=xa/status``."""
        return match_path(self, xpath)

    # -- as a Python object ------------------------------------------------------------------------

    def __eq__(self, other: object) -> bool:
        """Two stanzas are equal when all their interfaces and plugins are."""
        if not isinstance(other, ElementBase):
            return NotImplemented
        return self is other or stanzavalues.equal(self, other)

    __hash__ = None  # type: ignore[assignment]  # stanzas change

    def __copy__(self) -> ElementBase:
        """Returns an object with an element of its own and the same parent."""
        return type(self)(xml=copy.deepcopy(self.xml), parent=self.parent)

    def __deepcopy__(self, memo: dict[int, Any]) -> ElementBase:
        return self.__copy__()

    def __str__(self, top_level_ns: bool = True) -> str:
        """Returns the element as XML text."""
        return tostring(self.xml, top_level=top_level_ns)

    def __repr__(self) -> str:
        return self.__str__()

    _get_plugin = Container.get_plugin
