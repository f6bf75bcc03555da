"""Comparing XML in tests: what is equal, and words that show what is not.

Two elements are equal if names, attributes and stripped texts are, and each child of one has its
own equal child in the other. The order of children does not count: stanza objects don't promise it.
"""

from __future__ import annotations

import copy
import difflib
import operator
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from actorxmpp.xmlstream.tostring import tostring_fmt

if TYPE_CHECKING:
    from collections.abc import Callable
    from xml.etree.ElementTree import Element

__all__ = ["difference", "fix_namespaces", "parse", "same"]

STREAM_NS = "http://etherx.jabber.org/streams"


def parse(text: str) -> Element:
    """Parse one element of a test; the prefix ``stream`` need not be declared.

    Raises:
        ValueError: if it is not well-formed, with the text.
    """
    try:
        return next(iter(ET.fromstring(f"<test xmlns:stream='{STREAM_NS}'>{text}</test>")))
    except ET.ParseError as error:
        raise ValueError(f"not well-formed: {error} in\n{text}") from None
    except StopIteration:
        raise ValueError(f"no element in {text!r}") from None


def fix_namespaces(xml: Element, namespace: str) -> None:
    """Give an element and what is in it a namespace, down to the first that has one."""
    if xml.tag.startswith("{"):
        return
    xml.tag = f"{{{namespace}}}{xml.tag}"
    for child in xml:
        fix_namespaces(child, namespace)


def same(one: Element, other: Element, equal: Callable[[str, str], bool] = operator.eq) -> bool:
    """Return whether two elements are equal.

    Args:
        one: an element.
        other: another.
        equal: whether a value (of an attribute, or a text) of ``one`` equals one of ``other``.
    """
    if one.tag != other.tag or one.attrib.keys() != other.attrib.keys() or len(one) != len(other):
        return False
    if not all(equal(value, other.attrib[name]) for name, value in one.attrib.items()):
        return False
    if not equal((one.text or "").strip(), (other.text or "").strip()):
        return False
    rest = list(other)
    for child in one:
        found = next((each for each in rest if same(child, each, equal)), None)
        if found is None:
            return False
        rest.remove(found)
    return True


def difference(expected: Element, actual: Element) -> str:
    """Show where two elements differ, line by line."""
    lines = difflib.unified_diff(
        _lines(expected), _lines(actual), "expected", "actual", lineterm="", n=100
    )
    return "\n".join(line for line in lines if not line.startswith("@@"))


def _lines(xml: Element) -> list[str]:
    stripped = copy.deepcopy(xml)
    for element in stripped.iter():
        element.text = (element.text or "").strip() or None
        element.tail = None
    return tostring_fmt(stripped).splitlines()
