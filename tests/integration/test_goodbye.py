"""``disconnect()`` is final, whatever the server does instead of closing its side of the stream."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

import pytest

from actorxmpp.net.tls import TlsPolicy
from actorxmpp.protocol.backoff import FullJitter
from actorxmpp.settings import SessionSettings
from actorxmpp.status import SessionState
from supervisors import shutdown

from .hostile import DOMAIN, PASSWORD, USER, HostileServer, Script, Stream
from .ours import Ours, Sockets, until
from .servers.base import HOST
from .servers.pki import Authority

TIMEOUT_S = 60.0
WAIT_S = 0.3
LATER_S = 0.2
"""By then a session that reconnects would have: its delays are a tenth of it."""


async def close_in_order(stream: Stream) -> None:
    """As it should be, with messages that were still under way."""
    await stream.send("<message from='a@b'><body>late</body></message></stream:stream>")


async def hang_up(stream: Stream) -> None:
    """The end of the connection, and no word."""
    await stream.close()


async def reset(stream: Stream) -> None:
    """RST."""
    stream.abort()


async def silent(_stream: Stream) -> None:
    """Nothing at all."""


async def stream_error(stream: Stream) -> None:
    """An error that a session would come back from."""
    ns = "urn:ietf:params:xml:ns:xmpp-streams"
    await stream.send(f"<stream:error><reset xmlns='{ns}'/></stream:error></stream:stream>")


async def broken_xml(stream: Stream) -> None:
    """Something that closes nothing."""
    await stream.send("</nonsense>")


@pytest.mark.parametrize(
    "goodbye", [close_in_order, hang_up, reset, silent, stream_error, broken_xml]
)
def test_a_session_that_was_disconnected_stays_so(goodbye: Script, tmp_path: Path) -> None:
    authority = Authority(tmp_path)

    async def script(stream: Stream) -> None:
        await stream.log_in()
        await stream.expect(rb"</stream:stream>")
        await goodbye(stream)

    async def main() -> None:
        server = HostileServer(script, certificate=authority.issue((DOMAIN,)))
        sockets = Sockets()
        async with asyncio.timeout(TIMEOUT_S), server:
            settings = SessionSettings(
                server=(HOST, server.port),
                tls=TlsPolicy(ca_file=str(authority.ca_file)),
                backoff=FullJitter(base=LATER_S / 10, cap=LATER_S / 10),
                connector=sockets.connect,
            )
            client = Ours(f"{USER}@{DOMAIN}", PASSWORD, settings=settings)
            client.connect()
            await until(lambda: client.sessionstarted, "the login", TIMEOUT_S)
            await client.disconnect(wait=WAIT_S)
            with contextlib.suppress(TimeoutError):
                await client.wait_until("connected", LATER_S)
            assert client.session.status.state is SessionState.STOPPED
            assert len(server.streams) == 1
            session = client.session.supervisor
            assert session is not None
            await shutdown(session)
            await sockets.closed()

    asyncio.run(main())
