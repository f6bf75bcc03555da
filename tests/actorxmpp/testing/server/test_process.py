"""`EmbeddedServer`: the server in its own process, on loopback, over restarts and deaths."""

from __future__ import annotations

import asyncio
import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

from actorxmpp.net.tcp import connect
from actorxmpp.testing.server import EmbeddedServer, EmbeddedServerError


@pytest.fixture
def visit(new_peer: Any) -> Any:
    """Connect and log in at a server."""

    async def enter(server: EmbeddedServer, user: str, resource: str | None = "r") -> Any:
        peer = new_peer(server.ca_file)
        peer.connection = await connect(server.host, server.port, peer)
        await peer.log_in(user, resource)
        return peer

    return enter


def read(path: str) -> bytes:
    return Path(path).read_bytes()


def run(story: Coroutine[Any, Any, None]) -> None:
    async def tell() -> None:
        async with asyncio.timeout(180):
            await story

    asyncio.run(tell())


def test_a_client_logs_in_and_is_counted(visit: Any) -> None:
    async def story() -> None:
        async with EmbeddedServer(auto_accounts="secret") as server:
            assert server.running
            peer = await visit(server, "anybody")
            await peer.say("<presence/>", until="<presence")
            stats = await server.stats()
            assert (stats["sessions"], stats["logins"], stats["messages_routed"]) == (1, 1, 0)
            assert stats["rss_kib"] > 0
            assert stats["cpu_s"] > 0
        assert not server.running
        assert "<system-shutdown " in await peer.ended()

    run(story())


def test_an_account_added_later_can_log_in(visit: Any) -> None:
    async def story() -> None:
        async with EmbeddedServer() as server:
            await server.add_account("romeo", "secret")
            peer = await visit(server, "romeo")
            peer.connection.abort()

    run(story())


def test_connections_are_cut_hard(visit: Any) -> None:
    async def story() -> None:
        async with EmbeddedServer(auto_accounts="secret") as server:
            peers = {f"user{n}@localhost/r": await visit(server, f"user{n}") for n in range(4)}
            for peer in peers.values():
                peer.text = ""
            cut = await server.cut_jids(2)
            assert len(set(cut)) == 2
            for jid in cut:
                assert await peers.pop(jid).ended() == ""
            left = next(iter(peers))
            assert await server.cut_jids(5, jid=left) == [left]
            assert await server.cut(9) == 1
            assert (await server.stats())["sessions"] == 0
            assert (await server.stats())["connections_cut"] == 4

    run(story())


def test_a_session_that_was_cut_is_resumed(visit: Any, new_peer: Any) -> None:
    async def story() -> None:
        async with EmbeddedServer(auto_accounts="secret", resume_seconds=60) as server:
            peer = await visit(server, "romeo")
            answer = await peer.say("<enable xmlns='urn:xmpp:sm:3' resume='true'/>", until="/>")
            assert "max='60'" in answer
            previd = answer.partition(" id='")[2].partition("'")[0]
            assert await server.cut(5) == 1
            await peer.ended()
            stats = await server.stats()
            assert (stats["sessions"], stats["sessions_waiting"]) == (0, 1)
            assert await server.cut(5) == 0
            again = await visit(server, "romeo", None)
            resume = f"<resume xmlns='urn:xmpp:sm:3' previd='{previd}' h='0'/>"
            assert "<resumed " in await again.say(resume, until="/>")
            stats = await server.stats()
            assert (stats["sessions_waiting"], stats["resumptions"]) == (0, 1)

    run(story())


def test_a_seed_makes_the_choice_repeatable(visit: Any) -> None:
    async def story() -> None:
        chosen = []
        for _ in range(2):
            async with EmbeddedServer(auto_accounts="secret", seed=7) as server:
                for number in range(8):
                    await visit(server, f"user{number}")
                chosen.append(await server.cut_jids(3))
        assert chosen[0] == chosen[1]

    run(story())


def test_after_kill_and_start_it_is_the_same_server(visit: Any) -> None:
    async def story() -> None:
        async with EmbeddedServer(auto_accounts="secret") as server:
            await server.add_account("romeo", "secret")
            before = (server.port, server.component_port, server.ca_file, server.pid)
            ca = read(server.ca_file)
            peer = await visit(server, "romeo")
            peer.text = ""
            server.kill()
            assert not server.running
            assert await peer.ended() == ""
            with pytest.raises(EmbeddedServerError, match="not running"):
                await server.stats()
            await server.start()
            after = (server.port, server.component_port, server.ca_file, server.pid)
            assert after[:3] == before[:3]
            assert after[3] != before[3]
            assert read(server.ca_file) == ca
            await visit(server, "romeo")
            await server.restart()
            await visit(server, "romeo")

    run(story())


def test_a_second_start_is_refused() -> None:
    async def story() -> None:
        async with EmbeddedServer() as server:
            with pytest.raises(EmbeddedServerError, match="running already"):
                await server.start()

    run(story())


def test_a_start_that_fails_says_why() -> None:
    async def story() -> None:
        async with EmbeddedServer() as server:
            other = EmbeddedServer(port=server.port)
            with pytest.raises(EmbeddedServerError, match=str(server.port)):
                await other.start()
            assert not other.running
            await other.close()
            with pytest.raises(EmbeddedServerError, match="domain: "):
                await EmbeddedServer("not a domain").start()

    run(story())


def test_a_refused_command_says_why() -> None:
    async def story() -> None:
        async with EmbeddedServer() as server:
            with pytest.raises(EmbeddedServerError, match="user: "):
                await server.add_account("a@b", "secret")
            with pytest.raises(EmbeddedServerError, match="jid: "):
                await server.add_component("localhost", "secret")

    run(story())


def test_when_the_process_dies_waiting_calls_fail() -> None:
    async def story() -> None:
        async with EmbeddedServer() as server:
            assert server.pid is not None
            os.kill(server.pid, signal.SIGSTOP)
            call = asyncio.create_task(server.stats())
            await asyncio.sleep(0)
            os.kill(server.pid, signal.SIGKILL)
            with pytest.raises(EmbeddedServerError, match="ended with code -9"):
                await call
            assert not server.running

    run(story())


def test_it_ends_with_its_parent() -> None:
    """A parent that dies without a word leaves neither process nor files."""
    program = (
        "import asyncio, os, signal\n"
        "from actorxmpp.testing.server import EmbeddedServer\n"
        "async def main():\n"
        "    server = EmbeddedServer()\n"
        "    await server.start()\n"
        "    print(server.pid, server.ca_file, flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "asyncio.run(main())\n"
    )
    root = Path(__file__).resolve().parents[4]
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, cwd=root, text=True
    ) as parent:
        assert parent.stdout is not None
        pid, ca_file = parent.stdout.readline().split()
        # the child holds the other end of stderr only: wait for its end by its own process
    wait_for_end(int(pid))
    assert not Path(ca_file).parent.exists()


def wait_for_end(pid: int) -> None:
    """Return when a process that isn't ours is gone."""
    try:
        watch = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        assert select.select([watch], [], [], 60)[0], f"process {pid} is still there"
    finally:
        os.close(watch)


def test_the_server_loads_no_actors() -> None:
    program = (
        "import sys, json, actorxmpp.testing.server.__main__\n"
        "print(json.dumps(sorted(set(sys.modules) & {'pykka', 'supervisors', 'aiohttp'})))\n"
    )
    root = Path(__file__).resolve().parents[4]
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, cwd=root
    )
    assert json.loads(done.stdout) == []


def test_channel_binding_is_offered_when_asked_for(new_peer: Any) -> None:
    async def story() -> None:
        async with EmbeddedServer(auto_accounts="secret", channel_binding=True) as server:
            peer = new_peer(server.ca_file)
            peer.connection = await connect(server.host, server.port, peer)
            await peer.say(peer.header, until="</stream:features>")
            offer = await peer.secure()
            assert "<mechanism>SCRAM-SHA-256-PLUS</mechanism>" in offer
            assert "tls-server-end-point" in offer
            binding = peer.connection.tls.server_end_point
            assert "<bind " in await peer.authenticate(
                "romeo", "secret", "SCRAM-SHA-256-PLUS", "p=tls-server-end-point,,", binding
            )
            peer.connection.abort()

    run(story())
