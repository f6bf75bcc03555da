"""Stanzas as nested dictionaries: ``stanza.values``, ``stanza.keys()`` and equality."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from actorxmpp.jid import InvalidJID
from actorxmpp.xmlstream.accessors import split_key

if TYPE_CHECKING:
    from actorxmpp.xmlstream.elementbase import ElementBase

#: In the dictionary of a substanza: the name of its element.
CHILD_TAG = "__childtag__"


def keys(stanza: ElementBase) -> list[str]:
    """Returns the names of all interfaces and of the plugins in use."""
    names = [*stanza.interfaces, *stanza.loaded_plugins, "lang"]
    if stanza.iterables:
        names.append("substanzas")
    return names


def get_values(stanza: ElementBase) -> dict[str, Any]:
    """Returns interfaces, plugins and substanzas as a dictionary.

    An address that is not a JID is given as its text.
    """
    result: dict[str, Any] = {"lang": stanza["lang"]}
    for interface in stanza.interfaces:
        try:
            result[interface] = stanza[interface]
        except InvalidJID:
            result[interface] = stanza.xml.get(interface, "")
        if interface in stanza.lang_interfaces:
            result[f"{interface}|*"] = stanza[f"{interface}|*"]
    for (attrib, _), plugin in list(stanza.plugins.items()):
        lang = plugin["lang"]
        result[f"{attrib}|{lang}" if lang else attrib] = plugin.values
    if stanza.iterables:
        result["substanzas"] = [{**item.values, CHILD_TAG: item.tag} for item in stanza.iterables]
    return result


def set_values(stanza: ElementBase, values: dict[str, Any]) -> None:
    """Sets interfaces, plugins and substanzas from a dictionary; unknown names are ignored."""
    if "lang" in values:
        stanza["lang"] = values["lang"]
    if "substanzas" in values:
        _set_substanzas(stanza, values["substanzas"])
    iterable = {plugin.plugin_attrib for plugin in stanza.plugin_iterables}
    for key, value in values.items():
        attrib, lang = split_key(key)
        if attrib in ("lang", "substanzas"):
            continue
        if attrib in stanza.interfaces:
            stanza[key] = value
        elif attrib in stanza.plugin_attrib_map and attrib not in iterable:
            plugin = stanza.get_plugin(attrib, lang)
            if plugin is not None:
                plugin.values = value


def _set_substanzas(stanza: ElementBase, items: list[dict[str, Any]]) -> None:
    """Replaces the substanzas by those of the dictionaries whose class is known."""
    for old in stanza.iterables:
        if old.xml in list(stanza.xml):
            stanza.xml.remove(old.xml)
    stanza.iterables = []
    classes = {plugin.tag_name(): plugin for plugin in stanza.plugin_iterables}
    for item in items:
        plugin = classes.get(item.get(CHILD_TAG, ""))
        if plugin is not None:
            substanza = plugin(parent=stanza)
            substanza.values = item
            stanza.iterables.append(substanza)


def equal(left: ElementBase, right: ElementBase) -> bool:
    """Tells whether two stanzas have the same interfaces, plugins and substanzas."""
    ours, theirs = left.values, right.values
    for name in {*left.keys(), *right.keys()}:
        if name not in ours or ours.get(name) != theirs.get(name):
            return False
    return True
