"""From a domain to a connection: DNS, TCP, and TLS where the record asks for it at once.

Where it stands: the transport stage calls `dial` for each connection attempt; STARTTLS comes
later, when the stream has been opened.

Rules: every target is tried in its order, one error names all of them; a direct-TLS target is
only used with a policy to check it by. Events of attempts that failed reach nobody.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from actorxmpp.net import dns, tcp
from actorxmpp.net.errors import ConnectFailed, ConnectionLost, DnsError, NetError, TlsError
from actorxmpp.net.tls import context_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from actorxmpp.net.connection import Connection, ConnectionEvents
    from actorxmpp.net.srv import Target
    from actorxmpp.net.stream import StreamConnection
    from actorxmpp.net.tls import TlsPolicy

ATTEMPT_S: Final = 10.0
"""How long one target may hold up the next: one that swallows packets must not use up the time
of those that would answer."""


class _Quiet:
    """The events of a connection nobody owns yet."""

    def __init__(self) -> None:
        self.lost = False
        self.error: NetError | None = None

    def data_received(self, data: bytes) -> None:
        """A server says nothing before the client's header; what comes anyway is dropped."""

    def connection_lost(self, error: NetError | None) -> None:
        """Remember it."""
        self.lost, self.error = True, error

    def pause_writing(self) -> None:
        """Nothing is written."""

    def resume_writing(self) -> None:
        """Nothing is written."""


async def dial(
    events: ConnectionEvents,
    domain: str,
    server: tuple[str, int] | None = None,
    timeout: float = tcp.CONNECT_TIMEOUT_S,
    *,
    policy: TlsPolicy | None = None,
    service: str = "xmpp-client",
    direct_tls: bool = False,
) -> Connection:
    """Connect to the server of a domain.

    Args:
        events: Who is told what happens on the connection that comes out of it.
        domain: The domain of the JID: what DNS is asked for, and what a certificate must name.
        server: Host and port to use instead of what DNS says.
        timeout: Seconds for all attempts together.
        policy: Whom to trust on targets of direct TLS; without one they are left out.
        service: `"xmpp-client"` or `"xmpp-server"`.
        direct_tls: `server` expects TLS at once (XEP-0368).

    Returns:
        The connection; its `tls` is set if TLS is up already.

    Raises:
        TlsError: If TLS failed and no other target worked.
        NetError: If nothing could be connected to; the text names everything tried.
    """
    try:
        async with asyncio.timeout(timeout):
            targets = await _targets(domain, server, service, direct_tls=direct_tls)
            if policy is None:
                targets = [target for target in targets if not target.direct_tls]
            return await _first(targets, events, domain, policy)
    except TimeoutError:
        where = "{}:{}".format(*server) if server else domain
        raise ConnectFailed(where, [f"no answer in {timeout:g} s"]) from None


async def _targets(
    domain: str, server: tuple[str, int] | None, service: str, *, direct_tls: bool
) -> list[Target]:
    if server is not None:
        return [dns.Target(*server, direct_tls)]
    try:
        return await dns.resolve(domain, service)
    except DnsError as error:
        raise ConnectFailed(domain, [str(error)]) from error


async def _first(
    targets: Sequence[Target],
    events: ConnectionEvents,
    domain: str,
    policy: TlsPolicy | None,
) -> Connection:
    """The first target that works."""
    tried: list[str] = []
    refused: TlsError | None = None
    for index, target in enumerate(targets):
        patience = ATTEMPT_S if index + 1 < len(targets) else tcp.CONNECT_TIMEOUT_S
        try:
            if target.direct_tls and policy is not None:
                return await _with_tls(target, events, domain, policy, patience)
            return await tcp.connect(target.host, target.port, events, timeout=patience)
        except TlsError as error:
            refused = error
            tried.append(f"{target}: {error}")
        except ConnectFailed as error:
            tried.extend(error.tried)
        except NetError as error:
            tried.append(f"{target}: {error}")
    if refused is not None:
        raise refused
    raise ConnectFailed(domain, tried)


async def _with_tls(
    target: Target,
    events: ConnectionEvents,
    domain: str,
    policy: TlsPolicy,
    patience: float,
) -> StreamConnection:
    context = await context_for(policy, direct=True)
    quiet = _Quiet()
    connection = await tcp.connect(target.host, target.port, quiet, timeout=patience)
    try:
        await connection.start_tls(context, domain, timeout=patience)
    except BaseException:
        connection.abort()
        raise
    if quiet.lost:
        raise quiet.error or ConnectionLost("closed by the server after the TLS handshake")
    connection.hand_over(events)
    return connection
