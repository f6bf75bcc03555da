"""Elements as text, for people and for tests."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from hypothesis import given, settings

from actorxmpp.stanza import Message
from actorxmpp.xmlstream.tostring import escape, highlight, tostring, tostring_fmt

from .helpers import STREAM, elements, tree


@settings(max_examples=100, deadline=None)
@given(elements())
def test_text_form_says_the_same(element):
    around = f"<x>{tostring(element)}</x>" if element.tag[0] == "{" else None
    if around is None or "\r" in around or "\n" in around or "\t" in around:
        return  # for people: it keeps no white space in attributes
    assert tree(ET.fromstring(around)[0]) == tree(element)


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
