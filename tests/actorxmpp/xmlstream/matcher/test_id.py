"""MatcherId: stanzas with one id."""

from __future__ import annotations

import pytest

from actorxmpp.xmlstream import MatcherId
from actorxmpp.xmlstream.matcher import Key, KeyKind

from .helpers import STANZAS, build


@pytest.mark.parametrize(("wanted", "found"), [("m1", {0}), ("i2", {6}), ("M1", set())])
def test_the_id_decides(wanted, found):
    matcher = MatcherId(wanted)
    assert {i for i, text in enumerate(STANZAS) if matcher.match(build(text))} == found


def test_a_stanza_without_an_id_has_the_empty_one():
    without = {3, 4, 7, 8, 2}
    assert {i for i, text in enumerate(STANZAS) if MatcherId("").match(build(text))} == without


def test_the_id_is_all_the_index_has_to_look_at():
    assert MatcherId("m1").index_keys() == (Key(KeyKind.ID, "m1", exact=True),)
