"""XEP-0421: occupants' ids."""

# ruff: noqa: E501  stanzas are written as on the wire

from __future__ import annotations

import asyncio

from .wire import Wire, client

INFO = "http://jabber.org/protocol/disco#info"


def test_ids_are_read_and_the_room_is_asked_whether_it_gives_them() -> None:
    async def main(wire: Wire) -> None:
        wire.watch("groupchat_message")
        wire.recv(
            "<message type='groupchat' from='r@c/n'><body>b</body><occupant-id xmlns='urn:xmpp:occupant-id:0' id='o1'/></message>"
        )
        assert (await wire.happened("groupchat_message"))["occupant-id"]["id"] == "o1"
        task = asyncio.ensure_future(wire["xep_0421"].has_feature("r@c"))
        sid = await wire.expect(f"<iq type='get' to='r@c'><query xmlns='{INFO}'/></iq>")
        wire.recv(
            f"<iq type='result' id='{sid}' from='r@c'><query xmlns='{INFO}'><feature var='urn:xmpp:occupant-id:0'/></query></iq>"
        )
        assert await task is True

    client(main, ["xep_0421"])
