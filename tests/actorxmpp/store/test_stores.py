"""Both stores by the same rules, the file's own, and sessions over the end of a process."""

from __future__ import annotations

import asyncio
import sqlite3
import stat
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actorxmpp import ClientXMPP
from actorxmpp.protocol.backoff import FullJitter
from actorxmpp.protocol.smactions import SmSnapshot
from actorxmpp.store import (
    MemoryStore,
    RosterSnapshot,
    SessionStore,
    SqliteStore,
    StoredItem,
    StoredSession,
    StoreError,
)
from actorxmpp.testing import MemoryServer
from actorxmpp.testing.server.management import Management

DEADLINE = 60.0
QUERY = "{jabber:iq:roster}query"
SM = SmSnapshot("id-1", 7, 3, (b"<message/>", b"<presence/>"), 600, "[::1]:5222", "a@b/c")
ROSTER = RosterSnapshot("v1", (StoredItem("j@b", "J\u00fclia", "both", False, ("x", "y")),))
SESSION = StoredSession(SM, "SCRAM-SHA-256-PLUS", ROSTER, 12.5)


def modes(folder: Path) -> list[int]:
    """The modes of all files in a folder."""
    return [stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()]


def run(main: Coroutine[Any, Any, None]) -> None:
    async def limited() -> None:
        async with asyncio.timeout(DEADLINE):
            await main

    asyncio.run(limited())


async def until(condition: Callable[[], object]) -> None:
    while not condition():  # noqa: ASYNC110  what is waited for has no event of its own
        await asyncio.sleep(0)


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> SessionStore:
    return MemoryStore() if request.param == "memory" else SqliteStore(tmp_path / "sessions.db")


def test_what_is_saved_is_loaded(store: SessionStore) -> None:
    async def main() -> None:
        assert await store.load("a@b") is None
        await store.save("a@b", SESSION)
        await store.save("c@d", StoredSession(None, saved_at=1.0))
        assert await store.load("a@b") == SESSION
        assert await store.load("c@d") == StoredSession(None, saved_at=1.0)
        await store.remove("a@b")
        await store.remove("nobody@b")
        assert await store.load("a@b") is None
        await store.close()

    run(main())


def test_the_file_survives_and_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "sessions.db"

    async def main() -> None:
        first = SqliteStore(path)
        await first.save("a@b", SESSION)
        assert set(modes(tmp_path)) == {0o600}
        await first.close()
        second = SqliteStore(path)
        assert await second.load("a@b") == SESSION
        later = replace(SM, acked=4, unacked=(b"<presence/>", b"<iq/>"))
        await second.save("a@b", replace(SESSION, sm=later))
        await second.close()
        third = SqliteStore(path)
        assert await third.load("a@b") == replace(SESSION, sm=later)
        await third.close()

    run(main())


def test_a_file_of_another_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "sessions.db"
    database = sqlite3.connect(path)
    database.execute("PRAGMA user_version=99")
    database.close()

    async def main() -> None:
        store = SqliteStore(path)
        with pytest.raises(StoreError, match="99"):
            await store.load("a@b")
        await store.close()

    run(main())


@pytest.mark.parametrize("name", ["nowhere/sessions.db", "."])
def test_a_file_that_cant_be_used_is_named(tmp_path: Path, name: str) -> None:
    async def main() -> None:
        store = SqliteStore(tmp_path / name)
        with pytest.raises(StoreError, match=str(tmp_path)):
            await store.load("a@b")
        with pytest.raises(StoreError, match=str(tmp_path)):
            await store.save("a@b", SESSION)
        await store.close()

    run(main())


STEPS = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 5), st.sampled_from(["id-1", "id-1", "id-2"])),
    max_size=12,
)


@settings(max_examples=40, deadline=None)
@given(steps=STEPS, start=st.sampled_from([0, 2**32 - 4]))
def test_the_file_follows_any_course_of_sending_and_acknowledging(
    steps: list[tuple[int, int, str]], start: int
) -> None:
    """Rows are written and deleted by difference; the result is as if all were written anew."""
    import tempfile

    async def main(folder: str) -> None:
        store = SqliteStore(Path(folder) / "sessions.db")
        unacked: list[bytes] = []
        acked, made, previd = start, 0, "id-1"
        for sent, confirmed, name in steps:
            if name != previd:
                previd, acked, unacked = name, 0, []
            unacked += [b"<m%d/>" % (made + n) for n in range(sent)]
            made += sent
            confirmed = min(confirmed, len(unacked))
            unacked = unacked[confirmed:]
            acked = (acked + confirmed) % 2**32
            session = StoredSession(SmSnapshot(previd, 0, acked, tuple(unacked)), saved_at=1.0)
            await store.save("a@b", session)
            assert await store.load("a@b") == session
        await store.close()

    with tempfile.TemporaryDirectory() as folder:
        run(main(folder))


def test_saves_of_many_sessions_are_written_together(tmp_path: Path) -> None:
    async def main() -> None:
        store = SqliteStore(tmp_path / "sessions.db")
        await asyncio.gather(*(store.save(f"u{n}@b", SESSION) for n in range(200)))
        found = await asyncio.gather(*(store.load(f"u{n}@b") for n in range(200)))
        assert all(session == SESSION for session in found)
        await store.close()

    run(main())


# sessions


class Bot(ClientXMPP):
    """Writes down what happens."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__("romeo@localhost/orchard", "secret", **kwargs)
        self.register_plugin("xep_0198")
        self.log: list[str] = []
        self.received: list[str] = []
        for name in ("session_resumed", "session_start", "sm_failed", "store_failed"):
            self.add_event_handler(name, lambda _, name=name: self.log.append(name))
        self.add_event_handler("message", lambda msg: self.received.append(msg["body"]))


async def on_a_server(story: Callable[[MemoryServer], Coroutine[Any, Any, None]]) -> None:
    """Let a story happen on a server that sends nothing on."""
    async with MemoryServer(tls=False) as server:
        server.faults.drop_stanzas = True
        await story(server)


def session(server: MemoryServer) -> Management:
    """Return what the server counts of its only session."""
    (management,) = server.sessions.values()
    return management


def bot_for(server: MemoryServer, store: SessionStore) -> Bot:
    quick = FullJitter(base=0.001, cap=0.002, slow_from=0.001)
    return Bot(settings=server.settings(store=store, backoff=quick))


def test_a_new_process_resumes_and_sends_what_was_not_acknowledged(store: SessionStore) -> None:
    async def main(server: MemoryServer) -> None:
        first = bot_for(server, store)
        first.connect()
        await until(lambda: server.sessions)
        first.send_message("juliet@localhost", "0")
        await until(server.bodies)
        server.faults.lose_stanzas = True
        first.send_message("juliet@localhost", "1")
        server.send(b"<message from='a@b'><body>in</body></message>")
        await until(lambda: first.received)
        server.write(b"<r xmlns='urn:xmpp:sm:3'/>")
        await until(lambda: not session(server).unacked)
        # The process is killed: from here on nothing of it runs.
        first.abort()
        await until(lambda: not server.state.streams)
        server.faults.lose_stanzas = False
        second = bot_for(server, store)
        second.connect()
        await until(lambda: len(server.handled) == 2)
        assert server.bodies() == ["0", "1"]
        await until(lambda: second.sessionstarted)
        assert second.log == ["session_resumed", "session_start"]
        assert second.received == []
        await second.disconnect()
        await store.close()

    run(on_a_server(main))


def test_a_new_process_whose_session_is_gone_reports_and_begins_anew(store: SessionStore) -> None:
    async def main(server: MemoryServer) -> None:
        first = bot_for(server, store)
        first.connect()
        await until(lambda: server.sessions)
        server.faults.lose_stanzas = True
        first.send_message("juliet@localhost", "lost?")
        await until(lambda: first.session.stream.sm.unacked)  # type: ignore[union-attr]
        stored = None
        while stored is None or stored.sm is None or not stored.sm.unacked:
            await asyncio.sleep(0)
            stored = await store.load("romeo@localhost/orchard")
        first.abort()
        await until(lambda: not server.state.streams)
        server.forget()
        second = bot_for(server, store)
        lost: list[str] = []
        second.add_event_handler("stanza_not_sent", lambda stanza: lost.append(stanza["body"]))
        second.connect()
        await until(lambda: second.sessionstarted)
        assert lost == ["lost?"]
        assert second.log == ["sm_failed", "session_start"]
        await second.disconnect()
        await store.close()

    run(on_a_server(main))


def test_a_session_that_was_ended_in_order_is_not_resumed(store: SessionStore) -> None:
    async def main(server: MemoryServer) -> None:
        first = bot_for(server, store)
        first.connect()
        await until(lambda: server.sessions)
        await first.disconnect()
        second = bot_for(server, store)
        second.connect()
        await until(lambda: second.sessionstarted)
        assert second.log == ["session_start"]
        await second.disconnect()
        await store.close()

    run(on_a_server(main))


def test_a_roster_is_stored_and_only_changes_are_asked_for() -> None:
    async def main(server: MemoryServer) -> None:
        store = MemoryStore()
        server.state.features = "<ver xmlns='urn:xmpp:features:rosterver'/>"
        asked: list[str | None] = []

        def answer(element: Any) -> None:
            query = element.find(QUERY)
            if query is None or element.get("type") != "get":
                return
            asked.append(query.get("ver"))
            whole = (
                "<query xmlns='jabber:iq:roster' ver='v7'>"
                "<item jid='juliet@localhost' name='Juliet' subscription='both'>"
                "<group>Capulet</group></item></query>"
            )
            body = whole if query.get("ver") == "" else ""
            server.send(f"<iq type='result' id='{element.get('id')}'>{body}</iq>".encode())

        server.on_stanza = answer
        first = bot_for(server, store)
        first.connect()
        await until(lambda: server.sessions)
        await first.get_roster()
        await first.disconnect()
        second = bot_for(server, store)
        second.connect()
        await until(lambda: second.sessionstarted)
        await second.get_roster()
        assert asked == ["", "v7"]
        item = second.client_roster["juliet@localhost"]
        assert (item["name"], item["subscription"], item["groups"]) == (
            "Juliet",
            "both",
            ["Capulet"],
        )
        await second.disconnect()

    run(on_a_server(main))


class BrokenStore(MemoryStore):
    """Can't write."""

    async def save(self, session_id: str, session: StoredSession) -> None:
        raise StoreError("the disk is full")


def test_a_store_that_fails_costs_no_stanza() -> None:
    async def main(server: MemoryServer) -> None:
        bot = bot_for(server, BrokenStore())
        bot.connect()
        await until(lambda: server.sessions)
        for number in range(20):
            bot.send_message("juliet@localhost", str(number))
        await until(lambda: len(server.handled) == 20 and "store_failed" in bot.log)
        assert bot.log.count("store_failed") == 1
        await bot.disconnect()

    run(on_a_server(main))
