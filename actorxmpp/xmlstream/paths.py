"""Paths into a stanza: to its sub-elements and their text, and patterns that stanzas match.

Two small languages with one syntax, ``{namespace}name/child``. A path to *elements* has a namespace
for each step; the text found there may exist once per language, and a sub-element without xml:lang
has the language of the stanza (RFC 6120 section 8.1.5). A path of *interfaces*,
``iq@type=set/roster``, names elements or plugins and what some of their interfaces must be;
``ElementBase.match`` follows it.

Plain functions of strings and ElementTree elements. Paths are written in programs, not by peers, so
compiled paths are kept (in bounded caches).
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple, overload
from xml.etree import ElementTree as ET

from actorxmpp.xmlstream.namespaces import XML_LANG

if TYPE_CHECKING:
    from collections.abc import Mapping

PATH_CACHE = 4096
"""Compiled paths kept: far more than the handlers and sub-elements of all plugins together."""

Path = tuple[str, ...]


def local_name(tag: str) -> str:
    """Return the part of an element's name after its namespace."""
    return tag.rpartition("}")[2]


@lru_cache(maxsize=PATH_CACHE)
def split_path(xpath: str, default_ns: str = "", propagate_ns: bool = True) -> Path:
    """Return the steps of a path, each with its namespace.

    A namespace in braces holds for the steps after it, until the next one. Steps before the first
    one get ``default_ns``. With ``propagate_ns=False`` the names stay without braces, whatever
    stood there.
    """
    steps: list[str] = []
    for block in xpath.split("{"):
        namespace, brace, names = block.partition("}")
        if not brace:
            namespace, names = default_ns, block
        for name in names.split("/"):
            if not name:
                continue
            qualified = propagate_ns and not name.startswith("*")
            steps.append(f"{{{namespace}}}{name}" if qualified else name)
    return tuple(steps)


@overload
def fix_ns(
    xpath: str, split: Literal[False] = ..., propagate_ns: bool = ..., default_ns: str = ...
) -> str: ...


@overload
def fix_ns(
    xpath: str, split: Literal[True], propagate_ns: bool = ..., default_ns: str = ...
) -> list[str]: ...


@overload
def fix_ns(
    xpath: str, split: bool, propagate_ns: bool = ..., default_ns: str = ...
) -> str | list[str]: ...


def fix_ns(
    xpath: str, split: bool = False, propagate_ns: bool = True, default_ns: str = ""
) -> str | list[str]:
    """Give the steps of a path their namespaces.

    Args:
        xpath: the path.
        split: whether to return the steps as a list.
        propagate_ns: whether a namespace holds for the steps after it. Without it the namespaces in
            the path are dropped.
        default_ns: the namespace of steps that have none.
    """
    steps = split_path(xpath, default_ns, propagate_ns)
    return list(steps) if split else "/".join(steps)


# -- patterns ------------------------------------------------------------------------------------


class Step(NamedTuple):
    """One step of a pattern: an element or plugin, and what some of its interfaces must be."""

    text: str
    name: str
    attributes: tuple[tuple[str, str | None], ...]


@lru_cache(maxsize=PATH_CACHE)
def compile_step(text: str) -> Step:
    """Return the step ``name@interface=value@interface``; without ``=`` it must be set."""
    name, *conditions = text.split("@")
    attributes = []
    for condition in conditions:
        key, equals, value = condition.partition("=")
        attributes.append((key, value if equals else None))
    return Step(text, name, tuple(attributes))


@lru_cache(maxsize=PATH_CACHE)
def compile_path(xpath: str) -> tuple[Step, ...]:
    """Return the steps of a pattern."""
    return tuple(compile_step(text) for text in split_path(xpath, propagate_ns=False))


# -- text of sub-elements ------------------------------------------------------------------------


def find_all(xml: ET.Element, path: Path) -> list[ET.Element]:
    """Return the sub-elements at the end of a path."""
    return xml.findall("/".join(path))


def get_text(xml: ET.Element, path: Path, default: str, lang: str, default_lang: str) -> str:
    """Return the text in a language, else the last text in any other, else ``default``."""
    other = default
    for child in find_all(xml, path):
        if child.get(XML_LANG, default_lang) == lang:
            return default if child.text is None else child.text
        if child.text:
            other = child.text
    return other


def get_all_text(xml: ET.Element, path: Path, default: str, default_lang: str) -> dict[str, str]:
    """Return language -> text."""
    return {
        child.get(XML_LANG, default_lang): default if child.text is None else child.text
        for child in find_all(xml, path)
    }


def set_text(xml: ET.Element, path: Path, text: str, lang: str, default_lang: str) -> ET.Element:
    """Set the text in a language, making the sub-elements that are missing."""
    for child in find_all(xml, path):
        own = child.get(XML_LANG, default_lang)
        if own == (lang or default_lang):
            child.text = text
            return child
    parent = xml
    for name in path[:-1]:
        found = parent.find(name)
        parent = ET.SubElement(parent, name) if found is None else found
    child = ET.SubElement(parent, path[-1])
    child.text = text
    if lang and lang != default_lang:
        child.set(XML_LANG, lang)
    return child


def set_all_text(xml: ET.Element, path: Path, values: Mapping[str, str], default_lang: str) -> None:
    """Replace the texts in all languages; an empty text is left out."""
    delete(xml, path, "*", default_lang)
    for lang, text in values.items():
        if text:
            set_text(xml, path, text, lang or default_lang, default_lang)


def delete(
    xml: ET.Element, path: Path, lang: str, default_lang: str, *, prune: bool = False
) -> None:
    """Remove the sub-elements of a language.

    Args:
        xml: the stanza's element.
        path: steps down to the sub-elements.
        lang: their language, or ``*`` for all.
        default_lang: the stanza's language.
        prune: whether elements above that become empty are removed, too.
    """
    for parent in _parents(xml, path):
        for child in parent.findall(path[-1]):
            if lang in ("*", child.get(XML_LANG, default_lang)):
                parent.remove(child)
    if prune and len(path) > 1:
        _prune(xml, path[:-1])


def _prune(xml: ET.Element, path: Path) -> None:
    """Remove the elements at a path that have nothing in them any more, then those above them."""
    for parent in _parents(xml, path):
        for child in parent.findall(path[-1]):
            if not len(child):
                parent.remove(child)
    if len(path) > 1:
        _prune(xml, path[:-1])


def _parents(xml: ET.Element, path: Path) -> list[ET.Element]:
    """Return the elements that may hold what is at the end of a path."""
    return [xml] if len(path) == 1 else xml.findall("/".join(path[:-1]))
