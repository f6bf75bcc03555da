"""What slixmpp's plugins offer, ours offer under the same names; each difference has its reason.

Compared are the members of the plugin's class and their parameters, its settings, its stanza
classes with their elements and interfaces, and the events it raises. What ours have beyond that is
not looked at.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import slixmpp.plugins
from slixmpp.plugins.base import BasePlugin as TheirBase
from slixmpp.xmlstream import ElementBase as TheirElement

from actorxmpp.plugins import PLUGINS
from actorxmpp.plugins.base import find_plugin

_NAMES = {each.name for each in pkgutil.iter_modules(slixmpp.plugins.__path__)}
THEIRS = sorted(_NAMES & set(PLUGINS))
"""The plugins that both have."""

DIFFERENCES = {
    "the interface is called as its plugin is": "xep_0054:SortString.SORT-STRING",
    "a label has no kind INT in the XEP's schema": "xep_0054:Label.INT",
    "a dead method": "xep_0060:Configure.getType xep_0080:Geoloc.exception",
    "reading whether a room is pinned must not pin it": "xep_0469:Pinned.pinned",
    "it is no element; the name is never written": "xep_0060:PubsubErrorCondition:element",
    "counting is the stream's own business": """
        xep_0198:disconnected xep_0198:session_end xep_0198:request_ack(e) xep_0198:config:last_ack
        xep_0198:config:sm_id xep_0198:config:handled xep_0198:config:seq xep_0198:config:order
        xep_0198:config:resume_order xep_0198:Failed:element xep_0198:StreamManagement.optional
        xep_0198:StreamManagement.required xep_0198:event:session_end
    """,
    "pings end with the session by themselves": "xep_0199:session_end",
    "several of one message are found": "xep_0359:StanzaID:multi xep_0372:Reference:multi",
    "a birthday's date is its interface": "xep_0292:Date",
    "the address is that of the session": "xep_0410:boundjid",
    "a name of its own instead of the default": "xep_0444:Reaction:element",
}
"""Reason to differences: what is missing here, or is another."""


def modules(root: str, plugin: str) -> list[ModuleType]:
    """The modules of a plugin."""
    package = importlib.import_module(f"{root}.{plugin}")
    below = getattr(package, "__path__", ())
    names = [each.name for each in pkgutil.walk_packages(below, f"{package.__name__}.")]
    return [package, *(importlib.import_module(name) for name in names)]


def source(parts: list[ModuleType]) -> str:
    return "\n".join(Path(str(part.__file__)).read_text("utf-8") for part in parts)


def members(theirs: Any, ours: Any) -> Iterator[str]:
    typed = {key for each in ours.__mro__ for key in vars(each).get("__annotations__", ())}
    settings = {*ours.default_config, *typed}
    for name in set(dir(theirs)) - set(dir(TheirBase)):
        if name.startswith("_"):
            continue
        if hasattr(ours, name):
            if callable(getattr(theirs, name)):
                yield from parameters(name, getattr(theirs, name), getattr(ours, name))
        elif name not in settings:
            yield name
    for key in set(getattr(theirs, "default_config", ())) - set(ours.default_config):
        yield f"config:{key}"


def parameters(name: str, theirs: Any, ours: Any) -> Iterator[str]:
    here = inspect.signature(ours).parameters
    if any(each.kind is each.VAR_KEYWORD for each in here.values()):
        return
    for key, each in inspect.signature(theirs).parameters.items():
        if key not in here and each.kind not in (each.VAR_KEYWORD, each.VAR_POSITIONAL):
            yield f"{name}({key})"


def stanzas(theirs: list[ModuleType], ours: list[ModuleType]) -> Iterator[str]:
    for module in theirs:
        for name, their in vars(module).items():
            mine = inspect.isclass(their) and their.__module__ == module.__name__
            if mine and issubclass(their, TheirElement) and name[0].isupper():
                our = next((getattr(each, name) for each in ours if hasattr(each, name)), None)
                yield from [name] if our is None else stanza(name, their, our)


def stanza(name: str, their: Any, our: Any) -> Iterator[str]:
    def element(each: Any) -> tuple[str, str, str]:
        return (each.name, each.namespace, each.plugin_attrib)

    if element(their) != element(our):
        yield f"{name}:element"
    if their.plugin_multi_attrib != our.plugin_multi_attrib:
        yield f"{name}:multi"
    if their.interfaces != TheirElement.interfaces:  # the default means that there are none
        for key in set(their.interfaces) - set(our.interfaces):
            yield f"{name}.{key}"
    for key, value in vars(their).items():
        accessor = re.match("_|(get|set|del)_", key)
        if inspect.isfunction(value) and not accessor and not hasattr(our, key):
            yield f"{name}.{key}"


def events(theirs: str, ours: str) -> Iterator[str]:
    for event in re.findall(r"\.event\(\s*f?[\"']([^\"']+)", theirs):
        words = re.findall("[a-z_]{2,}", event.replace("%s", " "))
        if not all(word.strip("_") in ours for word in words):
            yield f"event:{event}"


def differences(plugin: str) -> set[str]:
    theirs, ours = modules("slixmpp.plugins", plugin), modules("actorxmpp.plugins", plugin)
    their_class = getattr(theirs[0], plugin.upper())
    found = {
        *members(their_class, find_plugin(plugin)),
        *stanzas(theirs, ours),
        *events(source(theirs), source(ours)),
    }
    return {f"{plugin}:{each}" for each in found}


def explained() -> set[str]:
    return {each for names in DIFFERENCES.values() for each in names.split()}


@pytest.mark.parametrize("plugin", THEIRS)
def test_the_names_are_there(plugin: str) -> None:
    unexplained = differences(plugin) - explained()
    assert not unexplained, sorted(unexplained)


def test_no_reason_is_left_over() -> None:
    found = set().union(*map(differences, THEIRS))
    assert explained() <= found, sorted(explained() - found)
