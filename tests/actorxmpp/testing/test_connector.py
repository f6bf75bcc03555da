"""The network in memory: slow, failing, down, breaking and stalled, by the loop's own clock."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from actorxmpp.net.connection import Connection
from actorxmpp.net.errors import ConnectFailed, ConnectionLost, NetError
from actorxmpp.testing import MemoryConnector
from actorxmpp.testing import connector as module
from actorxmpp.testing.testloop import START, TestLoop

Address = tuple[str, int] | None


class End:
    """What one end of a connection was told."""

    def __init__(self) -> None:
        self.data = b""
        self.lost: list[NetError | None] = []

    def data_received(self, data: bytes) -> None:
        self.data += data

    def connection_lost(self, error: NetError | None) -> None:
        self.lost.append(error)

    def pause_writing(self) -> None:
        """Nothing of this size is written."""

    def resume_writing(self) -> None:
        """See pause_writing."""


class Net:
    """A connector on a clock that only a test moves, and the ends of everything it made."""

    def __init__(self, loop: TestLoop) -> None:
        self.loop = loop
        self.connector = MemoryConnector(self.accept)
        self.accepted: list[tuple[Connection, End, Address]] = []

    def accept(self, connection: Connection, address: Address) -> End:
        end = End()
        self.accepted.append((connection, end, address))
        return end

    async def dial(self, *args: Any) -> tuple[Connection, End]:
        end = End()
        return await self.connector(end, "example.net", *args), end

    def connect(self, *args: Any) -> tuple[Connection, End]:
        """Connect, and let all the time pass that it takes."""
        return self.loop.run(self.dial(*args))

    def write(self, connection: Connection, data: bytes) -> None:
        """Write, and let it arrive."""
        connection.write(data)
        self.loop.idle()

    @property
    def seconds(self) -> float:
        """How much time has passed."""
        return self.loop.time() - START


@pytest.fixture
def net() -> Iterator[Net]:
    loop = TestLoop()
    asyncio.set_event_loop(loop)
    yield Net(loop)
    loop.end()
    asyncio.set_event_loop(None)


def test_by_default_a_connection_is_there_at_once_and_carries_both_ways(net: Net) -> None:
    ours, end = net.connect(("192.0.2.1", 5223))
    theirs, other, address = net.accepted[0]
    net.write(ours, b"hello")
    net.write(theirs, b"welcome")
    assert (other.data, end.data) == (b"hello", b"welcome")
    assert address == ("192.0.2.1", 5223)
    assert net.connector.attempts == [("192.0.2.1", 5223)]
    assert (net.connector.connections, net.seconds) == (1, 0)


def test_a_slow_dial_takes_its_time(net: Net) -> None:
    net.connector.dial_seconds = 0.3
    net.connect()
    assert net.connector.attempts == [None]
    assert net.seconds == pytest.approx(0.3)


def test_a_dial_that_takes_longer_than_it_may_times_out(net: Net) -> None:
    net.connector.dial_seconds = 60
    with pytest.raises(ConnectFailed, match="no answer in 30 s"):
        net.connect()
    assert not net.accepted
    assert net.seconds == pytest.approx(30)


def test_a_dial_that_is_given_up_makes_no_connection(net: Net) -> None:
    net.connector.dial_seconds = 10
    dialling = net.loop.create_task(net.dial())
    net.loop.advance(1)
    dialling.cancel()
    net.loop.advance(20)
    assert dialling.cancelled()
    assert not net.accepted


def test_so_many_attempts_fail_and_the_next_does_not(net: Net) -> None:
    net.connector.failures = 2
    for _ in range(2):
        with pytest.raises(ConnectFailed):
            net.connect()
    net.connect()
    assert (net.connector.failures, len(net.accepted)) == (0, 1)


def test_a_server_that_goes_down_refuses_also_whoever_dials_just_now(net: Net) -> None:
    net.connector.dial_seconds = 1
    dialling = net.loop.create_task(net.dial())
    net.loop.advance(0.5)
    net.connector.down = True
    net.loop.advance(1)
    assert isinstance(dialling.exception(), ConnectFailed)
    net.connector.down = False
    net.connect()


@pytest.mark.parametrize("before", range(11))
def test_a_connection_breaks_after_so_many_bytes_of_both_directions(net: Net, before: int) -> None:
    net.connector.cut_after = before
    ours, end = net.connect()
    theirs, other, _ = net.accepted[0]
    for connection, data in ((ours, b"12345"), (theirs, b"67890")):
        if not end.lost:
            net.write(connection, data)
    assert (other.data + end.data) == b"1234567890"[:before]
    assert isinstance(end.lost[0], ConnectionLost)
    assert isinstance(other.lost[0], ConnectionLost)
    assert (len(end.lost), len(other.lost), net.connector.connections) == (1, 1, 0)


def test_only_connections_made_from_then_on_break(net: Net) -> None:
    ours, end = net.connect()
    net.connector.cut_after = 3
    net.write(ours, b"12345")
    assert (net.accepted[0][1].data, end.lost) == (b"12345", [])


def test_cut_breaks_every_connection(net: Net) -> None:
    ends = [net.connect()[1] for _ in range(3)]
    assert net.connector.cut() == 3
    net.loop.idle()
    assert all(isinstance(end.lost[0], ConnectionLost) for end in ends)
    assert net.connector.cut() == 0


def test_what_is_sent_into_a_stall_arrives_after_it(net: Net) -> None:
    ours, end = net.connect()
    net.connector.stalled = True
    net.write(ours, b"hello")
    net.loop.advance(100)
    assert (net.accepted[0][1].data, end.lost) == (b"", [])
    net.connector.stalled = False
    net.loop.idle()
    assert net.accepted[0][1].data == b"hello"


def test_an_end_that_goes_during_a_stall_is_missed_only_after_it(net: Net) -> None:
    ours, end = net.connect()
    other = net.accepted[0][1]
    net.connector.stalled = True
    ours.abort()
    net.loop.advance(100)
    assert (len(end.lost), other.lost, net.connector.connections) == (1, [], 1)
    net.connector.stalled = False
    net.loop.idle()
    assert isinstance(other.lost[0], ConnectionLost)
    assert net.connector.connections == 0


def test_an_end_that_goes_as_the_stall_ends_is_missed(net: Net) -> None:
    ours, _ = net.connect()
    net.connector.stalled = True
    ours.abort()
    net.connector.stalled = False  # before the loop has had a turn
    net.loop.idle()
    assert len(net.accepted[0][1].lost) == 1
    assert net.connector.connections == 0


def test_a_stalled_end_that_closes_in_order_gives_up(net: Net) -> None:
    ours, end = net.connect()
    net.connector.stalled = True
    ours.close()
    net.loop.advance(100)
    assert len(end.lost) == 1


def test_connections_that_end_in_order_are_forgotten(net: Net) -> None:
    ours, end = net.connect()
    ours.close()
    net.loop.idle()
    assert (end.lost, net.accepted[0][1].lost, net.connector.connections) == ([None], [None], 0)


def test_the_attempts_remembered_are_bounded(net: Net, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_ATTEMPTS", 2)
    for port in (1, 2, 3):
        net.connect(("::1", port))
    assert net.connector.attempts == [("::1", 2), ("::1", 3)]
