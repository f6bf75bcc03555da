"""The control protocol, line by line, on a server of this process."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from actorxmpp.testing.server.control import Control

Say = Callable[..., Awaitable[dict[str, Any]]]


def exists(path: str) -> bool:
    return Path(path).is_file()


def talk(story: Callable[[Say], Awaitable[None]]) -> None:
    """Run a conversation with a control; its server is stopped at the end."""

    async def tell() -> None:
        control = Control()

        async def say(do: str, **fields: Any) -> dict[str, Any]:
            line = json.dumps({"id": 5, "do": do, **fields}).encode()
            reply: dict[str, Any] = json.loads(await control.handle(line))
            assert reply.pop("id") == 5
            return reply

        try:
            await story(say)
        finally:
            await control.close()

    asyncio.run(tell())


def test_a_server_is_started_asked_and_stopped() -> None:
    async def story(say: Say) -> None:
        ready = await say("start", auto_accounts="secret", seed="1")
        assert ready["ok"], ready
        assert exists(ready["ca_file"])
        assert 0 < ready["port"] != ready["component_port"] > 0
        assert await say("add_account", user="romeo", password="secret") == {"ok": True}
        assert await say("add_component", jid="gw.localhost", secret="s") == {"ok": True}
        assert await say("cut", count=3) == {"ok": True, "jids": []}
        stats = await say("stats")
        assert {key: stats[key] for key in ("ok", "sessions", "components", "logins")} == {
            "ok": True,
            "sessions": 0,
            "components": 0,
            "logins": 0,
        }
        assert stats["rss_kib"] > 1000
        assert await say("stop") == {"ok": True}
        assert not exists(ready["ca_file"])

    talk(story)


@pytest.mark.parametrize(
    ("do", "fields", "error"),
    [
        ("start", {}, "started already"),
        ("sing", {}, "'sing' is none of"),
        ("cut", {"count": -1}, "count: "),
        ("cut", {"count": "all"}, "count: "),
        ("cut", {"jid": 3}, "jid: "),
        ("add_account", {"user": "romeo"}, "password: "),
        ("add_account", {"user": "a@b", "password": "x"}, "user: "),
        ("add_component", {"jid": "localhost", "secret": "x"}, "jid: "),
    ],
)
def test_a_bad_command_is_answered(do: str, fields: dict[str, Any], error: str) -> None:
    async def story(say: Say) -> None:
        await say("start")
        reply = await say(do, **fields)
        assert reply["ok"] is False
        assert error in reply["error"]

    talk(story)


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"port": -1}, "port: "),
        ({"domain": "a@b"}, "domain: "),
        ({"accounts": {"a@b": "x"}}, "user: "),
        ({"components": {"localhost": "x"}}, "jid: "),
        ({"folder": "/proc/none"}, "/proc/none"),
    ],
)
def test_a_start_that_fails_says_why_and_another_is_possible(
    fields: dict[str, Any], error: str
) -> None:
    async def story(say: Say) -> None:
        reply = await say("start", **fields)
        assert reply["ok"] is False
        assert error in reply["error"]
        assert (await say("start"))["ok"]

    talk(story)


def test_a_port_that_is_taken_is_named() -> None:
    async def story(say: Say) -> None:
        async def tell(other: Say) -> None:
            ready = await say("start")
            reply = await other("start", port=ready["port"])
            assert reply["ok"] is False
            assert str(ready["port"]) in reply["error"]

        other = Control()

        async def ask(do: str, **fields: Any) -> dict[str, Any]:
            line = json.dumps({"id": 1, "do": do, **fields}).encode()
            answer: dict[str, Any] = json.loads(await other.handle(line))
            return answer

        await tell(ask)

    talk(story)


@pytest.mark.parametrize("line", [b"", b"hello", b"[1]", b"{", b'{"do": 3}', b'{"id": 1}'])
def test_a_line_that_is_no_command_is_answered(line: bytes) -> None:
    reply = json.loads(asyncio.run(Control().handle(line)))
    assert reply["ok"] is False
    assert reply["error"]


def test_before_the_start_there_is_nothing_to_ask() -> None:
    async def story(say: Say) -> None:
        assert "send start first" in (await say("stats"))["error"]

    talk(story)
