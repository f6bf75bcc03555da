"""XEP-0424: taking back what one said."""

# ruff: noqa: E501  stanzas are written as on the wire

from __future__ import annotations

from typing import Any

import pytest

from actorxmpp.plugins.xep_0424 import FALLBACK, NS

from .wire import Wire, client, component

STORE = "<store xmlns='urn:xmpp:hints'/>"
RETRACT = f"<retract xmlns='{NS}' id='m1'/>"
FOR = f"<fallback xmlns='urn:xmpp:fallback:0' for='{NS}'/>"


@pytest.mark.parametrize(
    ("arguments", "kind", "before"),
    [
        ({}, "chat", f"<body>{FALLBACK}</body>{FOR}"),
        ({"fallback_text": "gone"}, "chat", f"<body>gone</body>{FOR}"),
        ({"include_fallback": False, "mtype": "groupchat"}, "groupchat", ""),
    ],
)
def test_a_message_is_taken_back(arguments: dict[str, Any], kind: str, before: str) -> None:
    async def main(wire: Wire) -> None:
        sent = wire["xep_0424"].send_retraction("juliet@localhost", "m1", **arguments)
        await wire.expect(
            f"<message to='juliet@localhost' type='{kind}'>{before}{RETRACT}{STORE}</message>"
        )
        assert sent["retract"]["id"] == "m1"

    client(main, ["xep_0424"])


def test_a_component_does_so_for_one_of_its_addresses() -> None:
    async def main(wire: Wire) -> None:
        wire["xep_0424"].send_retraction("juliet@localhost", "m1", mfrom="user@gw.localhost")
        assert (await wire.sent()).get("from") == "user@gw.localhost"

    component(main, ["xep_0424"])


def test_what_others_take_back_is_an_event() -> None:
    async def main(wire: Wire) -> None:
        wire.watch("message_retract")
        wire.recv(f"<message from='juliet@localhost' type='error'>{RETRACT}</message>")
        wire.recv(f"<message from='juliet@localhost'><retract xmlns='{NS}'/></message>")
        wire.recv(
            f"<message from='juliet@localhost' type='chat'>{RETRACT.replace('/>', '><reason>r</reason></retract>')}</message>"
        )
        message = await wire.happened("message_retract")
        assert (message["retract"]["id"], message["retract"]["reason"]) == ("m1", "r")
        assert not wire.events

    client(main, ["xep_0424"])


def test_what_an_archive_has_in_its_place_is_read() -> None:
    async def main(wire: Wire) -> None:
        wire.watch("message")
        wire.recv(
            f"<message from='juliet@localhost'><body>b</body><retracted xmlns='{NS}' id='m2' stamp='2020-01-01T00:00:00Z'><reason>r</reason></retracted></message>"
        )
        retracted = (await wire.happened("message"))["retracted"]
        assert [retracted[name] for name in ("id", "stamp", "reason")] == [
            *("m2", "2020-01-01T00:00:00Z", "r")
        ]

    client(main, ["xep_0424"])
