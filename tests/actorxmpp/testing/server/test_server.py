"""One server in this process, on loopback: start, stop, what is cut, what is counted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from actorxmpp.net.errors import NetError
from actorxmpp.net.tcp import connect
from actorxmpp.testing.server import server as module
from actorxmpp.testing.server.server import Server
from actorxmpp.testing.server.settings import Settings, SettingsError

ENABLE = "<enable xmlns='urn:xmpp:sm:3' resume='true'/>"


def run(story: Callable[[Server], Coroutine[Any, Any, None]], **settings: Any) -> None:
    async def main() -> None:
        async with asyncio.timeout(120):
            server = Server(Settings(**{"auto_accounts": "secret", **settings}))
            await server.start()
            try:
                await story(server)
            finally:
                await server.stop()

    asyncio.run(main())


@pytest.fixture
def enter(new_peer: Any) -> Any:
    """Connect, and log in unless there is no user."""

    async def enter(server: Server, user: str = "", resource: str = "r") -> Any:
        peer = new_peer(str(server.ca_file))
        peer.connection = await connect("127.0.0.1", server.port, peer)
        if user:
            await peer.log_in(user, resource)
        return peer

    return enter


@pytest.mark.parametrize("domain", ["a@b", "a/b", "not a domain"])
def test_a_domain_that_is_none_is_refused(domain: str) -> None:
    with pytest.raises(SettingsError, match="domain: "):
        Server(Settings(domain=domain))


def test_before_its_start_there_is_nothing() -> None:
    server = Server(Settings())
    with pytest.raises(AssertionError, match="not started"):
        _ = server.state
    with pytest.raises(AssertionError, match="not started"):
        _ = server.ca_file


def test_it_stops_in_good_order_and_leaves_no_files(enter: Any) -> None:
    async def story(server: Server) -> None:
        peer = await enter(server, "romeo")
        folder = Path(server.ca_file).parent
        await server.stop()
        assert "<system-shutdown " in await peer.ended()
        assert not folder.exists()
        with pytest.raises(NetError):
            await enter(server)

    run(story)


def test_a_folder_that_was_given_stays(tmp_path: Path) -> None:
    async def story(server: Server) -> None:
        await server.stop()
        assert server.ca_file.is_file()

    run(story, folder=tmp_path)


def test_connections_beyond_the_limit_are_sent_away(
    enter: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_CONNECTIONS", 1)

    async def story(server: Server) -> None:
        first = await enter(server)
        second = await enter(server)
        assert "<resource-constraint " in await second.ended()
        assert not first.is_over

    run(story)


@pytest.mark.parametrize(
    ("count", "jid", "cut"),
    [
        (9, None, ["juliet@localhost/r", "romeo@localhost/1", "romeo@localhost/2"]),
        (9, "romeo@localhost", ["romeo@localhost/1", "romeo@localhost/2"]),
        (9, "romeo@localhost/2", ["romeo@localhost/2"]),
        (0, None, []),
        (9, "nobody@localhost", []),
    ],
)
def test_what_is_cut(enter: Any, count: int, jid: str | None, cut: list[str]) -> None:
    async def story(server: Server) -> None:
        for user, resource in (("romeo", "1"), ("romeo", "2"), ("juliet", "r")):
            await enter(server, user, resource)
        assert server.cut(count, jid) == cut
        assert server.stats()["connections_cut"] == len(cut)

    run(story)


def test_what_is_counted(enter: Any) -> None:
    async def story(server: Server) -> None:
        peer = await enter(server, "romeo")
        await peer.say(ENABLE, until="/>")
        await enter(server, "juliet")
        stats = server.stats()
        assert (stats["sessions"], stats["sessions_waiting"], stats["logins"]) == (2, 0, 2)
        assert stats["keys_derived"] == 2
        assert server.cut(9, "romeo@localhost") == ["romeo@localhost/r"]
        stats = server.stats()
        assert (stats["sessions"], stats["sessions_waiting"]) == (1, 1)
        assert server.cut(9) == ["juliet@localhost/r"]

    run(story)


@pytest.mark.parametrize(("offered", "seconds"), [(True, 60), (True, 0), (False, 60)])
def test_stream_management_is_as_set(enter: Any, offered: bool, seconds: float) -> None:
    async def story(server: Server) -> None:
        peer = await enter(server)
        features = await peer.log_in("romeo", None)
        assert ("<sm " in features) == offered
        await peer.bind("r")
        answer = await peer.say(ENABLE, until="/>")
        assert (f"max='{seconds}'" in answer) == (seconds > 0)

    run(story, stream_management=offered, resume_seconds=seconds)
