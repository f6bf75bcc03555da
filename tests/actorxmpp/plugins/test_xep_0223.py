"""XEP-0223: nobody else may look; what it shares with XEP-0222 is tested there."""

from __future__ import annotations

from .wire import Wire, client


def test_nothing_the_program_forgets_makes_it_public() -> None:
    async def main(wire: Wire) -> None:
        assert wire["xep_0223"].profile["pubsub#access_model"] == "whitelist"
        asked = wire["xep_0223"].configure("node")
        sent = await wire.sent()
        values = {field.get("var"): field[0].text for field in sent.iter("{jabber:x:data}field")}
        assert values["pubsub#access_model"] == "whitelist"
        assert values["pubsub#persist_items"] == "1"
        asked.cancel()

    client(main, ["xep_0223"])


def test_profiles_of_nodes_belong_to_the_session() -> None:
    async def main(wire: Wire) -> None:
        wire["xep_0223"].node_profiles["node"] = {"pubsub#max_items": "max"}
        assert wire["xep_0223"].kept["profiles"] == {"node": {"pubsub#max_items": "max"}}
        assert "pubsub#max_items" not in wire["xep_0223"].profile

    client(main, ["xep_0223"])
