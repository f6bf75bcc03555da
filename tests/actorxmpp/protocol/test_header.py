from __future__ import annotations

from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actorxmpp.protocol.errors import STREAM_DECISIONS
from actorxmpp.protocol.header import (
    STREAM_CLOSE,
    client_header,
    component_header,
    escape,
    stream_error,
)

STREAM = "{http://etherx.jabber.org/streams}"


def test_a_clients_header() -> None:
    root = fromstring(client_header("a&b", from_="o'neil@a&b", lang="de") + STREAM_CLOSE)
    assert root.tag == STREAM + "stream"
    assert root.attrib == {
        "to": "a&b",
        "from": "o'neil@a&b",
        "version": "1.0",
        "{http://www.w3.org/XML/1998/namespace}lang": "de",
    }


def test_a_header_without_sender() -> None:
    assert b"from" not in client_header("example.net")


def test_a_components_header() -> None:
    root = fromstring(component_header("gw.example.net") + STREAM_CLOSE)
    assert root.attrib == {"to": "gw.example.net"}
    assert b"jabber:component:accept" in component_header("gw.example.net")


@pytest.mark.parametrize("condition", STREAM_DECISIONS)
def test_a_stream_error_closes_the_stream(condition: str) -> None:
    root = fromstring(client_header("example.net") + stream_error(condition, "<why>"))
    (error,) = root
    assert error.tag == STREAM + "error"
    assert [child.tag.partition("}")[2] for child in error] == [condition, "text"]
    assert error[1].text == "<why>"


def test_an_unknown_condition_becomes_undefined() -> None:
    assert b"<undefined-condition " in stream_error("x><y")


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")))
def test_escaped_text_comes_back(text: str) -> None:
    root = fromstring(f"<a b='{escape(text)}'>{escape(text)}</a>")
    assert root.get("b") == text
    assert (root.text or "") == text


@pytest.mark.parametrize("bad", ["\0", "a\x0bb", "\ud800", "\ufffe", "\x1b"])
def test_what_xml_does_not_allow_is_refused_and_not_named(bad: str) -> None:
    with pytest.raises(ValueError, match="does not allow") as caught:
        escape("secret" + bad)
    assert "secret" not in str(caught.value)
