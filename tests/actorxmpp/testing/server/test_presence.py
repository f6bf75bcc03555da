"""Presence: who sees whom, subscriptions between two accounts and with a component, the end."""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element

import pytest

from actorxmpp.testing.server.subscription import State

ITEM = "{jabber:iq:roster}query/{jabber:iq:roster}item"


def seen(stream: Any) -> list[tuple[str, str]]:
    """Type and sender of each presence that came."""
    return [
        (stanza.get("type", "available"), stanza.get("from", ""))
        for stanza in stream.read()
        if stanza.tag == "{jabber:client}presence"
    ]


def pushed(stream: Any) -> list[dict[str, str]]:
    """The items of the roster pushes that came."""
    items: list[Element | None] = [stanza.find(ITEM) for stanza in stream.read()]
    return [item.attrib for item in items if item is not None]


def befriend(net: Any, one: Any, other: Any) -> None:
    """Both see each other's presence from now on."""
    for asker, asked in ((one, other), (other, one)):
        net.send(asker, f"<presence type='subscribe' to='{asked.user.bare}'/>")
        net.send(asked, f"<presence type='subscribed' to='{asker.user.bare}'/>")
    one.stream.sent.clear()
    other.stream.sent.clear()


def test_available_presence_comes_back_and_goes_to_ones_other_resources(net: Any) -> None:
    _, first = net.client("romeo@localhost/1")
    two, second = net.client("romeo@localhost/2", priority=None)
    net.send(two, "<presence><show>away</show></presence>")
    assert seen(first) == [("available", "romeo@localhost/2")]
    assert seen(second) == [
        ("available", "romeo@localhost/2"),
        ("available", "romeo@localhost/1"),
    ]


@pytest.mark.parametrize("priority", ["128", "-129", "high", "1.5"])
def test_a_priority_that_is_none_is_refused(net: Any, priority: str) -> None:
    romeo, stream = net.client("romeo@localhost/1", priority=None)
    net.send(romeo, f"<presence><priority>{priority}</priority></presence>")
    assert seen(stream) == [("error", "")]
    assert romeo.priority is None


def test_a_subscription_from_request_to_presence(net: Any) -> None:
    romeo, to_romeo = net.client("romeo@localhost/r", roster=True)
    juliet, to_juliet = net.client("juliet@localhost/j", roster=True)
    net.send(romeo, "<presence type='subscribe' to='juliet@localhost/ignored' id='s'/>")
    assert pushed(to_romeo) == [
        {"jid": "juliet@localhost", "subscription": "none", "ask": "subscribe"}
    ]
    (request,) = to_juliet.read()
    assert request.attrib == {
        "type": "subscribe",
        "from": "romeo@localhost",
        "to": "juliet@localhost",
        "id": "s",
    }
    net.send(juliet, "<presence type='subscribed' to='romeo@localhost'/>")
    assert pushed(to_juliet) == [{"jid": "romeo@localhost", "subscription": "from"}]
    push, grant, presence = to_romeo.read()
    assert push.find(ITEM).attrib == {"jid": "juliet@localhost", "subscription": "to"}
    assert (grant.get("type"), grant.get("from")) == ("subscribed", "juliet@localhost")
    assert (presence.get("type"), presence.get("from")) == (None, "juliet@localhost/j")


def test_an_open_request_is_shown_again_at_each_login(net: Any) -> None:
    romeo, _ = net.client("romeo@localhost/r")
    net.send(romeo, "<presence type='subscribe' to='juliet@localhost'/>")
    juliet, stream = net.client("juliet@localhost/j", priority=None)
    net.send(juliet, "<presence/>")
    assert ("subscribe", "romeo@localhost") in seen(stream)
    net.send(juliet, "<presence type='unsubscribed' to='romeo@localhost'/>")
    net.leave(juliet)
    juliet, stream = net.client("juliet@localhost/j", priority=None)
    net.send(juliet, "<presence/>")
    assert ("subscribe", "romeo@localhost") not in seen(stream)


def test_a_request_granted_before_is_granted_at_once(net: Any) -> None:
    romeo, to_romeo = net.client("romeo@localhost/r")
    juliet, to_juliet = net.client("juliet@localhost/j")
    juliet.user.roster.change("romeo@localhost", State.FROM, listed=True)
    net.send(romeo, "<presence type='subscribe' to='juliet@localhost'/>")
    assert seen(to_romeo) == [("subscribed", "juliet@localhost")]
    assert seen(to_juliet) == []
    assert romeo.user.roster.state("juliet@localhost") is State.TO


def test_friends_see_each_other_come_and_go(net: Any) -> None:
    romeo, to_romeo = net.client("romeo@localhost/r")
    juliet, to_juliet = net.client("juliet@localhost/j")
    befriend(net, romeo, juliet)
    net.leave(juliet)
    assert seen(to_romeo) == [("unavailable", "juliet@localhost/j")]
    juliet, to_juliet = net.client("juliet@localhost/j", priority=None)
    net.send(juliet, "<presence/>")
    assert seen(to_romeo) == [("available", "juliet@localhost/j")]
    assert ("available", "romeo@localhost/r") in seen(to_juliet)
    net.send(juliet, "<presence type='unavailable'/>")
    assert seen(to_romeo) == [("unavailable", "juliet@localhost/j")]
    net.leave(juliet)
    assert seen(to_romeo) == []


def test_strangers_see_nothing(net: Any) -> None:
    _, to_romeo = net.client("romeo@localhost/r")
    juliet, _ = net.client("juliet@localhost/j")
    net.leave(juliet)
    assert seen(to_romeo) == []


def test_the_end_of_a_subscription_hides_presence(net: Any) -> None:
    romeo, to_romeo = net.client("romeo@localhost/r")
    juliet, to_juliet = net.client("juliet@localhost/j")
    befriend(net, romeo, juliet)
    net.send(juliet, "<presence type='unsubscribed' to='romeo@localhost'/>")
    assert seen(to_romeo) == [
        ("unsubscribed", "juliet@localhost"),
        ("unavailable", "juliet@localhost/j"),
    ]
    net.send(juliet, "<presence type='unsubscribe' to='romeo@localhost'/>")
    assert seen(to_romeo) == [("unsubscribe", "juliet@localhost")]
    assert seen(to_juliet) == [("unavailable", "romeo@localhost/r")]


def test_removing_a_contact_ends_both_subscriptions(net: Any) -> None:
    romeo, to_romeo = net.client("romeo@localhost/r", roster=True)
    juliet, to_juliet = net.client("juliet@localhost/j", roster=True)
    befriend(net, romeo, juliet)
    net.send(
        romeo,
        "<iq type='set' id='1'><query xmlns='jabber:iq:roster'>"
        "<item jid='juliet@localhost' subscription='remove'/></query></iq>",
    )
    assert [item.get("subscription") for item in pushed(to_romeo)] == ["remove"]
    mail = to_juliet.read()
    assert [stanza.get("type") for stanza in mail if stanza.tag == "{jabber:client}presence"] == [
        "unsubscribe",
        "unsubscribed",
        "unavailable",
    ]
    assert juliet.user.roster.state("romeo@localhost") is State.NONE
    assert romeo.user.roster.items == {}


def test_directed_presence_is_followed_by_its_end(net: Any) -> None:
    romeo, _ = net.client("romeo@localhost/r", priority=None)
    _, to_juliet = net.client("juliet@localhost/j")
    _, to_nurse = net.client("nurse@localhost/n")
    net.send(romeo, "<presence to='juliet@localhost/j'/>")
    net.send(romeo, "<presence to='nurse@localhost'/>")
    net.send(romeo, "<presence to='nurse@localhost' type='unavailable'/>")
    assert seen(to_juliet) == [("available", "romeo@localhost/r")]
    assert len(seen(to_nurse)) == 2
    net.leave(romeo)
    assert seen(to_juliet) == [("unavailable", "romeo@localhost/r")]
    assert seen(to_nurse) == []


def test_directed_presence_is_bounded(net: Any) -> None:
    romeo, stream = net.client("romeo@localhost/r")
    for number in range(1001):
        net.send(romeo, f"<presence to='nobody{number}@localhost'/>")
    assert seen(stream) == [("error", "nobody1000@localhost")]


def test_a_component_subscribes_probes_and_is_subscribed_to(net: Any) -> None:
    gateway, to_gateway = net.component("gw.localhost")
    romeo, to_romeo = net.client("romeo@localhost/r", roster=True)
    contact = "someone@gw.localhost"
    net.send(gateway, f"<presence type='probe' from='{contact}' to='romeo@localhost'/>")
    assert seen(to_gateway) == [("unsubscribed", "romeo@localhost")]
    net.send(gateway, f"<presence type='subscribe' from='{contact}/x' to='romeo@localhost'/>")
    assert seen(to_romeo) == [("subscribe", contact)]
    net.send(romeo, f"<presence type='subscribed' to='{contact}'/>")
    assert seen(to_gateway) == [
        ("subscribed", "romeo@localhost"),
        ("available", "romeo@localhost/r"),
    ]
    net.send(gateway, f"<presence type='probe' from='{contact}' to='romeo@localhost'/>")
    assert seen(to_gateway) == [("available", "romeo@localhost/r")]
    net.send(romeo, f"<presence type='subscribe' to='{contact}'/>")
    net.send(gateway, f"<presence type='subscribed' from='{contact}' to='romeo@localhost'/>")
    net.leave(romeo)
    assert seen(to_gateway) == [
        ("subscribe", "romeo@localhost"),
        ("unavailable", "romeo@localhost/r"),
    ]
    romeo, to_romeo = net.client("romeo@localhost/r")
    assert seen(to_gateway) == [("available", "romeo@localhost/r"), ("probe", "romeo@localhost")]
    net.send(gateway, f"<presence from='{contact}/x' to='romeo@localhost'/>")
    assert seen(to_romeo) == [("available", f"{contact}/x")]


@pytest.mark.parametrize("to", ["to='@@'", "to='juliet@localhost' type='odd'", "type='subscribe'"])
def test_presence_that_is_none_is_refused(net: Any, to: str) -> None:
    romeo, stream = net.client("romeo@localhost/r")
    net.send(romeo, f"<presence {to}/>")
    assert [kind for kind, _ in seen(stream)] == ["error"]


def test_a_request_to_nobody_is_forgotten(net: Any) -> None:
    romeo, stream = net.client("romeo@localhost/r")
    net.send(romeo, "<presence type='subscribe' to='nobody@localhost'/>")
    assert seen(stream) == []
    assert "nobody@localhost" not in net.directory.users
