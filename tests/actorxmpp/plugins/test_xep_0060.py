"""XEP-0060: publishing, subscribing, owning nodes, and what services tell."""

# ruff: noqa: E501  stanzas are written as on the wire

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from actorxmpp.exceptions import IqError
from actorxmpp.plugins.xep_0004 import Form
from actorxmpp.plugins.xep_0060.errors import NS_ERRORS
from actorxmpp.plugins.xep_0060.stanza import (
    NS,
    NS_OWNER,
    DefaultConfig,
    EventDelete,
    EventSubscription,
    Item,
    Options,
    PublishOptions,
    Retract,
    Subscription,
)

from .wire import Wire, client, component

EVENT = f"{NS}#event"
SERVICE = "pubsub.localhost"


def form(form_type: str, *fields: tuple[str, str]) -> str:
    """The XML of a form that is sent to a service."""
    written = "".join(f"<field var='{var}'><value>{value}</value></field>" for var, value in fields)
    said = f"<field var='FORM_TYPE' type='hidden'><value>{NS}#{form_type}</value></field>"
    return f"<x xmlns='jabber:x:data' type='submit'>{said}{written}</x>"


PAYLOAD = "<entry xmlns='urn:example:entry'>text</entry>"

# What is called, what is sent: the type, the namespace of <pubsub/>, what is in it.
REQUESTS: list[tuple[Callable[[Any], Any], str, str, str]] = [
    (
        lambda p: p.subscribe(SERVICE, "n"),
        *("set", NS, "<subscribe node='n' jid='romeo@localhost'/>"),
    ),
    (
        lambda p: p.subscribe(SERVICE, "n", bare=False, options={"pubsub#digest": "1"}),
        "set",
        NS,
        "<subscribe node='n' jid='romeo@localhost/orchard'/><options>"
        + form("subscribe_options", ("pubsub#digest", "1"))
        + "</options>",
    ),
    (
        lambda p: p.subscribe(SERVICE, "n", subscribee="x@localhost"),
        *("set", NS, "<subscribe node='n' jid='x@localhost'/>"),
    ),
    (
        lambda p: p.unsubscribe(SERVICE, "n", "7"),
        *("set", NS, "<unsubscribe node='n' jid='romeo@localhost' subid='7'/>"),
    ),
    (lambda p: p.get_subscriptions(SERVICE), "get", NS, "<subscriptions/>"),
    (lambda p: p.get_subscriptions(SERVICE, "n"), "get", NS, "<subscriptions node='n'/>"),
    (lambda p: p.get_affiliations(SERVICE), "get", NS, "<affiliations/>"),
    (lambda p: p.get_subscription_options(SERVICE, "n"), "get", NS, "<default node='n'/>"),
    (
        lambda p: p.get_subscription_options(SERVICE, "n", "a@localhost"),
        *("get", NS, "<options node='n' jid='a@localhost'/>"),
    ),
    (
        lambda p: p.set_subscription_options(SERVICE, "n", "a@localhost", {"pubsub#digest": "1"}),
        "set",
        NS,
        "<options node='n' jid='a@localhost'>"
        + form("subscribe_options", ("pubsub#digest", "1"))
        + "</options>",
    ),
    (lambda p: p.publish(SERVICE, "n"), "set", NS, "<publish node='n'/>"),
    (
        lambda p: p.publish(SERVICE, "n", "1", ET.fromstring(PAYLOAD)),
        *("set", NS, f"<publish node='n'><item id='1'>{PAYLOAD}</item></publish>"),
    ),
    (
        lambda p: p.publish(SERVICE, "n", options={"pubsub#access_model": "open"}),
        "set",
        NS,
        "<publish node='n'/><publish-options>"
        + form("publish-options", ("pubsub#access_model", "open"))
        + "</publish-options>",
    ),
    (
        lambda p: p.retract(SERVICE, "n", "1"),
        *("set", NS, "<retract node='n'><item id='1'/></retract>"),
    ),
    (
        lambda p: p.retract(SERVICE, "n", "1", notify=True),
        *("set", NS, "<retract node='n' notify='true'><item id='1'/></retract>"),
    ),
    (
        lambda p: p.get_item(SERVICE, "n", "1"),
        *("get", NS, "<items node='n'><item id='1'/></items>"),
    ),
    (
        lambda p: p.get_items(SERVICE, "n", ["1", "2"]),
        *("get", NS, "<items node='n'><item id='1'/><item id='2'/></items>"),
    ),
    (
        lambda p: p.get_items(SERVICE, "n", max_items=3),
        *("get", NS, "<items node='n' max_items='3'/>"),
    ),
    (lambda p: p.create_node(SERVICE, "n"), "set", NS, "<create node='n'/>"),
    (lambda p: p.create_node(SERVICE, None), "set", NS, "<create/>"),
    (
        lambda p: p.create_node(SERVICE, "n", {"pubsub#title": "t"}, "collection"),
        "set",
        NS,
        "<create node='n'/><configure>"
        + form("node_config", ("pubsub#title", "t"), ("pubsub#node_type", "collection"))
        + "</configure>",
    ),
    (lambda p: p.delete_node(SERVICE, "n"), "set", NS_OWNER, "<delete node='n'/>"),
    (
        lambda p: p.delete_node(SERVICE, "n", redirect="xmpp:b@localhost"),
        *("set", NS_OWNER, "<delete node='n'><redirect uri='xmpp:b@localhost'/></delete>"),
    ),
    (lambda p: p.purge(SERVICE, "n"), "set", NS_OWNER, "<purge node='n'/>"),
    (lambda p: p.get_node_config(SERVICE), "get", NS_OWNER, "<default/>"),
    (lambda p: p.get_node_config(SERVICE, "n"), "get", NS_OWNER, "<configure node='n'/>"),
    (
        lambda p: p.set_node_config(SERVICE, "n", {"pubsub#title": "t"}),
        "set",
        NS_OWNER,
        f"<configure node='n'>{form('node_config', ('pubsub#title', 't'))}</configure>",
    ),
    (
        lambda p: p.get_node_subscriptions(SERVICE, "n"),
        *("get", NS_OWNER, "<subscriptions node='n'/>"),
    ),
    (lambda p: p.get_node_affiliations(SERVICE, "n"), "get", NS_OWNER, "<affiliations node='n'/>"),
    (
        lambda p: p.modify_subscriptions(SERVICE, "n", [("a@localhost", "none")]),
        "set",
        NS_OWNER,
        "<subscriptions node='n'><subscription jid='a@localhost' subscription='none'/></subscriptions>",
    ),
    (
        lambda p: p.modify_affiliations(SERVICE, "n", [("a@localhost", "publisher")]),
        "set",
        NS_OWNER,
        "<affiliations node='n'><affiliation jid='a@localhost' affiliation='publisher'/></affiliations>",
    ),
]


@pytest.mark.parametrize(("call", "itype", "namespace", "content"), REQUESTS)
def test_requests(call: Callable[[Any], Any], itype: str, namespace: str, content: str) -> None:
    async def main(wire: Wire) -> None:
        asked = call(wire["xep_0060"])
        answer_to = await wire.expect(
            f"<iq to='{SERVICE}' type='{itype}' id='*'>"
            f"<pubsub xmlns='{namespace}'>{content}</pubsub></iq>"
        )
        wire.recv(f"<iq from='{SERVICE}' type='result' id='{answer_to}'/>")
        assert (await asked)["type"] == "result"

    client(main, ["xep_0060"])


def test_a_form_of_the_program_is_sent_complete_and_stays_as_it_is() -> None:
    config = Form()
    config.add_field("pubsub#title", "text-single", label="Title", value="t")

    async def main(wire: Wire) -> None:
        asked = wire["xep_0060"].set_node_config(SERVICE, "n", config)
        await wire.expect(
            f"<iq to='{SERVICE}' type='set' id='*'><pubsub xmlns='{NS_OWNER}'><configure node='n'>"
            f"{form('node_config', ('pubsub#title', 't'))}</configure></pubsub></iq>"
        )
        asked.cancel()

    client(main, ["xep_0060"])
    assert config["type"] == "form"
    assert list(config.field) == ["pubsub#title"]


def test_a_component_asks_from_one_of_its_addresses() -> None:
    async def main(wire: Wire) -> None:
        asked = wire["xep_0060"].subscribe(SERVICE, "n", ifrom="bot@gw.localhost/r")
        await wire.expect(
            f"<iq from='bot@gw.localhost/r' to='{SERVICE}' type='set' id='*'>"
            f"<pubsub xmlns='{NS}'><subscribe node='n' jid='bot@gw.localhost'/></pubsub></iq>"
        )
        asked.cancel()

    component(main, ["xep_0060"])


def test_what_items_say_is_read() -> None:
    async def main(wire: Wire) -> None:
        asked = wire["xep_0060"].get_items(SERVICE, "n")
        sent = await wire.sent()
        wire.recv(
            f"<iq from='{SERVICE}' type='result' id='{sent.get('id')}'><pubsub xmlns='{NS}'>"
            f"<items node='n'><item id='1'>{PAYLOAD}</item><item id='2'/></items></pubsub></iq>"
        )
        items = (await asked)["pubsub"]["items"]
        assert [(each["id"], each["payload"] is None) for each in items] == [
            ("1", False),
            ("2", True),
        ]
        assert next(iter(items))["payload"].text == "text"

    client(main, ["xep_0060"])


def test_items_come_in_pages() -> None:
    page = "<set xmlns='http://jabber.org/protocol/rsm'><first index='{i}'>{i}</first>"
    page += "<last>{i}</last><count>2</count></set>"

    async def main(wire: Wire) -> None:
        seen = []
        pages = wire["xep_0060"].get_items(SERVICE, "n", iterator=True)
        for number in range(2):
            asked = wire.role.loop.create_task(pages.next())
            sent = await wire.sent()
            wire.recv(
                f"<iq from='{SERVICE}' type='result' id='{sent.get('id')}'><pubsub xmlns='{NS}'>"
                f"<items node='n'><item id='{number}'/></items>{page.format(i=number)}"
                "</pubsub></iq>"
            )
            seen += [each["id"] for each in (await asked)["pubsub"]["items"]]
        with pytest.raises(StopAsyncIteration):
            await pages.next()
        assert seen == ["0", "1"]

    client(main, ["xep_0060"])


def test_what_a_service_adds_to_errors_is_read() -> None:
    async def main(wire: Wire) -> None:
        asked = wire["xep_0060"].create_node(SERVICE, "n")
        sent = await wire.sent()
        wire.recv(
            f"<iq from='{SERVICE}' type='error' id='{sent.get('id')}'><error type='cancel'>"
            "<feature-not-implemented xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>"
            f"<unsupported xmlns='{NS_ERRORS}' feature='create-nodes'/></error></iq>"
        )
        with pytest.raises(IqError) as caught:
            await asked
        error = caught.value.iq["error"]["pubsub"]
        assert (error["condition"], error["unsupported"]) == ("unsupported", "create-nodes")
        error["condition"] = "invalid-jid"
        assert error["condition"] == "invalid-jid"
        del error["condition"], error["unsupported"]
        assert (error["condition"], error["unsupported"]) == ("", "")

    client(main, ["xep_0060"])


def event(content: str, kind: str = "headline") -> str:
    return (
        f"<message from='{SERVICE}' to='romeo@localhost' type='{kind}'>"
        f"<event xmlns='{EVENT}'>{content}</event></message>"
    )


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ("<items node='n'><item id='1'/></items>", "publish"),
        ("<items node='n'><retract id='1'/></items>", "retract"),
        ("<purge node='n'/>", "purge"),
        ("<delete node='n'><redirect uri='xmpp:b@localhost'/></delete>", "delete"),
        ("<configuration node='n'/>", "config"),
        ("<subscription node='n' jid='a@localhost' subscription='pending'/>", "subscription"),
    ],
)
def test_what_a_service_tells_is_an_event(content: str, name: str) -> None:
    async def main(wire: Wire) -> None:
        wire.watch(f"pubsub_{name}", f"mine_{name}")
        wire["xep_0060"].map_node_event("n", "mine")
        wire.recv(event(content, kind="error"))
        wire.recv(event(content.replace("node='n'", "node='other'")))
        wire.recv(event(content))
        await wire.happened(f"mine_{name}")
        assert [each[0] for each in wire.events] == [f"pubsub_{name}"] * 2

    client(main, ["xep_0060"])


def test_each_item_has_an_event_of_its_own() -> None:
    async def main(wire: Wire) -> None:
        wire.watch("pubsub_publish", "pubsub_retract")
        wire.recv(
            event(
                f"<items node='n'><item id='1'>{PAYLOAD}</item><retract id='2'/></items>"
            ).replace(
                "<event", "<delay xmlns='urn:xmpp:delay' stamp='2020-01-01T00:00:00Z'/><event"
            )
        )
        published, retracted = (
            await wire.happened("pubsub_publish"),
            await wire.happened("pubsub_retract"),
        )
        items = published["pubsub_event"]["items"]
        assert [(items["node"], each["id"], each["payload"].text) for each in items] == [
            ("n", "1", "text")
        ]
        assert retracted["pubsub_event"]["items"]["retract"]["id"] == "2"
        assert retracted["from"] == SERVICE
        assert retracted["delay"]["stamp"].year == 2020
        await wire.quiet()

    client(main, ["xep_0060", "xep_0203"])


def test_no_items_are_no_event() -> None:
    async def main(wire: Wire) -> None:
        wire.watch("pubsub_publish")
        wire.recv(event("<items node='n'/>"))
        await wire.quiet()
        assert not wire.events

    client(main, ["xep_0060"])


def test_names_of_nodes_outlast_a_restart_of_the_plugin() -> None:
    async def main(wire: Wire) -> None:
        plugin = wire["xep_0060"]
        plugin.map_node_event("n", "mine")
        assert plugin.kept["events"] is plugin.node_event_map

    client(main, ["xep_0060"])


def test_interfaces_that_are_more_than_text() -> None:
    retract = Retract()
    assert retract["notify"] is None
    retract["notify"] = "0"
    assert retract["notify"] is False
    subscription = Subscription()
    assert not subscription["suboptions"]["required"]
    subscription["suboptions"]["required"] = True
    assert "<required" in str(subscription)
    assert subscription["jid"] == ""
    changed = EventSubscription()
    assert changed["expiry"] is None
    changed["expiry"] = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    assert changed["expiry"] == dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    changed["expiry"] = "presence"
    assert changed["expiry"] == "presence"
    gone = EventDelete()
    gone["redirect"] = "xmpp:b@localhost"
    assert gone["redirect"] == "xmpp:b@localhost"
    del gone["redirect"]
    assert gone["redirect"] == ""


def test_forms_inside_are_set_read_and_taken_out() -> None:
    given = Form()
    given.add_field("a", value="b")
    options = Options()
    assert options["options"]["type"] == "form"
    options["options"] = given
    assert options["options"].get_values() == {"a": "b"}
    del options["options"]
    assert not len(options.xml)
    publish = PublishOptions()
    assert publish["publish_options"] is None
    publish["publish_options"] = given
    assert publish["publish_options"].get_values() == {"a": "b"}
    config = DefaultConfig()
    config["config"] = given
    assert config["config"].get_values() == {"a": "b"}


def test_a_payload_is_replaced_and_taken_out() -> None:
    item = Item()
    item["payload"] = Form()
    item["payload"] = ET.fromstring(PAYLOAD)
    assert len(item.xml) == 1
    del item["payload"]
    assert item["payload"] is None
