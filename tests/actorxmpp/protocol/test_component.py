from __future__ import annotations

import pytest

from actorxmpp.protocol.errors import Decision, Source
from actorxmpp.protocol.negotiation import ComponentNegotiation, ComponentSettings, handshake_digest
from actorxmpp.protocol.states import StreamState

from .conversation import Conversation

HEADER = (
    "<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept' "
    "xmlns:stream='http://etherx.jabber.org/streams' from='gw.example.net' id='3BF96D32'>"
)
STREAM_NS = "urn:ietf:params:xml:ns:xmpp-streams"


def component() -> Conversation:
    return Conversation(ComponentNegotiation(ComponentSettings("gw.example.net", "test")))


def test_the_digest_is_that_of_xep_0114() -> None:
    assert handshake_digest("3BF96D32", "test") == "aaee83c26aeeafcbabeabfcbcd50df997e0a2a1e"


def test_a_component_is_let_in() -> None:
    talk = component().connected().server(HEADER)
    assert "to='gw.example.net'" in talk.sent[0].decode()
    assert talk.last == f"<handshake>{handshake_digest('3BF96D32', 'test')}</handshake>"
    assert talk.negotiation.state is StreamState.HANDSHAKE
    talk.server("<handshake/>")
    assert talk.established is not None
    assert (talk.established.jid, talk.established.stream_id) == ("gw.example.net", "3BF96D32")


@pytest.mark.parametrize(
    ("condition", "decision"),
    [
        ("not-authorized", Decision.PARK),
        ("conflict", Decision.GO_SLOW),
        ("host-unknown", Decision.PARK),
        ("reset", Decision.RETRY),
    ],
)
def test_a_refusal(condition: str, decision: Decision) -> None:
    error = f"<stream:error><{condition} xmlns='{STREAM_NS}'/></stream:error>"
    talk = component().connected().server(HEADER, error)
    assert talk.failed is not None
    assert talk.condition == condition
    assert talk.failed.error.source is Source.HANDSHAKE
    assert talk.failed.error.decision is decision


def test_an_unknown_component_is_told_so_without_a_stream_id() -> None:
    error = f"<stream:error><host-unknown xmlns='{STREAM_NS}'/></stream:error>"
    talk = component().connected().server(HEADER.replace("id='3BF96D32'", ""), error)
    assert talk.failed is not None
    assert (talk.condition, talk.failed.error.decision) == ("host-unknown", Decision.PARK)
    assert b"<handshake" not in talk.all_sent


def test_the_secret_is_never_sent() -> None:
    talk = Conversation(ComponentNegotiation(ComponentSettings("gw.example.net", "opensesame")))
    talk.connected().server(HEADER, "<handshake/>")
    assert b"opensesame" not in talk.all_sent


@pytest.mark.parametrize(
    "texts",
    [
        [HEADER.replace("id='3BF96D32'", ""), "<handshake/>"],
        [HEADER, "<message/>"],
        [HEADER, "</stream:stream>"],
        [HEADER, "<handshake xmlns='urn:other'/>"],
    ],
    ids=["no id", "a stanza too early", "closed", "another handshake"],
)
def test_a_server_that_does_something_else(texts: list[str]) -> None:
    talk = component().connected().server(*texts)
    assert talk.failed is not None
    assert talk.failed.error.decision is Decision.RETRY
    assert talk.negotiation.state is StreamState.FAILED
