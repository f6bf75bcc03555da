"""Elements to bytes: what is written is parsed back equal, by us and by lxml."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from lxml import etree

from actorxmpp.exceptions import SerializeError
from actorxmpp.stanza import Iq, Message
from actorxmpp.xmlstream.serialize import MAX_DEPTH, to_bytes
from actorxmpp.xmlstream.tokenizer import Tokenizer

from .helpers import HEADER, STREAM, elements, tree


def parse(data: bytes) -> ET.Element:
    (element,) = Tokenizer().feed(HEADER + data)[1:]
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
