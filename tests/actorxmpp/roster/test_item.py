"""RosterItem: fields, subscriptions in every state, presence, bounds."""

from __future__ import annotations

import itertools
import sys

import pytest

from actorxmpp.roster import item as item_module
from actorxmpp.roster.states import CLIENT, COMPONENT, DIRECTIONS
from actorxmpp.stanza import Presence

from .helpers import Xmpp, incoming


def test_fields():
    entry = Xmpp().roster["me@example.net"]["a@b"]
    assert entry["name"] == ""
    assert entry["groups"] == []
    entry["groups"].append("x")
    assert entry["groups"] == ["x"]
    entry["name"] = "A"
    for flag in ("from", "to", "pending_in", "pending_out", "whitelisted", "removed"):
        assert entry[flag] is False
        for value in (True, "true", "1", "on", "YES"):
            entry[flag] = value
            assert entry[flag] is True
        for value in (False, "no", "0", ""):
            entry[flag] = value
            assert entry[flag] is False
    with pytest.raises(KeyError):
        _ = entry["nonsense"]
    with pytest.raises(KeyError):
        entry["nonsense"] = 1
    assert "'name': 'A'" in repr(entry)


@pytest.mark.parametrize(
    ("theirs", "ours", "expected"),
    [(0, 0, "none"), (1, 0, "from"), (0, 1, "to"), (1, 1, "both")],
)
def test_subscription_follows(theirs, ours, expected):
    entry = Xmpp().roster["me@example.net"]["a@b"]
    entry["from"], entry["to"] = bool(theirs), bool(ours)
    entry["subscription"] = "nonsense"
    assert entry["subscription"] == expected


TYPES = sorted(DIRECTIONS)


STATES = list(itertools.product([False, True], repeat=4))


@pytest.mark.parametrize("component", [False, True], ids=["client", "component"])
@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("state", STATES)
def test_every_subscription_stanza_in_every_state(component, kind, state):
    xmpp = Xmpp(component)
    entry = xmpp.roster["me@example.net"]["a@b"]
    fields = ("from", "pending_in", "to", "pending_out")
    for field, value in zip(fields, state, strict=True):
        entry[field] = value
    before = {field: entry[field] for field in fields}
    getattr(entry, f"handle_{kind}")(incoming(kind))
    held, pending = DIRECTIONS[kind]
    outcome = (COMPONENT if component else CLIENT)[kind][before[held], before[pending]]
    assert (entry[held], entry[pending]) == (outcome.held, outcome.pending)
    for field in set(fields) - {held, pending}:
        assert entry[field] == before[field]
    assert xmpp.events == ([outcome.event] if outcome.event else [])
    assert [kind for kind, _, _ in xmpp.sent] == ([outcome.answer] if outcome.answer else [])
    if not component:
        assert xmpp.sent == []


def test_what_we_send(xmpp):
    roster = xmpp.roster[None]
    roster.subscribe("a@b")
    assert roster["a@b"]["pending_out"]
    roster.unsubscribe("a@b")
    roster["a@b"].authorize()
    assert roster["a@b"]["from"]
    roster["a@b"].unauthorize()
    assert not roster["a@b"]["from"]
    kinds = [sent[0] for sent in xmpp.sent]
    assert kinds == [
        "subscribe",
        "unsubscribe",
        "subscribed",
        "sent",
        "unsubscribed",
        "unavailable",
    ]
    assert xmpp.sent[0] == ("subscribe", "a@b", "")


def test_probes():
    xmpp = Xmpp(component=True)
    entry = xmpp.roster["bot@gw.example"]["a@b"]
    entry.handle_probe(incoming("probe"))
    assert xmpp.sent == [("unsubscribed", "a@b", "bot@gw.example")]
    entry["from"] = entry["pending_out"] = True
    entry.handle_probe(incoming("probe"))
    assert [sent[0] for sent in xmpp.sent[1:]] == ["sent", "subscribe"]


def test_resources_come_and_go(xmpp):
    roster = xmpp.roster[None]
    entry = roster["a@b"]
    entry.handle_available(incoming(show="xa", status="s", priority="3"))
    entry.handle_available(incoming(show="xa", status="s", priority="3"))
    entry.handle_available(incoming(sender="a@b/other"))
    assert roster.presence("a@b", "r") == {"show": "xa", "status": "s", "priority": 3}
    assert set(roster.presence("a@b")) == {"r", "other"}
    assert roster.presence("a@b", "none") == {"show": "", "status": "", "priority": 0}
    assert roster.presence("nobody@b") == {}
    assert not roster.has_jid("nobody@b")
    entry.handle_unavailable(incoming("unavailable"))
    entry.handle_unavailable(incoming("unavailable", sender="a@b/other"))
    entry.handle_unavailable(incoming("unavailable", sender="a@b/other"))
    assert entry.resources == {}
    assert xmpp.events == [
        "got_online",
        "changed_status",
        "changed_status",
        "changed_status",
        "changed_status",
        "got_offline",
    ]


def test_the_last_presence_is_sent_again(xmpp):
    roster = xmpp.roster[None]
    roster.add("a@b", afrom=True)
    roster.send_last_presence()
    assert xmpp.sent == [("sent", {})]
    broadcast = Presence(xmpp)
    broadcast["show"] = "xa"
    broadcast.send()
    assert xmpp.sentpresence
    assert xmpp.events == ["sent_presence"]
    roster["a@b"].send_last_presence()
    roster.send_last_presence()
    assert [sent[:2] for sent in xmpp.sent[1:]] == [("xa", ""), ("xa", "a@b"), ("xa", "")]
    assert broadcast["to"] == ""
    directed = Presence(xmpp, sto="a@b/r")
    directed["show"] = "dnd"
    directed.send()
    roster["a@b"].send_last_presence()
    assert xmpp.sent[-1][0] == "dnd"
    Presence(xmpp).send()
    assert roster["a@b"].last_status is None


def test_resources_are_bounded(xmpp, monkeypatch):
    monkeypatch.setattr(item_module, "MAX_RESOURCES", 10)
    entry = xmpp.roster[None]["room@muc"]
    for number in range(100):
        entry.handle_available(incoming(sender=f"room@muc/n{number}"))
    assert len(entry.resources) == 10
    assert "n99" in entry.resources


def test_an_entry_is_small(xmpp):
    node = xmpp.roster[None]
    entry = node["a@b"]
    assert not hasattr(entry, "__dict__")
    assert not hasattr(node, "__dict__")
    assert not hasattr(xmpp.roster, "__dict__")
    assert sys.getsizeof(entry) <= 160
    assert entry._resources is entry._groups is entry._db_state is None
