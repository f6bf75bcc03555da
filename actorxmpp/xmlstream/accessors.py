"""Interfaces of a stanza class, compiled: ``stanza["body"]`` costs a dictionary look-up and a call.

What an interface does (a method, the text of a sub-element, its presence, an attribute, a plugin)
is decided by the class alone. It is decided on first use, once per class, and kept in the class's
tables until the class changes: the metaclass forgets the tables of a class and its subclasses on
any assignment to the class, and so does ``register_stanza_plugin``. The tables hold nothing of any
stanza or session.
"""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import TYPE_CHECKING, Any, NamedTuple
from xml.etree.ElementTree import SubElement

from actorxmpp.jid import JID
from actorxmpp.xmlstream.namespaces import CONTENT_NAMESPACES, XML_LANG
from actorxmpp.xmlstream.paths import local_name, split_path

if TYPE_CHECKING:
    from actorxmpp.xmlstream.elementbase import ElementBase

Accessor = Callable[..., Any]
"""Reads, writes or deletes an interface of the stanza it is called with."""

MAX_CHILD_NAMES = 1024
"""Child names whose path names are kept per class; peers can send any, so it is bounded."""


class StanzaType(type):
    """The class of stanza classes: owns their compiled tables."""

    _getters: dict[str, Accessor]
    _setters: dict[str, Accessor]
    _deleters: dict[str, Accessor]
    _tags: dict[str, type[ElementBase]] | None
    _child_names: dict[str, tuple[str, ...]]
    _epoch: int
    """Counts the changes of the class: a cache of something of it keeps this beside."""

    def __init__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> None:
        super().__init__(name, bases, namespace)
        set_on = type.__setattr__
        set_on(cls, "_getters", {})
        set_on(cls, "_setters", {})
        set_on(cls, "_deleters", {})
        set_on(cls, "_tags", None)
        set_on(cls, "_child_names", {})
        set_on(cls, "_epoch", 0)

    def __setattr__(cls, name: str, value: Any) -> None:
        type.__setattr__(cls, name, value)
        forget(cls)


def forget(cls: StanzaType) -> None:
    """Drop what was compiled for a class and its subclasses; called when the class changed."""
    cls._getters.clear()
    cls._setters.clear()
    cls._deleters.clear()
    cls._child_names.clear()
    type.__setattr__(cls, "_tags", None)
    type.__setattr__(cls, "_epoch", cls._epoch + 1)
    children: list[Any] = cls.__subclasses__()
    for child in children:
        forget(child)


def plugin_tags(cls: type[ElementBase]) -> dict[str, type[ElementBase]]:
    """Return the names of sub-elements that are plugins of a class, with the plugins' classes.

    A plugin written for one content namespace (``jabber:client``) is found in the others, too.
    """
    tags = cls._tags
    if tags is None:
        tags = dict(cls.plugin_tag_map)
        for plugin in cls.plugin_tag_map.values():
            if plugin.namespace in CONTENT_NAMESPACES:
                for namespace in CONTENT_NAMESPACES:
                    tags.setdefault(f"{{{namespace}}}{plugin.name}", plugin)
        type.__setattr__(cls, "_tags", tags)
    return tags


def child_names(cls: type[ElementBase], tag: str) -> tuple[str, ...]:
    """Return the names a stanza path may use for a sub-element: its own, and its plugin's."""
    names = cls._child_names.get(tag)
    if names is None:
        local = local_name(tag)
        plugin = plugin_tags(cls).get(tag)
        attrib = local if plugin is None else plugin.plugin_attrib
        names = (local,) if attrib == local else (local, attrib)
        if len(cls._child_names) >= MAX_CHILD_NAMES:
            cls._child_names.clear()
        cls._child_names[tag] = names
    return names


def split_key(key: str) -> tuple[str, str | None]:
    """Return the interface and the language of ``interface|language``."""
    attrib, bar, rest = key.partition("|")
    return attrib, (rest.partition("|")[0] or None) if bar else None


def get_method(cls: type[ElementBase], verb: str, attrib: str) -> Any:
    """Return the class's ``get_x``, ``set_x`` or ``del_x``, or None."""
    return getattr(cls, f"{verb}_{attrib.lower()}", None)


class Access(NamedTuple):
    """One of the three things that are done with an interface.

    Attributes:
        verb: the prefix of the stanza class's own methods: ``get``, ``set`` or ``del``.
        table: the class's table of what was compiled for it.
        own: compiles an interface of the class itself.
        plugin: compiles an interface that is a plugin.
    """

    verb: str
    table: str
    own: Callable[[type[ElementBase], str, str | None], Accessor]
    plugin: Callable[[str, str | None, str], Accessor]


def find_accessor(cls: type[ElementBase], access: Access, key: str) -> Accessor | None:
    """Return the function for ``stanza[key]``, or None when the class has no such interface.

    Keys with a language are not kept: programs may take the language from a peer.

    Args:
        cls: the stanza class.
        access: ``GET``, ``SET`` or ``DELETE``.
        key: the interface, perhaps with a language.
    """
    attrib, lang = split_key(key)
    if attrib == "substanzas" and access is GET:
        return _get_substanzas
    if attrib in cls.interfaces or attrib == "lang":
        accessor = access.own(cls, attrib, lang)
        owner = cls.plugin_overrides.get(f"{access.verb}_{attrib.lower()}")
        if owner is not None:
            accessor = _overridden(access.verb, owner, attrib, lang, cls, accessor)
    elif attrib in cls.plugin_attrib_map:
        accessor = access.plugin(attrib, lang, key)
    else:
        return None
    if lang is None:
        getattr(cls, access.table)[key] = accessor
    return accessor


def _language(cls: type[ElementBase], attrib: str, lang: str | None) -> dict[str, str]:
    """Return the ``lang`` argument for a method; only language interfaces take one."""
    return {"lang": lang} if lang and attrib in cls.lang_interfaces else {}


def _bound(method: Any, name: str, kwargs: dict[str, str]) -> Accessor:
    """Return a function of the stanza for one of its methods."""
    if isinstance(method, FunctionType) and not kwargs:
        return method
    return lambda self, *args: getattr(self, name)(*args, **kwargs)


def _overridden(
    verb: str,
    owner: str,
    attrib: str,
    lang: str | None,
    cls: type[ElementBase],
    own: Accessor,
) -> Accessor:
    """Return an access that one of the stanza's plugins takes over (``overrides``)."""
    name = f"{verb}_{attrib.lower()}"
    kwargs = _language(cls, attrib, lang)

    def access(self: ElementBase, *args: Any) -> Any:
        plugin = self.get_plugin(owner, lang)
        handler = getattr(plugin, name, None)
        return own(self, *args) if handler is None else handler(*args, **kwargs)

    return access


def _get_substanzas(self: ElementBase) -> list[ElementBase]:
    return self.iterables


def _own_getter(cls: type[ElementBase], attrib: str, lang: str | None) -> Accessor:
    method = get_method(cls, "get", attrib)
    if method is not None:
        return _bound(method, f"get_{attrib.lower()}", _language(cls, attrib, lang))
    if attrib in cls.sub_interfaces:
        if lang is not None:
            return lambda self: self._get_sub_text(attrib, lang=lang)
        return _sub_text_getter(attrib)
    if attrib in cls.bool_interfaces:
        return lambda self: self.xml.find(f"{{{self.namespace}}}{attrib}") is not None
    return lambda self: self.xml.get(attrib, "")


def _sub_text_getter(attrib: str) -> Accessor:
    """Read the text of a sub-element; the usual case, one without xml:lang, costs one C call."""
    tags: dict[str, str] = {}

    def getter(self: ElementBase) -> Any:
        namespace = self.namespace
        tag = tags.get(namespace)
        if tag is None:
            tag = tags[namespace] = "/".join(split_path(attrib, namespace))
        child = self.xml.find(tag)
        if child is None:
            return ""
        if child.get(XML_LANG) is None:
            return child.text or ""
        return self._get_sub_text(attrib)

    return getter


def _own_setter(cls: type[ElementBase], attrib: str, lang: str | None) -> Accessor:
    method = get_method(cls, "set", attrib)
    if method is not None:
        return _bound(method, f"set_{attrib.lower()}", _language(cls, attrib, lang))
    if attrib in cls.sub_interfaces:
        if lang == "*":
            return lambda self, value: self._set_all_sub_text(attrib, value, lang="*")
        return _sub_text_setter(attrib, lang)
    if attrib in cls.bool_interfaces:
        return lambda self, value: self._set_sub_text(attrib, "", keep=bool(value), lang=lang)
    return lambda self, value: self._set_attr(attrib, value)


def _sub_text_setter(attrib: str, lang: str | None) -> Accessor:
    """Write the text of a sub-element; a new one, or one without xml:lang, costs two C calls."""
    plain = lang is None and "/" not in attrib and "{" not in attrib

    def setter(self: ElementBase, value: Any) -> None:
        if isinstance(value, JID):
            value = value.full
        if plain and value:
            xml = self.xml
            tag = f"{{{self.namespace}}}{attrib}"
            child = xml.find(tag) if len(xml) else None
            if child is None:
                SubElement(xml, tag).text = value
                return
            if child.get(XML_LANG) is None:
                child.text = value
                return
        self._set_sub_text(attrib, text=value, lang=lang)

    return setter


def _own_deleter(cls: type[ElementBase], attrib: str, lang: str | None) -> Accessor:
    method = get_method(cls, "del", attrib)
    if method is not None:
        return _bound(method, f"del_{attrib.lower()}", _language(cls, attrib, lang))
    if attrib in cls.sub_interfaces or attrib in cls.bool_interfaces:
        return lambda self: self._del_sub(attrib, lang=lang)
    return lambda self: self._del_attr(attrib)


def _plugin_getter(attrib: str, lang: str | None, key: str) -> Accessor:
    def getter(self: ElementBase) -> Any:
        plugin = self.get_plugin(attrib, lang)
        return plugin[key] if plugin is not None and plugin.is_extension else plugin

    return getter


def _plugin_setter(attrib: str, lang: str | None, key: str) -> Accessor:
    def setter(self: ElementBase, value: Any) -> None:
        plugin = self.get_plugin(attrib, lang)
        if plugin is not None:
            plugin[key] = value

    return setter


def _plugin_deleter(attrib: str, lang: str | None, key: str) -> Accessor:
    def deleter(self: ElementBase) -> None:
        plugin = self.get_plugin(attrib, lang, check=True)
        if plugin is None:
            return
        if plugin.is_extension:
            del plugin[key]
        self._drop_plugin(plugin)

    return deleter


GET = Access("get", "_getters", _own_getter, _plugin_getter)
SET = Access("set", "_setters", _own_setter, _plugin_setter)
DELETE = Access("del", "_deleters", _own_deleter, _plugin_deleter)
