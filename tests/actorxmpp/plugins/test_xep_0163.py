"""XEP-0163: personal eventing."""

from __future__ import annotations

from typing import ClassVar

import pytest

from actorxmpp.xmlstream import ElementBase

from .wire import Wire, client, component, show

PUBSUB = "http://jabber.org/protocol/pubsub"


class Weather(ElementBase):
    """What is published in these tests."""

    name = "weather"
    namespace = "urn:example:weather"
    plugin_attrib = "weather"
    interfaces: ClassVar[set[str]] = {"now"}


NS = Weather.namespace


def rain() -> Weather:
    weather = Weather()
    weather["now"] = "rain"
    return weather


def test_it_is_published_at_the_own_account() -> None:
    async def main(wire: Wire) -> None:
        asked = wire["xep_0163"].publish(rain())
        number = await wire.expect(
            f"<iq type='set' id='*'><pubsub xmlns='{PUBSUB}'><publish node='{NS}'>"
            f"<item id='current'><weather xmlns='{NS}' now='rain'/></item></publish></pubsub></iq>"
        )
        wire.recv(f"<iq type='result' id='{number}'/>")
        await asked

    client(main, ["xep_0163"])


def test_a_node_an_id_and_options_may_be_given() -> None:
    async def main(wire: Wire) -> None:
        options = {"pubsub#access_model": "open"}
        asked = wire["xep_0163"].publish(rain(), "node", "id", options)
        await wire.expect(
            f"<iq type='set' id='*'><pubsub xmlns='{PUBSUB}'><publish node='node'>"
            f"<item id='id'><weather xmlns='{NS}' now='rain'/></item></publish>"
            "<publish-options><x xmlns='jabber:x:data' type='submit'>"
            f"<field var='FORM_TYPE' type='hidden'><value>{PUBSUB}#publish-options</value></field>"
            "<field var='pubsub#access_model'><value>open</value></field></x></publish-options>"
            "</pubsub></iq>"
        )
        asked.cancel()

    client(main, ["xep_0163"])


def test_a_component_publishes_for_one_of_its_addresses() -> None:
    async def main(wire: Wire) -> None:
        asked = wire["xep_0163"].publish(rain(), ifrom="user@gw.localhost")
        sent = await wire.sent()
        assert (sent.get("from"), sent.get("to")) == ("user@gw.localhost", "user@gw.localhost")
        asked.cancel()

    component(main, ["xep_0163"])


def test_what_contacts_publish_is_an_event_with_its_own_name() -> None:
    async def main(wire: Wire) -> None:
        wire["xep_0163"].register_pep("weather", Weather)
        info = await wire["xep_0030"].get_info(local=True)
        assert {NS, f"{NS}+notify"} <= set(info["features"])
        wire.watch("weather_publish")
        wire.recv(
            "<message from='juliet@localhost' type='headline'>"
            f"<event xmlns='{PUBSUB}#event'><items node='{NS}'><item id='current'>"
            f"<weather xmlns='{NS}' now='sun'/></item></items></event></message>"
        )
        message = await wire.happened("weather_publish")
        assert message["pubsub_event"]["items"]["item"]["weather"]["now"] == "sun"

    client(main, ["xep_0163"])


def test_interest_is_told_once_there_was_a_presence() -> None:
    async def main(wire: Wire) -> None:
        plugin = wire["xep_0163"]
        plugin.add_interest("urn:example:one")
        await wire.quiet()
        wire.role.send_presence()
        before = show(await wire.sent())
        plugin.add_interest(["urn:example:two", "urn:example:three"])
        after = show(await wire.sent())
        assert "caps" in before
        assert before != after
        plugin.remove_interest(["urn:example:two", "urn:example:three"])
        assert show(await wire.sent()) == before

    client(main, ["xep_0163"])


@pytest.mark.parametrize("wanted", ["urn:example:one", ["urn:example:one"]])
def test_interest_ends(wanted: str | list[str]) -> None:
    async def main(wire: Wire) -> None:
        wire["xep_0163"].add_interest(wanted)
        wire["xep_0163"].remove_interest(wanted)
        info = await wire["xep_0030"].get_info(local=True)
        assert "urn:example:one+notify" not in info["features"]

    client(main, ["xep_0163"])


def test_a_class_that_is_no_longer_wanted_leaves_nothing() -> None:
    async def main(wire: Wire) -> None:
        wire["xep_0163"].register_pep("weather", Weather)
        wire["xep_0163"].register_pep("weather", Weather)
        wire["xep_0163"].unregister_pep(Weather)
        info = await wire["xep_0030"].get_info(local=True)
        assert not [feature for feature in info["features"] if feature.startswith(NS)]
        assert wire["xep_0060"].node_event_map == {}

    client(main, ["xep_0163"])
