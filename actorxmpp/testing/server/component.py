"""A component's stream: the handshake of XEP-0114, then its stanzas.

A component may send from any address in its domain, and says so in each stanza; everything else is
refused with ``invalid-from``. Its stanzas are renamed to ``jabber:client`` as they come in, which
is the one namespace the router knows.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING, Final

from actorxmpp.testing.server import namespaces as ns
from actorxmpp.testing.server.addresses import domain_of, parse
from actorxmpp.testing.server.directory import Component
from actorxmpp.testing.server.limits import COMPONENT_OUTPUT_BYTES
from actorxmpp.testing.server.stream import Phase, Refusal, Stream

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from actorxmpp.net.connection import Connection
    from actorxmpp.testing.server.state import ServerState
    from actorxmpp.xmlstream.tokenizer import StreamOpened

_HANDSHAKE: Final = f"{{{ns.COMPONENT}}}handshake"
_FOREIGN: Final = f"{{{ns.COMPONENT}}}"
_OWN: Final = f"{{{ns.CLIENT}}}"


class ComponentStream(Stream):
    """One connection to the component port.

    Args:
        connection: the socket.
        state: the server it belongs to.
    """

    __slots__ = ("_component", "_jid", "_state", "_stream_id")

    namespace = ns.COMPONENT

    def __init__(self, connection: Connection, state: ServerState) -> None:
        super().__init__(connection, state.domain, COMPONENT_OUTPUT_BYTES)
        self._state = state
        self._jid = ""
        self._stream_id = ""
        self._component: Component | None = None

    def _header(self, opened: StreamOpened) -> None:
        address = parse(opened.attrib.get("to", ""))
        self._jid = self._domain = "" if address is None else address.domain
        self._stream_id = secrets.token_hex(8)
        self._send_header(self._stream_id)
        if address is None or address.full != address.domain:
            raise Refusal("host-unknown", "'to' must be the component's own domain")
        if self._state.accounts.component_secret(self._jid) is None:
            raise Refusal("host-unknown", "no component of this name is expected")

    def _element(self, element: Element) -> None:
        if self._component is not None:
            self._stanza(self._component, element)
        elif element.tag == _HANDSHAKE:
            self._handshake(element.text or "")
        else:
            raise Refusal("not-authorized", "the handshake comes first")

    def _handshake(self, proof: str) -> None:
        secret = self._state.accounts.component_secret(self._jid) or ""
        # XEP-0114 prescribes SHA-1 here
        expected = hashlib.sha1((self._stream_id + secret).encode()).hexdigest()  # noqa: S324
        if not hmac.compare_digest(expected.encode(), proof.strip().lower().encode()):
            raise Refusal("not-authorized", "the handshake does not fit the secret")
        directory = self._state.directory
        if self._jid in directory.components:
            raise Refusal("conflict", "this component is connected already")
        self._component = directory.components[self._jid] = Component(self._jid, self)
        self._state.accounts.component_seen(self._jid)
        self._state.logins += 1
        self._establish()
        self.write(b"<handshake/>")

    def _stanza(self, component: Component, element: Element) -> None:
        for part in element.iter():
            if part.tag.startswith(_FOREIGN):
                part.tag = _OWN + part.tag[len(_FOREIGN) :]
        if element.get("to") is None:
            raise Refusal("improper-addressing", "a component's stanza needs a 'to'")
        if domain_of(element.get("from", "")).lower() != component.jid:
            raise Refusal("invalid-from", "'from' must be an address of the component's own")
        if not self._state.router.route(component, element):
            raise Refusal("unsupported-stanza-type")

    def _left(self, *, lost: bool) -> None:  # noqa: ARG002 - a component is never resumed
        component, self._component = self._component, None
        if component is not None:
            directory = self._state.directory
            if directory.components.get(component.jid) is component:
                del directory.components[component.jid]

    def _gone(self) -> None:
        self._state.remove(self)

    def __repr__(self) -> str:
        established = self._phase is Phase.ESTABLISHED
        return f"<component {self._jid}>" if established else super().__repr__()
