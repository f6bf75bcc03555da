"""A stream may be cut anywhere: a login and an established stream, whole, by bytes, in two."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from xml.etree.ElementTree import Element, tostring

import pytest

from actorxmpp.protocol import streamevents as e
from actorxmpp.protocol.actions import DeriveKeys
from actorxmpp.protocol.negotiation import ClientNegotiation, ClientSettings
from actorxmpp.protocol.sasl.keycache import KeyCache
from actorxmpp.protocol.sasl.scram import ServerScram, derive_keys
from actorxmpp.protocol.states import Phase
from actorxmpp.protocol.streammanagement import SmOptions

from .conversation import (
    BIND,
    BOUND,
    DOMAIN,
    PASSWORD,
    PROCEED,
    SM,
    STARTTLS,
    Tls,
    features,
    hash_of,
    header,
    keys,
    mechanisms,
    sasl,
)
from .streams import Owner, ack

Cut = Callable[[bytes], Iterable[bytes]]


def whole(data: bytes) -> list[bytes]:
    return [data]


def one_by_one(data: bytes) -> Iterator[bytes]:
    return (data[at : at + 1] for at in range(len(data)))


def cut_at(position: int) -> Cut:
    return lambda data: [part for part in (data[:position], data[position:]) if part]


class Login(Owner):
    """A stream on which a client logs in; what the server says comes in pieces.

    Args:
        cut: how it is cut.
        mechanism: the SASL mechanism the server offers.
    """

    def __init__(self, cut: Cut, mechanism: str = "PLAIN") -> None:
        super().__init__(sm=SmOptions(enabled=True))
        self.cut = cut
        self.mechanism = mechanism
        self.longest = 0
        settings = ClientSettings(DOMAIN, "romeo", PASSWORD, "orchard")
        negotiation = ClientNegotiation(settings, keys=KeyCache(), nonce=lambda: "fixed")
        self.wires.append(self.wire)
        self.do(self.stream.connected(1, negotiation, None, self.wire.all_left))

    def do(self, events: Iterable[Any]) -> list[Any]:
        found = super().do(events)
        for event in found:
            if isinstance(event, e.StartTls):
                self.do(self.stream.tls_established(Tls()))
            elif isinstance(event, DeriveKeys):
                self.do(self.stream.keys_derived(derive_keys(event)))
        return found

    def server(self, *texts: str) -> None:
        data = "".join(texts).encode()
        self.longest = max(self.longest, len(data))
        for part in self.cut(data):
            self.receive(part)

    def last_message(self) -> bytes:
        match = re.search(rb">([^<]*)</(?:auth|response)>$", self.wire.written)
        assert match is not None, self.wire.written[-200:]
        return b64decode(match[1])

    def run(self) -> Login:
        """From the first header to the first stanza."""
        self.server(header(), features(STARTTLS))
        self.server(PROCEED)
        self.server(header(id="s2"), features(mechanisms(self.mechanism)))
        if self.mechanism == "PLAIN":
            self.server(sasl("success"))
        else:
            scram = ServerScram(hash_of(self.mechanism), lambda _name: keys(self.mechanism))
            self.server(sasl("challenge", scram.first(self.last_message())))
            self.server(sasl("success", scram.final(self.last_message())))
        self.server(header(id="s3"), features(BIND, SM))
        self.server(BOUND, "<message id='early'/>")
        return self


def told(events: Iterable[Any]) -> list[Any]:
    """Events as values that can be compared."""
    return [tostring(event) if isinstance(event, Element) else shown(event) for event in events]


def shown(event: Any) -> str:
    """An event with elements as text; what differs from login to login is left out."""
    if isinstance(event, DeriveKeys):
        return "DeriveKeys"
    if isinstance(event, e.RaiseEvent):
        return f"{event.name} {type(event.data).__name__}"
    if isinstance(event, e.Nonza):
        return f"Nonza {tostring(event.element)!r}"
    return repr(event)


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-1", "SCRAM-SHA-256"])
def test_a_login_may_come_byte_by_byte(mechanism: str) -> None:
    expected = Login(whole, mechanism).run()
    assert expected.stream.is_open
    assert "StreamEstablished" in expected.kinds()
    login = Login(one_by_one, mechanism).run()
    assert told(login.events) == told(expected.events)
    if mechanism == "PLAIN":
        assert login.wire.written == expected.wire.written


def test_a_login_may_be_cut_anywhere() -> None:
    expected = Login(whole).run()
    events = told(expected.events)
    for position in range(1, expected.longest):
        login = Login(cut_at(position)).run()
        assert login.wire.written == expected.wire.written, position
        assert told(login.events) == events, position


ESTABLISHED = (
    b"<message from='juliet@example.net'><body>a &lt; b \xe2\x98\x83</body></message>"
    b" \n<iq type='get' id='1'><query xmlns='jabber:iq:version'/></iq>"
    b"<r xmlns='urn:xmpp:sm:3'/><presence/>"
    b"<x xmlns='urn:example'/><message><body>last</body></message>"
)
ENDINGS = {
    "closed": b"</stream:stream>",
    "error": b"<stream:error><reset xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>"
    b"</stream:stream>",
    "broken": b"<message></presence>",
    "none": b"",
}


def after(managed: bool, parts: Iterable[bytes]) -> Owner:
    owner = Owner(sm=SmOptions(enabled=True) if managed else None)
    if managed:
        owner.managed()
    else:
        owner.online()
    for _ in range(2):
        owner.send()
    owner.left()
    owner.events.clear()
    for part in parts:
        owner.receive(part)
    return owner


@pytest.mark.parametrize("managed", [True, False], ids=["managed", "plain"])
@pytest.mark.parametrize("ending", ENDINGS)
def test_an_established_stream_may_be_cut_anywhere(ending: str, managed: bool) -> None:
    data = ESTABLISHED + (ack(2) if managed else b"") + ENDINGS[ending]
    expected = after(managed, [data])
    events, phase = told(expected.events), expected.stream.phase
    assert phase is (Phase.OPEN if ending == "none" else Phase.DOWN)
    assert events.count(told(expected.finished())[0] if ending != "none" else "") == (
        ending != "none"
    )
    for cut in (one_by_one, *(cut_at(position) for position in range(1, len(data)))):
        owner = after(managed, cut(data))
        assert told(owner.events) == events
        assert owner.stream.phase is phase
        assert owner.wire.written == expected.wire.written


def test_a_managed_stream_says_what_it_was_asked() -> None:
    owner = after(True, [ESTABLISHED + ack(2)])
    assert owner.kinds().count("AckRequested") == 1
    assert owner.outcomes == {0: [e.Outcome.ACKED], 1: [e.Outcome.ACKED]}
