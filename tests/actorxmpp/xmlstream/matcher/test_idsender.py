"""MatchIDSender: who may answer for an id (RFC 6120 section 8.1.2.1)."""

from __future__ import annotations

from actorxmpp.jid import JID
from actorxmpp.xmlstream import MatcherId, MatchIDSender

from .helpers import STANZAS, build


def test_ids_and_senders():
    assert MatcherId("m1").match(build(STANZAS[0]))
    assert not MatcherId("m1").match(build(STANZAS[1]))

    def fits(sender, peer="room@muc.example/nick", own="me@example.net/r", wanted="1"):
        attribute = f"from='{sender}'" if sender is not None else ""
        stanza = build(f"<iq xmlns='NS' type='result' id='1' {attribute}/>")
        criteria = {"id": wanted, "self": JID(own), "peer": JID(peer)}
        return MatchIDSender(criteria).match(stanza)

    for sender in (
        None,
        "me@example.net",
        "example.net",
        "room@muc.example/nick",
        "room@muc.example",
        "muc.example",
    ):
        assert fits(sender)
    for sender in ("me@example.net/r", "mallory@example.net", "room@muc.example/other"):
        assert not fits(sender)
    assert not fits("room@muc.example/nick", wanted="2")
