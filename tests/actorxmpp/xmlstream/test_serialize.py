"""Elements to bytes and text: what is written is parsed back equal, by us and by lxml."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from actorxmpp.exceptions import SerializeError
from actorxmpp.stanza import Iq, Message
from actorxmpp.xmlstream.serialize import MAX_DEPTH, to_bytes
from actorxmpp.xmlstream.tokenizer import Tokenizer
from actorxmpp.xmlstream.tostring import escape, highlight, tostring, tostring_fmt

STREAM = "http://etherx.jabber.org/streams"
HEADER = f"<stream:stream xmlns='jabber:client' xmlns:stream='{STREAM}'>".encode()
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def tree(element):
    children = [(tree(child), child.tail or "") for child in element]
    return (element.tag, sorted(element.items()), element.text or "", children)


def parse(data: bytes) -> ET.Element:
    (element,) = Tokenizer().feed(HEADER + data)[1:]
    return element


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


@settings(max_examples=300, deadline=None)
@given(elements())
def test_what_is_written_is_parsed_back_equal(element):
    data = to_bytes(element)
    assert tree(parse(data)) == tree(element)


@settings(max_examples=200, deadline=None)
@given(elements())
def test_lxml_reads_the_same(element):
    data = HEADER + to_bytes(element) + b"</stream:stream>"
    assert tree(etree.fromstring(data)[0]) == tree(element)


@settings(max_examples=100, deadline=None)
@given(elements())
def test_text_form_says_the_same(element):
    around = f"<x>{tostring(element)}</x>" if element.tag[0] == "{" else None
    if around is None or "\r" in around or "\n" in around or "\t" in around:
        return  # for people: it keeps no white space in attributes
    assert tree(ET.fromstring(around)[0]) == tree(element)


def test_namespaces_are_declared_where_they_change():
    iq = Iq(stype="get")
    iq["query"] = "jabber:iq:version"
    assert to_bytes(iq) == b'<iq type="get" id="0"><query xmlns="jabber:iq:version"/></iq>'
    assert to_bytes(iq, "jabber:component:accept") == (
        b'<iq xmlns="jabber:client" type="get" id="0"><query xmlns="jabber:iq:version"/></iq>'
    )


def test_elements_of_the_stream_namespace_are_prefixed():
    features = ET.Element(f"{{{STREAM}}}features")
    ET.SubElement(features, "{urn:ietf:params:xml:ns:xmpp-tls}starttls")
    assert to_bytes(features) == (
        b'<stream:features><starttls xmlns="urn:ietf:params:xml:ns:xmpp-tls"/></stream:features>'
    )


def test_white_space_in_attributes_survives():
    element = ET.Element("{jabber:client}a", {"x": "a\tb\nc\rd"})
    element.text = "a\r\nb"
    assert tree(parse(to_bytes(element))) == tree(element)


def test_the_tail_of_the_whole_is_not_written():
    element = ET.Element("{jabber:client}a")
    element.tail = "x"
    assert to_bytes(element) == b"<a/>"


@pytest.mark.parametrize("char", ["\x00", "\x08", "\x0b", "\x1f", "\ud800", "\ufffe", "\uffff"])
@pytest.mark.parametrize("place", ["text", "attribute", "tail", "leaf"])
def test_characters_xml_does_not_have_are_an_error(char, place):
    message = Message()
    message["body"] = "fine"
    if place == "text":
        message.xml.text = f"a{char}"
    elif place == "attribute":
        message.xml.set("id", f"a{char}")
    elif place == "tail":
        message.xml[0].tail = f"a{char}"
    else:
        message["body"] = f"a{char}"
    with pytest.raises(SerializeError, match=f"U\\+{ord(char):04X}"):
        to_bytes(message)
    message["body"] = "fine"
    message.xml[0].tail = message.xml.text = None
    message.xml.attrib.clear()
    assert to_bytes(message) == b"<message><body>fine</body></message>"


@pytest.mark.parametrize("name", ["", "a b", "1a", "a>", "{urn:x}", "{urn:x}a b", "x:y", "-a"])
def test_names_that_are_none_are_an_error(name):
    with pytest.raises(SerializeError):
        to_bytes(ET.Element(name))
    if name:
        with pytest.raises(SerializeError):
            to_bytes(ET.Element("{jabber:client}a", {name: "1"}))


def test_an_attribute_can_not_pass_for_a_declaration():
    with pytest.raises(SerializeError):
        to_bytes(ET.Element("{jabber:client}a", {"xmlns": "urn:evil"}))


@pytest.mark.parametrize("value", [5, None, b"x"])
def test_values_that_are_not_text_are_an_error(value):
    element = ET.Element("{jabber:client}a")
    element.attrib["x"] = value
    with pytest.raises(SerializeError):
        to_bytes(element)
    if value is not None:
        other = ET.Element("{jabber:client}a")
        other.text = value
        with pytest.raises(SerializeError):
            to_bytes(other)


def test_depth_is_bounded():
    root = element = ET.Element("{urn:x}a")
    for _ in range(MAX_DEPTH + 5):
        element = ET.SubElement(element, "{urn:x}a")
    with pytest.raises(SerializeError, match="inside each other"):
        to_bytes(root)


def test_only_elements_and_stanzas_can_be_written():
    with pytest.raises(SerializeError):
        to_bytes("<message/>")


class Stream:
    default_ns = "jabber:client"
    stream_ns = STREAM
    use_cdata = False

    def __init__(self):
        self.namespace_map = {STREAM: "stream", "urn:p": "p"}


def test_tostring_as_programs_know_it():
    message = Message(sto="a@b", stype="chat")
    message["body"] = "<'\">&"
    assert str(message) == (
        '<message xmlns="jabber:client" type="chat" to="a@b">'
        "<body>&lt;&apos;&quot;&gt;&amp;</body></message>"
    )
    assert tostring(message.xml, xmlns="jabber:client") == str(message).replace(
        ' xmlns="jabber:client"', ""
    )
    assert tostring(message.xml, stream=Stream(), top_level=True, open_only=True) == (
        '<message type="chat" to="a@b">'
    )
    assert tostring(None) == ""
    assert tostring(ET.Element("a"), outbuffer="x") == "x<a />"


def test_tostring_uses_the_stream_s_prefixes():
    error = ET.Element(f"{{{STREAM}}}error")
    assert tostring(error, stream=Stream(), top_level=True) == "<stream:error />"
    element = ET.Element("{jabber:client}a", {"{urn:p}x": "1"})
    ET.SubElement(element, "{jabber:client}b", {"{urn:p}x": "2"})
    assert tostring(element, stream=Stream(), top_level=True) == (
        '<a xmlns:p="urn:p" p:x="1"><b p:x="2" /></a>'
    )


def test_tostring_fmt_sorts_and_indents():
    element = ET.fromstring("<b z='1' a='2'><d/><c>x</c></b>")
    assert tostring_fmt(element) == '<b a="2" z="1">\n  <c>x</c>\n  <d />\n</b>\n'


def test_escape():
    assert escape("a<b>&'\"") == "a&lt;b&gt;&amp;&apos;&quot;"
    assert escape("plain", use_cdata=True) == "plain"
    assert ET.fromstring(f"<a>{escape('x]]>y<', use_cdata=True)}</a>").text == "x]]>y<"


def test_highlight_gives_text():
    assert "message" in str(highlight("<message/>"))
