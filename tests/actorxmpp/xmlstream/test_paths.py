"""Paths: namespaces, patterns, texts by language."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from actorxmpp.xmlstream import paths
from actorxmpp.xmlstream.paths import Step, compile_path, compile_step, fix_ns, local_name

from .helpers import XML_LANG


def test_fix_ns():
    assert fix_ns("a/b", default_ns="urn:x") == "{urn:x}a/{urn:x}b"
    assert fix_ns("{urn:y}a/b/{urn:z}c", split=True) == ["{urn:y}a", "{urn:y}b", "{urn:z}c"]
    assert fix_ns("{urn:y}a/b", split=True, propagate_ns=False) == ["a", "b"]
    assert fix_ns("{urn:y}a/*", split=True) == ["{urn:y}a", "*"]


@pytest.mark.parametrize(("tag", "name"), [("{urn:x}a", "a"), ("a", "a"), ("{urn:{x}a", "a")])
def test_a_local_name_has_no_namespace(tag, name):
    assert local_name(tag) == name


@pytest.mark.parametrize(
    ("text", "name", "conditions"),
    [
        ("iq", "iq", ()),
        ("iq@type=set", "iq", (("type", "set"),)),
        ("iq@id", "iq", (("id", None),)),
        ("a@x=@y=1=2", "a", (("x", ""), ("y", "1=2"))),
    ],
)
def test_a_step_names_an_element_and_what_its_interfaces_are(text, name, conditions):
    assert compile_step(text) == Step(text, name, conditions)


def test_a_pattern_is_its_steps_without_namespaces():
    steps = compile_path("{jabber:client}iq@type=set/{jabber:iq:roster}roster/item")
    assert [step.name for step in steps] == ["iq", "roster", "item"]
    assert compile_path("") == ()


def texts(xml):
    """The texts below an element, with their languages."""
    return [(child.tag, child.get(XML_LANG), child.text) for child in xml]


@pytest.fixture
def bodies():
    return ET.fromstring("<m><b>one</b><b xml:lang='fr'>un</b><b xml:lang='de'/><c>x</c></m>")


@pytest.mark.parametrize(
    ("lang", "text"), [("en", "one"), ("fr", "un"), ("de", "none"), ("it", "un")]
)
def test_a_text_is_that_of_the_language_or_the_last_one_there_is(bodies, lang, text):
    assert paths.get_text(bodies, ("b",), "none", lang, "en") == text
    assert paths.get_text(bodies, ("z",), "none", lang, "en") == "none"


def test_all_texts_are_by_language(bodies):
    assert paths.get_all_text(bodies, ("b",), "", "en") == {"en": "one", "fr": "un", "de": ""}


def test_setting_a_text_changes_the_one_of_that_language(bodies):
    assert paths.set_text(bodies, ("b",), "deux", "fr", "en") is bodies[1]
    paths.set_text(bodies, ("b",), "two", "", "en")
    assert texts(bodies)[:2] == [("b", None, "two"), ("b", "fr", "deux")]


def test_setting_a_text_makes_what_is_missing():
    xml = ET.fromstring("<m><a/></m>")
    made = paths.set_text(xml, ("a", "b", "c"), "x", "it", "en")
    assert made is xml[0][0][0]
    assert (made.tag, made.text, made.get(XML_LANG)) == ("c", "x", "it")
    assert paths.set_text(xml, ("a", "b", "c"), "y", "en", "en").get(XML_LANG) is None
    assert len(xml) == len(xml[0]) == 1


def test_setting_all_texts_replaces_them(bodies):
    paths.set_all_text(bodies, ("b",), {"": "zero", "it": "uno", "fr": ""}, "en")
    assert texts(bodies) == [("c", None, "x"), ("b", None, "zero"), ("b", "it", "uno")]


def test_deleting_takes_one_language_or_all(bodies):
    paths.delete(bodies, ("b",), "fr", "en")
    assert texts(bodies) == [("b", None, "one"), ("b", "de", None), ("c", None, "x")]
    paths.delete(bodies, ("b",), "*", "en")
    assert texts(bodies) == [("c", None, "x")]


def test_deleting_prunes_what_becomes_empty_and_nothing_else():
    text = "<m><a><b><c/></b></a><a><b><c/><d/></b></a></m>"
    kept, pruned = ET.fromstring(text), ET.fromstring(text)
    paths.delete(kept, ("a", "b", "c"), "*", "")
    assert ET.tostring(kept) == b"<m><a><b /></a><a><b><d /></b></a></m>"
    paths.delete(pruned, ("a", "b", "c"), "*", "", prune=True)
    assert ET.tostring(pruned) == b"<m><a><b><d /></b></a></m>"
