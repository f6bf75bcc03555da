"""XEP-0249: invitations from person to person."""

# ruff: noqa: E501  stanzas are written as on the wire

from __future__ import annotations

from .wire import Wire, client

NS = "jabber:x:conference"


def test_invitations_come_and_go() -> None:
    async def main(wire: Wire) -> None:
        wire.watch("groupchat_direct_invite")
        wire.recv(
            f"<message from='a@localhost/x'><x xmlns='{NS}' jid='r@c' password='p' reason='why'/></message>"
        )
        invite = (await wire.happened("groupchat_direct_invite"))["groupchat_invite"]
        assert (invite["jid"], invite["password"], invite["reason"]) == ("r@c", "p", "why")
        wire["xep_0249"].send_invitation("b@localhost", "r@c", reason="come")
        await wire.expect(
            f"<message to='b@localhost'><x xmlns='{NS}' jid='r@c' reason='come'/></message>"
        )

    client(main, ["xep_0249"])
