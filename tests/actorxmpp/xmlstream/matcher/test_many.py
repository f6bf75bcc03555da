"""MatchMany: any of several matchers."""

from __future__ import annotations

from actorxmpp.xmlstream import MatcherId, MatchMany, MatchXPath, StanzaPath
from actorxmpp.xmlstream.matcher import Key, KeyKind

from .helpers import STANZAS, Everything, build


def test_one_matcher_that_fits_is_enough():
    matcher = MatchMany([MatcherId("m2"), StanzaPath("presence@type=subscribe")])
    assert {i for i, text in enumerate(STANZAS) if matcher.match(build(text))} == {1, 4}


def test_none_of_no_matchers_fits():
    matcher = MatchMany([])
    assert not any(matcher.match(build(text)) for text in STANZAS)
    assert matcher.index_keys() == ()


def test_its_keys_are_those_of_all():
    matcher = MatchMany(iter([MatcherId("m2"), MatchXPath("{a}b")]))
    assert matcher.index_keys() == (
        Key(KeyKind.ID, "m2", exact=True),
        Key(KeyKind.TAG, "{a}b", exact=True),
    )


def test_without_the_keys_of_one_there_are_none():
    assert MatchMany([MatcherId("m2"), Everything(None)]).index_keys() is None
