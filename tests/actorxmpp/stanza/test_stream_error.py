"""StreamError: conditions and the host to connect to instead (RFC 6120 section 4.9)."""

from __future__ import annotations

from actorxmpp.stanza import StreamError
from actorxmpp.xmlstream.serialize import to_bytes

from .helpers import Stream, received


def test_stream_errors():
    stream = Stream()
    error = received(
        stream,
        "<error xmlns='http://etherx.jabber.org/streams'>"
        "<see-other-host xmlns='urn:ietf:params:xml:ns:xmpp-streams'>h:1</see-other-host>"
        "<text xmlns='urn:ietf:params:xml:ns:xmpp-streams'>t</text></error>",
    )
    assert isinstance(error, StreamError)
    assert (error["condition"], error["see_other_host"], error["text"]) == (
        "see-other-host",
        "h:1",
        "t",
    )
    new = StreamError(stream)
    new["condition"] = "conflict"
    assert to_bytes(new) == (
        b'<stream:error><conflict xmlns="urn:ietf:params:xml:ns:xmpp-streams"/></stream:error>'
    )
    new["see_other_host"] = "h"
    del new["see_other_host"]
    assert new["condition"] == ""
