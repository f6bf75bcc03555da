"""XEP-0080: places."""

from __future__ import annotations

import datetime as dt

from actorxmpp.plugins.xep_0080 import NS, NUMBERS, Geoloc

from .wire import Wire, client

PUBSUB = "http://jabber.org/protocol/pubsub"
VERONA = f"<geoloc xmlns='{NS}'>{{}}</geoloc>"


def test_a_place_is_published_and_taken_back() -> None:
    async def main(wire: Wire) -> None:
        asked = wire["xep_0080"].publish_location(lat=45.44, locality="Verona", timeout=5)
        sent = await wire.sent()
        item = sent.find(f".//{{{PUBSUB}}}item")
        values = {each.tag.partition("}")[2]: each.text for each in item[0]}
        assert (item.get("id"), values) == ("current", {"lat": "45.44", "locality": "Verona"})
        asked.cancel()
        asked = wire["xep_0080"].stop()
        assert not len((await wire.sent()).find(f".//{{{PUBSUB}}}item")[0])
        asked.cancel()

    client(main, ["xep_0080"])


def test_contacts_places_are_events() -> None:
    async def main(wire: Wire) -> None:
        wire.watch("user_location_publish")
        place = VERONA.format("<lat>45.44</lat><lon>x</lon><country>Italy</country>")
        wire.recv(
            f"<message from='juliet@localhost' type='headline'><event xmlns='{PUBSUB}#event'>"
            f"<items node='{NS}'><item id='current'>{place}</item></items></event></message>"
        )
        told = await wire.happened("user_location_publish")
        found = told["pubsub_event"]["items"]["item"]["geoloc"]
        assert (found["lat"], found["lon"], found["country"]) == (45.44, None, "Italy")

    client(main, ["xep_0080"])


def test_numbers_and_times_are_written_and_read() -> None:
    place = Geoloc()
    for name in NUMBERS:
        assert place[name] is None
        place[name] = 1
        assert place[name] == 1.0
        place[name] = "-2.5"
        assert place[name] == -2.5
    assert place["timestamp"] is None
    moment = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    for given in (moment, "2020-01-01T00:00:00Z"):
        place["timestamp"] = given
        assert place["timestamp"] == moment
    place["timestamp"] = "yesterday"
    assert place["timestamp"] is None
