"""Writes a session to its store before the network gets what it is about.

A stanza counts as sent once the store has it: a process that is killed afterwards finds it there
and sends it again if the server has not had it. The same holds for acknowledgements: the server
forgets what was acknowledged, so the count must have been stored before.

One write at a time; what comes meanwhile goes into the next one. A store that fails costs no
stanza: the session goes on as without a store, and says so.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any

from actorxmpp.store import StoredSession

if TYPE_CHECKING:
    from collections.abc import Callable

    from actorxmpp.actors.context import SessionContext
    from actorxmpp.actors.parser import ParserActor
    from actorxmpp.store import SessionStore
    from supervisors import Address

__all__ = ["Journal", "load_session", "take"]

logger = logging.getLogger(__name__)


class Journal:
    """The writing of one session, by its parser."""

    __slots__ = ("_busy", "_dirty", "_failing", "_parser", "_pending", "_store")

    def __init__(self, parser: ParserActor, store: SessionStore) -> None:
        self._parser = parser
        self._store = store
        self._pending: list[tuple[Address, Any]] = []
        self._dirty = False
        self._busy = False
        self._failing = False

    def tell(self, address: Address, message: Any) -> None:
        """Store the session, then tell somebody something."""
        self._pending.append((address, message))
        self.note()

    def note(self) -> None:
        """Store the session soon."""
        self._dirty = True
        if not self._busy:
            self._busy = True
            self._parser.create_task(self._run(), name="journal")

    async def _run(self) -> None:
        context = self._parser.context
        try:
            while self._dirty:
                self._dirty = False
                batch, self._pending = self._pending, []
                await self._save(context)
                for address, message in batch:
                    address.tell(message)
        finally:
            self._busy = False

    async def _save(self, context: SessionContext) -> None:
        try:
            await self._store.save(context.spec.id, take(context))
        except Exception as error:
            if not self._failing:
                logger.exception("%s: the session can't be stored", context.spec.id)
                self._parser.raise_event("store_failed", error)
            self._failing = True
        else:
            self._failing = False


async def load_session(
    context: SessionContext, now: float, raise_event: Callable[[str, Any], None]
) -> None:
    """Take up what the store has of a session, once, before the first attempt to connect."""
    store = context.settings.store
    if store is None or context.store_loaded:
        return
    context.store_loaded = True
    try:
        stored = await store.load(context.spec.id)
    except Exception as error:
        logger.exception("%s: the stored session can't be read", context.spec.id)
        raise_event("store_failed", error)
        return
    if stored is not None:
        context.restore(stored, now)


def take(context: SessionContext) -> StoredSession:
    """Collect what a new process needs to take the session up."""
    role = context.role
    snapshot = None if context.sm is None else context.sm.snapshot()
    roster = None if role is None else role.roster_snapshot()
    return StoredSession(snapshot, context.mechanism, roster, time.time())
