"""XEP-0297: stanzas inside others."""

# ruff: noqa: E501  stanzas are written as on the wire

from __future__ import annotations

import datetime as dt

from .wire import Wire, client

NS = "urn:xmpp:forward:0"


def test_a_forwarded_stanza_is_an_event() -> None:
    async def main(wire: Wire) -> None:
        wire.watch("forwarded_stanza")
        wire.recv(
            f"<message from='a@localhost'><forwarded xmlns='{NS}'><delay xmlns='urn:xmpp:delay' stamp='2020-01-01T00:00:00Z'/>"
            "<message xmlns='jabber:client' from='b@localhost' type='chat'><body>inner</body></message></forwarded></message>"
        )
        forwarded = (await wire.happened("forwarded_stanza"))["forwarded"]
        assert forwarded["stanza"]["body"] == "inner"
        assert forwarded["stanza"]["from"] == "b@localhost"
        assert forwarded["delay"]["stamp"].year == 2020

    client(main, ["xep_0297"])


def test_forwarding_leaves_the_original_alone() -> None:
    async def main(wire: Wire) -> None:
        original = wire.role.make_message("x@localhost", "inner", mtype="chat")
        original["id"] = "o1"
        stamp = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
        wire["xep_0297"].forward(original, "a@localhost", "look", delay=stamp)
        await wire.expect(
            f"<message to='a@localhost'><body>look</body><forwarded xmlns='{NS}'>"
            "<message xmlns='jabber:client' to='x@localhost' type='chat' id='o1'><body>inner</body></message>"
            "<delay xmlns='urn:xmpp:delay' stamp='2020-01-01T00:00:00Z'/></forwarded></message>"
        )
        assert original["body"] == "inner"

    client(main, ["xep_0297"])
