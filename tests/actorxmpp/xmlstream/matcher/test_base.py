"""Keys: when the index may rely on them."""

from __future__ import annotations

from actorxmpp.xmlstream import MatchXPath
from actorxmpp.xmlstream.matcher import MatcherBase
from actorxmpp.xmlstream.matcher.base import Key, KeyKind, keys_of

from .helpers import STANZAS, Everything, Picky, build


def test_keys():
    assert keys_of(MatchXPath("{a}b/{c}d")) == (Key(KeyKind.TAG, "{a}b", "{c}d", exact=True),)
    assert keys_of(MatchXPath("{a}b/{c}d/e")) == (Key(KeyKind.TAG, "{a}b", "{c}d"),)
    assert keys_of(MatchXPath("{a}*")) is None
    assert keys_of(Everything(None)) is None
    assert keys_of(Picky("{a}b")) is None
    assert keys_of(MatcherBase(None)) is None
    assert not MatcherBase(None).match(build(STANZAS[0]))
