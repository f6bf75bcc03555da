"""XEP-0490: what was read, on all clients."""

from __future__ import annotations

from actorxmpp.plugins.xep_0490 import NS

from .wire import Wire, client

PUBSUB = "http://jabber.org/protocol/pubsub"
READ = f"<displayed xmlns='{NS}'><stanza-id xmlns='urn:xmpp:sid:0' id='m1' by='romeo@localhost'/></displayed>"  # noqa: E501


def test_a_chat_was_read() -> None:
    async def main(wire: Wire) -> None:
        asked = wire["xep_0490"].flag_chat("juliet@localhost", "m1", by="romeo@localhost")
        sent = await wire.sent()
        item = sent.find(f".//{{{PUBSUB}}}item")
        assert item.get("id") == "juliet@localhost"
        assert item.find(f"{{{NS}}}displayed/{{urn:xmpp:sid:0}}stanza-id").attrib == {
            "id": "m1",
            "by": "romeo@localhost",
        }
        options = {field.get("var"): field[0].text for field in sent.iter("{jabber:x:data}field")}
        assert options["pubsub#access_model"] == "whitelist"
        assert options["pubsub#max_items"] == "max"
        asked.cancel()

    client(main, ["xep_0490"])


def test_where_all_chats_are_is_read() -> None:
    async def main(wire: Wire) -> None:
        asked = wire["xep_0490"].catch_up()
        number = await wire.expect(
            f"<iq to='romeo@localhost' type='get' id='*'><pubsub xmlns='{PUBSUB}'>"
            f"<items node='{NS}'/></pubsub></iq>"
        )
        wire.recv(
            f"<iq from='romeo@localhost' type='result' id='{number}'><pubsub xmlns='{PUBSUB}'>"
            f"<items node='{NS}'><item id='juliet@localhost'>{READ}</item></items></pubsub></iq>"
        )
        (item,) = (await asked)["pubsub"]["items"]
        assert (item["id"], item["displayed"]["stanza_id"]["id"]) == ("juliet@localhost", "m1")

    client(main, ["xep_0490"])


def test_what_another_client_read_is_an_event() -> None:
    async def main(wire: Wire) -> None:
        wire.watch("message_displayed_synchronization_publish")
        wire.recv(
            f"<message from='romeo@localhost' type='headline'><event xmlns='{PUBSUB}#event'>"
            f"<items node='{NS}'><item id='juliet@localhost'>{READ}</item></items></event>"
            "</message>"
        )
        told = await wire.happened("message_displayed_synchronization_publish")
        item = told["pubsub_event"]["items"]["item"]
        assert item["displayed"]["stanza_id"]["by"] == "romeo@localhost"

    client(main, ["xep_0490"])
