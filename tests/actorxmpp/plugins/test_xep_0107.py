"""XEP-0107: moods."""

from __future__ import annotations

import pytest

from actorxmpp.plugins.xep_0107 import MOODS, NS, UserMood

from .wire import Wire, client

PUBSUB = "http://jabber.org/protocol/pubsub"
HAPPY = f"<mood xmlns='{NS}'><happy/><text>spring</text></mood>"


def published(content: str) -> str:
    return (
        f"<iq type='set' id='*'><pubsub xmlns='{PUBSUB}'><publish node='{NS}'>"
        f"<item id='current'>{content}</item></publish></pubsub></iq>"
    )


def test_a_mood_is_published_and_taken_back() -> None:
    async def main(wire: Wire) -> None:
        asked = wire["xep_0107"].publish_mood("happy", "spring")
        await wire.expect(published(HAPPY))
        asked.cancel()
        asked = wire["xep_0107"].stop()
        await wire.expect(published(f"<mood xmlns='{NS}'/>"))
        asked.cancel()
        with pytest.raises(ValueError, match="'blue' is no mood"):
            wire["xep_0107"].publish_mood("blue")

    client(main, ["xep_0107"])


def test_contacts_moods_are_events_and_messages_have_them() -> None:
    async def main(wire: Wire) -> None:
        wire.watch("user_mood_publish", "message")
        wire.recv(
            f"<message from='juliet@localhost' type='headline'><event xmlns='{PUBSUB}#event'>"
            f"<items node='{NS}'><item id='current'>{HAPPY}</item></items></event></message>"
        )
        told = await wire.happened("user_mood_publish")
        mood = told["pubsub_event"]["items"]["item"]["mood"]
        assert (mood["value"], mood["text"]) == ("happy", "spring")
        wire.recv(f"<message from='juliet@localhost'><body>b</body>{HAPPY}</message>")
        assert (await wire.happened("message"))["mood"]["value"] == "happy"

    client(main, ["xep_0107"])


def test_a_mood_is_replaced_and_removed() -> None:
    mood = UserMood()
    assert mood["value"] == ""
    mood["text"] = "t"
    for value in ("sad", "in_love"):
        mood["value"] = value
        assert mood["value"] == value
    assert len(mood.xml) == 2
    del mood["value"]
    assert mood["value"] == ""
    assert len(MOODS) == 84
