"""Who is online: attach and detach, the best resource, what is forgotten."""

from __future__ import annotations

from actorxmpp.testing.server.directory import Component, Directory, Resource
from actorxmpp.testing.server.roster import Change

BARE = "romeo@localhost"


class Nowhere:
    """A stream nobody is at the end of."""

    def send(self, data: bytes) -> None:
        raise AssertionError("nothing is sent here")

    def fail(self, condition: str, text: str = "") -> None:
        raise AssertionError("nothing fails here")

    def cut(self) -> None:
        raise AssertionError("nothing is cut here")


def attach(directory: Directory, name: str, priority: int | None = None) -> Resource:
    resource, _ = directory.attach(BARE, name, Nowhere())
    resource.priority = priority
    return resource


def test_an_attached_resource_is_found_by_its_full_address() -> None:
    directory = Directory()
    resource = attach(directory, "home/work")
    assert directory.resources == {"romeo@localhost/home/work": resource}
    directory.detach(resource)
    assert directory.resources == {}
    assert directory.users == {}


def test_a_newer_session_takes_the_place_and_the_older_one_leaves_it_alone() -> None:
    directory = Directory()
    older = attach(directory, "home")
    newer, replaced = directory.attach(BARE, "home", Nowhere())
    assert replaced is older
    directory.detach(older)
    assert directory.resources == {newer.jid: newer}
    assert directory.users[BARE].resources == {"home": newer}


def test_the_best_resource_has_the_highest_priority_then_is_the_newest() -> None:
    directory = Directory()
    user = directory.user(BARE)
    assert user.best() is None
    attach(directory, "silent")
    attach(directory, "hidden", -1)
    assert user.best() is None
    low = attach(directory, "low", 0)
    assert user.best() is low
    older = attach(directory, "older", 5)
    newer = attach(directory, "newer", 5)
    assert user.best() is newer
    assert user.reachable() == [low, older, newer]


def test_an_account_with_a_roster_is_remembered() -> None:
    directory = Directory()
    resource = attach(directory, "home")
    resource.user.roster.set(Change("juliet@localhost"))
    directory.detach(resource)
    assert BARE in directory.users


def test_everybody_established_comes_in_the_same_order() -> None:
    directory = Directory()
    component = directory.components["gw.localhost"] = Component("gw.localhost", Nowhere())
    second, first = attach(directory, "b"), attach(directory, "a")
    assert directory.established() == [component, first, second]
