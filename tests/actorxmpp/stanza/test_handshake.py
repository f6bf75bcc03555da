"""Handshake: the digest of a component, which is not shown (XEP-0114)."""

from __future__ import annotations

from actorxmpp.stanza import Handshake
from actorxmpp.xmlstream.serialize import to_bytes

from .helpers import Stream


def test_handshake():
    stream = Stream(component=True)
    handshake = Handshake(stream)
    assert handshake["value"] is None
    handshake["value"] = "digest"
    assert to_bytes(handshake, stream.default_ns) == b"<handshake>digest</handshake>"
    assert "digest" not in repr(handshake)
    del handshake["value"]
    assert handshake["value"] == ""
