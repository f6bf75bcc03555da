"""XEP-0425: moderators take messages out."""

from __future__ import annotations

import pytest

from actorxmpp.exceptions import IqError
from actorxmpp.plugins.xep_0425 import NS

from .wire import Wire, client

ROOM = "room@c.localhost"
NS_RETRACT = "urn:xmpp:message-retract:1"


def test_a_message_is_taken_out() -> None:
    async def main(wire: Wire) -> None:
        task = wire.role.loop.create_task(wire["xep_0425"].moderate(ROOM, "m1", "rude"))
        number = await wire.expect(
            f"<iq to='{ROOM}' type='set' id='*'><moderate xmlns='{NS}' id='m1'>"
            f"<retract xmlns='{NS_RETRACT}'/><reason>rude</reason></moderate></iq>"
        )
        wire.recv(
            f"<iq from='{ROOM}' type='error' id='{number}'><error type='auth'>"
            "<forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"
        )
        with pytest.raises(IqError, match="forbidden"):
            await task

    client(main, ["xep_0425"])


def told(sender: str, kind: str = "groupchat") -> str:
    return (
        f"<message from='{sender}' type='{kind}'><retract xmlns='{NS_RETRACT}' id='m1'>"
        f"<moderated xmlns='{NS}' by='{ROOM}/mod'>"
        "<occupant-id xmlns='urn:xmpp:occupant-id:0' id='o1'/></moderated>"
        "<reason>rude</reason></retract></message>"
    )


def test_what_the_room_says_is_an_event_and_nobody_else() -> None:
    async def main(wire: Wire) -> None:
        wire.watch("moderated_message")
        wire.recv(told(f"{ROOM}/mallory"))
        wire.recv(told(ROOM, "chat"))
        wire.recv(told(ROOM))
        retract = (await wire.happened("moderated_message"))["retract"]
        assert (retract["id"], retract["reason"]) == ("m1", "rude")
        assert retract["moderated"]["by"] == f"{ROOM}/mod"
        assert retract["moderated"]["occupant-id"]["id"] == "o1"
        assert not wire.events

    client(main, ["xep_0425"])
