"""Where sessions are kept over the end of a process: one interface, in memory and in SQLite.

Not on a stanza's path by itself: the parser's journal (``actorxmpp/actors/journal.py``) saves a
session before the network gets what is new in it, and the transport loads it before the first
connection.

Rules: no password is ever stored. What is stored lets its reader take over the session and read
the unacknowledged stanzas, so it is kept as a secret: files with mode 0600.
"""

from __future__ import annotations

from actorxmpp.store.base import (
    RosterSnapshot,
    SessionStore,
    StoredItem,
    StoredSession,
    StoreError,
)
from actorxmpp.store.memory import MemoryStore
from actorxmpp.store.sqlite import SqliteStore

__all__ = [
    "MemoryStore",
    "RosterSnapshot",
    "SessionStore",
    "SqliteStore",
    "StoreError",
    "StoredItem",
    "StoredSession",
]
