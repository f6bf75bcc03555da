"""XEP-0292: cards of the fourth version."""

# ruff: noqa: E501  stanzas are written as on the wire

from __future__ import annotations

import datetime as dt

import pytest

from actorxmpp.exceptions import IqError
from actorxmpp.plugins.xep_0292 import VCard4
from actorxmpp.plugins.xep_0292.stanza import NS
from actorxmpp.plugins.xep_0292.vcard4 import NODE

from .wire import Wire, client, until

PUBSUB = "http://jabber.org/protocol/pubsub"
CARD = f"<vcard xmlns='{NS}'><fn><text>Romeo Montague</text></fn>{{}}<impp><uri>xmpp:romeo@localhost</uri></impp>{{}}</vcard>"


def test_a_card_is_published() -> None:
    async def main(wire: Wire) -> None:
        plugin = wire["xep_0292"]
        asked = plugin.publish_vcard(
            "Romeo Montague",
            "Romeo",
            "Montague",
            dt.date(1580, 3, 1),
            nickname="Rom",
            phone="+39",
            email="r@example.org",
            locality="Verona",
        )
        before = "<n><given>Romeo</given><surname>Montague</surname></n><bday><date>1580-03-01</date></bday>"
        after = "<nickname><text>Rom</text></nickname><email><text>r@example.org</text></email><tel><uri>tel:+39</uri></tel><adr><locality>Verona</locality></adr>"
        await wire.expect(
            f"<iq type='set' id='*'><pubsub xmlns='{PUBSUB}'><publish node='{NODE}'><item id='current'>{CARD.format(before, after)}</item></publish></pubsub></iq>"
        )
        asked.cancel()
        asked = plugin.stop()
        sent = await wire.sent()
        assert sent.find(f".//{{{PUBSUB}}}publish").get("node") == NODE
        asked.cancel()

    client(main, ["xep_0292"])


def test_a_card_is_fetched_wherever_it_was_published() -> None:
    async def main(wire: Wire) -> None:
        task = wire.role.loop.create_task(wire["xep_0292"].retrieve_vcard("juliet@localhost"))
        for node, answer in ((NODE, "item-not-found"), (NS, "")):
            number = await wire.expect(
                f"<iq to='juliet@localhost' type='get' id='*'><pubsub xmlns='{PUBSUB}'><items node='{node}' max_items='1'/></pubsub></iq>"
            )
            if answer:
                wire.recv(refusal(number, answer))
        items = f"<items node='{NS}'><item id='current'>{CARD.format('', '')}</item></items>"
        wire.recv(
            f"<iq from='juliet@localhost' type='result' id='{number}'><pubsub xmlns='{PUBSUB}'>{items}</pubsub></iq>"
        )
        card = (await task)["pubsub"]["items"]["item"]["vcard"]
        assert card["full_name"] == "Romeo Montague"
        task = wire.role.loop.create_task(wire["xep_0292"].retrieve_vcard("juliet@localhost"))
        wire.recv(refusal((await wire.sent()).get("id"), "forbidden"))
        with pytest.raises(IqError, match="forbidden"):
            await task

    client(main, ["xep_0292"])


def refusal(number: str, condition: str) -> str:
    return f"<iq from='juliet@localhost' type='error' id='{number}'><error type='cancel'><{condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"


@pytest.mark.parametrize("node", [NODE, NS])
def test_contacts_cards_are_events(node: str) -> None:
    async def main(wire: Wire) -> None:
        wire.watch("vcard4_publish")
        wire.recv(
            f"<message from='juliet@localhost' type='headline'><event xmlns='{PUBSUB}#event'><items node='{node}'><item id='current'>{CARD.format('', '')}</item></items></event></message>"
        )
        told = await wire.happened("vcard4_publish")
        assert told["pubsub_event"]["items"]["item"]["vcard"]["full_name"] == "Romeo Montague"
        wire.role.plugin.disable("xep_0292")
        await until(lambda: wire["xep_0060"].node_event_map == {})
        info = await wire["xep_0030"].get_info(local=True)
        assert not [each for each in info["features"] if "vcard" in each]

    client(main, ["xep_0292"])


def test_properties_are_set_and_read() -> None:
    card = VCard4()
    assert (card["birthday"], card["given"]) == (None, "")
    card["birthday"] = "--04-01"
    assert card["birthday"] is None
    card["birthday"] = dt.date(1980, 1, 2)
    assert card["birthday"] == dt.date(1980, 1, 2)
    card["given"], card["surname"], card["full_name"] = "A", "B", "A B"
    assert (card["given"], card["surname"], card["full_name"]) == ("A", "B", "A B")
    card.add_note("n")
    card.add_url("https://example.org")
    card.add_tel("+1", "work")
    assert card["tel"]["parameters"]["type_"]["text"] == "work"
    assert card["url"]["uri"] == "https://example.org"
