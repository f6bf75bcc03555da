"""StanzaBase, the class of top-level stanzas, and registering stanza classes as plugins of others.

The module programs import ``ElementBase``, ``ET`` and ``register_stanza_plugin`` from.

The tables that registering fills belong to the classes and are the same for every session of the
process; a session changes nothing of them by using them.
"""

from __future__ import annotations

import copy
import logging
from typing import TYPE_CHECKING, Any, ClassVar, Self, cast
from xml.etree import ElementTree as ET

from actorxmpp.jid import JID, parse
from actorxmpp.xmlstream.accessors import StanzaType, forget
from actorxmpp.xmlstream.elementbase import ElementBase
from actorxmpp.xmlstream.namespaces import CONTENT_NAMESPACES, XML_NS
from actorxmpp.xmlstream.paths import fix_ns
from actorxmpp.xmlstream.tostring import tostring

if TYPE_CHECKING:
    from collections.abc import Iterable

    from actorxmpp.types import JidStr

__all__ = [
    "ET",
    "XML_NS",
    "ElementBase",
    "StanzaBase",
    "fix_ns",
    "multifactory",
    "register_stanza_plugin",
]

log = logging.getLogger(__name__)

_TABLES = ("plugin_attrib_map", "plugin_tag_map", "plugin_iterables", "plugin_overrides")


def register_stanza_plugin(
    stanza: type[ElementBase],
    plugin: type[ElementBase],
    iterable: bool = False,
    overrides: bool = False,
) -> None:
    """Make a stanza class a plugin of another, which then finds it as an interface.

    Registering the same plugin again changes nothing, so each session may do it.

    Args:
        stanza: the class that gets the plugin.
        plugin: the plugin.
        iterable: whether its elements are also listed as substanzas, under ``stanza["substanzas"]``
            and, if the plugin has a ``plugin_multi_attrib``, under that name.
        overrides: whether the accesses named in ``plugin.overrides`` go to the plugin.
    """
    for table in _TABLES:
        if table not in stanza.__dict__:
            setattr(stanza, table, getattr(stanza, table).copy())
    tag = plugin.tag_name()
    if (
        stanza.plugin_attrib_map.get(plugin.plugin_attrib) is plugin
        and stanza.plugin_tag_map.get(tag) is plugin
        and (not iterable or plugin in stanza.plugin_iterables)
        and not overrides
    ):
        return
    stanza.plugin_attrib_map[plugin.plugin_attrib] = plugin
    stanza.plugin_tag_map[tag] = plugin
    if iterable:
        stanza.plugin_iterables.add(plugin)
        if plugin.plugin_multi_attrib:
            register_stanza_plugin(stanza, multifactory(plugin, plugin.plugin_multi_attrib))
    if overrides:
        for access in plugin.overrides:
            stanza.plugin_overrides[access] = plugin.plugin_attrib
    forget(stanza)


class MultiBase(ElementBase):
    """All plugins of one class in a stanza, as a list, under ``plugin_multi_attrib``."""

    is_extension = True
    multi_class: ClassVar[type[ElementBase]] = ElementBase

    def setup(self, xml: ET.Element | None = None) -> bool:
        """Use an element that is never put into the stanza: this is a view of it."""
        del xml
        self.xml = ET.Element("")
        return False

    def _viewed(self) -> ElementBase:
        parent = self._get_parent()
        if parent is None:
            raise ValueError("the stanza this list belongs to is gone")
        return parent

    def get_items(self, lang: str | None = None) -> list[ElementBase]:
        """Return the plugins, all or those in one language."""
        return [
            item
            for item in self._viewed().iterables
            if isinstance(item, self.multi_class)
            and (lang in (None, "", "*") or item["lang"] == lang)
        ]

    def set_items(self, items: Iterable[ElementBase], lang: str | None = None) -> None:
        """Replace the plugins."""
        new = list(items)
        self.del_items(lang)
        for item in new:
            self._viewed().append(item)

    def del_items(self, lang: str | None = None) -> None:
        """Remove the plugins."""
        parent = self._viewed()
        for item in self.get_items(lang):
            parent._drop_plugin(item)  # noqa: SLF001 - a view of its parent


def multifactory(stanza: type[ElementBase], plugin_attrib: str) -> type[ElementBase]:
    """Return a plugin class that lists all plugins of a class.

    Args:
        stanza: the class of the plugins.
        plugin_attrib: the interface the list gets.
    """
    body: dict[str, Any] = {
        "__doc__": f"All {stanza.__name__} plugins of a stanza.",
        "multi_class": stanza,
        "plugin_attrib": plugin_attrib,
        "interfaces": {plugin_attrib},
        "lang_interfaces": {plugin_attrib},
        f"get_{plugin_attrib.lower()}": MultiBase.get_items,
        f"set_{plugin_attrib.lower()}": MultiBase.set_items,
        f"del_{plugin_attrib.lower()}": MultiBase.del_items,
    }
    made = StanzaType(f"Multi{stanza.__name__}", (MultiBase,), body)
    return cast("type[ElementBase]", made)


class StanzaBase(ElementBase):
    """A top-level stanza.

    Its namespace is the stream's: the same class serves clients (``jabber:client``) and components
    (``jabber:component:accept``) side by side.

    Args:
        stream: the stream it belongs to, on which ``send()`` sends it.
        xml: the element to work on; without it a new one is made.
        stype: its ``type``.
        sto: its ``to``.
        sfrom: its ``from``.
        sid: its ``id``.
        parent: the stanza it is part of.
        recv: whether it was received; ``fill_in`` is called for others only.
    """

    __slots__ = ("stream",)

    namespace = "jabber:client"
    types: ClassVar[set[str]] = set()

    def __init__(
        self,
        stream: Any = None,
        xml: ET.Element | None = None,
        stype: str | None = None,
        sto: JidStr | None = None,
        sfrom: JidStr | None = None,
        sid: str | None = None,
        parent: ElementBase | None = None,
        recv: bool = False,
    ) -> None:
        self.stream = stream
        if xml is None and stream is not None and self.namespace in CONTENT_NAMESPACES:
            self._use_namespace(stream.default_ns)
        ElementBase.__init__(self, xml, parent)
        if stype is not None:
            self["type"] = stype
        if sto is not None:
            self["to"] = sto
        if sfrom is not None:
            self["from"] = sfrom
        if sid is not None:
            self["id"] = sid
        if not recv:
            self.fill_in()

    def _use_namespace(self, namespace: str) -> None:
        if namespace != self.namespace and namespace in CONTENT_NAMESPACES:
            self.namespace = namespace

    def fill_in(self) -> None:
        """Complete a new stanza, such as with an id. Not called for received ones."""

    @classmethod
    def wrap(cls, xml: ET.Element, stream: Any = None) -> Self:
        """Return a stanza object for an element, without the steps only new stanzas need."""
        if not is_plain(cls):
            return cls(stream, xml, recv=True)
        self: Self = _new(cls)
        self.stream = stream
        self.xml = xml
        self.parent = None
        self._children = None
        if not xml.tag.startswith(cls.namespace, 1):
            self._use_namespace(xml.tag[1:].partition("}")[0])
        return self

    def set_type(self, value: str) -> Self:
        """Set the type; one that is not in ``types`` is ignored."""
        if value in self.types:
            self.xml.set("type", value)
        return self

    def get_to(self) -> JID:
        """Return the receiver's address; an empty JID when there is none.

        Raises:
            InvalidJID: if the attribute is not an address.
        """
        return parse(self.xml.get("to", ""))

    def set_to(self, value: JidStr) -> None:
        """Set the receiver's address."""
        self._set_attr("to", str(value))

    def get_from(self) -> JID:
        """Return the sender's address; an empty JID when there is none.

        Raises:
            InvalidJID: if the attribute is not an address.
        """
        return parse(self.xml.get("from", ""))

    def set_from(self, value: JidStr) -> None:
        """Set the sender's address."""
        self._set_attr("from", str(value))

    def get_payload(self) -> list[ET.Element]:
        """Return the sub-elements."""
        return list(self.xml)

    def set_payload(self, value: Any) -> Self:
        """Append an element or stanza object, or a list of them."""
        for item in value if isinstance(value, list) else [value]:
            self.append(item)
        return self

    def del_payload(self) -> Self:
        """Remove all sub-elements."""
        self.clear()
        return self

    def reply(self, clear: bool = True) -> Self:
        """Return a stanza back to the sender.

        ``from`` and ``to`` change places; on a client's stream there is no ``from``, which the
        server sets.

        Args:
            clear: whether the content is left out.
        """
        received = self.xml
        xml = ET.Element(received.tag, received.attrib)  # which copies the attributes
        attributes = xml.attrib
        sender = attributes.pop("from", "")
        receiver = attributes.pop("to", "")
        if sender:
            attributes["to"] = sender
        if receiver and getattr(self.stream, "is_component", False):
            attributes["from"] = receiver
        if not clear:
            xml.text = received.text
            xml.extend(copy.deepcopy(child) for child in received)
        return self._sibling(xml)

    def _sibling(self, xml: ET.Element) -> Self:
        """Return an object of this one's class, stream and namespace for another element."""
        cls = type(self)
        if cls.__init__ is not _PLAIN_INIT or cls.setup is not _PLAIN_SETUP:
            return cls(self.stream, xml, recv=True)
        other: Self = _new(cls)
        other.stream = self.stream
        other.xml = xml
        other.parent = None
        other._children = None
        namespace = self.namespace
        if namespace is not cls.namespace:
            other.namespace = namespace
        return other

    def error(self) -> Self:
        """Set the type to ``error``."""
        self["type"] = "error"
        return self

    def unhandled(self) -> None:
        """Deal with a stanza that no handler matched; for stanza classes to override."""

    def exception(self, e: BaseException) -> None:
        """Deal with an exception that a handler let through."""
        log.error("error while handling %s", self.tag, exc_info=e)

    def send(self) -> Any:
        """Send the stanza on its stream.

        Raises:
            NotConnectedError: if there is no connection and the stream does not queue.
        """
        if self.stream is None:
            log.error("a stanza without a stream can't be sent: %s", self.tag)
            return None
        return self.stream.send(self)

    def __copy__(self) -> Self:
        """Return an object with an element of its own on the same stream."""
        return self.wrap(copy.deepcopy(self.xml), self.stream)

    def __str__(self, top_level_ns: bool = False) -> str:
        """Return the stanza as XML text, without the stream's namespace."""
        del top_level_ns
        stream = self.stream
        xmlns = "" if stream is None else stream.default_ns
        return tostring(self.xml, xmlns=xmlns, stream=stream, top_level=stream is None)

    def pretty_print(self) -> None:
        """Print the stanza indented."""
        xml = copy.deepcopy(self.xml)
        ET.indent(xml)
        print(tostring(xml))


# ``wrap`` may leave these out; a class with its own gets the whole constructor.
_PLAIN_INIT = StanzaBase.__init__
_PLAIN_SETUP = ElementBase.setup
_new: Any = object.__new__


def is_plain(cls: type[StanzaBase]) -> bool:
    """Tell whether objects of a class can be made without calling its constructor."""
    return cls.__init__ is _PLAIN_INIT and cls.setup is _PLAIN_SETUP
