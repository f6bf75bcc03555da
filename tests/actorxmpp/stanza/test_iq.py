"""Iq: ids, queries, payload, replies (RFC 6120 section 8.2.3)."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from actorxmpp.exceptions import NotConnectedError
from actorxmpp.stanza import Iq

from .helpers import STANZAS, received


def test_iqs_have_ids(stream):
    assert Iq(stream)["id"] == "id1"
    assert Iq()["id"] == "0"
    assert Iq(stream, sid="x")["id"] == "x"


def test_queries(stream):
    iq = Iq(stream, stype="get")
    iq["query"] = "jabber:iq:version"
    iq["query"] = "jabber:iq:version"
    assert iq["query"] == "jabber:iq:version"
    assert len(iq.xml) == 1
    iq["query"] = "urn:other"
    assert iq["query"] == "urn:other"
    assert len(iq.xml) == 1
    iq["query"] = "jabber:iq:roster"
    assert "roster" in iq
    del iq["query"]
    assert iq["query"] == ""


def test_iq_payload(stream):
    iq = Iq(stream)
    iq.set_payload(ET.Element("{urn:x}a"))
    iq.set_payload([ET.Element("{urn:x}b"), ET.Element("{urn:x}c")])
    assert [child.tag for child in iq.get_payload()] == ["{urn:x}b", "{urn:x}c"]
    iq.del_payload()
    assert iq.get_payload() == []


def test_iq_values_set_the_query_last():
    iq = Iq()
    iq.values = {"type": "set", "query": "jabber:iq:roster", "roster": {"ver": "1"}}
    assert len(iq.xml) == 1
    assert iq["roster"]["ver"] == "1"


def test_iq_reply(stream):
    iq = received(
        stream, "<iq xmlns='NS' type='get' id='7' from='a@b/c' to='gw'><q xmlns='u:x'/></iq>"
    )
    reply = iq.reply()
    assert (reply["type"], reply["id"], reply["to"]) == ("result", "7", "a@b/c")
    assert len(reply.xml) == 0
    assert len(iq.reply(clear=False).xml) == 1


def test_sending_an_iq(stream):
    iq = Iq(stream, stype="get")
    assert iq.send(print, 5, repr) == "awaitable"
    assert stream.requests == [(iq, print, 5, repr)]
    with pytest.raises(TypeError, match="seconds"):
        iq.send(timeout="5")
    with pytest.raises(NotConnectedError):
        Iq().send()


@pytest.mark.parametrize(
    ("kind", "answered"), [("get", 1), ("set", 1), ("result", 0), ("error", 0)]
)
def test_unhandled_requests_are_answered(stream, kind, answered):
    iq = received(stream, f"<iq xmlns='NS' type='{kind}' id='7' from='a@b/c' to='gw'/>")
    iq.unhandled()
    assert len(stream.sent) == answered
    if answered:
        assert f'<feature-not-implemented xmlns="{STANZAS}"/>' in stream.sent[0]
        assert 'id="7"' in stream.sent[0]
        assert 'type="error"' in stream.sent[0]
