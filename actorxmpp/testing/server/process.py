"""`EmbeddedServer`: the embedded XMPP server in a process of its own, steered from this one.

The two talk in JSON lines over the child's stdin and stdout (`control.py` has the other end). The
child ends when its stdin does, so nothing is left behind however this process ends. Certificate,
ports, accounts with their salts, and components are kept here and given to the next child: a server
that was killed and started again is the same server to its clients. Rosters, offline messages and
sessions to be resumed are not kept.

This module imports nothing of the server itself but its limits.
"""

from __future__ import annotations

import contextlib
import secrets
import shutil
import tempfile
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from actorxmpp.testing.server.child import Child, EmbeddedServerError
from actorxmpp.testing.server.limits import RESUME_SECONDS

if TYPE_CHECKING:
    from types import TracebackType

_CALL_SECONDS: Final = 30.0
_STOP_SECONDS: Final = 10.0


class EmbeddedServer:
    """An XMPP server for demos and tests, in its own process. Not for production.

    Use it as an asynchronous context manager, or call `start` and `close`::

        async with EmbeddedServer(auto_accounts="secret") as server:
            ...  # connect to server.host, server.port and trust server.ca_file

    Args:
        domain: the XMPP domain it serves.
        host: the address to listen on; by default nobody else's machine can connect.
        port: port of client streams; 0 takes a free one and keeps it over restarts.
        component_port: port of component streams, likewise.
        auto_accounts: with a password here every user name exists and has it.
        auto_components: with a secret here every other domain is a component and has it.
        channel_binding: offer the SCRAM-PLUS mechanisms too, with tls-server-end-point.
        stream_management: offer stream management (XEP-0198).
        resume_seconds: how long a session is kept for its client to resume it; 0: not at all.
        location: where clients are asked to resume; None: nowhere in particular.
        seed: makes the choice of connections to cut and of resource names repeatable.
        start_timeout: seconds the process may take until it listens.

    Attributes:
        domain: the XMPP domain.
        host: the address it listens on.
        port: port of client streams (STARTTLS); known once it has started.
        component_port: port of component streams; likewise.
    """

    def __init__(
        self,
        domain: str = "localhost",
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        component_port: int = 0,
        auto_accounts: str | None = None,
        auto_components: str | None = None,
        channel_binding: bool = False,
        stream_management: bool = True,
        resume_seconds: float = RESUME_SECONDS,
        location: str | None = None,
        seed: int | str | None = None,
        start_timeout: float = 30.0,
    ) -> None:
        self.domain = domain
        self.host = host
        self.port = port
        self.component_port = component_port
        self._auto_accounts = auto_accounts
        self._auto_components = auto_components
        self._channel_binding = channel_binding
        self._management = {
            "stream_management": stream_management,
            "resume_seconds": resume_seconds,
            "location": location,
        }
        self._seed = seed
        self._salt_secret = secrets.token_hex()
        self._start_timeout = start_timeout
        self._accounts: dict[str, str] = {}
        self._components: dict[str, str] = {}
        self._starts = 0
        self._folder: Path | None = None
        self._remove_folder: weakref.finalize[..., EmbeddedServer] | None = None
        self._child: Child | None = None

    def __repr__(self) -> str:
        state = f"pid {self.pid}" if self.pid else "stopped"
        return f"<EmbeddedServer {self.domain} on {self.host}:{self.port}, {state}>"

    @property
    def ca_file(self) -> str:
        """Return the path of the authority to trust; the same over restarts until `close`."""
        return str(self._private_folder() / "ca.pem")

    @property
    def pid(self) -> int | None:
        """Return the process id of the server; None while it isn't running."""
        return self._child.pid if self.running and self._child else None

    @property
    def running(self) -> bool:
        """Return whether the process is there."""
        return self._child is not None and self._child.running

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def start(self) -> None:
        """Start the process and wait until it listens; on the same ports as before, if any.

        Raises:
            EmbeddedServerError: it runs already, or didn't start; the message has its last words.
        """
        if self.running:
            raise EmbeddedServerError("the embedded server is running already")
        await self._reap()
        self._child = child = await Child.spawn()
        self._starts += 1
        try:
            ready = await child.call("start", self._settings(), seconds=self._start_timeout)
        except BaseException:
            child.kill()
            await self._reap()
            raise
        self.port = ready["port"]
        self.component_port = ready["component_port"]

    async def stop(self) -> None:
        """Stop the server in good order: streams end with ``system-shutdown``. Safe to repeat."""
        child = self._child
        if child is not None and child.running:
            with contextlib.suppress(EmbeddedServerError):
                await child.call("stop", {}, seconds=_STOP_SECONDS)
            await child.wait(_STOP_SECONDS)
        await self._reap()

    def kill(self) -> None:
        """End the process at once (SIGKILL), as a crash would. `start` brings it back."""
        if self._child is not None:
            self._child.kill()

    async def restart(self) -> None:
        """Stop and start again on the same ports, with the same certificate and accounts."""
        await self.stop()
        await self.start()

    async def close(self) -> None:
        """Stop, and remove the certificate; a later start has another one."""
        await self.stop()
        if self._remove_folder is not None:
            self._remove_folder()
        self._folder = self._remove_folder = None

    async def add_account(self, user: str, password: str) -> None:
        """Make an account, or change its password; kept over restarts.

        Args:
            user: the part before the ``@``.
            password: its password.

        Raises:
            EmbeddedServerError: the name or password isn't allowed.
        """
        if self.running:
            await self._call("add_account", user=user, password=password)
        self._accounts[user] = password

    async def add_component(self, jid: str, secret: str) -> None:
        """Make a component domain known; kept over restarts.

        Raises:
            EmbeddedServerError: the domain isn't allowed.
        """
        if self.running:
            await self._call("add_component", jid=jid, secret=secret)
        self._components[jid] = secret

    async def cut(self, count: int = 1, jid: str | None = None) -> int:
        """Cut connections hard and return how many; see `cut_jids`."""
        return len(await self.cut_jids(count, jid))

    async def cut_jids(self, count: int = 1, jid: str | None = None) -> list[str]:
        """Cut established connections hard, without a word, as a broken network does.

        Args:
            count: how many, chosen at random among clients and components alike.
            jid: choose only among those with this full or bare address.

        Returns:
            The addresses of those cut.
        """
        reply = await self._call("cut", count=count, **({} if jid is None else {"jid": jid}))
        jids: list[str] = reply["jids"]
        return jids

    async def stats(self) -> dict[str, float]:
        """Return counters of the server.

        Returns:
            ``sessions`` and ``components`` connected now, ``sessions_waiting`` to be resumed,
            ``messages_routed``, ``logins``, ``resumptions``, ``connections_cut`` and
            ``keys_derived`` (a PBKDF2 each) since the start, ``rss_kib`` of the process and the
            ``cpu_s`` it has used.
        """
        reply = await self._call("stats")
        return {name: value for name, value in reply.items() if name not in {"id", "ok"}}

    async def _call(self, do: str, **fields: Any) -> dict[str, Any]:
        if self._child is None or not self._child.running:
            raise EmbeddedServerError("the embedded server is not running")
        return await self._child.call(do, fields, seconds=_CALL_SECONDS)

    async def _reap(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            await child.reap()

    def _settings(self) -> dict[str, Any]:
        return {
            "domain": self.domain,
            "host": self.host,
            "port": self.port,
            "component_port": self.component_port,
            "accounts": self._accounts,
            "components": self._components,
            "auto_accounts": self._auto_accounts,
            "auto_components": self._auto_components,
            "channel_binding": self._channel_binding,
            "salt_secret": self._salt_secret,
            **self._management,
            # each start goes on with other choices, not the first ones again
            "seed": None if self._seed is None else f"{self._seed}/{self._starts}",
            "folder": str(self._private_folder()),
        }

    def _private_folder(self) -> Path:
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="actorxmpp-server-"))
            self._remove_folder = weakref.finalize(
                self, shutil.rmtree, self._folder, ignore_errors=True
            )
        return self._folder
