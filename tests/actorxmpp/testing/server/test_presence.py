"""Presence: who sees whom, subscriptions between two accounts and with a component, the end."""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element

import pytest

from actorxmpp.testing.server.subscription import State

ITEM = "{jabber:iq:roster}query/{jabber:iq:roster}item"


def seen(mailbox: Any) -> list[tuple[str, str]]:
    """Type and sender of each presence that came."""
    return [
        (stanza.get("type", "available"), stanza.get("from", ""))
        for stanza in mailbox.read()
        if stanza.tag == "{jabber:client}presence"
    ]


def pushed(mailbox: Any) -> list[dict[str, str]]:
    """The items of the roster pushes that came."""
    items: list[Element | None] = [stanza.find(ITEM) for stanza in mailbox.read()]
    return [item.attrib for item in items if item is not None]


def befriend(town: Any, one: Any, other: Any) -> None:
    """Both see each other's presence from now on."""
    for asker, asked in ((one, other), (other, one)):
        town.send(asker, f"<presence type='subscribe' to='{asked.user.bare}'/>")
        town.send(asked, f"<presence type='subscribed' to='{asker.user.bare}'/>")
    one.stream.sent.clear()
    other.stream.sent.clear()


def test_available_presence_comes_back_and_goes_to_ones_other_resources(town: Any) -> None:
    _, first = town.client("romeo@localhost/1")
    two, second = town.client("romeo@localhost/2", priority=None)
    town.send(two, "<presence><show>away</show></presence>")
    assert seen(first) == [("available", "romeo@localhost/2")]
    assert seen(second) == [
        ("available", "romeo@localhost/2"),
        ("available", "romeo@localhost/1"),
    ]


@pytest.mark.parametrize("priority", ["128", "-129", "high", "1.5"])
def test_a_priority_that_is_none_is_refused(town: Any, priority: str) -> None:
    romeo, mailbox = town.client("romeo@localhost/1", priority=None)
    town.send(romeo, f"<presence><priority>{priority}</priority></presence>")
    assert seen(mailbox) == [("error", "")]
    assert romeo.priority is None


def test_a_subscription_from_request_to_presence(town: Any) -> None:
    romeo, to_romeo = town.client("romeo@localhost/r", roster=True)
    juliet, to_juliet = town.client("juliet@localhost/j", roster=True)
    town.send(romeo, "<presence type='subscribe' to='juliet@localhost/ignored' id='s'/>")
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
    town.send(juliet, "<presence type='subscribed' to='romeo@localhost'/>")
    assert pushed(to_juliet) == [{"jid": "romeo@localhost", "subscription": "from"}]
    push, grant, presence = to_romeo.read()
    assert push.find(ITEM).attrib == {"jid": "juliet@localhost", "subscription": "to"}
    assert (grant.get("type"), grant.get("from")) == ("subscribed", "juliet@localhost")
    assert (presence.get("type"), presence.get("from")) == (None, "juliet@localhost/j")


def test_an_open_request_is_shown_again_at_each_login(town: Any) -> None:
    romeo, _ = town.client("romeo@localhost/r")
    town.send(romeo, "<presence type='subscribe' to='juliet@localhost'/>")
    juliet, mailbox = town.client("juliet@localhost/j", priority=None)
    town.send(juliet, "<presence/>")
    assert ("subscribe", "romeo@localhost") in seen(mailbox)
    town.send(juliet, "<presence type='unsubscribed' to='romeo@localhost'/>")
    town.leave(juliet)
    juliet, mailbox = town.client("juliet@localhost/j", priority=None)
    town.send(juliet, "<presence/>")
    assert ("subscribe", "romeo@localhost") not in seen(mailbox)


def test_a_request_granted_before_is_granted_at_once(town: Any) -> None:
    romeo, to_romeo = town.client("romeo@localhost/r")
    juliet, to_juliet = town.client("juliet@localhost/j")
    juliet.user.roster.change("romeo@localhost", State.FROM, listed=True)
    town.send(romeo, "<presence type='subscribe' to='juliet@localhost'/>")
    assert seen(to_romeo) == [("subscribed", "juliet@localhost")]
    assert seen(to_juliet) == []
    assert romeo.user.roster.state("juliet@localhost") is State.TO


def test_friends_see_each_other_come_and_go(town: Any) -> None:
    romeo, to_romeo = town.client("romeo@localhost/r")
    juliet, to_juliet = town.client("juliet@localhost/j")
    befriend(town, romeo, juliet)
    town.leave(juliet)
    assert seen(to_romeo) == [("unavailable", "juliet@localhost/j")]
    juliet, to_juliet = town.client("juliet@localhost/j", priority=None)
    town.send(juliet, "<presence/>")
    assert seen(to_romeo) == [("available", "juliet@localhost/j")]
    assert ("available", "romeo@localhost/r") in seen(to_juliet)
    town.send(juliet, "<presence type='unavailable'/>")
    assert seen(to_romeo) == [("unavailable", "juliet@localhost/j")]
    town.leave(juliet)
    assert seen(to_romeo) == []


def test_strangers_see_nothing(town: Any) -> None:
    _, to_romeo = town.client("romeo@localhost/r")
    juliet, _ = town.client("juliet@localhost/j")
    town.leave(juliet)
    assert seen(to_romeo) == []


def test_the_end_of_a_subscription_hides_presence(town: Any) -> None:
    romeo, to_romeo = town.client("romeo@localhost/r")
    juliet, to_juliet = town.client("juliet@localhost/j")
    befriend(town, romeo, juliet)
    town.send(juliet, "<presence type='unsubscribed' to='romeo@localhost'/>")
    assert seen(to_romeo) == [
        ("unsubscribed", "juliet@localhost"),
        ("unavailable", "juliet@localhost/j"),
    ]
    town.send(juliet, "<presence type='unsubscribe' to='romeo@localhost'/>")
    assert seen(to_romeo) == [("unsubscribe", "juliet@localhost")]
    assert seen(to_juliet) == [("unavailable", "romeo@localhost/r")]


def test_removing_a_contact_ends_both_subscriptions(town: Any) -> None:
    romeo, to_romeo = town.client("romeo@localhost/r", roster=True)
    juliet, to_juliet = town.client("juliet@localhost/j", roster=True)
    befriend(town, romeo, juliet)
    town.send(
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


def test_directed_presence_is_followed_by_its_end(town: Any) -> None:
    romeo, _ = town.client("romeo@localhost/r", priority=None)
    _, to_juliet = town.client("juliet@localhost/j")
    _, to_nurse = town.client("nurse@localhost/n")
    town.send(romeo, "<presence to='juliet@localhost/j'/>")
    town.send(romeo, "<presence to='nurse@localhost'/>")
    town.send(romeo, "<presence to='nurse@localhost' type='unavailable'/>")
    assert seen(to_juliet) == [("available", "romeo@localhost/r")]
    assert len(seen(to_nurse)) == 2
    town.leave(romeo)
    assert seen(to_juliet) == [("unavailable", "romeo@localhost/r")]
    assert seen(to_nurse) == []


def test_directed_presence_is_bounded(town: Any) -> None:
    romeo, mailbox = town.client("romeo@localhost/r")
    for number in range(1001):
        town.send(romeo, f"<presence to='nobody{number}@localhost'/>")
    assert seen(mailbox) == [("error", "nobody1000@localhost")]


def test_a_component_subscribes_probes_and_is_subscribed_to(town: Any) -> None:
    gateway, to_gateway = town.component("gw.localhost")
    romeo, to_romeo = town.client("romeo@localhost/r", roster=True)
    contact = "someone@gw.localhost"
    town.send(gateway, f"<presence type='probe' from='{contact}' to='romeo@localhost'/>")
    assert seen(to_gateway) == [("unsubscribed", "romeo@localhost")]
    town.send(gateway, f"<presence type='subscribe' from='{contact}/x' to='romeo@localhost'/>")
    assert seen(to_romeo) == [("subscribe", contact)]
    town.send(romeo, f"<presence type='subscribed' to='{contact}'/>")
    assert seen(to_gateway) == [
        ("subscribed", "romeo@localhost"),
        ("available", "romeo@localhost/r"),
    ]
    town.send(gateway, f"<presence type='probe' from='{contact}' to='romeo@localhost'/>")
    assert seen(to_gateway) == [("available", "romeo@localhost/r")]
    town.send(romeo, f"<presence type='subscribe' to='{contact}'/>")
    town.send(gateway, f"<presence type='subscribed' from='{contact}' to='romeo@localhost'/>")
    town.leave(romeo)
    assert seen(to_gateway) == [
        ("subscribe", "romeo@localhost"),
        ("unavailable", "romeo@localhost/r"),
    ]
    romeo, to_romeo = town.client("romeo@localhost/r")
    assert seen(to_gateway) == [("available", "romeo@localhost/r"), ("probe", "romeo@localhost")]
    town.send(gateway, f"<presence from='{contact}/x' to='romeo@localhost'/>")
    assert seen(to_romeo) == [("available", f"{contact}/x")]


@pytest.mark.parametrize("to", ["to='@@'", "to='juliet@localhost' type='odd'", "type='subscribe'"])
def test_presence_that_is_none_is_refused(town: Any, to: str) -> None:
    romeo, mailbox = town.client("romeo@localhost/r")
    town.send(romeo, f"<presence {to}/>")
    assert [kind for kind, _ in seen(mailbox)] == ["error"]


def test_a_request_to_nobody_is_forgotten(town: Any) -> None:
    romeo, mailbox = town.client("romeo@localhost/r")
    town.send(romeo, "<presence type='subscribe' to='nobody@localhost'/>")
    assert seen(mailbox) == []
    assert "nobody@localhost" not in town.directory.users
