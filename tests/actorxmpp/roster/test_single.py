"""RosterNode: entries, groups, updates on the server, versions, storage, bounds."""

from __future__ import annotations

import pytest

from actorxmpp.jid import JID, InvalidJID
from actorxmpp.roster import RosterItem, RosterNode
from actorxmpp.roster import single as single_module

from .helpers import Database, Xmpp, incoming


def test_entries_are_made_when_asked_for(xmpp):
    roster = xmpp.roster["me@example.net"]
    assert isinstance(roster, RosterNode)
    assert xmpp.roster[None] is xmpp.roster[JID("me@example.net/x")] is roster
    entry = roster["A@B/c"]
    assert isinstance(entry, RosterItem)
    assert roster[JID("a@b")] is entry
    assert roster.keys() == list(roster) == ["a@b"]
    assert len(roster) == 1
    assert roster.has_jid("a@b/other")
    assert "a@b" in roster
    assert "x@y" not in roster
    del roster["a@b/c"]
    assert not roster.has_jid("a@b")
    with pytest.raises(InvalidJID):
        _ = roster["@@"]


def test_groups(xmpp):
    roster = xmpp.roster[None]
    roster.add("a@b", groups=["x", "y"])
    roster.add("c@d", name="C", groups=["x"], afrom=True, ato=True, pending_in=True)
    roster.add("e@f", pending_out=True, whitelisted=True, save=True)
    assert roster.groups() == {"x": ["a@b", "c@d"], "y": ["a@b"], "": ["e@f"]}
    assert roster["c@d"]["subscription"] == "both"
    assert roster["e@f"]["whitelisted"]


def test_updates_go_to_the_server(xmpp):
    roster = xmpp.roster[None]
    assert roster.update("a@b", name="A", groups=["g"], timeout=5) == "awaitable"
    assert roster["a@b"]["name"] == "A"
    sent = xmpp.requests[0]["roster"]["items"]["a@b"]
    assert (sent["name"], sent["groups"]) == ("A", ["g"])
    roster["a@b"]["to"] = True
    assert roster.remove("a@b") == "awaitable"
    assert xmpp.requests[1]["roster"]["items"]["a@b"]["subscription"] == "remove"
    assert xmpp.sent[0][0] == "unsubscribe"


def test_entries_are_stored_and_loaded():
    db = Database()
    one = Xmpp(db=db)
    node = one.roster["me@example.net"]
    node.add("a@b", name="A", groups=["g"], ato=True, save=True)
    node.version = "v7"
    two = Xmpp(db=db)
    again = two.roster["me@example.net"]
    assert again["a@b"]["name"] == "A"
    assert again["a@b"]["groups"] == ["g"]
    assert again["a@b"]["subscription"] == "to"
    assert again.version == "v7"
    again["a@b"].save(remove=True)
    assert not again.has_jid("a@b")
    assert db.states["me@example.net", "a@b"]["removed"]


def test_versions_without_storage(xmpp):
    node = xmpp.roster[None]
    assert node.version == ""
    node.version = "v1"
    assert node.version == "v1"


def test_strangers_are_bounded(xmpp, monkeypatch):
    monkeypatch.setattr(single_module, "MAX_STRANGERS", 10)
    node = xmpp.roster[None]
    node["friend@b"]["name"] = "F"
    for number in range(100):
        node[f"u{number}@b"].handle_available(incoming(sender=f"u{number}@b/r"))
    assert len(node) == 11
    assert node.has_jid("friend@b")
    assert node.has_jid("u99@b")
    assert not node.has_jid("u0@b")
