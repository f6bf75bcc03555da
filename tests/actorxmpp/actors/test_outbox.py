"""The outbox: order, bounds, and who waits for room."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from actorxmpp.actors import outbox as module
from actorxmpp.actors.messages import FlushOutbox, Outgoing
from actorxmpp.actors.outbox import LARGEST_STANZA, Outbox
from actorxmpp.exceptions import SendQueueFull, StanzaTooLarge


class Parser:
    """Counts how often it is woken."""

    def __init__(self) -> None:
        self.woken = 0

    def tell(self, message: Any) -> bool:
        assert isinstance(message, FlushOutbox)
        self.woken += 1
        return True


def item(number: int) -> Outgoing:
    return Outgoing(None, str(number).encode())


def numbers(items: Any) -> list[int]:
    return [int(each.data) for each in items]


def made(limit: int = 10, up: bool = True) -> Outbox:
    outbox = Outbox(limit)
    outbox.parser = Parser()  # type: ignore[assignment]  # all of an address that is used here
    if up:
        outbox.stream_up(None)
        outbox.flush()
    return outbox


def test_the_parser_is_woken_once_for_all_that_is_ready() -> None:
    outbox = made()
    for number in range(3):
        outbox.put(item(number))
    assert numbers(outbox.ready) == [0, 1, 2]
    assert outbox.parser.woken == 1  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("stop", "go"),
    [("pause", "resume"), ("fill", "room_again"), ("stream_down", "up_again")],
)
def test_order_is_kept_over_anything_that_stops_the_flow(stop: str, go: str) -> None:
    outbox = made()
    outbox.put(item(0))
    if stop == "fill":  # as stream management does when it refuses
        outbox.full = True
        taken = list(outbox.ready)
        outbox.ready.clear()
        outbox.put_back(taken)
    else:
        getattr(outbox, stop)()
    outbox.put(item(1))
    outbox.put(item(2))
    if go == "up_again":
        outbox.stream_up(None)
        outbox.put(item(3))  # before the dispatcher has heard of the stream
        outbox.flush()
    else:
        getattr(outbox, go)()
        outbox.put(item(3))
    assert numbers(outbox.ready) == [0, 1, 2, 3]
    assert not outbox.waiting


def test_nothing_flows_while_one_of_two_reasons_remains() -> None:
    outbox = made()
    outbox.pause()
    outbox.full = True
    outbox.put(item(0))
    outbox.resume()
    assert not outbox.ready
    outbox.room_again()
    assert numbers(outbox.ready) == [0]


@pytest.mark.parametrize("up", [True, False])
def test_what_waits_is_bounded_and_the_error_says_for_what(up: bool) -> None:
    outbox = made(limit=2, up=up)
    outbox.pause()
    outbox.put(item(0))
    outbox.put(item(1))
    with pytest.raises(SendQueueFull, match="read" if up else "connection"):
        outbox.put(item(2))
    assert numbers(outbox.waiting) == [0, 1]


def test_one_turn_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "OUTBOX_LIMIT", 2)
    outbox = made()
    outbox.put(item(0))
    outbox.put(item(1))
    with pytest.raises(SendQueueFull, match="turn"):
        outbox.put(item(2))


@pytest.mark.parametrize("announced", [None, 10, LARGEST_STANZA * 2])
def test_a_stanza_may_be_as_large_as_the_server_and_we_take(announced: int | None) -> None:
    outbox = made()
    outbox.stream_up(announced)
    limit = min(announced or LARGEST_STANZA, LARGEST_STANZA)
    outbox.put(Outgoing(None, b"x" * limit))
    with pytest.raises(StanzaTooLarge) as caught:
        outbox.put(Outgoing(None, b"x" * (limit + 1)))
    assert (caught.value.size, caught.value.limit) == (limit + 1, limit)


def test_those_who_wait_for_room_get_it_in_order() -> None:
    async def main() -> None:
        outbox = made(limit=1)
        outbox.pause()
        outbox.put(item(0))
        order: list[int] = []

        async def send(number: int) -> None:
            await outbox.wait_for_room()
            outbox.put(item(number))
            order.append(number)

        tasks = [asyncio.create_task(send(number)) for number in range(1, 6)]
        await asyncio.sleep(0)
        tasks[1].cancel()
        await asyncio.sleep(0)
        outbox.resume()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert order == [1, 3, 4, 5]
        assert numbers(outbox.ready) == [0, 1, 3, 4, 5]

    asyncio.run(main())
