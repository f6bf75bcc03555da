"""What is there before the sessions is not looked at by the garbage collector again."""

from __future__ import annotations

import gc

from actorxmpp.fleet.heap import settle_heap


class Node:
    """Part of a cycle."""

    def __init__(self) -> None:
        self.me = self


def test_what_is_alive_is_exempt_and_garbage_is_gone() -> None:
    kept = Node()
    Node()
    try:
        count = settle_heap()
        assert count > 1_000
        seen = [found for found in gc.get_objects() if type(found) is Node]
        assert seen == []
    finally:
        gc.unfreeze()
    alive = [found for found in gc.get_objects() if type(found) is Node]
    assert alive == [kept]


def test_what_comes_later_is_collected_as_ever() -> None:
    settle_heap()
    try:
        Node()
        assert gc.collect() >= 1
    finally:
        gc.unfreeze()
