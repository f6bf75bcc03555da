"""What stands next to an actor under test: addresses that record, a connection, a role."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from actorxmpp.actors import messages as m
from actorxmpp.actors.rolestate import RoleState
from actorxmpp.net.errors import ConnectionClosed, NetError
from actorxmpp.settings import SessionSettings
from supervisors import kill, shutdown
from supervisors.testing import run_until_idle


class Neighbour:
    """An address, and the ref behind it, that keeps what it is told.

    Args:
        log: a list several may share: gets (name, message).
        name: how it signs there.
        roles: whose notices it takes out when it is told that one waits.
    """

    def __init__(
        self,
        log: list[tuple[str, Any]] | None = None,
        name: str = "",
        roles: RoleState | None = None,
    ) -> None:
        self.told: list[Any] = []
        self._roles = roles
        self.asked: list[Any] = []
        self._log = log
        self._name = name

    def tell(self, message: Any) -> bool:
        if message is m.NOTICE_WAITS and self._roles is not None:
            message = self._roles.next_notice()
        self.told.append(message)
        if self._log is not None:
            self._log.append((self._name, message))
        return True

    def ask(self, message: Any) -> asyncio.Future[Any]:
        self.asked.append(message)
        done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        done.set_result(None)
        return done

    @property
    def ref(self) -> Neighbour:
        return self

    def kinds(self) -> list[str]:
        """The names of what it was told."""
        return [type(message).__name__ for message in self.told]

    def of(self, kind: type) -> list[Any]:
        """What it was told of one kind."""
        return [message for message in self.told if isinstance(message, kind)]

    def take(self) -> list[Any]:
        """What it was told since the last call."""
        told, self.told = self.told, []
        return told


class Socket:
    """A connection; what is written leaves at once, unless ``stuck``."""

    def __init__(self) -> None:
        self.tls: Any = None
        self.written = b""
        self.calls: list[str] = []
        self.stuck = self.closing = False
        self.flushed = 0
        self.upgrade: Any = None
        self.upgrades: list[str] = []

    def write(self, data: bytes) -> None:
        if self.closing:
            raise ConnectionClosed("the connection is closing")
        self.written += data

    def all_left(self) -> bool:
        return not self.stuck

    def flush(self) -> None:
        self.flushed = len(self.written)

    def abort(self) -> None:
        self.closing = True
        self.calls.append("abort")

    def close(self) -> None:
        self.closing = True
        self.calls.append("close")

    def pause_reading(self) -> None:
        self.calls.append("pause")

    def resume_reading(self) -> None:
        self.calls.append("resume")

    async def start_tls(self, _context: Any, server_name: str) -> Any:
        self.upgrades.append(server_name)
        if isinstance(self.upgrade, NetError):
            raise self.upgrade
        return self.upgrade


class Role:
    """A role as the dispatcher and the parser see it; keeps what it was told."""

    def __init__(self, settings: SessionSettings | None = None) -> None:
        self.settings = settings or SessionSettings()
        self.filters_in: list[Callable[[Any], Any]] = []
        self.calls: list[tuple[Any, ...]] = []
        self.builtin: Callable[[Any], bool] = lambda _stanza: False

    def __getattr__(self, name: str) -> Callable[..., None]:
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *args: self.calls.append((name, *args))

    def filter_in(self, stanza: Any) -> Any:
        for function in self.filters_in:
            stanza = function(stanza)
        return stanza

    def handle_builtin(self, stanza: Any) -> bool:
        return self.builtin(stanza)

    def roster_snapshot(self) -> None:
        return None

    def names(self) -> list[str]:
        """What was called, in order."""
        return [call[0] for call in self.calls]


class Unknown:
    """A message nobody knows: a bug, which makes an actor crash."""


async def crash(ref: Any) -> None:
    ref.tell(Unknown())
    await run_until_idle()


async def stop(ref: Any) -> None:
    ref.stop(block=False)
    await run_until_idle()


async def killed(ref: Any) -> None:
    kill(ref)
    await run_until_idle()


async def shut_down(ref: Any) -> None:
    await shutdown(ref)


ENDINGS: dict[str, Callable[[Any], Any]] = {
    "crash": crash,
    "stop": stop,
    "kill": killed,
    "shutdown": shut_down,
}
"""Every way in which an actor can end."""
