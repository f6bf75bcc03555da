from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actorxmpp.protocol.sasl.saslprep import SaslPrepError, saslprep


@pytest.mark.parametrize(
    ("text", "prepared"),
    [  # RFC 4013, 3
        ("I\u00adX", "IX"),
        ("user", "user"),
        ("USER", "USER"),
        ("\u00aa", "a"),
        ("\u2168", "IX"),
        ("a\u00a0b", "a b"),
        ("e\u0301", "\u00e9"),
        ("\u0627\u0628", "\u0627\u0628"),
    ],
)
def test_what_it_makes_of_text(text: str, prepared: str) -> None:
    assert saslprep(text) == prepared


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("\u0007", "prohibits"),
        ("\u0627\u0031", "right-to-left"),
        ("\u0627a\u0628", "mixes"),
        ("\u00ad", "empty"),
        ("", "empty"),
        ("a\ue000", "prohibits"),
        ("\u0221", "unassigned"),
    ],
)
def test_what_it_refuses_without_repeating_it(text: str, reason: str) -> None:
    with pytest.raises(SaslPrepError, match=reason) as caught:
        saslprep(text)
    assert not text or text not in str(caught.value)


def test_queries_may_hold_unassigned_code_points() -> None:
    assert saslprep("\u0221", allow_unassigned=True) == "\u0221"


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1))
def test_printable_ascii_stays_as_it_is(text: str) -> None:
    assert saslprep(text) == text


@given(st.text())
def test_preparing_twice_changes_nothing(text: str) -> None:
    try:
        once = saslprep(text)
    except SaslPrepError:
        return
    assert saslprep(once) == once
