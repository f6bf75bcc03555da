"""Roster: the accounts of a session, what is set for all of them, storage, bounds."""

from __future__ import annotations

import pytest

from actorxmpp.roster import multi as multi_module
from actorxmpp.stanza import Presence

from .helpers import Database, Xmpp, incoming


def test_a_component_says_who_it_speaks_for():
    xmpp = Xmpp(component=True)
    xmpp.roster["bot@gw.example"].subscribe("a@b")
    assert xmpp.sent == [("subscribe", "a@b", "bot@gw.example")]
    with pytest.raises(ValueError, match="pfrom"):
        xmpp.roster.send_presence()
    xmpp.roster["bot@gw.example"].send_presence(pshow="xa")
    assert xmpp.sent[-1] == ("sent", {"pshow": "xa", "pfrom": "bot@gw.example"})
    xmpp.roster["bot@gw.example"]["a@b"].send_presence()
    assert xmpp.sent[-1] == ("sent", {"pfrom": "bot@gw.example", "pto": "a@b"})
    assert xmpp.roster["bot@gw.example"].remove("a@b") is None


def test_reset_forgets_who_is_online(xmpp):
    xmpp.roster[None]["a@b"].handle_available(incoming())
    xmpp.roster.reset()
    assert xmpp.roster[None].presence("a@b") == {}


def test_subscription_stanzas_are_no_status(xmpp):
    Presence(xmpp, stype="subscribe", sto="a@b").send()
    assert xmpp.roster[None].last_status is None
    assert not xmpp.sentpresence


def test_a_broken_address_does_not_stop_sending(xmpp):
    xmpp.roster.presence_sent(Presence(xmpp, sfrom="@@"))


def test_automatic_answers_are_set_for_all(xmpp):
    node = xmpp.roster["x@y"]
    assert node.auto_authorize is True
    assert node.auto_subscribe is True
    xmpp.roster.auto_authorize = None
    xmpp.roster.auto_subscribe = False
    for owner in ("x@y", "later@y"):
        assert xmpp.roster[owner].auto_authorize is None
        assert xmpp.roster[owner].auto_subscribe is False
    assert xmpp.roster.auto_authorize is None
    assert xmpp.roster.auto_subscribe is False


def test_sessions_share_nothing():
    one, two = Xmpp(), Xmpp()
    one.roster.auto_authorize = False
    one.roster[None]["a@b"]["name"] = "A"
    assert two.roster.auto_authorize is True
    assert not two.roster[None].has_jid("a@b")


def test_changing_the_storage():
    xmpp = Xmpp()
    xmpp.roster[None].add("a@b", name="A")
    db = Database()
    db.save("me@example.net", "stored@b", {**xmpp.roster[None]["a@b"].state, "name": "S"}, {})
    db.save("other@b", "x@y", xmpp.roster[None]["a@b"].state, {})
    xmpp.roster.set_backend(db)
    assert db.states["me@example.net", "a@b"]["name"] == "A"
    assert xmpp.roster[None]["stored@b"]["name"] == "S"
    assert "other@b" in list(xmpp.roster)
    xmpp.roster.set_backend(None)
    assert xmpp.roster.db is None


def test_rosters_nobody_uses_are_bounded(monkeypatch):
    monkeypatch.setattr(multi_module, "MAX_EMPTY_NODES", 10)
    xmpp = Xmpp(component=True)
    xmpp.roster["used@gw"]["a@b"]["name"] = "A"
    for number in range(100):
        _ = xmpp.roster[f"u{number}@gw"]
    assert len(xmpp.roster) == 11
    assert xmpp.roster["used@gw"].has_jid("a@b")


def test_reprs(xmpp):
    xmpp.roster[None]["a@b"]["name"] = "A"
    assert "a@b" in repr(xmpp.roster)
    assert xmpp.roster
    assert list(xmpp.roster.keys()) == ["me@example.net"]
