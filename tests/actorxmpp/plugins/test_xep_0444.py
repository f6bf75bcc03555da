"""XEP-0444: reactions."""

from __future__ import annotations

from typing import Any

import pytest

from actorxmpp.plugins.xep_0444 import NS, Reaction, Reactions

from .wire import Wire, client, component

STORE = "<store xmlns='urn:xmpp:hints'/>"


def reactions(*values: str) -> str:
    inside = "".join(f"<reaction>{value}</reaction>" for value in values)
    return f"<reactions xmlns='{NS}' id='m1'>{inside}</reactions>"


@pytest.mark.parametrize(
    ("values", "arguments", "attributes", "content"),
    [
        (["👍", "🤖", "👍"], {}, "", reactions("👍", "🤖") + STORE),
        ([], {"store": False}, "", reactions()),
        (["👍"], {"mtype": "groupchat"}, "type='groupchat'", reactions("👍") + STORE),
    ],
)
def test_one_reacts(
    values: list[str], arguments: dict[str, Any], attributes: str, content: str
) -> None:
    async def main(wire: Wire) -> None:
        wire["xep_0444"].send_reactions("juliet@localhost", "m1", values, **arguments)
        await wire.expect(f"<message to='juliet@localhost' {attributes}>{content}</message>")

    client(main, ["xep_0444"])


def test_a_component_reacts_as_one_of_its_addresses() -> None:
    async def main(wire: Wire) -> None:
        wire["xep_0444"].send_reactions("juliet@localhost", "m1", ["👍"], mfrom="u@gw.localhost")
        assert (await wire.sent()).get("from") == "u@gw.localhost"

    component(main, ["xep_0444"])


def test_others_reactions_are_events() -> None:
    async def main(wire: Wire) -> None:
        wire.watch("reactions")
        ignored = (
            f"<message from='juliet@localhost' type='error'>{reactions('👍')}</message>",
            f"<message from='juliet@localhost'><reactions xmlns='{NS}'/></message>",
        )
        for xml in ignored:
            wire.recv(xml)
        wire.recv(f"<message from='juliet@localhost'>{reactions('👍', ' 🤖 ', '👍', '')}</message>")
        message = await wire.happened("reactions")
        assert message["reactions"]["id"] == "m1"
        assert message["reactions"]["values"] == {"👍", "🤖"}
        assert not wire.events

    client(main, ["xep_0444"])


def test_values_are_replaced_and_removed() -> None:
    element = Reactions()
    element["values"] = ["a"]
    element["values"] = ["b"]
    assert element["values"] == element.get_values(all_chars=True) == {"b"}
    assert [each["value"] for each in element if isinstance(each, Reaction)] == ["b"]
    del element["values"]
    assert element["values"] == set()
