"""The child process: calls and their answers, and every way it can end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from actorxmpp.testing.server.child import Child, EmbeddedServerError, _decode


def run(story: Callable[[Child], Coroutine[Any, Any, None]]) -> None:
    async def main() -> None:
        async with asyncio.timeout(120):
            child = await Child.spawn()
            try:
                await story(child)
            finally:
                child.kill()
                await child.reap()

    asyncio.run(main())


def test_a_command_is_answered() -> None:
    async def story(child: Child) -> None:
        reply = await child.call("start", {"domain": "localhost"}, seconds=60)
        assert reply["port"] > 0
        assert child.running
        assert child.pid > 0
        await child.call("stop", {}, seconds=60)
        await child.wait(60)
        assert not child.running

    run(story)


def test_a_refusal_names_the_command() -> None:
    async def story(child: Child) -> None:
        with pytest.raises(EmbeddedServerError, match="stats: the server has not started"):
            await child.call("stats", {}, seconds=60)

    run(story)


def test_an_answer_that_does_not_come_is_given_up() -> None:
    async def story(child: Child) -> None:
        with pytest.raises(EmbeddedServerError, match="did not answer 'start' within 0 s"):
            await child.call("start", {}, seconds=0)

    run(story)


def test_who_does_not_end_in_time_is_killed() -> None:
    async def story(child: Child) -> None:
        await child.wait(0)
        assert not child.running

    run(story)


def test_a_call_that_waits_fails_with_the_process() -> None:
    async def story(child: Child) -> None:
        call = asyncio.create_task(child.call("start", {}, seconds=60))
        await asyncio.sleep(0)
        child.kill()
        with pytest.raises(EmbeddedServerError, match="ended with code -9"):
            await call

    run(story)


@pytest.mark.parametrize(
    ("line", "number"),
    [(b'{"id": 3, "ok": true}', 3), (b"no JSON", 0), (b"[1]", 0), (b'{"ok": true}', 0)],
)
def test_a_stray_line_belongs_to_no_call(line: bytes, number: int) -> None:
    assert _decode(line)[0] == number
