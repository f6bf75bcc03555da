"""XEP-0280: copies of messages."""

# ruff: noqa: E501  stanzas are written as on the wire

from __future__ import annotations

import pytest

from .wire import Wire, client, until

NS = "urn:xmpp:carbons:2"


def carbon(kind: str, sender: str) -> str:
    return (
        f"<message from='{sender}' to='romeo@localhost/orchard'><{kind} xmlns='{NS}'><forwarded xmlns='urn:xmpp:forward:0'>"
        "<message xmlns='jabber:client' from='juliet@localhost/b' to='romeo@localhost/other' type='chat'>"
        f"<body>{sender}</body></message></forwarded></{kind}></message>"
    )


@pytest.mark.parametrize("kind", ["sent", "received"])
def test_copies_come_and_forged_ones_do_not(kind: str) -> None:
    async def main(wire: Wire) -> None:
        wire.watch(f"carbon_{kind}")
        for forged in ("mallory@localhost", "romeo@localhost/x", "localhost"):
            wire.recv(carbon(kind, forged))
        wire.recv(carbon(kind, "romeo@localhost"))
        message = await wire.happened(f"carbon_{kind}")
        assert message[f"carbon_{kind}"]["body"] == "romeo@localhost"
        assert not wire.events

    client(main, ["xep_0280"])


def test_enabling_disabling_and_enabling_again_after_a_new_session() -> None:
    async def main(wire: Wire) -> None:
        wire["xep_0280"].enable(callback=lambda _: None)
        await wire.expect(f"<iq type='set'><enable xmlns='{NS}'/></iq>")
        wire.server.cut()
        await until(lambda: not wire.role.sessionstarted)
        await wire.expect(f"<iq type='set'><enable xmlns='{NS}'/></iq>")
        wire["xep_0280"].disable(callback=lambda _: None)
        await wire.expect(f"<iq type='set'><disable xmlns='{NS}'/></iq>")
        wire.server.cut()
        await until(lambda: not wire.role.sessionstarted)
        await until(lambda: wire.role.sessionstarted)
        await wire.quiet()

    client(main, ["xep_0280"])
