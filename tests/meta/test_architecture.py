"""The way of a message is as docs/architecture.md says: a real one is followed and compared."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import actorxmpp
from actorxmpp import ClientXMPP
from actorxmpp.testing.script import ScriptedServer

from .sources import ROOT, text

CODE = Path(actorxmpp.__file__).parents[1]
"""Where the code that runs is: here, or installed."""

PAGE = ROOT / "docs" / "architecture.md"
STEP = re.compile(r"^\d+\. `([\w/]+\.py)`", re.MULTILINE)
WIRE = "actorxmpp/net/memory.py"
"""What stands for the socket: who writes to it has come to the end of the way out."""

APART = ("actorxmpp/testing/", WIRE)
"""The wire and the other end of it."""

HEADER = (
    "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'"
    " id='1' version='1.0'>"
)
MESSAGE = "<message from='juliet@localhost/b' type='chat'><body>hi</body></message>"
WARM_UP = 2
"""Messages before the one that is followed: the first of a shape takes a longer way."""


class Follower:
    """Notes in which of our files functions are called, in the order of the first call."""

    def __init__(self) -> None:
        self.files: list[str] = []
        self.calls = 0
        self.written = False

    def __call__(self, frame: FrameType, event: str, _argument: Any) -> None:
        path = Path(frame.f_code.co_filename)
        if event != "call" or self.written or not path.is_relative_to(CODE):
            return
        name = path.relative_to(CODE).as_posix()
        self.written = name == WIRE and frame.f_code.co_name == "write"
        if name.startswith(("actorxmpp/", "supervisors/")) and not name.startswith(APART):
            self.calls += 1
            if name not in self.files:
                self.files.append(name)


class Bot(ClientXMPP):
    """Stops following where the handler begins."""

    def __init__(self) -> None:
        super().__init__("romeo@localhost/orchard", "secret")
        self.got: list[Any] = []
        self.add_event_handler("message", self.message)

    def message(self, msg: Any) -> None:
        sys.setprofile(None)
        self.got.append(msg)


async def quiet() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def follow(begin: Callable[[], object], over: Callable[[], bool]) -> Follower:
    """Follow what one call brings about until it is over."""
    follower = Follower()
    sys.setprofile(follower)
    try:
        begin()
        while not over():  # noqa: ASYNC110  each turn is followed
            await asyncio.sleep(0)
    finally:
        sys.setprofile(None)
    return follower


@pytest.fixture(scope="module")
def ways() -> dict[str, Follower]:
    """The two ways of a message through a whole session."""

    async def main() -> dict[str, Follower]:
        server, bot = ScriptedServer(HEADER), Bot()
        bot.settings = server.settings(bot.settings)
        bot.connect()
        while not bot.sessionstarted:  # noqa: ASYNC110  the event would be a handler more
            await asyncio.sleep(0)
        for number in range(WARM_UP):
            server.send(MESSAGE)
            while len(bot.got) <= number:  # noqa: ASYNC110  as above
                await asyncio.sleep(0)
            bot.got[-1].reply("warm").send()
            await quiet()
        had = len(bot.got)
        server.send(MESSAGE)
        await asyncio.sleep(0)  # the server's connection writes
        into = await follow(lambda: None, lambda: len(bot.got) > had)
        await quiet()
        reply = bot.got[-1].reply("x")
        seen = len(server.raw)
        out = await follow(reply.send, lambda: len(server.raw) > seen)
        await bot.disconnect()
        return {"in": into, "out": out}

    return asyncio.run(main())


def steps(way: str) -> list[str]:
    """The files of one way, as the page lists them."""
    _, section = text(PAGE).split(f"## A message's way {way}\n", 1)
    return STEP.findall(section.split("\n## ", 1)[0])


@pytest.mark.parametrize(("way", "most"), [("in", 10), ("out", 8)])
def test_the_page_names_the_files_of_the_way_in_order(
    ways: dict[str, Follower], way: str, most: int
) -> None:
    assert ways[way].files == steps(way)
    assert len(steps(way)) <= most


@pytest.mark.parametrize(("way", "most"), [("in", 34), ("out", 41)])
def test_the_way_does_not_get_longer(ways: dict[str, Follower], way: str, most: int) -> None:
    assert ways[way].calls <= most, f"{ways[way].calls} calls on the way {way}"
