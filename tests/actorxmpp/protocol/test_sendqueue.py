"""The send queue: order, bounds, and who waits for room."""

from __future__ import annotations

from typing import Any

import pytest

from actorxmpp.exceptions import SendQueueFull, StanzaTooLarge
from actorxmpp.protocol import stream as module
from actorxmpp.protocol.stream import LARGEST_STANZA, SendQueue
from actorxmpp.protocol.streamevents import Outgoing


def item(number: int) -> Outgoing:
    return Outgoing(None, str(number).encode())


def numbers(items: Any) -> list[int]:
    return [int(each.data) for each in items]


def made(limit: int = 10, up: bool = True, woken: list[int] | None = None) -> SendQueue:
    queue = SendQueue(limit)
    wakes = [] if woken is None else woken
    queue.attach(lambda: wakes.append(1))
    if up:
        queue.stream_up(None)
        queue.flush()
    return queue


def test_the_parser_is_woken_once_for_all_that_is_ready() -> None:
    woken: list[int] = []
    queue = made(woken=woken)
    for number in range(3):
        queue.put(item(number))
    assert numbers(queue.take()) == [0, 1, 2]
    assert len(woken) == 1


@pytest.mark.parametrize(
    ("stop", "go"),
    [("pause", "resume"), ("fill", "room_again"), ("stream_down", "up_again")],
)
def test_order_is_kept_over_anything_that_stops_the_flow(stop: str, go: str) -> None:
    queue = made()
    queue.put(item(0))
    if stop == "fill":  # as stream management does when it refuses
        queue.fill(queue.take())
    else:
        getattr(queue, stop)()
    queue.put(item(1))
    queue.put(item(2))
    if go == "up_again":
        queue.stream_up(None)
        queue.put(item(3))  # before the dispatcher has heard of the stream
        queue.flush()
    else:
        getattr(queue, go)()
        queue.put(item(3))
    assert numbers(queue.ready) == [0, 1, 2, 3]
    assert not queue.waiting


def test_nothing_flows_while_one_of_two_reasons_remains() -> None:
    queue = made()
    queue.pause()
    queue.fill([])
    queue.put(item(0))
    queue.resume()
    assert not queue.ready
    queue.room_again()
    assert numbers(queue.ready) == [0]


@pytest.mark.parametrize("up", [True, False])
def test_what_waits_is_bounded_and_the_error_says_for_what(up: bool) -> None:
    queue = made(limit=2, up=up)
    queue.pause()
    queue.put(item(0))
    queue.put(item(1))
    with pytest.raises(SendQueueFull, match="read" if up else "connection"):
        queue.put(item(2))
    assert numbers(queue.waiting) == [0, 1]


def test_one_turn_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TURN_LIMIT", 2)
    queue = made()
    queue.put(item(0))
    queue.put(item(1))
    with pytest.raises(SendQueueFull, match="turn"):
        queue.put(item(2))


@pytest.mark.parametrize("announced", [None, 10, LARGEST_STANZA * 2])
def test_a_stanza_may_be_as_large_as_the_server_and_we_take(announced: int | None) -> None:
    queue = made()
    queue.stream_up(announced)
    limit = min(announced or LARGEST_STANZA, LARGEST_STANZA)
    queue.put(Outgoing(None, b"x" * limit))
    with pytest.raises(StanzaTooLarge) as caught:
        queue.put(Outgoing(None, b"x" * (limit + 1)))
    assert (caught.value.size, caught.value.limit) == (limit + 1, limit)


def test_those_who_wait_for_room_get_it_in_order() -> None:
    queue = made(limit=1)
    queue.pause()
    queue.put(item(0))
    order: list[int] = []

    def waits(number: int, *, gone: bool = False) -> None:
        def take(_there_is: bool) -> bool:
            if not gone:
                order.append(number)
                queue.put(item(number))
            return not gone

        queue.when_room(take)

    waits(1)
    waits(2, gone=True)
    waits(3)
    assert order == []
    queue.resume()
    assert order == [1, 3]
    assert numbers(queue.ready) == [0, 1, 3]


def test_room_is_given_to_as_many_as_there_is_room_for() -> None:
    queue = made(limit=3, up=False)
    for number in range(3):
        queue.put(item(number))
    woken: list[int] = []
    for number in range(5):
        queue.when_room(lambda _, number=number: bool(woken.append(number)) or True)  # type: ignore[misc]
    queue.stream_up(None)
    queue.flush()
    assert len(woken) == 5


def test_those_who_wait_for_room_are_told_when_the_session_is_over() -> None:
    queue = made(limit=1, up=False)
    queue.put(item(0))
    told: list[bool] = []
    queue.when_room(lambda there_is: bool(told.append(there_is)))
    assert numbers(queue.take_waiting()) == [0]
    assert told == [False]
