"""Text of sub-elements, in one language or in all: what ``msg["body"]`` and ``msg["body|fr"]`` do.

Plain functions over ElementTree elements. A *path* is a tuple of ``{ns}name`` steps below the
element; a sub-element without xml:lang has the language of the stanza (RFC 6120 section 8.1.5).
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from actorxmpp.xmlstream.namespaces import XML_LANG

if TYPE_CHECKING:
    from collections.abc import Mapping

Path = tuple[str, ...]


def find_all(xml: ET.Element, path: Path) -> list[ET.Element]:
    """Returns the sub-elements at the end of a path."""
    if len(path) == 1:
        return xml.findall(path[0])
    return xml.findall("/".join(path))


def get_text(xml: ET.Element, path: Path, default: str, lang: str, default_lang: str) -> str:
    """Returns the text in a language, else the last text in any other, else ``default``."""
    other = default
    for child in find_all(xml, path):
        if child.get(XML_LANG, default_lang) == lang:
            return default if child.text is None else child.text
        if child.text:
            other = child.text
    return other


def get_all_text(xml: ET.Element, path: Path, default: str, default_lang: str) -> dict[str, str]:
    """Returns language -> text."""
    return {
        child.get(XML_LANG, default_lang): default if child.text is None else child.text
        for child in find_all(xml, path)
    }


def set_text(xml: ET.Element, path: Path, text: str, lang: str, default_lang: str) -> ET.Element:
    """Sets the text in a language, making the sub-elements that are missing."""
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
    """Replaces the texts in all languages; an empty text is left out."""
    delete(xml, path, "*", default_lang)
    for lang, text in values.items():
        if text:
            set_text(xml, path, text, lang or default_lang, default_lang)


def delete(
    xml: ET.Element, path: Path, lang: str, default_lang: str, *, prune: bool = False
) -> None:
    """Removes the sub-elements of a language (``*`` for all).

    Args:
        xml: The stanza's element.
        path: Steps down to the sub-elements.
        lang: Their language, or ``*``.
        default_lang: The stanza's language.
        prune: Whether elements above that become empty go, too.
    """
    parents = [xml] if len(path) == 1 else xml.findall("/".join(path[:-1]))
    for parent in parents:
        for child in parent.findall(path[-1]):
            if lang in ("*", child.get(XML_LANG, default_lang)):
                parent.remove(child)
    if prune and len(path) > 1:
        _prune(xml, path[:-1])


def _prune(xml: ET.Element, path: Path) -> None:
    """Removes the elements at a path that have nothing in them any more, then those above them."""
    parents = [xml] if len(path) == 1 else xml.findall("/".join(path[:-1]))
    for parent in parents:
        for child in parent.findall(path[-1]):
            if not len(child):
                parent.remove(child)
    if len(path) > 1:
        _prune(xml, path[:-1])
