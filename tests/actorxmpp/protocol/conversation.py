"""Plays a server against a negotiation, one byte at a time."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode

from actorxmpp.protocol.negotiation import (
    Action,
    DeriveKeys,
    Established,
    Failed,
    Negotiation,
    RestartStream,
    Send,
    StartTls,
)
from actorxmpp.protocol.sasl.scram import ServerScram, StoredKeys, derive_keys, stored_keys
from actorxmpp.xmlstream.tokenizer import Tokenizer

DOMAIN = "example.net"
PASSWORD = "pencil"
SALT = b"0123456789abcdef"
BINDING = b"hash of the server's certificate"
END_POINT = "tls-server-end-point"

STARTTLS = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>"
PROCEED = "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
BIND = "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>"
SESSION = "<session xmlns='urn:ietf:params:xml:ns:xmpp-session'/>"
SM = "<sm xmlns='urn:xmpp:sm:3'/>"
SASL_NS = "urn:ietf:params:xml:ns:xmpp-sasl"
BOUND = (
    "<iq type='result' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>"
    "<jid>romeo@example.net/orchard</jid></bind></iq>"
)


class Tls:
    """A TLS layer as far as negotiation looks at it."""

    def __init__(self, *types: str) -> None:
        self.binding_types = types or (END_POINT,)

    def channel_binding(self, kind: str) -> bytes | None:
        return BINDING if kind in self.binding_types else None


def header(**attributes: str) -> str:
    """A server's stream header."""
    known = {"id": "s1", "from": DOMAIN, "version": "1.0"} | attributes
    text = " ".join(f"{name}='{value}'" for name, value in known.items() if value)
    return (
        "<?xml version='1.0'?><stream:stream xmlns='jabber:client' "
        f"xmlns:stream='http://etherx.jabber.org/streams' {text}>"
    )


def features(*inside: str) -> str:
    """`<stream:features/>`."""
    return f"<stream:features>{''.join(inside)}</stream:features>"


def mechanisms(*names: str, bindings: tuple[str, ...] | None = None) -> str:
    """The SASL offer, with channel binding types (XEP-0440) if given."""
    offer = "".join(f"<mechanism>{name}</mechanism>" for name in names)
    text = f"<mechanisms xmlns='{SASL_NS}'>{offer}</mechanisms>"
    if bindings is not None:
        types = "".join(f"<channel-binding type='{kind}'/>" for kind in bindings)
        text += f"<sasl-channel-binding xmlns='urn:xmpp:sasl-cb:0'>{types}</sasl-channel-binding>"
    return text


def sasl(name: str, data: bytes | None = None, inside: str = "") -> str:
    """A SASL element from the server."""
    text = b64encode(data).decode() if data is not None else inside
    return f"<{name} xmlns='{SASL_NS}'>{text}</{name}>"


class Conversation:
    """The owner of a negotiation: carries out its actions and keeps what it sent."""

    def __init__(self, negotiation: Negotiation, *, derive: bool = True) -> None:
        self.negotiation = negotiation
        self.tokenizer = Tokenizer()
        self.sent: list[bytes] = []
        self.start_tls: list[StartTls] = []
        self.requests: list[DeriveKeys] = []
        self.established: Established | None = None
        self.failed: Failed | None = None
        self.restarts = 0
        self._derive = derive

    def do(self, actions: list[Action]) -> None:
        """Carry out actions as the stages do."""
        for action in actions:
            assert self.established is None
            assert self.failed is None, "nothing may follow a failure"
            match action:
                case Send(data):
                    self.sent.append(data)
                case StartTls():
                    self.start_tls.append(action)
                case RestartStream():
                    self.restarts += 1
                    self.tokenizer.reset()
                case DeriveKeys():
                    self.requests.append(action)
                    if self._derive:
                        self.do(self.negotiation.keys_derived(derive_keys(action)))
                case Established():
                    self.established = action
                case Failed():
                    self.failed = action

    def connected(self, tls: Tls | None = None) -> Conversation:
        """The socket is up."""
        self.do(self.negotiation.connected(tls))
        return self

    def server(self, *texts: str) -> Conversation:
        """The server sends this, a byte at a time."""
        for byte in "".join(texts).encode():
            for event in self.tokenizer.feed(bytes([byte])):
                self.do(self.negotiation.receive(event))
        return self

    def secure(self) -> Conversation:
        """Go through STARTTLS, up to the features inside."""
        self.connected().server(header(), features(STARTTLS), PROCEED)
        self.do(self.negotiation.tls_established(Tls()))
        return self.server(header(id="s2"))

    def authenticate(self, mechanism: str = "SCRAM-SHA-256") -> Conversation:
        """Log in with a SCRAM mechanism that was offered alone, up to the new header."""
        self.server(features(mechanisms(mechanism)))
        server = ServerScram(hash_of(mechanism), lambda _name: keys(mechanism))
        self.server(sasl("challenge", server.first(self.last_message())))
        self.server(sasl("success", server.final(self.last_message())))
        return self.server(header(id="s3"))

    @property
    def last(self) -> str:
        """The last bytes sent, as text."""
        return self.sent[-1].decode()

    def last_message(self) -> bytes:
        """The SASL message in the last element sent."""
        match = re.search(">([^<]*)<", self.last)
        assert match is not None, self.last
        return b64decode(match[1])

    @property
    def condition(self) -> str:
        """The condition it failed with; empty if it has not."""
        return self.failed.error.condition if self.failed else ""

    @property
    def all_sent(self) -> bytes:
        """Everything sent."""
        return b"".join(self.sent)


def hash_of(mechanism: str) -> str:
    """`SHA-256` of `SCRAM-SHA-256-PLUS`."""
    return mechanism.removeprefix("SCRAM-").removesuffix("-PLUS")


def keys(mechanism: str, password: str = PASSWORD) -> StoredKeys:
    """What the server stores for the account."""
    return stored_keys(password, hash_of(mechanism), salt=SALT, iterations=4096)
