"""Stanzas that make their handler fail whenever they come."""

from __future__ import annotations

from xml.etree.ElementTree import fromstring

import pytest

from actorxmpp.actors.poison import POISON_TRIES, PoisonDetector
from actorxmpp.actors.session import INTENSITY

BAD = "<message xmlns='jabber:client' id='1' from='a@b' type='chat'/>"


def tries(*texts: str) -> list[bool]:
    detector = PoisonDetector()
    return [detector.is_poison(fromstring(text)) for text in texts]


def test_one_stanza_is_let_go_of_after_some_failures() -> None:
    assert tries(*[BAD] * POISON_TRIES) == [False] * (POISON_TRIES - 1) + [True]


@pytest.mark.parametrize(
    "other",
    [
        BAD.replace("message", "iq"),
        BAD.replace("'1'", "'2'"),
        BAD.replace("a@b", "c@d"),
        BAD.replace("chat", "normal"),
    ],
)
def test_failures_over_another_stanza_begin_anew(other: str) -> None:
    assert tries(*[BAD] * (POISON_TRIES - 1), other, BAD) == [False] * (POISON_TRIES + 1)


def test_it_is_over_before_the_session_gives_up() -> None:
    assert POISON_TRIES <= INTENSITY
