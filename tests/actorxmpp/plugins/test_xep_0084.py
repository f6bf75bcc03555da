"""XEP-0084: pictures."""

# ruff: noqa: E501  stanzas are written as on the wire

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

import pytest

from actorxmpp.plugins.xep_0084 import Data, Info, MetaData
from actorxmpp.plugins.xep_0084.stanza import NS, NS_METADATA

from .wire import Wire, client, until

PUBSUB = "http://jabber.org/protocol/pubsub"
ID = "a9993e364706816aba3e25717850c26c9cd0d89d"


def published(node: str, item: str, content: str) -> str:
    return f"<iq type='set' id='*'><pubsub xmlns='{PUBSUB}'><publish node='{node}'><item id='{item}'>{content}</item></publish></pubsub></iq>"


def metadata(content: str) -> str:
    return f"<metadata xmlns='{NS_METADATA}'>{content}</metadata>"


def test_a_picture_is_published_under_its_hash() -> None:
    async def main(wire: Wire) -> None:
        asked = wire["xep_0084"].publish_avatar(b"abc")
        await wire.expect(published(NS, ID, f"<data xmlns='{NS}'>YWJj</data>"))
        assert wire["xep_0084"].generate_id(b"abc") == ID
        asked.cancel()

    client(main, ["xep_0084"])


@pytest.mark.parametrize(
    ("items", "item", "content"),
    [
        (
            {"id": "1", "type": "image/png", "bytes": 3},
            *("1", "<info id='1' type='image/png' bytes='3'/>"),
        ),
        (
            [
                {"id": "2", "type": "image/gif", "bytes": 4, "url": "https://e.org/a"},
                {"id": "1", "type": "image/png", "bytes": 3, "height": 64, "width": 48},
            ],
            "1",
            "<info id='2' type='image/gif' bytes='4' url='https://e.org/a'/><info id='1' type='image/png' bytes='3' height='64' width='48'/>",
        ),
        (
            [{"id": "2", "type": "image/gif", "bytes": 4, "url": "https://e.org/a"}],
            *("2", "<info id='2' type='image/gif' bytes='4' url='https://e.org/a'/>"),
        ),
        (None, "current", ""),
    ],
)
def test_what_is_said_of_it_has_the_id_of_the_picture_that_is_here(
    items: Any, item: str, content: str
) -> None:
    async def main(wire: Wire) -> None:
        asked = wire["xep_0084"].publish_avatar_metadata(items)
        await wire.expect(published(NS_METADATA, item, metadata(content)))
        asked.cancel()

    client(main, ["xep_0084"])


def test_pointers_are_said_and_nothing_at_all() -> None:
    async def main(wire: Wire) -> None:
        game = ET.fromstring("<game xmlns='urn:example:game'/>")
        asked = wire["xep_0084"].publish_avatar_metadata(pointers=[game])
        pointer = "<pointer><game xmlns='urn:example:game'/></pointer>"
        await wire.expect(published(NS_METADATA, "current", metadata(pointer)))
        asked.cancel()
        asked = wire["xep_0084"].stop()
        await wire.expect(published(NS_METADATA, "current", metadata("")))
        asked.cancel()

    client(main, ["xep_0084"])


def test_a_contacts_picture_is_heard_of_and_fetched() -> None:
    async def main(wire: Wire) -> None:
        wire.watch("avatar_metadata_publish")
        said = metadata(f"<info id='{ID}' type='image/png' bytes='3' height='x'/>")
        wire.recv(
            f"<message from='juliet@localhost' type='headline'><event xmlns='{PUBSUB}#event'><items node='{NS_METADATA}'><item id='{ID}'>{said}</item></items></event></message>"
        )
        message = await wire.happened("avatar_metadata_publish")
        (info,) = message["pubsub_event"]["items"]["item"]["avatar_metadata"]["items"]
        assert (info["bytes"], info["height"], info["width"]) == (3, 0, 0)
        asked = wire["xep_0084"].retrieve_avatar(message["from"], info["id"])
        request = f"<items node='{NS}'><item id='{ID}'/></items>"
        number = await wire.expect(
            f"<iq to='juliet@localhost' type='get' id='*'><pubsub xmlns='{PUBSUB}'>{request}</pubsub></iq>"
        )
        answer = request.replace("<item id", f"<item xmlns='{PUBSUB}' id").replace(
            "/></items>", f"><data xmlns='{NS}'>YWJj</data></item></items>"
        )
        wire.recv(
            f"<iq from='juliet@localhost' type='result' id='{number}'><pubsub xmlns='{PUBSUB}'>{answer}</pubsub></iq>"
        )
        assert (await asked)["pubsub"]["items"]["item"]["avatar_data"]["value"] == b"abc"

    client(main, ["xep_0084"])


def test_interest_ends_with_the_plugin() -> None:
    async def main(wire: Wire) -> None:
        info = await wire["xep_0030"].get_info(local=True)
        assert f"{NS_METADATA}+notify" in info["features"]
        wire.role.plugin.disable("xep_0084")
        await until(lambda: wire["xep_0060"].node_event_map == {})
        info = await wire["xep_0030"].get_info(local=True)
        assert not [each for each in info["features"] if each.startswith(NS_METADATA)]

    client(main, ["xep_0084"])


def test_a_picture_that_can_not_be_read_is_empty() -> None:
    data = Data()
    assert data["value"] == b""
    data.xml.text = "a"
    assert data["value"] == b""
    data["value"] = b"abc"
    del data["value"]
    assert data["value"] == b""
    info = Info()
    info["bytes"] = "12"
    assert info["bytes"] == 12
    assert MetaData()["pointers"] == []
