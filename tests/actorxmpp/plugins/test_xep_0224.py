"""XEP-0224: asking for attention."""

from __future__ import annotations

from actorxmpp.plugins.xep_0224 import NS

from .wire import Wire, client, component

ATTENTION = f"<attention xmlns='{NS}'/>"


def test_one_asks_for_attention() -> None:
    async def main(wire: Wire) -> None:
        wire["xep_0224"].request_attention("juliet@localhost", mbody="hey")
        await wire.expect(
            f"<message to='juliet@localhost' type='headline'>{ATTENTION}<body>hey</body></message>"
        )
        wire["xep_0224"].request_attention("juliet@localhost")
        await wire.expect(f"<message to='juliet@localhost' type='headline'>{ATTENTION}</message>")

    client(main, ["xep_0224"])


def test_a_component_asks_as_one_of_its_addresses() -> None:
    async def main(wire: Wire) -> None:
        wire["xep_0224"].request_attention("juliet@localhost", "user@gw.localhost")
        assert (await wire.sent()).get("from") == "user@gw.localhost"

    component(main, ["xep_0224"])


def test_who_asks_is_an_event() -> None:
    async def main(wire: Wire) -> None:
        wire.watch("attention")
        wire.recv(f"<message from='a@localhost' type='error'>{ATTENTION}</message>")
        wire.recv(f"<message from='juliet@localhost' type='headline'>{ATTENTION}</message>")
        message = await wire.happened("attention")
        assert message["from"] == "juliet@localhost"
        assert message["attention"] is True
        message["attention"] = False
        assert message["attention"] is False
        del message["attention"]
        assert not wire.events

    client(main, ["xep_0224"])
