"""One embedded server: two listening ports and the state that their connections share."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import random
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from actorxmpp.net import tcp, tls
from actorxmpp.net.errors import NetError
from actorxmpp.testing.server.accounts import Accounts
from actorxmpp.testing.server.addresses import parse
from actorxmpp.testing.server.certificate import (
    CertificateFiles,
    ensure_certificate,
)
from actorxmpp.testing.server.client import ClientStream
from actorxmpp.testing.server.component import ComponentStream
from actorxmpp.testing.server.limits import CLOSE_SECONDS, MAX_CONNECTIONS
from actorxmpp.testing.server.machine import rss_kib
from actorxmpp.testing.server.management import ManagementOptions
from actorxmpp.testing.server.ports import candidates, lowest_outgoing
from actorxmpp.testing.server.sessions import WaitingStream
from actorxmpp.testing.server.settings import SettingsError
from actorxmpp.testing.server.state import ServerState

if TYPE_CHECKING:
    from collections.abc import Callable

    from actorxmpp.net.connection import Connection
    from actorxmpp.testing.server.settings import Settings
    from actorxmpp.testing.server.stream import Stream


class Server:
    """A server to be started and stopped once.

    Args:
        settings: what it serves and where.

    Attributes:
        accounts: who may log in; may be added to while it runs.
        state: everything its connections share.
        port: of client streams, once started.
        component_port: of component streams, once started.

    Raises:
        SettingsError: the domain isn't one.
    """

    def __init__(self, settings: Settings) -> None:
        domain = parse(settings.domain)
        if domain is None or domain.full != domain.domain:
            raise SettingsError(f"domain: {settings.domain!r} is not a domain")
        self._settings = settings
        self._domain = domain.domain
        self.accounts = Accounts(self._domain, salt_secret=settings.salt_secret or "")
        self.port = 0
        self.component_port = 0
        self.connections_cut = 0
        self._rng = random.Random(settings.seed)
        self._state: ServerState | None = None
        self._files: CertificateFiles | None = None
        self._listeners: list[tcp.Listener] = []

    @property
    def state(self) -> ServerState:
        """Return everything the connections share; there is one from `start` on."""
        assert self._state is not None, "the server has not started"
        return self._state

    @property
    def ca_file(self) -> Path:
        """Return the certificate authority that clients have to trust."""
        assert self._files is not None, "the server has not started"
        return self._files.ca_file

    async def start(self) -> None:
        """Make what is missing (certificate, keys), then listen.

        Raises:
            NetError: an address can't be listened on.
            OSError: the certificate can't be written.
            AccountError: an account or component of the settings isn't allowed.
        """
        settings = self._settings
        await self.accounts.add_all(
            settings.accounts, settings.components, settings.auto_accounts, settings.auto_components
        )
        folder = settings.folder or Path(tempfile.mkdtemp(prefix="actorxmpp-server-"))
        self._files = files = await asyncio.to_thread(ensure_certificate, folder, self._domain)
        context = await tls.server_context(str(files.chain_file), str(files.key_file))
        self._state = state = ServerState(
            self._domain,
            self.accounts,
            asyncio.get_running_loop(),
            tls=context,
            bindings=_bindings(context) if settings.channel_binding else None,
            rng=self._rng if settings.seed is not None else None,
            management=ManagementOptions(
                offered=settings.stream_management,
                resume_seconds=settings.resume_seconds,
                location=settings.location or "",
            ),
        )
        try:
            self.port = await self._listen(settings.port, lambda peer: ClientStream(peer, state))
            self.component_port = await self._listen(
                settings.component_port, lambda peer: ComponentStream(peer, state)
            )
        except NetError:
            await self.stop()
            raise

    async def stop(self) -> None:
        """End every stream with ``system-shutdown`` and stop listening. Safe to repeat."""
        listeners, self._listeners = self._listeners, []
        for listener in listeners:
            listener.close()
        if self._state is not None:
            await self._end_streams(self._state)
        if self._settings.folder is None:
            self.remove_certificate()

    def remove_certificate(self) -> None:
        """Remove the certificate's files."""
        if self._files is not None:
            self._files.remove()

    def cut(self, count: int, jid: str | None = None) -> list[str]:
        """Cut established connections hard, chosen at random; repeatable with a seed.

        Args:
            count: how many, clients and components alike.
            jid: choose only among those with this full or bare address.

        Returns:
            Their addresses.
        """
        chosen = [
            entry
            for entry in self.state.directory.established()
            if not isinstance(entry.stream, WaitingStream)
            and (jid is None or jid in {entry.jid, entry.jid.partition("/")[0]})
        ]
        if count < len(chosen):
            chosen = self._rng.sample(chosen, count)
        for entry in chosen:
            entry.stream.cut()
        self.connections_cut += len(chosen)
        return [entry.jid for entry in chosen]

    def stats(self) -> dict[str, float]:
        """Return counters and costs; see `EmbeddedServer.stats`."""
        state = self.state
        return {
            "sessions": len(state.directory.resources) - state.sessions.waiting,
            "sessions_waiting": state.sessions.waiting,
            "resumptions": state.sessions.resumptions,
            "components": len(state.directory.components),
            "messages_routed": state.router.messages_routed,
            "logins": state.logins,
            "connections_cut": self.connections_cut,
            "keys_derived": self.accounts.derived,
            "rss_kib": rss_kib(),
            "cpu_s": time.process_time(),
        }

    async def _listen(self, port: int, make: Callable[[Connection], Stream]) -> int:
        tries = [port] if port else candidates(lowest_outgoing())
        for number in tries:
            try:
                listener = await tcp.serve(self._settings.host, number, self._accept(make))
            except NetError as error:
                if number == port or not _in_use(error):
                    raise
                continue
            self._listeners.append(listener)
            return int(listener.port)
        raise AssertionError("the last candidate is any port")

    def _accept(self, make: Callable[[Connection], Stream]) -> Callable[[Connection], Stream]:
        state = self.state

        def accept(connection: Connection) -> Stream:
            stream = make(connection)
            state.add(stream)
            if len(state.streams) > MAX_CONNECTIONS:
                stream.fail("resource-constraint", "too many connections")
            return stream

        return accept

    async def _end_streams(self, state: ServerState) -> None:
        state.sessions.forget()
        for stream in list(state.streams):
            stream.fail("system-shutdown")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                await state.empty.wait()
        for stream in list(state.streams):
            stream.cut()


def _bindings(context: tls.ServerContext) -> dict[str, bytes]:
    binding = tls.server_end_point(context.certificate)
    assert binding is not None, "our own certificate is signed with SHA-256"
    return {tls.TLS_SERVER_END_POINT: binding}


def _in_use(error: NetError) -> bool:
    return getattr(error.__cause__, "errno", None) == errno.EADDRINUSE
