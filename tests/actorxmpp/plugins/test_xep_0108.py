"""XEP-0108: activities."""

from __future__ import annotations

import pytest

from actorxmpp.plugins.xep_0108 import GENERAL, NS, SPECIFIC, UserActivity

from .wire import Wire, client

PUBSUB = "http://jabber.org/protocol/pubsub"
READING = f"<activity xmlns='{NS}'><relaxing><reading/></relaxing><text>Hamlet</text></activity>"


def published(content: str) -> str:
    return (
        f"<iq type='set' id='*'><pubsub xmlns='{PUBSUB}'><publish node='{NS}'>"
        f"<item id='current'>{content}</item></publish></pubsub></iq>"
    )


def test_an_activity_is_published_and_taken_back() -> None:
    async def main(wire: Wire) -> None:
        asked = wire["xep_0108"].publish_activity("relaxing", "reading", "Hamlet")
        await wire.expect(published(READING))
        asked.cancel()
        asked = wire["xep_0108"].stop()
        await wire.expect(published(f"<activity xmlns='{NS}'/>"))
        asked.cancel()

    client(main, ["xep_0108"])


def test_contacts_activities_are_events() -> None:
    async def main(wire: Wire) -> None:
        wire.watch("user_activity_publish")
        wire.recv(
            f"<message from='juliet@localhost' type='headline'><event xmlns='{PUBSUB}#event'>"
            f"<items node='{NS}'><item id='current'>{READING}</item></items></event></message>"
        )
        told = await wire.happened("user_activity_publish")
        activity = told["pubsub_event"]["items"]["item"]["activity"]
        assert (activity["value"], activity["text"]) == (("relaxing", "reading"), "Hamlet")

    client(main, ["xep_0108"])


@pytest.mark.parametrize("wrong", ["juggling", ("juggling", "reading"), ("relaxing", "juggling")])
def test_what_is_no_activity_is_refused(wrong: object) -> None:
    with pytest.raises(ValueError, match="'juggling' is no"):
        UserActivity()["value"] = wrong


def test_an_activity_is_replaced_and_removed() -> None:
    activity = UserActivity()
    assert activity["value"] == (None, None)
    activity["value"] = ("working", "coding")
    activity["value"] = "working"
    assert activity["value"] == ("working", None)
    del activity["value"]
    assert activity["value"] == (None, None)
    assert (len(GENERAL), len(SPECIFIC)) == (12, 67)
