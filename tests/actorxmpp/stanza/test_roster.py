"""Roster: entries and versions in an IQ (RFC 6121 section 2)."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from actorxmpp.jid import JID
from actorxmpp.stanza import Iq, Roster


def test_rosters():
    iq = Iq(stype="set")
    iq["roster"]["items"] = {
        "a@b": {"name": "A", "subscription": "both", "groups": ["x", "y"]},
        JID("c@d"): {"subscription": "remove"},
    }
    items = iq["roster"]["items"]
    assert set(items) == {JID("a@b"), JID("c@d")}
    assert items["a@b"]["groups"] == ["x", "y"]
    assert items["c@d"]["subscription"] == "remove"
    assert "jid" not in items["a@b"]
    iq["roster"]["items"] = {}
    assert iq["roster"]["items"] == {}
    assert len(iq["roster"].xml) == 0


def test_roster_versions():
    roster = Roster()
    assert roster["ver"] is None
    roster["ver"] = ""
    assert roster["ver"] == ""
    roster.set_ver(None)
    assert roster["ver"] is None


def test_a_roster_entry_that_is_no_address(caplog):
    iq = Iq(
        xml=ET.fromstring(
            "<iq xmlns='jabber:client'><query xmlns='jabber:iq:roster'><item jid='@'/>"
            "<item jid='a@b'><group/></item></query></iq>"
        )
    )
    assert list(iq["roster"]["items"]) == ["a@b"]
    assert iq["roster"]["items"]["a@b"]["groups"] == [""]
    assert "not a JID" in caplog.text
