"""Presence: types, priority, answers to subscriptions (RFC 6121 sections 3 and 4)."""

from __future__ import annotations

import pytest

from actorxmpp.stanza import Presence

from .helpers import received


def test_presence_types():
    presence = Presence()
    assert presence["type"] == "available"
    presence["type"] = "away"
    assert (presence["type"], presence["show"]) == ("away", "away")
    presence["type"] = "unavailable"
    assert (presence["type"], presence["show"]) == ("unavailable", "")
    presence["type"] = "nonsense"
    assert presence["type"] == "unavailable"
    presence["type"] = "available"
    assert presence.xml.get("type") is None
    presence["show"] = "nonsense"
    assert presence["show"] == ""
    presence["show"] = "xa"
    presence["show"] = None
    assert presence["show"] == ""
    presence["show"] = "dnd"
    del presence["type"]
    assert presence["type"] == "available"


def test_presence_priority():
    presence = Presence()
    assert presence["priority"] == 0
    presence["priority"] = -1
    assert presence["priority"] == -1
    presence._set_sub_text("priority", "high")
    assert presence["priority"] == 0


@pytest.mark.parametrize(
    ("kind", "answer"),
    [("subscribe", "subscribed"), ("unsubscribe", "unsubscribed"), ("probe", "probe")],
)
def test_presence_replies(stream, kind, answer):
    presence = received(stream, f"<presence xmlns='NS' type='{kind}' from='a@b' to='c'/>")
    assert presence.reply()["type"] == answer
    assert presence.reply()["to"] == "a@b"


def test_a_sent_presence_is_noted(stream):
    noted = []
    stream.roster = type("R", (), {"presence_sent": lambda self, stanza: noted.append(stanza)})()
    presence = Presence(stream)
    presence.send()
    assert noted == [presence]
    assert len(stream.sent) == 1
