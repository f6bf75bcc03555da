"""Rosters: items, what a client is told of them, and what a roster set may say."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, fromstring

import pytest

from actorxmpp.testing.server.limits import MAX_ROSTER_ITEMS
from actorxmpp.testing.server.roster import (
    Change,
    Item,
    Roster,
    RosterError,
    push_query,
    read_change,
)
from actorxmpp.testing.server.subscription import State

NS = "{jabber:iq:roster}"


def items(query: Element) -> list[dict[str, str]]:
    return [item.attrib for item in query.findall(f"{NS}item")]


def query(xml: str) -> Element:
    return fromstring(f"<query xmlns='jabber:iq:roster'>{xml}</query>")


def test_an_item_is_added_renamed_and_removed() -> None:
    roster = Roster()
    roster.set(Change("juliet@localhost", "Juliet", ("Friends",)))
    roster.set(Change("juliet@localhost", "J.", ("Friends", "Lovers")))
    assert items(roster.query()) == [
        {"jid": "juliet@localhost", "subscription": "none", "name": "J."}
    ]
    groups = roster.query().findall(f"{NS}item/{NS}group")
    assert [group.text for group in groups] == ["Friends", "Lovers"]
    assert roster.remove("juliet@localhost").name == "J."
    assert items(roster.query()) == []


def test_renaming_keeps_the_subscription() -> None:
    roster = Roster()
    roster.change("juliet@localhost", State.TO | State.FROM, listed=True)
    roster.set(Change("juliet@localhost", "Juliet"))
    assert roster.state("juliet@localhost") == State.TO | State.FROM


def test_removing_a_stranger_is_refused() -> None:
    with pytest.raises(RosterError) as caught:
        Roster().remove("nobody@localhost")
    assert caught.value.condition == "item-not-found"


def test_a_request_from_outside_is_kept_but_not_listed() -> None:
    roster = Roster()
    assert roster.change("juliet@localhost", State.PENDING, listed=False) is None
    assert items(roster.query()) == []
    assert list(roster.with_state(State.PENDING)) == ["juliet@localhost"]
    with pytest.raises(RosterError):
        roster.remove("juliet@localhost")


def test_a_refused_request_leaves_nothing() -> None:
    roster = Roster()
    roster.change("juliet@localhost", State.PENDING, listed=False)
    roster.change("juliet@localhost", State.NONE, listed=False)
    assert roster.items == {}


def test_a_change_that_shows_is_told_and_one_that_does_not_is_not() -> None:
    roster = Roster()
    first = roster.change("juliet@localhost", State.ASKED, listed=True)
    assert first is not None
    assert first.element().get("ask") == "subscribe"
    assert roster.change("juliet@localhost", State.ASKED, listed=True) is None
    assert roster.change("juliet@localhost", State.ASKED | State.PENDING, listed=False) is None
    told = roster.change("juliet@localhost", State.TO, listed=False)
    assert told is not None
    assert told.element().get("ask") is None
    assert told.element().get("subscription") == "to"


def test_a_roster_is_bounded() -> None:
    roster = Roster()
    for number in range(MAX_ROSTER_ITEMS):
        roster.set(Change(f"user{number}@localhost"))
    with pytest.raises(RosterError) as caught:
        roster.set(Change("one.more@localhost"))
    assert caught.value.condition == "resource-constraint"
    roster.set(Change("user0@localhost", "renamed"))
    assert len(roster.items) == MAX_ROSTER_ITEMS


def test_a_push_of_a_removal_says_so() -> None:
    item = Item("juliet@localhost", "Juliet", state=State.TO)
    assert items(push_query(item, removed=True)) == [
        {"jid": "juliet@localhost", "subscription": "remove"}
    ]


def test_a_set_is_read_and_its_address_prepared() -> None:
    change = read_change(query("<item jid='Juliet@LOCALHOST/x' name='J'><group>A</group></item>"))
    assert change == Change("juliet@localhost", "J", ("A",))
    remove = read_change(query("<item jid='juliet@localhost' subscription='remove'/>"))
    assert remove == Change("juliet@localhost", remove=True)


@pytest.mark.parametrize(
    ("xml", "condition"),
    [
        ("", "bad-request"),
        ("<item jid='a@b'/><item jid='c@d'/>", "bad-request"),
        ("<item/>", "bad-request"),
        ("<item jid='@@'/>", "jid-malformed"),
        ("<item jid='a@b'><group>A</group><group>A</group></item>", "bad-request"),
        ("<item jid='a@b'><group/></item>", "not-acceptable"),
    ],
)
def test_a_set_that_breaks_a_rule_is_refused(xml: str, condition: str) -> None:
    with pytest.raises(RosterError) as caught:
        read_change(query(xml))
    assert caught.value.condition == condition


def test_a_set_with_too_many_groups_is_refused() -> None:
    element = query("<item jid='a@b'/>")
    for number in range(51):
        SubElement(element[0], f"{NS}group").text = f"group {number}"
    with pytest.raises(RosterError) as caught:
        read_change(element)
    assert caught.value.condition == "not-acceptable"
