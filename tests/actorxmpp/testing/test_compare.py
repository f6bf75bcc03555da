"""Comparing XML: what is equal whatever the order, and what is shown when it is not."""

from __future__ import annotations

import pytest

from actorxmpp.testing import compare


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("<a/>", "<a></a>", True),
        ("<a x='1' y='2'/>", "<a y='2' x='1'/>", True),
        ("<a> text </a>", "<a>text</a>", True),
        ("<a><b/><c/></a>", "<a><c/><b/></a>", True),
        ("<a><b/><b/></a>", "<a><b/><b x='1'/></a>", False),
        ("<a><b><c/></b><b><d/></b></a>", "<a><b><d/></b><b><c/></b></a>", True),
        ("<a/>", "<b/>", False),
        ("<a/>", "<a xmlns='urn:x'/>", False),
        ("<a x='1'/>", "<a x='2'/>", False),
        ("<a x='1'/>", "<a y='1'/>", False),
        ("<a>text</a>", "<a>other</a>", False),
        ("<a><b/></a>", "<a/>", False),
    ],
)
def test_what_is_equal(one: str, other: str, same: bool) -> None:
    first, second = compare.parse(one), compare.parse(other)
    assert compare.same(first, second) == same
    assert compare.same(second, first) == same


def test_values_are_compared_as_the_caller_says() -> None:
    one, other = compare.parse("<a x='A'>TEXT</a>"), compare.parse("<a x='a'>text</a>")
    assert compare.same(one, other, lambda mine, theirs: mine.lower() == theirs.lower())


def test_the_stream_prefix_need_not_be_declared() -> None:
    assert compare.parse("<stream:error/>").tag == "{http://etherx.jabber.org/streams}error"


@pytest.mark.parametrize(
    ("text", "words"), [("<a>", "not well-formed"), ("", "no element"), ("text", "no element")]
)
def test_what_is_no_element_is_refused_with_its_text(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        compare.parse(text)
    assert text in str(caught.value)


def test_a_namespace_goes_down_to_the_first_that_has_one() -> None:
    xml = compare.parse("<a><b><c/></b><d xmlns='urn:d'><e/></d></a>")
    compare.fix_namespaces(xml, "urn:x")
    tags = [element.tag for element in xml.iter()]
    assert tags == ["{urn:x}a", "{urn:x}b", "{urn:x}c", "{urn:d}d", "{urn:d}e"]


def test_a_difference_shows_both_and_leaves_them_as_they_were() -> None:
    expected, actual = compare.parse("<a> x <b/></a>"), compare.parse("<a>y<b/></a>")
    lines = compare.difference(expected, actual).splitlines()
    assert [line for line in lines if line.startswith("-") and "x" in line][-1:] != []
    assert [line for line in lines if line.startswith("+") and "y" in line][-1:] != []
    assert expected.text == " x "
