"""TCP: connecting and listening.

Where it stands: the transport stage calls `connect`, the embedded server `serve`; both get
`StreamConnection`s.

Rules: every address of a host is tried, IPv6 and IPv4 racing with a head start (RFC 8305,
"Happy Eyeballs"); an error names each attempt. One deadline covers all of it.
"""

from __future__ import annotations

import asyncio
import errno
import socket
from typing import TYPE_CHECKING, Final

from actorxmpp.net import dns
from actorxmpp.net.errors import ConnectFailed, DnsError, NetError, describe_os_error
from actorxmpp.net.stream import StreamConnection

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from actorxmpp.net.connection import ConnectionEvents
    from actorxmpp.net.dns import Address

CONNECT_TIMEOUT_S: Final = 30.0
"""How long resolving and connecting may take in all, unless the caller says otherwise."""

HEAD_START_S: Final = 0.25
"""How long one address may try before the next one joins (RFC 8305, 5)."""

BACKLOG: Final = 4096
"""Connections the kernel keeps for a listener: a fleet that reconnects comes all at once."""


async def connect(
    host: str,
    port: int,
    events: ConnectionEvents,
    *,
    timeout: float = CONNECT_TIMEOUT_S,
) -> StreamConnection:
    """Connect to a host.

    Args:
        host: A name or an IP address.
        port: The TCP port.
        events: Who is told what happens on the connection.
        timeout: Seconds until the attempt is given up.

    Returns:
        The connection, plain for now.

    Raises:
        ConnectFailed: If no address answered; it names each attempt.
    """
    what = f"{host}:{port}"
    failures: list[str] = []
    try:
        async with asyncio.timeout(timeout):
            found = await dns.addresses(host)
            sock = await _race(found, port, failures)
            return await _adopt(sock, events)
    except DnsError as error:
        raise ConnectFailed(what, [str(error)]) from error
    except TimeoutError:
        raise ConnectFailed(what, [*failures, f"no answer in {timeout:g} s"]) from None
    except OSError as error:
        raise ConnectFailed(what, failures or [describe_os_error(error)]) from error


async def _adopt(sock: socket.socket, events: ConnectionEvents) -> StreamConnection:
    loop = asyncio.get_running_loop()
    try:
        _transport, connection = await loop.create_connection(
            lambda: StreamConnection(events), sock=sock
        )
    except BaseException:
        sock.close()
        raise
    return connection


async def _race(found: Sequence[Address], port: int, failures: list[str]) -> socket.socket:
    """Connect to one of the addresses; the first that answers wins.

    Raises:
        OSError: The last failure, when all failed; `failures` has a line for each.
    """
    if len(found) == 1:
        return await _try(found[0], port, failures)
    attempts: set[asyncio.Task[socket.socket]] = set()
    waiting = list(found)
    error: BaseException = OSError("nothing to try")
    try:
        while waiting or attempts:
            if waiting:
                attempt = _try(waiting.pop(0), port, failures)
                attempts.add(asyncio.create_task(attempt))
            done, attempts = await asyncio.wait(
                attempts,
                timeout=HEAD_START_S if waiting else None,
                return_when=asyncio.FIRST_COMPLETED,
            )
            winner = None
            for task in done:
                failure = task.exception()
                if failure is not None:
                    error = failure
                elif winner is None:
                    winner = task.result()
                else:
                    task.result().close()
            if winner is not None:
                return winner
        raise error
    finally:
        await _drop(attempts)


async def _drop(attempts: set[asyncio.Task[socket.socket]]) -> None:
    """Cancel the attempts that lost, and close what they have opened meanwhile."""
    for task in attempts:
        task.cancel()
    for result in await asyncio.gather(*attempts, return_exceptions=True):
        if isinstance(result, socket.socket):
            result.close()


async def _try(address: Address, port: int, failures: list[str]) -> socket.socket:
    loop = asyncio.get_running_loop()
    where = f"[{address.ip}]:{port}" if ":" in address.ip else f"{address.ip}:{port}"
    try:
        sock = socket.socket(address.family, socket.SOCK_STREAM)
    except OSError as error:
        failures.append(f"{where}: {describe_os_error(error)}")
        raise
    try:
        sock.setblocking(False)
        await loop.sock_connect(sock, (address.ip, port))
        _refuse_itself(sock)
    except OSError as error:
        sock.close()
        failures.append(f"{where}: {describe_os_error(error)}")
        raise
    except BaseException:
        sock.close()
        raise
    return sock


def _refuse_itself(sock: socket.socket) -> None:
    """Raise if a socket is connected to itself, which TCP allows.

    While a server on this machine is down, its port may be given to us as our own.
    """
    if sock.getsockname() == sock.getpeername():
        raise ConnectionRefusedError(errno.ECONNREFUSED, "connected to itself")


class Listener:
    """A listening socket.

    Attributes:
        host: The address it is bound to.
        port: The port, the real one when 0 was asked for.
    """

    __slots__ = ("_server", "host", "port")

    def __init__(self, server: asyncio.Server) -> None:
        self._server = server
        self.host, self.port = server.sockets[0].getsockname()[:2]

    def close(self) -> None:
        """Stop listening. Connections already made go on."""
        self._server.close()


async def serve(
    host: str,
    port: int,
    accept: Callable[[StreamConnection], ConnectionEvents],
    *,
    backlog: int = BACKLOG,
) -> Listener:
    """Listen for connections.

    Args:
        host: The address to bind to.
        port: The port; 0 lets the system choose.
        accept: Called with each new connection; returns who is told about it.
        backlog: How many connections may wait to be accepted.

    Raises:
        NetError: If the address can't be bound.
    """
    loop = asyncio.get_running_loop()
    try:
        server = await loop.create_server(
            lambda: StreamConnection(accept=accept), host, port, backlog=backlog
        )
    except OSError as error:
        raise NetError(f"can't listen on {host}:{port}: {describe_os_error(error)}") from error
    return Listener(server)
