"""The tokenizer: transcripts cut anywhere, hostile input, limits, restarts."""

from __future__ import annotations

import gc
import random
import tracemalloc
import weakref
from contextlib import suppress
from xml.etree import ElementTree as ET

import pytest

from actorxmpp.xmlstream.names import NAMES
from actorxmpp.xmlstream.serialize import to_bytes
from actorxmpp.xmlstream.tokenizer import (
    Limits,
    StreamClosed,
    StreamOpened,
    StreamViolation,
    Tokenizer,
)

from .helpers import HEADER, STREAM, tree

LOGIN = (
    HEADER
    + b"<stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>"
    + b"<mechanism>SCRAM-SHA-1</mechanism><mechanism>PLAIN</mechanism></mechanisms>"
    + b"<c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='n' ver='v='/>"
    + b"</stream:features>"
    + b"<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>dj1hYmM=</success>"
)


CHAT = (
    HEADER
    + b" \n"
    + "<message from='rómeo@example.net/orchard' type='chat' id='1'><body>ça va? &lt;3 &#x1F600;"
    "</body><body xml:lang='de'>wie geht\u2019s?</body></message>".encode()
    + b"<presence from='juliet@example.com/balcony'><show>away</show><priority>5</priority>"
    + b"<x xmlns='vcard-temp:x:update'><photo/></x></presence>\r\n"
    + b"<iq type='result' id='r1'><query xmlns='jabber:iq:roster' ver='7'>"
    + b"<item jid='a@b.example' name='A &amp; B' subscription='both'><group>G</group></item>"
    + b"<item jid='c@b.example' subscription='none'/></query></iq>"
    + b"<message><body><![CDATA[<!-- not a comment --> &amp;]]></body></message>"
    + b"<p:odd xmlns:p='urn:odd' p:a='1' b='2'><p:inner>x</p:inner>tail<q xmlns=''/></p:odd>"
    + b"</stream:stream>"
)


COMPONENT = (
    b"<stream:stream xmlns:stream='http://etherx.jabber.org/streams' "
    b"xmlns='jabber:component:accept' from='gw.example.net' id='3BF96D32'>"
    b"<handshake/><message to='gw.example.net' from='a@b/c'><body>hi</body></message>"
)


TRANSCRIPTS = {"login": LOGIN, "chat": CHAT, "component": COMPONENT}


def shape(events: list[object]) -> list[object]:
    """What was tokenized, as values that can be compared."""
    return [tree(event) if isinstance(event, ET.Element) else event for event in events]


def feed_bytes(tokenizer: Tokenizer, data: bytes) -> None:
    for index in range(len(data)):
        tokenizer.feed(data[index : index + 1])


def feed_often(tokenizer: Tokenizer, data: bytes, times: int) -> None:
    for _ in range(times):
        tokenizer.feed(data)


def feed_cut(data: bytes, cuts: list[int]) -> list[object]:
    tokenizer = Tokenizer()
    events: list[object] = []
    for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True):
        events += tokenizer.feed(data[start:end])
    return shape(events)


@pytest.mark.parametrize("name", sorted(TRANSCRIPTS))
def test_transcripts_are_the_same_however_they_are_cut(name):
    data = TRANSCRIPTS[name]
    whole = feed_cut(data, [])
    assert feed_cut(data, list(range(1, len(data)))) == whole
    rng = random.Random(name)
    for _ in range(200):
        cuts = sorted(rng.sample(range(1, len(data)), rng.randrange(1, 20)))
        assert feed_cut(data, cuts) == whole


def test_every_single_cut_of_a_transcript():
    whole = feed_cut(CHAT, [])
    for cut in range(1, len(CHAT)):
        assert feed_cut(CHAT, [cut]) == whole


@pytest.mark.parametrize("name", sorted(TRANSCRIPTS))
def test_elements_are_those_elementtree_parses(name):
    data = TRANSCRIPTS[name]
    closed = data if data.endswith(b"</stream:stream>") else data + b"</stream:stream>"
    expected = [tree(child) for child in ET.fromstring(closed)]
    found = [item for item in feed_cut(data, []) if isinstance(item, tuple)]
    assert found == expected


def test_header_and_end_of_stream():
    events = Tokenizer().feed(HEADER + b"</stream:stream>")
    assert isinstance(events[0], StreamOpened)
    assert events[0].tag == f"{{{STREAM}}}stream"
    assert events[0].attrib["from"] == "example.net"
    assert events[0].attrib["{http://www.w3.org/XML/1998/namespace}lang"] == "en"
    assert events[0].nsmap == {"": "jabber:client", "stream": STREAM}
    assert events[0].default_ns == "jabber:client"
    assert events[1] == StreamClosed()


def test_a_stanza_given_away_is_not_changed_by_what_follows():
    tokenizer = Tokenizer()
    (stanza,) = tokenizer.feed(HEADER + b"<message/>")[1:]
    tokenizer.feed(b" ")
    tokenizer.feed(b"\n<presence/>")
    assert stanza.tail is None


def test_a_large_stanza_given_away_is_not_kept_alive():
    tokenizer = Tokenizer()
    items = b"<item jid='a@b'><group>g</group></item>" * 100
    (stanza,) = tokenizer.feed(HEADER + b"<iq><query xmlns='urn:x'>" + items + b"</query></iq>")[1:]
    alive = [weakref.ref(element) for element in stanza.iter()]
    del stanza
    gc.collect()
    assert not any(reference() is not None for reference in alive)
    assert len(tokenizer.feed(b"<message/> <presence/>")) == 2


BROKEN = {
    "text between stanzas": (b"hello", "bad-format"),
    "text after white space": (b"  \n x <message/>", "bad-format"),
    "character data as CDATA between stanzas": (b"<![CDATA[x]]>", "bad-format"),
    "invalid UTF-8": (b"<message><body>\xc3\x28</body></message>", "unsupported-encoding"),
    "overlong UTF-8": (b"<message>\xc0\x80</message>", "unsupported-encoding"),
    "surrogate in UTF-8": (b"<message>\xed\xa0\x80</message>", "unsupported-encoding"),
    "NUL": (b"<message>\x00</message>", "not-well-formed"),
    "NUL by reference": (b"<message>&#0;</message>", "not-well-formed"),
    "control character": (b"<message>\x08</message>", "not-well-formed"),
    "non-character": ("<message>\ufffe</message>".encode(), "not-well-formed"),
    "DTD": (b"<!DOCTYPE foo>", "restricted-xml"),
    "comment": (b"<message><!-- x --></message>", "restricted-xml"),
    "comment between stanzas": (b"<!-- x -->", "restricted-xml"),
    "processing instruction": (b"<?php echo 1 ?>", "restricted-xml"),
    "entity": (b"<message>&lol9;</message>", "restricted-xml"),
    "entity in attribute": (b"<message to='&xxe;'/>", "restricted-xml"),
    "unbound prefix": (b"<x:message/>", "bad-namespace-prefix"),
    "unbound attribute prefix": (b"<message x:y='1'/>", "bad-namespace-prefix"),
    "prefix undeclared": (b"<message xmlns:x=''/>", "bad-namespace-prefix"),
    "xml prefix rebound": (b"<message xmlns:xml='urn:x'/>", "bad-namespace-prefix"),
    "brace in namespace": (b"<message xmlns='{jabber:client'/>", "invalid-namespace"),
    "brace in attribute namespace": (b"<m xmlns:x='a}b' x:y='1'/>", "invalid-namespace"),
    "mismatched tags": (b"<message></iq>", "not-well-formed"),
    "attribute twice": (b"<message to='a' to='b'/>", "not-well-formed"),
    "attribute without value": (b"<message to/>", "not-well-formed"),
    "XML declaration inside": (b"<?xml version='1.0'?>", "not-well-formed"),
    "stream inside the stream": (
        b"<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>",
        "bad-format",
    ),
    "whole stream inside the stream": (
        b"<stream:stream xmlns:stream='http://etherx.jabber.org/streams'><a/></stream:stream>",
        "bad-format",
    ),
    "10,000 levels": (b"<a>" * 10_000, "policy-violation"),
    "101 levels, closed": (b"<a>" * 101 + b"</a>" * 101, "policy-violation"),
    "100,000 attributes": (
        b"<a " + b" ".join(b"a%d=''" % index for index in range(100_000)) + b"/>",
        "policy-violation",
    ),
    "129 attributes": (
        b"<a " + b" ".join(b"a%d=''" % index for index in range(129)) + b"/>",
        "policy-violation",
    ),
    "long element name": (b"<" + b"n" * 600 + b"/>", "policy-violation"),
    "long attribute name": (b"<a " + b"n" * 600 + b"='1'/>", "policy-violation"),
    "unfinished tag": (b"<message to='" + b"x" * 40_000, "policy-violation"),
    "unfinished tag full of >": (b"<message to='" + b">" * 40_000, "policy-violation"),
    "unfinished comment": (b"<!-- " + b"x" * 40_000, "policy-violation"),
    "large stanza": (
        b"<message><body>" + b"x" * 600_000 + b"</body></message>",
        "policy-violation",
    ),
    "unfinished large stanza": (b"<message><body>" + b"x" * 600_000, "policy-violation"),
}


@pytest.mark.parametrize("name", sorted(BROKEN))
def test_hostile_content_has_its_stream_error(name):
    data, condition = BROKEN[name]
    tokenizer = Tokenizer()
    tokenizer.feed(HEADER)
    with pytest.raises(StreamViolation) as caught:
        tokenizer.feed(b"<iq type='get' id='1'/>" + data)
    assert caught.value.condition == condition
    assert [event.tag for event in caught.value.events] == ["{jabber:client}iq"]
    with pytest.raises(StreamViolation):
        tokenizer.feed(b"<message/>")


@pytest.mark.parametrize(
    "name", sorted(key for key, value in BROKEN.items() if len(value[0]) < 50_000)
)
def test_hostile_content_byte_by_byte_has_the_same_stream_error(name):
    data, condition = BROKEN[name]
    tokenizer = Tokenizer()
    tokenizer.feed(HEADER)
    with pytest.raises(StreamViolation) as caught:
        feed_bytes(tokenizer, data)
    assert caught.value.condition == condition


LAUGHS = (
    b"<?xml version='1.0'?><!DOCTYPE lolz [<!ENTITY lol 'lol'>"
    + b"".join(
        b"<!ENTITY lol%d '%s'>" % (level, b"&lol%d;" % (level - 1) * 10) for level in range(1, 10)
    )
    + b"]><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>"
    + b"<message>&lol9;</message>"
)


BROKEN_HEADERS = {
    "billion laughs": (LAUGHS, "restricted-xml"),
    "external entity": (
        b"<!DOCTYPE foo [<!ENTITY xxe SYSTEM 'file:///etc/passwd'>]><stream:stream>&xxe;",
        "restricted-xml",
    ),
    "external DTD": (b"<!DOCTYPE a SYSTEM 'http://example.net/a.dtd'><a/>", "restricted-xml"),
    "comment first": (b"<!-- x --><a/>", "restricted-xml"),
    "wrong stream namespace": (
        b"<stream:stream xmlns='jabber:client' xmlns:stream='urn:evil'>",
        "invalid-namespace",
    ),
    "no stream namespace": (b"<stream xmlns='jabber:client'>", "invalid-namespace"),
    "wrong content namespace": (
        b"<stream:stream xmlns='urn:evil' xmlns:stream='http://etherx.jabber.org/streams'>",
        "invalid-namespace",
    ),
    "not a stream": (b"<html>", "bad-format"),
    "unbound stream prefix": (b"<stream:stream xmlns='jabber:client'>", "bad-namespace-prefix"),
    "other encoding": (b"<?xml version='1.0' encoding='iso-8859-1'?>", "unsupported-encoding"),
    "UTF-16": ("<?xml version='1.0'?>".encode("utf-16"), "unsupported-encoding"),
    "UTF-16 without mark": ("<a>".encode("utf-16-le"), "unsupported-encoding"),
    "XML 1.1": (b"<?xml version='1.1'?><a/>", "bad-format"),
    "endless white space": (b" " * 10_000, "policy-violation"),
    "endless header": (b"<stream:stream to='" + b"x" * 10_000, "policy-violation"),
    "not XML": (b"GET / HTTP/1.1\r\n", "not-well-formed"),
}


@pytest.mark.parametrize("name", sorted(BROKEN_HEADERS))
def test_hostile_header_has_its_stream_error(name):
    data, condition = BROKEN_HEADERS[name]
    with pytest.raises(StreamViolation) as caught:
        Tokenizer().feed(data)
    assert caught.value.condition == condition
    tokenizer = Tokenizer()
    with pytest.raises(StreamViolation) as caught:
        feed_bytes(tokenizer, data)
    assert caught.value.condition == condition


@pytest.mark.parametrize("data", [b"x", b"<message/>", b"<stream:stream>", b"</a>"])
def test_nothing_may_follow_the_stream(data):
    tokenizer = Tokenizer()
    tokenizer.feed(HEADER + b"</stream:stream>")
    with pytest.raises(StreamViolation) as caught:
        tokenizer.feed(data)
    assert caught.value.condition == "not-well-formed"


def test_white_space_may_follow_the_stream():
    tokenizer = Tokenizer()
    tokenizer.feed(HEADER + b"</stream:stream>")
    assert tokenizer.feed(b"\r\n") == []


def test_a_stanza_of_100_mb_is_refused_in_bounded_memory():
    tokenizer = Tokenizer()
    tokenizer.feed(HEADER + b"<message><body>")
    piece = b"x" * 1_000_000
    tracemalloc.start()
    try:
        with pytest.raises(StreamViolation):
            feed_often(tokenizer, piece, 100)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 4_000_000


def test_white_space_keeps_a_stream_alive_for_ever():
    tokenizer = Tokenizer(Limits(stanza_bytes=1_000, tag_bytes=500))
    tokenizer.feed(HEADER)
    for _ in range(5_000):
        assert tokenizer.feed(b" ") == []
    assert tokenizer.feed(b" " * 100_000) == []
    assert len(tokenizer.feed(b"<message/>")) == 1


def test_many_small_stanzas_do_not_count_together():
    tokenizer = Tokenizer(Limits(stanza_bytes=1_000, tag_bytes=500))
    tokenizer.feed(HEADER)
    assert len(tokenizer.feed(b"<message><body>x</body></message>" * 10_000)) == 10_000


def test_limits_are_exact_enough():
    limits = Limits(stanza_bytes=2_000)
    tokenizer = Tokenizer(limits)
    tokenizer.feed(HEADER)
    fits = b"<m>" + b"x" * 1_900 + b"</m>"
    assert len(tokenizer.feed(fits + fits)) == 2
    with pytest.raises(StreamViolation):
        tokenizer.feed(b"<m>" + b"x" * 2_100 + b"</m>")


@pytest.mark.parametrize("depth", [1, 2, 50, 100])
def test_depths_within_the_limit(depth):
    tokenizer = Tokenizer()
    tokenizer.feed(HEADER)
    assert len(tokenizer.feed(b"<a>" * depth + b"</a>" * depth)) == 1


def test_reset_begins_a_new_stream():
    tokenizer = Tokenizer()
    first = shape(tokenizer.feed(LOGIN))
    tokenizer.reset()
    assert shape(tokenizer.feed(LOGIN)) == first


def test_reset_after_a_violation():
    tokenizer = Tokenizer()
    with pytest.raises(StreamViolation):
        tokenizer.feed(b"<html>")
    tokenizer.reset()
    assert len(tokenizer.feed(HEADER + b"<message/>")) == 2


def test_a_closed_tokenizer_takes_nothing():
    tokenizer = Tokenizer()
    tokenizer.feed(HEADER)
    tokenizer.close()
    with pytest.raises(StreamViolation):
        tokenizer.feed(b"<message/>")


SUCCESS = "{urn:ietf:params:xml:ns:xmpp-sasl}success"


@pytest.mark.parametrize("end", [b"/>", b" a='>' b=\"/>\"/>", b">YQ==</success>", b"></success >"])
def test_bytes_after_a_restart_belong_to_the_next_stream(end):
    data = HEADER + b"<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'" + end
    following = HEADER + b"<message/>"
    for cut in range(1, len(data + following)):
        tokenizer = Tokenizer(restart_after=frozenset({SUCCESS}))
        events = tokenizer.feed((data + following)[:cut])
        events += tokenizer.feed((data + following)[cut:])
        assert [getattr(event, "tag", "") for event in events][1:] == [SUCCESS]
        assert tokenizer.unread == following
        tokenizer.reset()
        events = tokenizer.feed(b"")
        assert [getattr(event, "tag", "") for event in events][1:] == ["{jabber:client}message"]
        assert tokenizer.unread == b""


def test_a_peer_that_does_not_wait_for_the_restart_is_bounded():
    tokenizer = Tokenizer(restart_after=frozenset({SUCCESS}))
    tokenizer.feed(HEADER + b"<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>")
    with pytest.raises(StreamViolation):
        feed_often(tokenizer, b"x" * 10_000, 100)


def test_names_of_two_interleaved_streams():
    """A name first seen by one parser is raw there and translated in the other."""
    one, two = Tokenizer(), Tokenizer()
    one.feed(HEADER)
    two.feed(HEADER)
    one.feed(b"<new1 xmlns='urn:interleaved' xmlns:p='urn:p' p:attr='1'><in")
    (second,) = two.feed(b"<new1 xmlns='urn:interleaved' xmlns:p='urn:p' p:attr='1'/>")
    (first,) = one.feed(b"ner1/></new1>")
    assert first.tag == second.tag == "{urn:interleaved}new1"
    assert dict(first.items()) == dict(second.items()) == {"{urn:p}attr": "1"}
    assert first[0].tag == "{urn:interleaved}inner1"


def test_names_survive_the_table_starting_again():
    tokenizer = Tokenizer()
    tokenizer.feed(HEADER)
    limit = NAMES.limit
    epoch = NAMES.epoch
    NAMES.limit = 200
    try:
        tags = []
        for index in range(1_000):
            data = b"<e%d xmlns='urn:x%d'><c%d/></e%d>" % ((index,) * 4)
            tokenizer.feed(data[:10])
            tags += [(e.tag, e[0].tag) for e in tokenizer.feed(data[10:])]
        assert len(NAMES.names) < 300
        assert NAMES.epoch > epoch
    finally:
        NAMES.limit = limit
    assert tags == [(f"{{urn:x{i}}}e{i}", f"{{urn:x{i}}}c{i}") for i in range(1_000)]


def test_a_violation_does_not_quote_the_peer():
    tokenizer = Tokenizer()
    tokenizer.feed(HEADER)
    with pytest.raises(StreamViolation) as caught:
        tokenizer.feed(b"<message><body>secret</iq>")
    assert "secret" not in str(caught.value)


def test_what_is_parsed_is_written_the_same():
    tokenizer = Tokenizer()
    for stanza in tokenizer.feed(CHAT)[1:-1]:
        again = Tokenizer()
        (copy,) = again.feed(HEADER + to_bytes(stanza))[1:]
        assert tree(copy) == tree(stanza)


def test_a_bad_namespace_is_found_again_on_the_next_stream():
    for _ in range(3):
        tokenizer = Tokenizer()
        tokenizer.feed(HEADER + b"<message/>")
        with pytest.raises(StreamViolation, match="invalid-namespace"):
            tokenizer.feed(b"<m xmlns='{urn:again'/>")


def test_a_bad_namespace_is_found_by_a_stream_that_looked_while_it_was_there():
    one, two = Tokenizer(), Tokenizer()
    one.feed(HEADER + b"<message/>")
    two.feed(HEADER + b"<message/>")
    one.feed(b"<m xmlns='{urn:between'>")
    two.feed(b"<new-between/>")
    with pytest.raises(StreamViolation):
        one.feed(b"</m>")
    with pytest.raises(StreamViolation):
        two.feed(b"<m xmlns='{urn:between'/>")


@pytest.mark.parametrize(
    "broken",
    [
        HEADER + b"<message><%s xmlns='urn:unlearnt'>",  # a stream that breaks off
        HEADER + b"<message><%s xmlns='urn:unlearnt'></message>",
        b"<%s xmlns='urn:unlearnt'>",  # no stream at all
        HEADER + b"<message>" + b"<%s xmlns='urn:unlearnt'>" * 200,
    ],
    ids=["cut", "not well-formed", "no stream", "nested"],
)
def test_a_name_another_stream_left_unlearnt_is_read_as_any_other(broken, request):
    name = f"name{request.node.callspec.indices['broken']}".encode()
    tokenizer = Tokenizer()
    tokenizer.feed(HEADER + b"<iq/>")
    hostile = Tokenizer()
    with suppress(StreamViolation):
        hostile.feed(broken.replace(b"%s", name))
    tokenizer.feed(b"<presence/>")
    late = Tokenizer()
    late.feed(HEADER + b"<iq/>")
    for reader in (tokenizer, late):
        (element,) = reader.feed(b"<%s xmlns='urn:unlearnt'/>" % name)
        assert element.tag == f"{{urn:unlearnt}}{name.decode()}"
