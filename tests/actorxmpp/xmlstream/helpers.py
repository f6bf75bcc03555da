"""A stream header, and elements of any kind."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from hypothesis import strategies as st

STREAM = "http://etherx.jabber.org/streams"


HEADER = (
    b"<?xml version='1.0'?><stream:stream xmlns='jabber:client' "
    b"xmlns:stream='http://etherx.jabber.org/streams' id='s1' from='example.net' "
    b"version='1.0' xml:lang='en'>"
)


XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def tree(element: ET.Element) -> tuple[object, ...]:
    children = [(tree(child), child.tail or "") for child in element]
    return (element.tag, sorted(element.items()), element.text or "", children)


def parsed(cls, text):
    return cls(xml=ET.fromstring(text))


names = st.text("abcdeéß_", min_size=1, max_size=6).map(lambda text: text + "1-.x")


namespaces = st.sampled_from(
    ["jabber:client", "urn:x", "urn:y?a=1&b='2'", STREAM, "", "jabber:component:accept"]
)


characters = st.characters(
    codec="utf-8",
    exclude_characters=[chr(c) for c in (*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF)],
)


texts = st.text(characters, max_size=30)


attribute_namespaces = st.sampled_from(["", "", "urn:x", "urn:y", STREAM])


@st.composite
def elements(draw, depth=3):
    namespace = draw(namespaces)
    name = draw(names)
    element = ET.Element(f"{{{namespace}}}{name}" if namespace else name)
    for _ in range(draw(st.integers(0, 3))):
        space = draw(attribute_namespaces)
        key = draw(names)
        element.set(f"{{{space}}}{key}" if space else key, draw(texts))
    if draw(st.booleans()):
        element.set(XML_LANG, draw(st.sampled_from(["", "en", "de-AT"])))
    element.text = draw(texts)
    if depth:
        for child in draw(st.lists(elements(depth=depth - 1), max_size=3)):
            child.tail = draw(texts)
            element.append(child)
    return element
