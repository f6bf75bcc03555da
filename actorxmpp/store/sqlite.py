"""Sessions kept in one SQLite file (stdlib ``sqlite3``), written by one thread of its own.

Rules: the loop never touches the file. What is saved while the thread is busy is written together
in one transaction, so that ten thousand sessions cost no ten thousand commits. Unacknowledged
stanzas are rows of their own, numbered as the server counts them: a save writes the new ones
and deletes those that were acknowledged, however many there are.

WAL with ``synchronous=NORMAL``: a commit survives the death of the process; the death of the
machine may cost the last moments.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from actorxmpp.protocol.smactions import SmSnapshot
from actorxmpp.store.base import RosterSnapshot, StoredItem, StoredSession, StoreError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["SqliteStore"]

VERSION: Final = 1
"""Of the tables; a file with another one is refused."""

MODULUS: Final = 2**32
"""XEP-0198 counts modulo this."""

_TABLES: Final = """
CREATE TABLE IF NOT EXISTS session (
    id TEXT PRIMARY KEY,
    saved_at REAL NOT NULL,
    mechanism TEXT NOT NULL,
    previd TEXT,
    handled INTEGER,
    acked INTEGER,
    max_seconds INTEGER,
    location TEXT,
    jid TEXT
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS roster (
    id TEXT PRIMARY KEY,
    version TEXT NOT NULL,
    items TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS unacked (
    id TEXT NOT NULL,
    number INTEGER NOT NULL,
    stanza BLOB NOT NULL,
    PRIMARY KEY (id, number)
) WITHOUT ROWID;
"""

_SAVE: Final = "INSERT OR REPLACE INTO session VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
_LOAD_ROSTER: Final = "SELECT version, items FROM roster WHERE id = ?"
_LOAD: Final = "SELECT * FROM session WHERE id = ?"


class SqliteStore:
    """A ``SessionStore`` in a file.

    Args:
        path: the file; made with mode 0600 if it isn't there. Its folder must exist.
    """

    def __init__(self, path: str | Path) -> None:
        self._path = Path(path)
        self._database: sqlite3.Connection | None = None
        self._thread: ThreadPoolExecutor | None = None
        self._saves: dict[str, tuple[StoredSession, list[asyncio.Future[None]]]] = {}
        self._writer: asyncio.Task[None] | None = None
        # What the file holds of each session: its previd, the number of the first unacknowledged
        # stanza and of the one after the last. Used by the thread alone.
        self._held: dict[str, tuple[str, int, int]] = {}
        self._rosters: dict[str, RosterSnapshot | None] = {}

    # SessionStore

    async def load(self, session_id: str) -> StoredSession | None:
        """Return what was saved last, or None."""
        found: StoredSession | None = await self._in_thread(self._load, session_id)
        return found

    async def save(self, session_id: str, session: StoredSession) -> None:
        """Keep a session; done when it is in the file."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()
        _, waiting = self._saves.get(session_id, (session, []))
        waiting.append(future)
        self._saves[session_id] = session, waiting
        if self._writer is None or self._writer.done():
            self._writer = loop.create_task(self._write())
        await future

    async def remove(self, session_id: str) -> None:
        """Forget a session."""
        await self._in_thread(self._remove, session_id)

    async def close(self) -> None:
        """Write what is being saved and close the file."""
        if self._writer is not None:
            await asyncio.wait([self._writer])
        if self._thread is not None:
            await self._in_thread(self._close)
            self._thread.shutdown(wait=False)
            self._thread = None

    # on the loop

    async def _in_thread(self, function: Callable[..., Any], *args: Any) -> Any:
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, thread_name_prefix="actorxmpp-store")
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._thread, function, *args)
        except (sqlite3.Error, OSError) as error:
            raise StoreError(f"{self._path}: {error}") from error

    async def _write(self) -> None:
        while self._saves:
            saves, self._saves = self._saves, {}
            sessions = {name: session for name, (session, _) in saves.items()}
            error: BaseException | None = None
            try:
                await self._in_thread(self._save_all, sessions)
            except StoreError as failure:
                error = failure
            for _, futures in saves.values():
                for future in futures:
                    if future.done():
                        continue
                    if error is None:
                        future.set_result(None)
                    else:
                        future.set_exception(error)

    # in the thread

    def _open(self) -> sqlite3.Connection:
        if self._database is None:
            # SQLite gives its -wal and -shm files the mode of the file itself.
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600))
            self._path.chmod(0o600)
            database = sqlite3.connect(self._path, isolation_level=None)
            try:
                self._prepare(database)
            except BaseException:
                database.close()
                raise
            self._database = database
        return self._database

    def _prepare(self, database: sqlite3.Connection) -> None:
        found = database.execute("PRAGMA user_version").fetchone()[0]
        if found not in (0, VERSION):
            raise StoreError(f"{self._path}: tables of version {found}, this is {VERSION}")
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=NORMAL")
        database.executescript(_TABLES)
        database.execute(f"PRAGMA user_version={VERSION}")

    def _close(self) -> None:
        if self._database is not None:
            self._database.close()
            self._database = None
        self._held.clear()
        self._rosters.clear()

    def _save_all(self, sessions: dict[str, StoredSession]) -> None:
        database = self._open()
        database.execute("BEGIN IMMEDIATE")
        try:
            for session_id, session in sessions.items():
                self._save(database, session_id, session)
            database.execute("COMMIT")
        except BaseException:
            for session_id in sessions:
                self._held.pop(session_id, None)
                self._rosters.pop(session_id, None)
            with contextlib.suppress(sqlite3.Error):
                database.execute("ROLLBACK")
            raise

    def _save(self, database: sqlite3.Connection, session_id: str, session: StoredSession) -> None:
        sm = session.sm
        columns: tuple[Any, ...] = (None,) * 6
        if sm is not None:
            columns = (sm.previd, sm.handled, sm.acked, sm.max_seconds, sm.location, sm.jid)
        row = (session_id, session.saved_at, session.mechanism, *columns)
        database.execute(_SAVE, row)
        self._save_stanzas(database, session_id, sm)
        self._save_roster(database, session_id, session.roster)

    def _save_stanzas(
        self, database: sqlite3.Connection, session_id: str, sm: SmSnapshot | None
    ) -> None:
        previd, first, end = self._held.get(session_id, ("", -1, -1))
        wanted = 0 if sm is None else sm.acked
        last = wanted + (0 if sm is None else len(sm.unacked))
        if sm is None or sm.previd != previd or not first <= wanted <= end <= last:
            database.execute("DELETE FROM unacked WHERE id = ?", (session_id,))
            end = wanted
        elif wanted > first:
            database.execute(
                "DELETE FROM unacked WHERE id = ? AND number < ?", (session_id, wanted)
            )
        if sm is None:
            self._held.pop(session_id, None)
            return
        new = sm.unacked[end - wanted :]
        database.executemany(
            "INSERT INTO unacked VALUES (?, ?, ?)",
            [(session_id, number, data) for number, data in enumerate(new, end)],
        )
        self._held[session_id] = sm.previd, wanted, last

    def _save_roster(
        self, database: sqlite3.Connection, session_id: str, roster: RosterSnapshot | None
    ) -> None:
        if session_id in self._rosters and self._rosters[session_id] is roster:
            return  # the same object: nothing has changed
        if roster is None:
            database.execute("DELETE FROM roster WHERE id = ?", (session_id,))
        else:
            row = (session_id, roster.version, _dump(roster))
            database.execute("INSERT OR REPLACE INTO roster VALUES (?, ?, ?)", row)
        self._rosters[session_id] = roster

    def _load(self, session_id: str) -> StoredSession | None:
        database = self._open()
        row = database.execute(_LOAD, (session_id,)).fetchone()
        if row is None:
            return None
        _, saved_at, mechanism, previd, handled, acked, seconds, location, jid = row
        sm = None
        if previd is not None:
            found = database.execute(
                "SELECT stanza FROM unacked WHERE id = ? ORDER BY number", (session_id,)
            )
            unacked = tuple(stanza for (stanza,) in found)
            sm = SmSnapshot(previd, handled, acked, unacked, seconds, location, jid)
        known = database.execute(_LOAD_ROSTER, (session_id,)).fetchone()
        roster = None if known is None else _read(*known)
        return StoredSession(sm, mechanism, roster, saved_at)

    def _remove(self, session_id: str) -> None:
        database = self._open()
        database.execute("BEGIN IMMEDIATE")
        database.execute("DELETE FROM unacked WHERE id = ?", (session_id,))
        database.execute("DELETE FROM roster WHERE id = ?", (session_id,))
        database.execute("DELETE FROM session WHERE id = ?", (session_id,))
        database.execute("COMMIT")
        self._held.pop(session_id, None)
        self._rosters.pop(session_id, None)

    def __repr__(self) -> str:
        return f"<SqliteStore {self._path}>"


def _dump(roster: RosterSnapshot) -> str:
    return json.dumps(
        [
            [item.jid, item.name, item.subscription, item.pending_out, list(item.groups)]
            for item in roster.items
        ]
    )


def _read(version: str, items: str) -> RosterSnapshot:
    rows = json.loads(items)
    return RosterSnapshot(
        version,
        tuple(
            StoredItem(jid, name, subscription, bool(pending), tuple(groups))
            for jid, name, subscription, pending, groups in rows
        ),
    )
