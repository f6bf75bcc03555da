"""XEP-0172: nicknames."""

# ruff: noqa: E501  stanzas are written as on the wire

from __future__ import annotations

from .wire import Wire, client

NS = "http://jabber.org/protocol/nick"
PUBSUB = "http://jabber.org/protocol/pubsub"


def test_nicknames_in_stanzas_and_published() -> None:
    async def main(wire: Wire) -> None:
        wire.role.send_presence(pnick="Rom", ptype="subscribe", pto="a@localhost")
        await wire.expect(
            f"<presence type='subscribe' to='a@localhost'><nick xmlns='{NS}'>Rom</nick></presence>"
        )
        wire["xep_0172"].publish_nick("Rom", callback=lambda _: None)
        publication = f"<iq type='set'><pubsub xmlns='{PUBSUB}'><publish node='{NS}'><item id='current'><nick xmlns='{NS}'>%s</nick></item></publish></pubsub></iq>"
        await wire.expect(publication % "Rom")
        wire["xep_0172"].stop(callback=lambda _: None)
        await wire.expect(publication % "")
        wire.watch("message")
        wire.recv(
            f"<message from='a@localhost'><body>b</body><nick xmlns='{NS}'>A</nick></message>"
        )
        assert (await wire.happened("message"))["nick"] == "A"

    client(main, ["xep_0172"], {"xep_0115": {"broadcast": False}})


def test_contacts_nicknames_are_events() -> None:
    async def main(wire: Wire) -> None:
        wire.watch("user_nick_publish")
        wire.recv(
            f"<message from='juliet@localhost' type='headline'><event xmlns='{PUBSUB}#event'><items node='{NS}'><item id='current'><nick xmlns='{NS}'>Jul</nick></item></items></event></message>"
        )
        message = await wire.happened("user_nick_publish")
        assert message["pubsub_event"]["items"]["item"]["nick"] == "Jul"

    client(main, ["xep_0172"])
