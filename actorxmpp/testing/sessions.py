"""Sessions for tests: started on a server in memory, ready when one has them, ended together."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from actorxmpp.basexmpp import BaseXMPP
from actorxmpp.clientxmpp import ClientXMPP
from actorxmpp.testing.memory import COMPONENT_PORT
from supervisors import shutdown

if TYPE_CHECKING:
    from collections.abc import Callable

    from actorxmpp.testing.memory import MemoryServer

__all__ = ["SessionFactory", "SessionNotStarted"]

PASSWORD = "secret"  # noqa: S105  what the server in memory takes from everybody

START_WITHIN = 20.0
"""Seconds a session gets to be established; a slow machine needs one or two."""


class SessionNotStarted(AssertionError):
    """A session of a test was not established; the text says why."""


class SessionFactory:
    """Starts sessions on a server in memory.

    Args:
        server: the server.
        loop: the loop it runs on.

    Attributes:
        roles: what was started, in order.
    """

    def __init__(self, server: MemoryServer, loop: asyncio.AbstractEventLoop) -> None:
        self.server = server
        self._loop = loop
        self.roles: list[BaseXMPP] = []

    async def __call__(
        self,
        bot: BaseXMPP | Callable[..., BaseXMPP] = ClientXMPP,
        jid: str = "tester@localhost/test",
        password: str = PASSWORD,
        *args: Any,
        **kwargs: Any,
    ) -> Any:
        """Start a session and wait until it is established.

        Args:
            bot: a class of bots or components, called with ``jid``, ``password`` and what follows;
                or an object that is not connected yet.
            jid: the account, or the component's address.
            password: the account's password or the component's secret.
            args: further arguments of the class.
            kwargs: keyword arguments of the class.

        Returns:
            The bot, with its session established.

        Raises:
            SessionNotStarted: if it is not established in time, or the server is another loop's.
        """
        if asyncio.get_running_loop() is not self._loop:
            raise SessionNotStarted(
                "the test runs on another loop than its server: is another plugin for asynchronous "
                "tests in charge? (pytest-asyncio: asyncio_mode = strict)"
            )
        role = bot if isinstance(bot, BaseXMPP) else bot(jid, password, *args, **kwargs)
        settings = self.server.settings()
        address = ("memory", COMPONENT_PORT) if role.is_component else None
        role.settings = replace(
            role.settings,
            tls=settings.tls,
            require_tls=settings.require_tls,
            connector=settings.connector,
            server=address,
        )
        self.roles.append(role)
        await self._established(role)
        return role

    async def _established(self, role: BaseXMPP) -> None:
        established: asyncio.Future[bool] = role.loop.create_future()

        def settle(is_up: bool) -> None:
            if not established.done():
                established.set_result(is_up)

        def gave_up(_data: Any) -> None:
            settle(False)

        with (
            role.event_handler("session_start", lambda _data: settle(True)),
            role.event_handler("parked", gave_up),
        ):
            role.connect()
            role.disconnected.add_done_callback(gave_up)
            done, _ = await asyncio.wait((established,), timeout=START_WITHIN)
        if not done or not established.result():
            status = role.session.status
            raise SessionNotStarted(
                f"{role.requested_jid} is {status.state.value}: {status.reason or 'no reason yet'}"
            )

    async def close(self) -> None:
        """End all sessions."""
        for role in self.roles:
            session = role.session.supervisor
            role.abort()
            if session is not None and session.is_alive():
                await shutdown(session)
        self.roles.clear()
