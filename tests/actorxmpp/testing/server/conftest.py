"""A router whose clients are lists, and a server whose streams come through memory."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import pytest

from actorxmpp.net.memory import pair
from actorxmpp.net.tls import TlsPolicy, context_for, server_context
from actorxmpp.testing.server.accounts import Accounts
from actorxmpp.testing.server.certificate import CertificateFiles, ensure_certificate
from actorxmpp.testing.server.client import ClientStream
from actorxmpp.testing.server.component import ComponentStream
from actorxmpp.testing.server.directory import Component, Directory, Resource
from actorxmpp.testing.server.router import Router
from actorxmpp.testing.server.state import ServerState

PASSWORD = "secret"


@dataclass
class RecordingStream:
    """A stream that keeps what it is sent."""

    sent: list[bytes] = field(default_factory=list)
    failed: str = ""
    was_cut: bool = False

    def send(self, data: bytes) -> None:
        self.sent.append(data)

    def fail(self, condition: str, text: str = "") -> None:
        self.failed = condition

    def cut(self) -> None:
        self.was_cut = True

    def read(self) -> list[Element]:
        """The stanzas sent since the last look."""
        xml = b"".join(self.sent)
        self.sent.clear()
        return list(fromstring(b"<stream xmlns='jabber:client'>" + xml + b"</stream>"))


class Net:
    """A router with clients and components that are lists."""

    def __init__(self, accounts: Accounts) -> None:
        self.accounts = accounts
        self.directory = Directory()
        self.router = Router("localhost", accounts, self.directory)

    def client(
        self, jid: str, *, priority: int | None = 0, roster: bool = False
    ) -> tuple[Resource, RecordingStream]:
        """A bound session, available unless `priority` is None; nothing sent yet is kept."""
        bare, _, name = jid.partition("/")
        stream = RecordingStream()
        resource, _ = self.directory.attach(bare, name, stream)
        if roster:
            self.send(resource, "<iq type='get' id='r'><query xmlns='jabber:iq:roster'/></iq>")
        if priority is not None:
            self.send(resource, f"<presence><priority>{priority}</priority></presence>")
        stream.sent.clear()
        return resource, stream

    def component(self, jid: str) -> tuple[Component, RecordingStream]:
        """A connected component."""
        stream = RecordingStream()
        component = self.directory.components[jid] = Component(jid, stream)
        self.accounts.component_seen(jid)
        return component, stream

    def leave(self, resource: Resource) -> None:
        """The session's connection is lost."""
        self.directory.detach(resource)
        self.router.presence.gone(resource)

    def send(self, sender: Resource | Component, xml: str) -> bool:
        """Have a stanza routed, its sender stamped on as sessions do."""
        stanza = fromstring(f"<stream xmlns='jabber:client'>{xml}</stream>")[0]
        if isinstance(sender, Resource):
            stanza.set("from", sender.jid)
        return self.router.route(sender, stanza)


def make_accounts(**settings: Any) -> Accounts:
    accounts = Accounts("localhost")
    defaults: dict[str, Any] = {"accounts": {}, "components": {}}
    defaults |= {"auto_accounts": None, "auto_components": None}
    asyncio.run(accounts.add_all(**{**defaults, **settings}))
    return accounts


@pytest.fixture(scope="session")
def few_accounts() -> Accounts:
    """Romeo, Juliet and the nurse; two components."""
    return make_accounts(
        accounts=dict.fromkeys(("romeo", "juliet", "nurse"), PASSWORD),
        components={"gw.localhost": "handshake", "away.localhost": "handshake"},
    )


@pytest.fixture
def net(few_accounts: Accounts) -> Net:
    return Net(few_accounts)


HEADER = (
    "<?xml version='1.0'?><stream:stream xmlns='jabber:client'"
    " xmlns:stream='http://etherx.jabber.org/streams' to='localhost' version='1.0'>"
)
SASL = "urn:ietf:params:xml:ns:xmpp-sasl"
DEADLINE_S = 60.0


class Peer:
    """The other end of a stream, written without any code of ours but the byte stream."""

    header = HEADER

    def __init__(self, ca_file: str) -> None:
        self.ca_file = ca_file
        self.connection: Any = None
        self.text = ""
        self.is_over = False
        self._news = asyncio.Event()

    # -- ConnectionEvents

    def data_received(self, data: bytes) -> None:
        self.text += data.decode()
        self._news.set()

    def connection_lost(self, error: object) -> None:
        self.is_over = True
        self._news.set()

    def pause_writing(self) -> None: ...

    def resume_writing(self) -> None: ...

    # -- what a test says and hears

    def write(self, text: str) -> None:
        self.connection.write(text.encode())

    async def say(self, text: str, *, until: str) -> str:
        """Write, and return what is heard from now until `until`."""
        self.text = ""
        self.write(text)
        return await self.heard(until)

    async def heard(self, until: str) -> str:
        async with asyncio.timeout(DEADLINE_S):
            start = 0
            while self.text.find(until, start) < 0:
                start = max(0, len(self.text) - len(until))
                assert not self.is_over, f"the stream ended without {until}: {self.text}"
                self._news.clear()
                await self._news.wait()
        return self.text

    async def ended(self) -> str:
        """Wait for the end of the connection; all that was heard since the last `say`."""
        async with asyncio.timeout(DEADLINE_S):
            while not self.is_over:
                self._news.clear()
                await self._news.wait()
        return self.text

    # -- the steps of a login

    async def secure(self) -> str:
        starttls = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
        await self.say(starttls, until="<proceed")
        context = await context_for(TlsPolicy(ca_file=self.ca_file))
        await self.connection.start_tls(context, "localhost")
        return await self.say(HEADER, until="</stream:features>")

    async def authenticate(
        self,
        user: str,
        password: str,
        mechanism: str = "SCRAM-SHA-256",
        gs2: str = "n,,",
        binding: bytes = b"",
    ) -> str:
        """SCRAM by the book (RFC 5802 section 3); the new features, or the failure."""
        hash_name = mechanism.removeprefix("SCRAM-").removesuffix("-PLUS").replace("-", "").lower()
        bare = f"n={user},r=clientnonce"
        first = base64.b64encode(f"{gs2}{bare}".encode()).decode()
        auth = f"<auth xmlns='{SASL}' mechanism='{mechanism}'>{first}</auth>"
        challenge = await self.say(auth, until="</challenge>")
        server_first = base64.b64decode(challenge.partition(">")[2].partition("<")[0]).decode()
        nonce, salt, iterations = (part[2:] for part in server_first.split(","))
        salted = hashlib.pbkdf2_hmac(
            hash_name, password.encode(), base64.b64decode(salt), int(iterations)
        )
        key = hmac.digest(salted, b"Client Key", hash_name)
        final = f"c={base64.b64encode(gs2.encode() + binding).decode()},r={nonce}"
        stored = hashlib.new(hash_name, key).digest()
        signed = hmac.digest(stored, f"{bare},{server_first},{final}".encode(), hash_name)
        proof = bytes(a ^ b for a, b in zip(key, signed, strict=True))
        final = base64.b64encode(f"{final},p={base64.b64encode(proof).decode()}".encode()).decode()
        answer = await self.say(f"<response xmlns='{SASL}'>{final}</response>", until=f"'{SASL}'>")
        if "<success" not in answer:
            return await self.heard("</failure>")
        return await self.say(HEADER, until="</stream:features>")

    async def bind(self, resource: str) -> str:
        wish = f"<resource>{resource}</resource>" if resource else ""
        bind = f"<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>{wish}</bind>"
        return await self.say(f"<iq type='set' id='b'>{bind}</iq>", until="</iq>")

    async def log_in(self, user: str, resource: str | None) -> str:
        """Log in and bind, unless the resource is None; returns what was heard last."""
        await self.say(HEADER, until="</stream:features>")
        await self.secure()
        features = await self.authenticate(user, PASSWORD)
        return features if resource is None else await self.bind(resource)


class Streams(RecordingStream):
    """A server whose streams come through memory instead of sockets."""

    def __init__(self, accounts: Accounts, files: CertificateFiles) -> None:
        super().__init__()
        self._accounts = accounts
        self._files = files
        self.state: Any = None

    def run(self, story: Coroutine[Any, Any, None]) -> None:
        async def tell() -> None:
            context = await server_context(str(self._files.chain_file), str(self._files.key_file))
            loop = asyncio.get_running_loop()
            self.state = ServerState("localhost", self._accounts, loop, tls=context)
            try:
                await story
            finally:
                for stream in list(self.state.streams):
                    stream.cut()
                await self.until(lambda: not self.state.streams)

        asyncio.run(tell())

    def _connect(self, make: Callable[[Any, ServerState], Any]) -> Peer:
        def accept(connection: Any) -> Any:
            stream = make(connection, self.state)
            self.state.add(stream)
            return stream

        peer = Peer(str(self._files.ca_file))
        peer.connection, _ = pair(peer, accept)
        return peer

    async def connect(self) -> Peer:
        """A connection to the client port."""
        return self._connect(ClientStream)

    async def connect_component(self) -> Peer:
        """A connection to the component port."""
        return self._connect(ComponentStream)

    async def client(self, user: str, resource: str) -> Peer:
        """A client that has logged in and bound its resource."""
        peer = await self.connect()
        await peer.log_in(user, resource)
        peer.text = ""
        return peer

    async def until(self, true: Callable[[], bool]) -> None:
        """Give way until something is so."""
        async with asyncio.timeout(DEADLINE_S):
            while not true():  # noqa: ASYNC110 - sleep(0) gives way, there is no event
                await asyncio.sleep(0)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> CertificateFiles:
    return ensure_certificate(tmp_path_factory.mktemp("certificate"), "localhost")


@pytest.fixture
def server(few_accounts: Accounts, certificate: CertificateFiles) -> Streams:
    return Streams(few_accounts, certificate)


@pytest.fixture
def new_peer() -> type[Peer]:
    """The class of peers, for connections a test makes itself."""
    return Peer
