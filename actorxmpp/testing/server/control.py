"""The control protocol: one JSON object a line on stdin, one answer a line on stdout.

A command has an ``id`` (given back with its answer), the name of what to ``do``, and its fields::

    {"id": 1, "do": "start", "domain": "localhost", "auto_accounts": "secret", ...}
    {"id": 1, "ok": true, "port": 27031, "component_port": 18411, "ca_file": "/tmp/.../ca.pem"}
    {"id": 2, "do": "cut", "count": 3}
    {"id": 2, "ok": true, "jids": ["bot1@localhost/x", ...]}
    {"id": 3, "do": "add_account", "user": "romeo"}
    {"id": 3, "ok": false, "error": "password: expected a text that is not empty"}

``start`` comes first, with the fields of `Settings`: secrets so never stand on a command line. The
others are ``add_account`` (user, password), ``add_component`` (jid, secret), ``cut`` (count, jid),
``stats`` and ``stop``. Commands are answered in order, one at a time.
"""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any, Final

from actorxmpp.net.errors import NetError
from actorxmpp.testing.server.accounts import AccountError
from actorxmpp.testing.server.server import Server
from actorxmpp.testing.server.settings import Settings, SettingsError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

log = logging.getLogger(__name__)

_EXPECTED_ERRORS: Final = (AccountError, SettingsError, NetError, OSError)


class CommandError(Exception):
    """A command that can't be carried out; the message goes into its answer."""


class Control:
    """Carries out commands on the one server of this process.

    Attributes:
        server: the server, once started.
        stopped: whether the last command was to stop.
    """

    def __init__(self) -> None:
        self.server: Server | None = None
        self.stopped = False
        self._commands: dict[str, Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]] = {
            "start": self._start,
            "add_account": self._add_account,
            "add_component": self._add_component,
            "cut": self._cut,
            "stats": self._stats,
            "stop": self._stop,
        }

    async def handle(self, line: bytes) -> bytes:
        """Carry out one line and return the line to answer with."""
        number: object = None
        try:
            command = _decode(line)
            number = command.pop("id", None)
            reply = {"id": number, "ok": True, **await self._dispatch(command)}
        except (CommandError, *_EXPECTED_ERRORS) as error:
            reply = {"id": number, "ok": False, "error": str(error)}
        return json.dumps(reply).encode() + b"\n"

    async def close(self) -> None:
        """Stop the server, if it runs."""
        server, self.server = self.server, None
        if server is not None:
            await server.stop()

    async def _dispatch(self, command: dict[str, Any]) -> dict[str, Any]:
        name = command.pop("do", None)
        handler = self._commands.get(name) if isinstance(name, str) else None
        if handler is None:
            raise CommandError(f"do: {name!r} is none of {', '.join(self._commands)}")
        return await handler(command)

    async def _start(self, fields: dict[str, Any]) -> dict[str, Any]:
        if self.server is not None:
            raise CommandError("the server has started already")
        server = Server(Settings.from_json(fields))
        await server.start()
        self.server = server
        return {
            "port": server.port,
            "component_port": server.component_port,
            "ca_file": str(server.ca_file),
        }

    async def _add_account(self, fields: dict[str, Any]) -> dict[str, Any]:
        await self._running().accounts.add(_text(fields, "user"), _text(fields, "password"))
        return {}

    async def _add_component(self, fields: dict[str, Any]) -> dict[str, Any]:
        self._running().accounts.add_component(_text(fields, "jid"), _text(fields, "secret"))
        return {}

    async def _cut(self, fields: dict[str, Any]) -> dict[str, Any]:
        count = fields.get("count", 1)
        if type(count) is not int or count < 0:
            raise CommandError(f"count: expected a number of connections, got {count!r}")
        jid = _text(fields, "jid") if "jid" in fields else None
        return {"jids": self._running().cut(count, jid)}

    async def _stats(self, fields: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002 - has none
        return dict(self._running().stats())

    async def _stop(self, fields: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002 - has none
        await self.close()
        self.stopped = True
        return {}

    def _running(self) -> Server:
        if self.server is None:
            raise CommandError("the server has not started: send start first")
        return self.server


def _decode(line: bytes) -> dict[str, Any]:
    try:
        command = json.loads(line)
    except ValueError as error:
        raise CommandError(f"not JSON: {error}") from error
    if not isinstance(command, dict):
        raise CommandError("expected a JSON object")
    return command


def _text(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not value:
        raise CommandError(f"{name}: expected a text that is not empty")
    return value
