"""What the tokenizer checks, one check at a time; each refusal names its stream error."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from actorxmpp.xmlstream import checks
from actorxmpp.xmlstream.checks import Limits, StreamOpened
from actorxmpp.xmlstream.names import SEPARATOR
from actorxmpp.xmlstream.violations import StreamViolation

from .helpers import STREAM

RAW_STREAM = f"{STREAM}{SEPARATOR}stream"
XMPP = {"": "jabber:client", "stream": STREAM}


def condition(check, *arguments):
    """The stream error a check refuses with."""
    with pytest.raises(StreamViolation) as caught:
        check(*arguments)
    return caught.value.condition


@pytest.mark.parametrize(
    ("limits", "size"),
    [
        (Limits(), 512),
        (Limits(stanza_bytes=100), 100),
        (Limits(depth=10), 60),
        (Limits(attributes=10), 50),
        (Limits(name_length=20), 20),
    ],
)
def test_the_size_below_which_nothing_can_be_wrong_is_that_of_the_tightest_limit(limits, size):
    assert limits.unchecked_bytes == size


def test_a_stream_header_is_read():
    header = checks.read_header(RAW_STREAM, {"to": "a.example"}, XMPP, Limits())
    assert header == StreamOpened(f"{{{STREAM}}}stream", {"to": "a.example"}, XMPP)
    assert header.default_ns == "jabber:client"
    assert checks.read_header(RAW_STREAM, {}, {"stream": STREAM}, Limits()).default_ns == ""


@pytest.mark.parametrize(
    ("raw", "attributes", "nsmap", "expected"),
    [
        (RAW_STREAM, {f"a{n}": "" for n in range(129)}, XMPP, "policy-violation"),
        (f"a{{b{SEPARATOR}stream", {}, XMPP, "invalid-namespace"),
        (RAW_STREAM, {f"a}}b{SEPARATOR}x": ""}, XMPP, "invalid-namespace"),
        (f"urn:other{SEPARATOR}stream", {}, XMPP, "invalid-namespace"),
        ("stream", {}, XMPP, "invalid-namespace"),
        (f"{STREAM}{SEPARATOR}features", {}, XMPP, "bad-format"),
        (RAW_STREAM, {}, {"": "urn:other"}, "invalid-namespace"),
    ],
)
def test_what_is_no_stream_header_is_refused(raw, attributes, nsmap, expected):
    assert condition(checks.read_header, raw, attributes, nsmap, Limits()) == expected


def test_raw_names_are_translated_in_place():
    element = ET.Element(
        f"urn:checks{SEPARATOR}a", {f"urn:checks{SEPARATOR}key": "1", "plain": "2"}
    )
    checks.inspect_names(element, Limits())
    assert element.tag == "{urn:checks}a"
    assert element.attrib == {"{urn:checks}key": "1", "plain": "2"}


@pytest.mark.parametrize(
    ("element", "expected"),
    [
        (ET.Element("a", {f"a{n}": "" for n in range(129)}), "policy-violation"),
        (ET.Element("a" * 513), "policy-violation"),
        (ET.Element("a", {"a" * 513: ""}), "policy-violation"),
        (ET.Element(f"a{{b{SEPARATOR}a"), "invalid-namespace"),
        (ET.Element("a", {f"a}}b{SEPARATOR}a": ""}), "invalid-namespace"),
    ],
)
def test_names_beyond_the_limits_are_refused(element, expected):
    assert condition(checks.inspect_names, element, Limits()) == expected


@pytest.mark.parametrize("tail", [None, "", " ", "\t\r\n "])
def test_white_space_between_stanzas_is_dropped(tail):
    element = ET.Element("a")
    element.tail = tail
    checks.refuse_text(element)
    assert not element.tail


@pytest.mark.parametrize("tail", ["x", " x ", "\u00a0", "\x85"])
def test_other_text_between_stanzas_is_refused(tail):
    element = ET.Element("a")
    element.tail = tail
    assert condition(checks.refuse_text, element) == "bad-format"


@pytest.mark.parametrize("encoding", [None, "utf-8", "UTF-8", "utf8"])
def test_declarations_of_xml_1_0_in_utf_8_are_allowed(encoding):
    checks.check_declaration("1.0", encoding, -1)


@pytest.mark.parametrize(
    ("version", "encoding", "expected"),
    [
        ("1.0", "iso-8859-1", "unsupported-encoding"),
        ("1.0", "utf-16", "unsupported-encoding"),
        ("1.1", "utf-8", "bad-format"),
        ("1.1", "us-ascii", "unsupported-encoding"),
    ],
)
def test_other_declarations_are_refused(version, encoding, expected):
    assert condition(checks.check_declaration, version, encoding, -1) == expected


@pytest.mark.parametrize(
    "refuse", [checks.refuse_doctype, checks.refuse_instruction, checks.refuse_comment]
)
def test_restricted_xml_is_refused_whatever_it_says(refuse):
    assert condition(refuse, "what", "ever") == "restricted-xml"


@pytest.mark.parametrize("data", [b"\xfe", b"\xff<", b"\xff\xfe<\x00", b"<\x00", b" \x00"])
def test_utf_16_is_refused_at_its_first_bytes(data):
    assert condition(checks.check_first_bytes, data, 0) == "unsupported-encoding"


def test_a_byte_order_mark_is_one_at_the_beginning_only():
    checks.check_first_bytes(b"\xff", 1)  # in a name or a value: expat will say
    checks.check_first_bytes(b"\xef\xbb\xbf<", 0)


def test_a_header_may_be_as_large_as_the_limit():
    checks.check_header_size(8_192, Limits())
    assert condition(checks.check_header_size, 8_193, Limits()) == "policy-violation"


@pytest.mark.parametrize(
    ("data", "index", "expected"),
    [
        (b"<!D", 2, "restricted-xml"),
        (b"<a>\xc3\x28", 3, "unsupported-encoding"),
        (b"<a>\xff", 3, "unsupported-encoding"),
        (b"<a>\x00", 3, "not-well-formed"),
        (b"\x08", 0, "not-well-formed"),
        ("<a>\ufffe".encode(), 3, "not-well-formed"),
        (b"<a \xc3", 2, "not-well-formed"),
    ],
)
def test_an_invalid_token_is_explained_by_the_bytes_around_it(data, index, expected):
    assert checks.explain_invalid_token(data, index).condition == expected


@pytest.mark.parametrize(
    ("data", "start", "end"),
    [
        (b"<a>b", 0, 3),
        (b"<a x='>' y=\">\"/>b", 0, 16),
        (b"xx</a >b", 2, 7),
        (b"<a", 0, 2),
    ],
)
def test_a_tag_ends_at_the_bracket_outside_of_values(data, start, end):
    assert checks.end_of_tag(data, start) == end
