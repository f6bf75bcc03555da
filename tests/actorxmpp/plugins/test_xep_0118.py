"""XEP-0118: tunes."""

from __future__ import annotations

from actorxmpp.plugins.xep_0118 import NS

from .wire import Wire, client

PUBSUB = "http://jabber.org/protocol/pubsub"
TUNE = (
    f"<tune xmlns='{NS}'><artist>Yes</artist><length>686</length><rating>8</rating>"
    "<title>Heart of the Sunrise</title></tune>"
)


def published(content: str) -> str:
    return (
        f"<iq type='set' id='*'><pubsub xmlns='{PUBSUB}'><publish node='{NS}'>"
        f"<item id='current'>{content}</item></publish></pubsub></iq>"
    )


def test_a_tune_is_published_and_taken_back() -> None:
    async def main(wire: Wire) -> None:
        asked = wire["xep_0118"].publish_tune(
            artist="Yes", length=686, rating=8, title="Heart of the Sunrise"
        )
        await wire.expect(published(TUNE))
        asked.cancel()
        asked = wire["xep_0118"].stop()
        await wire.expect(published(f"<tune xmlns='{NS}'/>"))
        asked.cancel()

    client(main, ["xep_0118"])


def test_contacts_tunes_are_events() -> None:
    async def main(wire: Wire) -> None:
        wire.watch("user_tune_publish")
        wire.recv(
            f"<message from='juliet@localhost' type='headline'><event xmlns='{PUBSUB}#event'>"
            f"<items node='{NS}'><item id='current'>{TUNE}</item></items></event></message>"
        )
        tune = (await wire.happened("user_tune_publish"))["pubsub_event"]["items"]["item"]["tune"]
        assert (tune["artist"], tune["length"], tune["uri"]) == ("Yes", "686", "")

    client(main, ["xep_0118"])
