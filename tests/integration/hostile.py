"""A server that does what a script says, on sockets: for everything an honest server never does.

What needs no socket is played by ``actorxmpp.testing.ScriptedServer``. This one shares no code with
our network layer, so that a mistake there is not made twice.

Plain asyncio streams and the standard library's TLS on a port of the loopback. A script is a
coroutine function that gets the connection; when it returns, the server reads until the client
leaves. All that the client ever said, decrypted, is kept for a test to search.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import ssl
from base64 import b64decode, b64encode
from collections.abc import Awaitable, Callable
from typing import Self

from actorxmpp.protocol.sasl.scramkeys import StoredKeys, stored_keys
from actorxmpp.protocol.sasl.scramserver import ServerScram

from .servers.base import HOST
from .servers.pki import CertificateFiles

DOMAIN = "xmpp.test"
USER = "romeo"
PASSWORD = "a secret for the honest server alone"
HEADER = (
    f"<?xml version='1.0'?><stream:stream from='{DOMAIN}' id='of-a-stream' version='1.0' "
    "xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>"
)
SASL = "urn:ietf:params:xml:ns:xmpp-sasl"
TLS = "urn:ietf:params:xml:ns:xmpp-tls"
STARTTLS = f"<starttls xmlns='{TLS}'><required/></starttls>"
BIND = "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>"
SECRETS = (PASSWORD.encode(), b64encode(f"\0{USER}\0{PASSWORD}".encode()))
KEYS: StoredKeys = stored_keys(PASSWORD, "SHA-256", salt=b"salt of the tests")


def mechanisms(*names: str) -> str:
    """The feature that offers these SASL mechanisms."""
    inner = "".join(f"<mechanism>{name}</mechanism>" for name in names)
    return f"<mechanisms xmlns='{SASL}'>{inner}</mechanisms>"


SCRAM = mechanisms("SCRAM-SHA-256", "PLAIN")


class Stream:
    """One client's stream, seen from the server."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        context: ssl.SSLContext | None,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._context = context
        self._unread = b""
        self.said = b""
        """Everything the client has said, after TLS was taken off."""
        self.in_clear = 0
        """How much of it before TLS."""
        self.sent = 0
        self.over = False

    async def read(self) -> bytes:
        """Read what comes next; nothing is the end."""
        data = await self._reader.read(65536)
        self.said += data
        return data

    async def expect(self, pattern: bytes) -> re.Match[bytes]:
        """Read until the client has said something like this.

        Raises:
            ConnectionError: it left before.
        """
        while not (found := re.search(pattern, self._unread, re.DOTALL)):
            data = await self.read()
            if not data:
                raise ConnectionResetError("the client left")
            self._unread += data
        self._unread = self._unread[found.end() :]
        return found

    async def send(self, data: str | bytes) -> None:
        """Write, and wait until it is on its way."""
        raw = data.encode() if isinstance(data, str) else data
        self._writer.write(raw)
        await self._writer.drain()
        self.sent += len(raw)

    async def open(self, features: str) -> None:
        """Answer a stream header with ours and these features."""
        await self.expect(rb"<stream:stream[^>]*>")
        await self.send(f"{HEADER}<stream:features>{features}</stream:features>")

    async def tls(self) -> None:
        """Begin TLS."""
        assert self._context is not None
        self.in_clear = len(self.said)
        await self._writer.start_tls(self._context)
        self._unread = b""

    async def secure(self) -> None:
        """STARTTLS, from the header on."""
        await self.open(STARTTLS)
        await self.expect(rb"<starttls[^>]*/>")
        await self.send(f"<proceed xmlns='{TLS}'/>")
        await self.tls()

    async def challenge(self, scram: ServerScram | None = None) -> tuple[ServerScram, bytes]:
        """Read the first SCRAM message; return the exchange and our first message, unsent."""
        found = await self.expect(rb"<auth[^>]*mechanism='SCRAM-SHA-256'[^>]*>([^<]*)</auth>")
        scram = scram or ServerScram("SHA-256", lambda _name: KEYS)
        return scram, scram.first(b64decode(found[1]))

    async def response(self) -> bytes:
        """Read the client's second SCRAM message."""
        return b64decode((await self.expect(rb"<response[^>]*>([^<]*)</response>"))[1])

    async def say_sasl(self, name: str, data: bytes) -> None:
        """Send a challenge or success."""
        await self.send(f"<{name} xmlns='{SASL}'>{b64encode(data).decode()}</{name}>")

    async def authenticate(self) -> None:
        """An honest login by SCRAM, from the header on."""
        await self.open(SCRAM)
        scram, first = await self.challenge()
        await self.say_sasl("challenge", first)
        await self.say_sasl("success", scram.final(await self.response()))

    async def bind(self) -> None:
        """Bind a resource, from the header on."""
        await self.open(BIND)
        found = await self.expect(rb"<iq[^>]*\bid=['\"]([^'\"]+)['\"].*?</iq>")
        await self.send(
            f"<iq type='result' id='{found[1].decode()}'>"
            "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>"
            f"<jid>{USER}@{DOMAIN}/hostile</jid></bind></iq>"
        )

    async def log_in(self) -> None:
        """All of it: an honest server up to the bound resource."""
        await self.secure()
        await self.authenticate()
        await self.bind()

    def abort(self) -> None:
        """RST."""
        self.over = True
        self._writer.transport.abort()

    async def close(self) -> None:
        """Hang up."""
        self.over = True
        self._writer.close()
        with contextlib.suppress(OSError, ssl.SSLError):
            await self._writer.wait_closed()


Script = Callable[[Stream], Awaitable[None]]


class HostileServer:
    """Plays a script with each client that connects.

    Args:
        script: what to do; for each connection the next one, the last one again and again.
        certificate: what to show when TLS begins.
        direct_tls: begin with TLS.
    """

    def __init__(
        self,
        *script: Script,
        certificate: CertificateFiles | None = None,
        direct_tls: bool = False,
    ) -> None:
        self._scripts = list(script)
        self._direct = direct_tls
        self._context: ssl.SSLContext | None = None
        if certificate is not None:
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._context.load_cert_chain(certificate.certificate, certificate.key)
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.streams: list[Stream] = []
        self.port = 0

    @property
    def said(self) -> bytes:
        """What all clients have said."""
        return b"".join(stream.said for stream in self.streams)

    @property
    def sent(self) -> int:
        """Bytes sent to all clients."""
        return sum(stream.sent for stream in self.streams)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(
            self._client, HOST, 0, ssl=self._context if self._direct else None
        )
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_exc_info: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        stream = Stream(reader, writer, self._context)
        self.streams.append(stream)
        script = self._scripts.pop(0) if len(self._scripts) > 1 else self._scripts[0]
        try:
            await script(stream)
            while await stream.read():
                pass
        except (OSError, ssl.SSLError, asyncio.IncompleteReadError):
            pass  # the client has left, which is what most of these tests want
        except asyncio.CancelledError:
            pass  # the end of the test; asyncio's streams log a cancelled handler
        finally:
            self._tasks.discard(task)
            await stream.close()
