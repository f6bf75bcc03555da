"""XEP-0131: headers."""

from __future__ import annotations

from actorxmpp.plugins.xep_0131 import NS

from .wire import Wire, client

HEADERS = f"<headers xmlns='{NS}'><header name='Urgency'>high</header></headers>"


def test_headers_are_read_by_name() -> None:
    async def main(wire: Wire) -> None:
        wire.watch("message")
        wire.recv(f"<message from='juliet@localhost'><body>b</body>{HEADERS}</message>")
        assert (await wire.happened("message"))["headers"] == {"Urgency": "high"}
        wire.recv("<message from='juliet@localhost'><body>b</body></message>")
        assert (await wire.happened("message"))["headers"] == {}

    client(main, ["xep_0131"])


def test_headers_are_written_and_taken_out() -> None:
    async def main(wire: Wire) -> None:
        presence = wire.role.make_presence()
        presence["headers"] = [("Keywords", "a"), ("Urgency", "low")]
        presence["headers"] = {"Urgency": "high"}
        presence.send()
        await wire.expect(f"<presence>{HEADERS}</presence>")
        del presence["headers"]
        presence.send()
        await wire.expect("<presence/>")

    client(main, ["xep_0131"])


def test_service_discovery_says_which_are_understood_while_it_is_enabled() -> None:
    async def main(wire: Wire) -> None:
        info = await wire["xep_0030"].get_info(local=True)
        assert {NS, f"{NS}#Urgency"} <= set(info["features"])
        wire.role.plugin.disable("xep_0131")
        info = await wire["xep_0030"].get_info(local=True)
        assert not [feature for feature in info["features"] if feature.startswith(NS)]

    client(main, ["xep_0131"], {"xep_0131": {"supported_headers": {"Urgency"}}})
