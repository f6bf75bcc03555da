"""Writes a session to its store before the network gets what it is about.

A stanza counts as sent once the store has it: a process that is killed afterwards finds it there
and sends it again if the server has not had it. The same holds for acknowledgements: the server
forgets what was acknowledged, so the count must have been stored before.

One write at a time; what comes meanwhile goes into the next one. A store that fails costs no
stanza: the session goes on as without a store, and says so.

Where it stands: a part of the parser actor, which alone uses it.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any

from actorxmpp.store import StoredSession

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from actorxmpp.actors.rolestate import RoleState
    from actorxmpp.protocol.stream import Stream
    from actorxmpp.store import SessionStore

__all__ = ["SessionWriter"]

logger = logging.getLogger(__name__)


class SessionWriter:
    """The writing, and the one reading, of one session.

    Args:
        store: where to.
        stream: the session's stream.
        roles: its role.
        create_task: runs a coroutine of the owner.
        failed: called with the error when the store begins to fail.
    """

    __slots__ = ("_busy", "_create_task", "_dirty", "_failed", "_failing", "_pending",
                 "_roles", "_store", "_stream")  # fmt: skip

    def __init__(
        self,
        store: SessionStore,
        stream: Stream,
        roles: RoleState,
        create_task: Callable[[Coroutine[Any, Any, None]], object],
        failed: Callable[[Exception], None],
    ) -> None:
        self._store = store
        self._stream = stream
        self._roles = roles
        self._create_task = create_task
        self._failed = failed
        self._pending: list[tuple[Callable[..., object], tuple[Any, ...]]] = []
        self._dirty = self._busy = self._failing = False

    def then(self, function: Callable[..., object], *args: Any) -> None:
        """Store the session, then call something."""
        self._pending.append((function, args))
        self.note()

    def note(self) -> None:
        """Store the session soon."""
        self._dirty = True
        if not self._busy:
            self._busy = True
            self._create_task(self._run())

    async def _run(self) -> None:
        try:
            while self._dirty:
                self._dirty = False
                batch, self._pending = self._pending, []
                await self._save()
                for function, args in batch:
                    function(*args)
        finally:
            self._busy = False

    async def _save(self) -> None:
        stream, role = self._stream, self._roles.role
        roster = None if role is None else role.roster_snapshot()
        stored = StoredSession(stream.snapshot(), stream.mechanism, roster, time.time())
        try:
            await self._store.save(stream.session_id, stored)
        except Exception as error:
            if not self._failing:
                logger.exception("%s: the session can't be stored", stream.session_id)
                self._failed(error)
            self._failing = True
        else:
            self._failing = False

    async def load(self, now: float) -> StoredSession | None:
        """Take up what the store has of the session; None if there is nothing, or it fails.

        Args:
            now: the time by the stream's clock.
        """
        stream = self._stream
        try:
            stored = await self._store.load(stream.session_id)
        except Exception as error:
            logger.exception("%s: the stored session can't be read", stream.session_id)
            self._failed(error)
            return None
        if stored is None:
            stream.restore(None, "", now)
        else:
            age = max(0.0, time.time() - stored.saved_at)
            stream.restore(stored.sm, stored.mechanism, now - age)
        return stored
