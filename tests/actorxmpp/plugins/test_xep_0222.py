"""XEP-0222: what everybody may see is stored; XEP-0223 is tested beside it."""

from __future__ import annotations

from typing import ClassVar

import pytest

from actorxmpp.plugins.xep_0004 import Form
from actorxmpp.xmlstream import ElementBase

from .wire import Wire, client, component

PUBSUB = "http://jabber.org/protocol/pubsub"
PROFILES = {
    "xep_0222": {"pubsub#persist_items": "1", "pubsub#send_last_published_item": "never"},
    "xep_0223": {"pubsub#persist_items": "1", "pubsub#access_model": "whitelist"},
}

both = pytest.mark.parametrize("name", PROFILES)


class Key(ElementBase):
    """What is stored in these tests."""

    name = "key"
    namespace = "urn:example:key"
    plugin_attrib = "key"
    interfaces: ClassVar[set[str]] = {"value"}


NS = Key.namespace


def form(kind: str, values: dict[str, str]) -> str:
    fields = "".join(
        f"<field var='{var}'><value>{value}</value></field>" for var, value in values.items()
    )
    said = f"<field var='FORM_TYPE' type='hidden'><value>{PUBSUB}#{kind}</value></field>"
    return f"<x xmlns='jabber:x:data' type='submit'>{said}{fields}</x>"


def stored(node: str, item: str, values: dict[str, str]) -> str:
    return (
        f"<iq type='set' id='*'><pubsub xmlns='{PUBSUB}'><publish node='{node}'><item id='{item}'>"
        f"<key xmlns='{NS}'/></item></publish>"
        f"<publish-options>{form('publish-options', values)}</publish-options></pubsub></iq>"
    )


@both
def test_a_node_is_made_as_storing_needs_it(name: str) -> None:
    async def main(wire: Wire) -> None:
        asked = wire[name].store(Key())
        number = await wire.expect(stored(NS, "current", PROFILES[name]))
        wire.recv(f"<iq type='result' id='{number}'/>")
        await asked

    client(main, [name])


@both
def test_a_program_adds_to_the_configuration(name: str) -> None:
    given = Form()
    given.add_field("pubsub#max_items", value="5")

    async def main(wire: Wire) -> None:
        wire[name].node_profiles["node"] = {"pubsub#title": "t"}
        for options in (given, {"pubsub#max_items": "5"}):
            asked = wire[name].store(Key(), "node", "1", options=options)
            more = {"pubsub#title": "t", "pubsub#max_items": "5"}
            await wire.expect(stored("node", "1", {**PROFILES[name], **more}))
            asked.cancel()

    client(main, [name])


@both
def test_a_node_that_is_there_is_configured(name: str) -> None:
    async def main(wire: Wire) -> None:
        asked = wire[name].configure("node")
        await wire.expect(
            f"<iq type='set' id='*'><pubsub xmlns='{PUBSUB}#owner'><configure node='node'>"
            f"{form('node_config', PROFILES[name])}</configure></pubsub></iq>"
        )
        asked.cancel()

    client(main, [name])


@pytest.mark.parametrize(
    ("wanted", "items"),
    [
        ({}, ""),
        ({"id": "1"}, "<item id='1'/>"),
        ({"item_ids": ["1", "2"]}, "<item id='1'/><item id='2'/>"),
    ],
)
@both
def test_what_is_stored_is_read(name: str, wanted: dict[str, object], items: str) -> None:
    async def main(wire: Wire) -> None:
        asked = wire[name].retrieve("node", **wanted)
        await wire.expect(
            f"<iq type='get' id='*'><pubsub xmlns='{PUBSUB}'><items node='node'>{items}</items>"
            "</pubsub></iq>"
        )
        asked.cancel()

    client(main, [name])


@both
def test_a_component_stores_for_its_addresses(name: str) -> None:
    async def main(wire: Wire) -> None:
        user = "user@gw.localhost"
        for asked in (
            wire[name].store(Key(), ifrom=user),
            wire[name].retrieve("node", ifrom=user),
            wire[name].configure("node", ifrom=user),
        ):
            sent = await wire.sent()
            assert (sent.get("from"), sent.get("to")) == (user, user)
            asked.cancel()

    component(main, [name])
