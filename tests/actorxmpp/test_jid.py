"""Addresses: RFC 7622, what servers of today let through, sharing, escaping."""

# ruff: noqa: RUF001 - addresses in other scripts are the point
from __future__ import annotations

import copy
import pickle
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actorxmpp.jid import (
    CACHE_MAX_LENGTH,
    JID,
    InvalidJID,
    escape_node,
    parse,
    unescape_node,
)

VALID = {
    # RFC 7622 section 3.5, table 1
    "juliet@example.com": ("juliet", "example.com", ""),
    "juliet@example.com/foo": ("juliet", "example.com", "foo"),
    "juliet@example.com/foo bar": ("juliet", "example.com", "foo bar"),
    "juliet@example.com/foo@bar": ("juliet", "example.com", "foo@bar"),
    "foo\\20bar@example.com": ("foo\\20bar", "example.com", ""),
    "fussball@example.com": ("fussball", "example.com", ""),
    "fußball@example.com": ("fußball", "example.com", ""),
    "π@example.com": ("π", "example.com", ""),
    "Σ@example.com/foo": ("σ", "example.com", "foo"),
    "ς@example.com/foo": ("ς", "example.com", "foo"),
    "king@example.com/♚": ("king", "example.com", "♚"),
    "example.com": ("", "example.com", ""),
    "example.com/foobar": ("", "example.com", "foobar"),
    "a.example.com/b@example.net": ("", "a.example.com", "b@example.net"),
    # mapping
    "Juliet@EXAMPLE.com/Balcony": ("juliet", "example.com", "Balcony"),
    "example.com.": ("", "example.com", ""),
    "ＡＢ@example.com": ("ab", "example.com", ""),
    "e\u0301@example.com/e\u0301": ("é", "example.com", "é"),
    "a@BÜCHER.example": ("a", "bücher.example", ""),
    "a@xn--bcher-kva.example": ("a", "bücher.example", ""),
    "a@例え。テスト": ("a", "例え.テスト", ""),
    # hosts
    "a@192.0.2.1": ("a", "192.0.2.1", ""),
    "a@[2001:DB8::1]/r": ("a", "[2001:db8::1]", "r"),
    "localhost": ("", "localhost", ""),
    "a@my_host.example": ("a", "my_host.example", ""),
    # let through by servers of today, refused by PRECIS or IDNA 2008
    "☃@example.com": ("☃", "example.com", ""),
    "henryⅣ@example.com": ("henryiv", "example.com", ""),
    "♚@example.com": ("♚", "example.com", ""),
    "a@☃.net": ("a", "☃.net", ""),
    "room@conference.example/😀": ("room", "conference.example", "😀"),
}


@pytest.mark.parametrize("text", sorted(VALID))
def test_valid_addresses(text):
    jid = JID(text)
    assert (jid.local, jid.domain, jid.resource) == VALID[text]
    assert JID(jid.full) == jid
    assert JID(jid.full).full == jid.full


INVALID = [
    # RFC 7622 section 3.5, table 2 (those that no server lets through)
    '"juliet"@example.com',
    "foo bar@example.com",
    "@example.com/foo",
    "juliet@",
    "/foobar",
    "juliet@example.com/",
    "a@b@c",
    "a:b@c",
    "a<b@c",
    "a&b@c",
    "a'b@c",
    "a@-b",
    "a@b-",
    "a@b..c",
    "a@.b",
    "a@" + "b" * 64,
    "a@b:5222",
    "a@exa mple",
    "a@[::1",
    "a@[::zz]",
    "a@[192.0.2.1]",
    "a@b/\n",
    "a@b/\x00",
    "a\x00@b",
    "a@b\x00",
    "\ud800@b",
    "a@\ud800",
    "a@b/\ud800",
    "a@b/\ufffe",
    "a@b/\u200b",
    "a" * 1024 + "@b",
    "é" * 512 + "@b",
    "a@b/" + "é" * 512,
    "＠@b",
    "a／b@c.example",
    ".",
    "a@xn--zz--",
]


@pytest.mark.parametrize("text", INVALID, ids=ascii)
def test_invalid_addresses(text):
    with pytest.raises(InvalidJID):
        JID(text)


@pytest.mark.parametrize("size", [1022, 1023])
def test_longest_parts(size):
    assert len(JID("a" * size + "@b").local) == size
    assert len(JID("a@b/" + "c" * size).resource) == size


def test_names_of_the_parts():
    jid = JID("juliet@example.com/balcony")
    assert jid.node == jid.user == jid.username == jid.local == "juliet"
    assert jid.server == jid.host == jid.domain == "example.com"
    assert jid.jid == jid.full == str(jid) == "juliet@example.com/balcony"
    assert jid.bare == "juliet@example.com"
    assert repr(jid) == "JID('juliet@example.com/balcony')"


def test_the_empty_address():
    for empty in (JID(), JID(""), JID(None)):
        assert not empty
        assert empty.full == empty.bare == empty.local == empty.domain == empty.resource == ""
        assert repr(empty) == "JID()"
        assert empty == ""


def test_comparing():
    assert JID("A@b/c") == JID("a@b/c")
    assert JID("a@b") == "A@B"
    assert JID("a@b") != "a@b/c"
    assert JID("a@b") != 5
    assert JID("a@b") != "not@a@jid"
    assert {JID("a@b"): 1}["a@b"] == 1
    assert len({JID("a@b"), JID("A@b"), JID("a@b/c")}) == 2


def test_the_same_address_is_the_same_object():
    assert JID("a@b/c") is JID("a@b/c")
    jid = JID("a@b/c")
    assert JID(jid) is jid
    assert JID(jid, bare=True) is JID("a@b")
    assert copy.copy(jid) is copy.deepcopy(jid) is pickle.loads(pickle.dumps(jid)) is jid


def test_long_addresses_are_not_kept():
    text = "a@b/" + "c" * CACHE_MAX_LENGTH
    assert parse(text) == parse(text)
    assert parse(text) is not parse(text)


def test_a_subclass_is_itself():
    class Mine(JID):
        __slots__ = ()

    mine = Mine("a@b/c")
    assert type(mine) is Mine
    assert mine == JID("a@b/c")
    assert type(Mine(JID("a@b"))) is Mine
    assert type(JID(mine)) is JID


@pytest.mark.parametrize("name", ["bare", "full", "local", "node", "domain", "resource", "_full"])
def test_an_address_can_not_be_changed(name):
    jid = JID("a@b/c")
    with pytest.raises(AttributeError, match="replace"):
        setattr(jid, name, "x")
    with pytest.raises(AttributeError):
        delattr(jid, name)
    assert jid.full == "a@b/c"


def test_replace():
    jid = JID("a@b/c")
    assert jid.replace(resource="d") == "a@b/d"
    assert jid.replace(local="x", domain="y", resource="") == "x@y"
    assert jid.replace(local="") == "b/c"
    with pytest.raises(InvalidJID):
        jid.replace(domain="")


def test_escaping():
    # XEP-0106 section 5.1
    cases = {
        "space cadet": "space\\20cadet",
        'call me "ishmael"': "call\\20me\\20\\22ishmael\\22",
        "at&t guy": "at\\26t\\20guy",
        "d'artagnan": "d\\27artagnan",
        "/.fanboy": "\\2f.fanboy",
        "::foo::": "\\3a\\3afoo\\3a\\3a",
        "<foo>": "\\3cfoo\\3e",
        "user@host": "user\\40host",
        "c:\\net": "c\\3a\\net",
        "c:\\\\net": "c\\3a\\\\net",
        "c:\\cool stuff": "c\\3a\\cool\\20stuff",
        "c:\\5commas": "c\\3a\\5c5commas",
    }
    for plain, escaped in cases.items():
        assert escape_node(plain) == escaped
        assert unescape_node(escaped) == plain
        assert JID(f"{escaped}@example.com").unescape() == f"{plain}@example.com"


@given(st.text(max_size=30))
def test_escaping_can_be_undone(text):
    escaped = escape_node(text)
    assert unescape_node(escaped) == text
    assert not set(escaped) & set(" \"&'/:<>@")


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=40))
def test_any_text_is_an_address_or_refused(text):
    try:
        jid = JID(text)
    except InvalidJID:
        return
    again = JID(jid.full)
    assert (again.local, again.domain, again.resource) == (jid.local, jid.domain, jid.resource)


ascii_locals = st.from_regex(r"\A[A-Za-z0-9!#$%()*+,.;=?^_`{|}~-]{1,20}\Z")
ascii_resources = st.from_regex(r"\A[ -~]{1,20}\Z")


@given(ascii_locals, ascii_resources)
def test_the_fast_path_agrees_with_precis(local, resource):
    import precis_i18n

    jid = JID(f"{local}@example.com/{resource}")
    assert jid.local == precis_i18n.get_profile("UsernameCaseMapped").enforce(local)
    assert jid.resource == precis_i18n.get_profile("OpaqueString").enforce(resource)


def test_results_are_normalised():
    for text in VALID:
        full = JID(text).full
        assert unicodedata.normalize("NFC", full) == full
