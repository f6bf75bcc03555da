"""Texts and elements that break careless XML code, and what is legal of them in XML 1.0."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement

SPACES = "\t\n space \u00a0\u0085\u2028\u2029\u3000\ufeff end"
"""Everything a parser might normalise; a carriage return is apart (see CARRIAGE_RETURN)."""

C1_CONTROLS = "".join(map(chr, range(0x7F, 0xA0)))
"""Control characters that XML 1.0 allows."""

EDGES = "\ud7ff \ue000 \ufffd \U00010000 \U0001fffe \U0010ffff"
"""The neighbours of what is not allowed: surrogates, U+FFFE, U+FFFF."""

TEXTS = {
    "markup": "<&>\"' &lt; &amp;lt; &#65; <![CDATA[x]]> ]]> ]]&gt; <!-- --> <?pi?> <a xmlns='b'/>",
    "spaces": SPACES,
    "controls": C1_CONTROLS,
    "edges": EDGES,
    "emoji": "\U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f1eb\U0001f1f7"
    " \U0001f44d\U0001f3ff \u2764\ufe0f",
    "combining": "Z\u0351\u036b\u0343\u036aa\u0300\u0301\u0302 \u00e9 e\u0301 \u1100\u1161\u11a8",
    "right-to-left": "\u05e9\u05dc\u05d5\u05dd "
    "\u202e\u0645\u0631\u062d\u0628\u0627\u202c \u2067x\u2069 \u200f",
    "utf-8 widths": "a\u00e9\u4e16\U0001f339" * 50,
}

CARRIAGE_RETURN = "one\rtwo\r\nthree"

LARGE_BYTES = 200_000
LARGE = (
    ("0123456789 <&> \u00e9\u4e16\U0001f339 " * 10_000)
    .encode()[:LARGE_BYTES]
    .decode("utf-8", "ignore")
)
"""200 kB of UTF-8; what escaping adds comes on top."""


def element() -> Element:
    """An element with nested, prefixed, repeated and undeclared namespaces."""
    root = Element(
        "{urn:test:a}root", {"plain": "1 < 2 & 3 > '\"", "{urn:test:b}own": " two  spaces "}
    )
    root.text = EDGES
    inner = SubElement(root, "{urn:test:b}root", {"{urn:test:a}x": "a", "{urn:test:c}x": "c"})
    inner.tail = " ]]> "
    SubElement(inner, "{urn:test:a}leaf").text = TEXTS["emoji"]
    SubElement(inner, "{jabber:client}message").text = "not a stanza"
    SubElement(inner, "{urn:test:quote'\"&}leaf")
    SubElement(root, "{urn:test:a}\u00e9l\u00e9ment", {"\u00e0": "\u4e16"}).tail = C1_CONTROLS
    SubElement(root, "{urn:test:a}empty", {"{http://www.w3.org/XML/1998/namespace}lang": "he"})
    return root


def shape(element: Element) -> tuple[object, ...]:
    """All an element says, for comparing: names, attributes, texts, children, in order."""
    return (
        element.tag,
        sorted(element.attrib.items()),
        element.text or "",
        [(shape(child), child.tail or "") for child in element],
    )
