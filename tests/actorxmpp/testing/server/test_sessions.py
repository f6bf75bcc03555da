"""Sessions that can be resumed: who finds them, how long they wait, and that each ends once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from actorxmpp.testing.server import management as limits
from actorxmpp.testing.server import sessions as module
from actorxmpp.testing.server.directory import Directory, Resource
from actorxmpp.testing.server.management import Management
from actorxmpp.testing.server.sessions import Sessions, WaitingStream
from actorxmpp.testing.testloop import TestLoop

BARE = "romeo@localhost"


class Stream:
    """A stream of a session."""

    def __init__(self) -> None:
        self.handed_over = 0

    def send(self, data: bytes) -> None: ...

    def fail(self, condition: str, text: str = "") -> None: ...

    def cut(self) -> None: ...

    def hand_over(self) -> None:
        self.handed_over += 1


class Table:
    """The sessions of a server, on a clock that only a test moves."""

    def __init__(self, loop: TestLoop) -> None:
        self.loop = loop
        self.ended: list[str] = []
        self.sessions = Sessions(loop, lambda resource: self.ended.append(resource.jid))
        self.directory = Directory()

    def enter(self, name: str = "one", seconds: float = 60.0) -> Resource:
        resource, _ = self.directory.attach(BARE, name, Stream())
        resource.management = Management(name, seconds)
        self.sessions.add(resource, resource.management)
        return resource


@pytest.fixture
def table() -> Iterator[Table]:
    loop = TestLoop()
    asyncio.set_event_loop(loop)
    yield Table(loop)
    loop.end()
    asyncio.set_event_loop(None)


@pytest.mark.parametrize(
    ("previd", "bare", "found"),
    [("one", BARE, True), ("two", BARE, False), ("one", "juliet@localhost", False)],
)
def test_only_its_own_account_finds_a_session(
    table: Table, previd: str, bare: str, found: bool
) -> None:
    resource = table.enter()
    assert (table.sessions.find(previd, bare) is resource) == found


def test_a_lost_session_waits_and_then_ends(table: Table) -> None:
    resource = table.enter(seconds=60.0)
    assert table.sessions.lost(resource)
    assert isinstance(resource.stream, WaitingStream)
    table.loop.advance(59)
    assert (table.sessions.waiting, table.ended) == (1, [])
    table.loop.advance(2)
    assert (table.sessions.waiting, table.ended) == (0, [f"{BARE}/one"])
    assert table.sessions.find("one", BARE) is None


def test_a_session_that_is_resumed_in_time_does_not_end(table: Table) -> None:
    resource, stream = table.enter(), Stream()
    table.sessions.lost(resource)
    table.loop.advance(30)
    table.sessions.resume(resource, stream)
    table.loop.advance(1000)
    assert (resource.stream, table.ended, table.sessions.resumptions) == (stream, [], 1)


def test_a_session_that_is_resumed_while_connected_leaves_its_old_stream(table: Table) -> None:
    resource = table.enter()
    before, after = resource.stream, Stream()
    table.sessions.resume(resource, after)
    assert isinstance(before, Stream)
    assert (before.handed_over, after.handed_over) == (1, 0)


def test_a_session_that_cannot_be_resumed_does_not_wait(table: Table) -> None:
    plain, _ = table.directory.attach(BARE, "plain", Stream())
    assert not table.sessions.lost(plain)
    brief, _ = table.directory.attach(BARE, "brief", Stream())
    brief.management = Management("brief", 0.0)
    assert not table.sessions.lost(brief)


def test_what_is_sent_meanwhile_is_kept(table: Table) -> None:
    resource = table.enter()
    table.sessions.lost(resource)
    resource.stream.send(b"<message/>")
    assert resource.management is not None
    assert list(resource.management.unacked) == [b"<message/>"]


def test_too_much_meanwhile_ends_it_in_the_next_turn(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_UNACKED", 2)
    resource = table.enter()
    table.sessions.lost(resource)
    for _ in range(5):
        resource.stream.send(b"<message/>")
    assert table.ended == []
    table.loop.idle()
    assert table.ended == [f"{BARE}/one"]


def test_a_newer_session_of_the_resource_ends_one_that_waits(table: Table) -> None:
    resource = table.enter()
    table.sessions.lost(resource)
    resource.stream.cut()
    assert table.ended == []
    resource.stream.fail("conflict")
    assert (table.ended, table.sessions.waiting) == ([f"{BARE}/one"], 0)


def test_how_much_an_ended_session_had_handled_is_told_to_its_account_only(table: Table) -> None:
    resource = table.enter()
    assert resource.management is not None
    resource.management.handled = 7
    table.sessions.end(resource)
    assert table.sessions.handled("one", BARE) == 7
    assert table.sessions.handled("one", "juliet@localhost") is None
    assert table.sessions.handled("two", BARE) is None


def test_what_is_remembered_of_ended_sessions_is_bounded(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_ENDED", 2)
    for name in ("one", "two", "three"):
        table.sessions.end(table.enter(name))
    assert [table.sessions.handled(name, BARE) for name in ("one", "two", "three")] == [None, 0, 0]


def test_forgotten_sessions_are_not_found_and_those_that_wait_end(table: Table) -> None:
    waiting, connected = table.enter("waiting"), table.enter("connected")
    table.sessions.lost(waiting)
    table.sessions.forget()
    assert table.ended == [f"{BARE}/waiting"]
    assert table.sessions.find("connected", BARE) is None
    assert not table.sessions.lost(connected)
    assert table.sessions.handled("waiting", BARE) is None
