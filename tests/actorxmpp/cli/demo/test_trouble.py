"""Trouble happens as planned, and what was lost of it is made up for."""

from __future__ import annotations

import asyncio

from actorxmpp.cli.demo.bots import CRASH, Book, Peer
from actorxmpp.cli.demo.options import DemoOptions
from actorxmpp.cli.demo.trouble import CRASH_AGAIN, TroubleMaker

OPTIONS = DemoOptions(sessions=20, components=0, duration=10.0)


class Server:
    """Cuts as many connections as it is allowed to."""

    def __init__(self, allowed: int = 1000) -> None:
        self.allowed = allowed

    async def cut(self, count: int = 1) -> int:
        cut = min(count, self.allowed)
        self.allowed -= cut
        return cut


class Victim(Peer):
    """Notes crash messages."""

    __slots__ = ("sent",)

    def __init__(self, index: int, sent: list[tuple[str, str]]) -> None:
        super().__init__(index, f"bot{index}@x")
        self.sent = sent

    def send(self, to: str, word: str, id: str) -> bool:
        assert word == CRASH
        self.sent.append((to, id))
        return True


class Stand:
    """A trouble maker with all it works on."""

    def __init__(self, allowed: int = 1000) -> None:
        self.sent: list[tuple[str, str]] = []
        self.book = Book()
        self.server = Server(allowed)
        peers = [Victim(index, self.sent) for index in range(20)]
        self.maker = TroubleMaker(OPTIONS, peers, self.book, self.server)

    def step(self, *times: float) -> None:
        async def steps() -> None:
            for now in times:
                await self.maker.step(now)

        asyncio.run(steps())

    def handle_all(self) -> None:
        """As the bots do when a crash message arrives."""
        self.book.crashed += len(self.book.crashes_wanted)
        self.book.crashes_wanted.clear()


def test_nothing_happens_before_its_time() -> None:
    stand = Stand()
    stand.step(0.0, 0.4)
    assert (stand.maker.cuts, stand.sent) == (0, [])
    assert not stand.maker.done


def test_all_that_was_planned_happens() -> None:
    stand = Stand()
    stand.step(10.0)
    assert stand.maker.cuts == OPTIONS.trouble
    assert len({name for _, name in stand.sent}) == OPTIONS.trouble
    assert not stand.maker.done
    stand.handle_all()
    assert stand.maker.done
    assert stand.book.crashed == OPTIONS.trouble


def test_a_cut_that_found_nothing_is_made_up_for() -> None:
    stand = Stand(allowed=5)
    stand.step(10.0, 10.1)
    assert stand.maker.cuts == 5
    stand.server.allowed = 1000
    stand.step(10.2, 10.3)
    assert stand.maker.cuts == OPTIONS.trouble


def test_a_crash_message_is_sent_to_its_victim_until_it_is_handled() -> None:
    stand = Stand()
    stand.step(10.0)
    first = list(stand.sent)
    stand.step(10.1)
    assert stand.sent == first
    stand.step(10.0 + CRASH_AGAIN)
    assert sorted(stand.sent) == sorted(first * 2)
    stand.handle_all()
    stand.step(10.0 + 3 * CRASH_AGAIN)
    assert len(stand.sent) == 2 * len(first)
    assert stand.maker._crashing == {}
