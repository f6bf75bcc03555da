"""What outlives a role object: who is told what, and who waits."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from actorxmpp.actors.events import EventEntry
from actorxmpp.actors.rolestate import RoleState, building, session_being_built
from actorxmpp.exceptions import NotConnectedError
from actorxmpp.xmlstream.handler import Callback
from actorxmpp.xmlstream.matcher import MatcherId


class Made:
    """A role that notes which session it was made for."""

    def __init__(self) -> None:
        self.session = session_being_built()


def registered(roles: RoleState, owner: str | None) -> None:
    handler = Callback(f"handler of {owner}", MatcherId("1"), print)
    handler.owner = owner
    roles.index.add(handler)
    roles.events.add("message", EventEntry(print, False, owner))


def test_a_role_finds_its_session_while_it_is_made() -> None:
    session = object()
    with building(session):
        role = Made()
    assert role.session is session
    assert session_being_built() is None


def test_a_role_that_can_t_be_made_leaves_no_session_behind() -> None:
    with pytest.raises(ValueError, match="format"), building(object()):
        raise ValueError("wrong password format")
    assert session_being_built() is None


def test_the_first_dispatcher_takes_the_role_that_was_given() -> None:
    roles = RoleState()
    given = Made()
    roles.give(given)
    registered(roles, None)
    assert roles.take(Made) is given
    assert roles.events.count("message") == 1


def test_the_next_one_makes_another_and_the_plugins_handlers_stay() -> None:
    roles = RoleState()
    roles.give(Made())
    first = roles.take(Made)
    for owner in (None, "xep_0030"):
        registered(roles, owner)
    roles.told_of_session(True)
    second = roles.take(Made)
    assert second is not first
    assert roles.role is second
    assert [entry.owner for entry in roles.events.by_name["message"]] == ["xep_0030"]
    assert roles.in_session is False


def test_a_session_is_told_once() -> None:
    roles = RoleState()
    assert [roles.told_of_session(begun) for begun in (False, True, True, False, False)] == [
        False,
        True,
        False,
        True,
        False,
    ]


def test_a_stream_is_known_until_its_end() -> None:
    roles = RoleState()
    roles.told_of_stream(7)
    assert (roles.established, roles.in_stream) == (7, True)
    roles.told_of_end()
    assert (roles.established, roles.in_stream) == (7, False)


def test_what_was_dealt_with_is_counted() -> None:
    roles = RoleState()
    roles.counted(3)
    roles.counted(2)
    assert roles.dispatched == 5


# -- who waits ---------------------------------------------------------------------------------


def new_future() -> asyncio.Future[Any]:
    return asyncio.get_running_loop().create_future()


def test_who_waits_on_connect_is_told_when_the_stream_is_up() -> None:
    async def main() -> None:
        roles = RoleState()
        first = roles.wait_for_start(new_future)
        assert roles.wanted is True
        assert roles.wait_for_start(new_future) is first, "they wait for the same"
        roles.told_of_stream(1)
        assert first.result() is True
        roles.told_of_stream(2)  # it is told once
        assert roles.wait_for_start(new_future) is not first

    asyncio.run(main())


def test_the_end_of_the_session_is_told_to_all_who_wait() -> None:
    async def main() -> None:
        roles = RoleState()
        started, ended = roles.wait_for_start(new_future), new_future()
        roles.wait_for_end(ended)
        roles.unwanted()
        roles.over("parked")
        assert ended.result() == "parked"
        with pytest.raises(NotConnectedError, match="parked"):
            await started
        assert roles.wanted is False
        roles.over("again")  # nobody is left to be told
        assert ended.result() == "parked"

    asyncio.run(main())


def test_who_wants_the_session_again_goes_on_waiting() -> None:
    async def main() -> None:
        roles = RoleState()
        started, ended = roles.wait_for_start(new_future), new_future()
        roles.wait_for_end(ended)
        roles.over("closed")
        assert ended.result() == "closed"
        assert not started.done()
        assert roles.wanted is True

    asyncio.run(main())


def test_nobody_need_wait() -> None:
    roles = RoleState()
    roles.told_of_stream(1)
    roles.over("done")
    roles.unwanted()
    assert roles.wanted is False
