"""A client's stream: header, STARTTLS, SASL, bind (RFC 6120 sections 4 to 7), then its stanzas.

What may come when is the table `EXPECTED`: for each step the elements it takes and the method that
takes them. Anything else ends the stream. TLS is required wherever the server has it, only SCRAM is
offered, and there is no way around either.

With stream management (XEP-0198) a session outlives its stream: `sessions.py` keeps it, and another
stream of the account takes it over with ``resume`` where it would otherwise bind.
"""

from __future__ import annotations

import asyncio
import binascii
import logging
import secrets
from base64 import b64decode, b64encode
from enum import Enum
from typing import TYPE_CHECKING, Final
from xml.etree.ElementTree import Element, SubElement
from xml.sax.saxutils import quoteattr

from actorxmpp.net.errors import NetError
from actorxmpp.protocol.sasl.scramserver import ScramRefused, ServerScram
from actorxmpp.testing.server import namespaces as ns
from actorxmpp.testing.server.accounts import HASHES, KeysMissing
from actorxmpp.testing.server.addresses import make, parse
from actorxmpp.testing.server.faults import Faults
from actorxmpp.testing.server.limits import (
    CLIENT_OUTPUT_BYTES,
    MAX_LOGIN_ATTEMPTS,
    MAX_RESOURCES,
)
from actorxmpp.testing.server.management import MODULUS, REQUEST, CountTooHigh, Management
from actorxmpp.testing.server.stream import Phase, Refusal, Stream
from actorxmpp.xmlstream.serialize import to_bytes

if TYPE_CHECKING:
    from actorxmpp.net.connection import Connection
    from actorxmpp.protocol.sasl.scramkeys import StoredKeys
    from actorxmpp.testing.server.directory import Resource
    from actorxmpp.testing.server.state import ServerState
    from actorxmpp.xmlstream.tokenizer import StreamOpened

log = logging.getLogger(__name__)


class Step(Enum):
    """What the client has reached."""

    PLAIN = "plain"
    """Connected; only STARTTLS is possible."""
    SECURE = "secure"
    """TLS is up, or the server has none; SASL comes next."""
    DERIVING = "deriving"
    """The account's keys are being derived for its first login; nothing but an abort may come."""
    PROVING = "proving"
    """A SASL exchange waits for the client's proof."""
    LOGGED_IN = "logged in"
    """SASL is done; bind comes next."""
    BOUND = "bound"
    """A session: everything goes to the router."""


_AUTH: Final = f"{{{ns.SASL}}}auth"
_RESPONSE: Final = f"{{{ns.SASL}}}response"
_ABORT: Final = f"{{{ns.SASL}}}abort"
_STARTTLS: Final = f"{{{ns.TLS}}}starttls"
_BIND: Final = f"{{{ns.BIND}}}bind"

EXPECTED: Final[dict[tuple[Step, str], str]] = {
    (Step.PLAIN, _STARTTLS): "_starttls",
    (Step.PLAIN, _AUTH): "_auth_without_tls",
    (Step.SECURE, _AUTH): "_auth",
    (Step.PROVING, _RESPONSE): "_response",
    (Step.PROVING, _ABORT): "_abort_sasl",
    (Step.DERIVING, _ABORT): "_abort_sasl",
    (Step.LOGGED_IN, ns.IQ): "_bind",
    (Step.LOGGED_IN, ns.SM_RESUME): "_resume",
    (Step.LOGGED_IN, ns.SM_ENABLE): "_enable",
}
"""Step and element to the method that takes it; see `MANAGED` for what comes after bind."""

MANAGED: Final[dict[str, str]] = {
    ns.SM_ENABLE: "_enable",
    ns.SM_RESUME: "_resume",
    ns.SM_REQUEST: "_request",
    ns.SM_ACK: "_acknowledge",
}
"""Element of stream management to the method that takes it, once there is a session."""

_FEATURES_PLAIN: Final = (
    f"<stream:features><starttls xmlns='{ns.TLS}'><required/></starttls></stream:features>"
).encode()
_FEATURES_BOUND: Final = (
    f"<bind xmlns='{ns.BIND}'/><session xmlns='{ns.SESSION}'><optional/></session>"
)
_FEATURE_SM: Final = f"<sm xmlns='{ns.SM}'/>"
_H_DIGITS: Final = len(str(MODULUS))
_NO_FAULTS: Final = Faults()
_PROCEED: Final = f"<proceed xmlns='{ns.TLS}'/>".encode()


class ClientStream(Stream):
    """One connection to the client port.

    Args:
        connection: the socket.
        state: the server it belongs to.
    """

    __slots__ = (
        "_ask_timer",
        "_attempts",
        "_management",
        "_resource",
        "_scram",
        "_state",
        "_step",
        "_user",
    )

    def __init__(self, connection: Connection, state: ServerState) -> None:
        super().__init__(connection, state.domain, CLIENT_OUTPUT_BYTES)
        self._state = state
        self._step = Step.PLAIN if state.tls is not None else Step.SECURE
        self._attempts = 0
        self._scram: ServerScram | None = None
        self._user = ""
        self._resource: Resource | None = None
        self._management: Management | None = None
        self._ask_timer: asyncio.TimerHandle | None = None

    # -- stream headers and features -------------------------------------------------------------

    def _header(self, opened: StreamOpened) -> None:
        self._send_header(secrets.token_hex(8))
        address = parse(opened.attrib.get("to", ""))
        if address is None or address.full != self._state.domain:
            raise Refusal("host-unknown")
        if not opened.attrib.get("version", "").startswith("1."):
            raise Refusal("unsupported-version")
        self.write(self._features())

    def _features(self) -> bytes:
        if self._step is Step.PLAIN:
            return _FEATURES_PLAIN
        if self._step is Step.LOGGED_IN:
            offered = _FEATURE_SM if self._state.management.offered else ""
            more = self._state.features
            return f"<stream:features>{_FEATURES_BOUND}{offered}{more}</stream:features>".encode()
        return sasl_features(bool(self._state.bindings))

    def _element(self, element: Element) -> None:
        if self._resource is not None:
            managed = MANAGED.get(element.tag)
            if managed is None:
                self._stanza(self._resource, element)
            else:
                getattr(self, managed)(element)
            return
        name = EXPECTED.get((self._step, element.tag))
        if name is None:
            text = f"{element.tag[:100]} can't come while {self._step.value}"
            raise Refusal("not-authorized", text)
        getattr(self, name)(element)

    # -- STARTTLS --------------------------------------------------------------------------------

    def _starttls(self, element: Element) -> None:  # noqa: ARG002 - it is empty
        self.write(_PROCEED)
        self._restart()
        self._step = Step.SECURE
        self._state.spawn(self._start_tls())

    async def _start_tls(self) -> None:
        if self._phase >= Phase.CLOSING:
            return
        assert self._state.tls is not None
        try:
            await self._connection.start_tls(self._state.tls, server_side=True)
        except NetError as error:
            log.info("%r: TLS failed: %s", self, error)
            self.cut()

    # -- SASL ------------------------------------------------------------------------------------

    def _auth_without_tls(self, element: Element) -> None:  # noqa: ARG002 - whatever it says
        self._refuse_login("encryption-required")

    def _auth(self, element: Element) -> None:
        mechanism = element.get("mechanism", "")
        hash_name = mechanism.removeprefix("SCRAM-").removesuffix("-PLUS")
        plus = mechanism.endswith("-PLUS")
        if mechanism not in mechanisms(bool(self._state.bindings)):
            self._refuse_login("invalid-mechanism")
            return
        bindings = self._state.bindings
        scram = ServerScram(hash_name, self._look_up(hash_name), bindings=bindings, plus=plus)
        self._scram = scram
        self._step = Step.PROVING
        if element.text:
            self._response(element)
        else:
            self.write(f"<challenge xmlns='{ns.SASL}'/>".encode())

    def _look_up(self, hash_name: str) -> _LookUp:
        return _LookUp(self._state, hash_name)

    def _response(self, element: Element) -> None:
        scram = self._scram
        assert scram is not None
        try:
            message = b64decode(element.text or "", validate=True)
        except (binascii.Error, ValueError):
            self._refuse_login("incorrect-encoding")
            return
        try:
            if not scram.username:
                self._challenge(scram, message)
            else:
                self._succeed(scram, scram.final(message))
        except ScramRefused as refused:
            self._refuse_login(refused.condition)

    def _challenge(self, scram: ServerScram, message: bytes) -> None:
        try:
            first = scram.first(message)
        except KeysMissing as missing:
            self._step = Step.DERIVING
            self._state.spawn(self._derive(scram, missing, message))
            return
        self._step = Step.PROVING
        challenge = b64encode(first).decode()
        self.write(f"<challenge xmlns='{ns.SASL}'>{challenge}</challenge>".encode())

    async def _derive(self, scram: ServerScram, missing: KeysMissing, message: bytes) -> None:
        """Derive an account's keys in a thread, then go on where they were missing."""
        await self._state.accounts.derive(missing.name, missing.hash_name)
        if self._scram is scram and self._phase < Phase.OVERFULL:
            self._challenge(scram, message)

    def _succeed(self, scram: ServerScram, final: bytes) -> None:
        user = self._state.accounts.name(scram.username)
        if user is None:
            self._refuse_login("not-authorized")
            return
        bare = f"{user}@{self._state.domain}"
        if scram.authzid and scram.authzid != bare:
            self._refuse_login("invalid-authzid")
            return
        self._user = user
        self._scram = None
        self._step = Step.LOGGED_IN
        self.write(f"<success xmlns='{ns.SASL}'>{b64encode(final).decode()}</success>".encode())
        self._restart()

    def _abort_sasl(self, element: Element) -> None:  # noqa: ARG002 - it is empty
        self._refuse_login("aborted")

    def _refuse_login(self, condition: str) -> None:
        self._scram = None
        if self._step in {Step.PROVING, Step.DERIVING}:
            self._step = Step.SECURE
        self._attempts += 1
        self.write(ns.sasl_failure(condition))
        if self._attempts >= MAX_LOGIN_ATTEMPTS:
            raise Refusal("policy-violation", "too many failed attempts to log in")

    # -- bind ------------------------------------------------------------------------------------

    def _bind(self, iq: Element) -> None:
        bind = iq.find(_BIND)
        if bind is None or iq.get("type") != "set" or not iq.get("id"):
            raise Refusal("not-authorized", "bind comes before every other stanza")
        name = bind.findtext(f"{{{ns.BIND}}}resource") or self._state.new_resource()
        address = make(self._user, self._state.domain, name)
        if address is None:
            self.write(to_bytes(ns.error_answer(iq, "bad-request"), ns.CLIENT))
            return
        directory = self._state.directory
        user = directory.user(address.bare)
        if len(user.resources) >= MAX_RESOURCES and address.resource not in user.resources:
            self.write(to_bytes(ns.error_answer(iq, "resource-constraint"), ns.CLIENT))
            return
        self._resource, replaced = directory.attach(address.bare, address.resource, self)
        self._step = Step.BOUND
        self._state.logins += 1
        self._establish()
        reply = ns.answer(iq, "result")
        SubElement(SubElement(reply, _BIND), f"{{{ns.BIND}}}jid").text = address.full
        self.write(to_bytes(reply, ns.CLIENT))
        if replaced is not None:
            replaced.stream.fail("conflict", "a newer session took this resource")

    # -- stream management (XEP-0198) ------------------------------------------------------------

    def _enable(self, element: Element) -> None:
        state, resource = self._state, self._resource
        faults = state.faults or _NO_FAULTS
        if resource is None or self._management is not None or faults.refuse_enable:
            self.write(ns.sm_failed("unexpected-request"))
            return
        options = state.management
        seconds = _resume_seconds(element, options.resume_seconds)
        management = Management(state.new_session_id(), seconds, options.ack_every)
        self._management = resource.management = management
        self.write(faults.before_enabled + _enabled(management, options.location))
        if seconds > 0:
            state.sessions.add(resource, management)

    def _resume(self, element: Element) -> None:
        state, previd = self._state, element.get("previd", "")
        bare = f"{self._user}@{state.domain}"
        faults = state.faults or _NO_FAULTS
        resource = None if faults.refuse_resume else state.sessions.find(previd, bare)
        if self._resource is not None:
            self.write(ns.sm_failed("unexpected-request"))
        elif resource is None or resource.management is None:
            handled = None if faults.refuse_resume else state.sessions.handled(previd, bare)
            self.write(ns.sm_failed("item-not-found", handled))
        else:
            management = resource.management
            self._take_acknowledged(management, element)
            state.sessions.resume(resource, self)
            self._resource, self._management = resource, management
            self._step = Step.BOUND
            self._establish()
            self.write(self._counted("resumed", f" previd={quoteattr(previd)}"))
            self.write(management.resumed())

    def _request(self, element: Element) -> None:  # noqa: ARG002 - it is empty
        faults = self._state.faults
        self._state.ack_requests += 1
        if self._management is not None and not (faults is not None and faults.ignore_requests):
            self.write(self._counted("a"))

    def _acknowledge(self, element: Element) -> None:
        if self._management is not None:
            self._take_acknowledged(self._management, element)

    def _take_acknowledged(self, management: Management, element: Element) -> None:
        h = element.get("h", "")
        if not (h.isascii() and h.isdigit() and len(h) <= _H_DIGITS):
            raise Refusal("invalid-xml", "h has to be a number below 2**32")
        try:
            management.acknowledge(int(h))
        except CountTooHigh as error:
            special = (
                f"<handled-count-too-high xmlns='{ns.SM}' h='{error.h}' send-count='{error.sent}'/>"
            )
            raise Refusal("undefined-condition", str(error), special) from error

    def _counted(self, name: str, more: str = "") -> bytes:
        """Return an element that says how many stanzas were handled."""
        assert self._management is not None
        miscount = self._state.faults.miscount if self._state.faults is not None else 0
        h = (self._management.handled + miscount) % MODULUS
        return f"<{name} xmlns='{ns.SM}'{more} h='{h}'/>".encode()

    def hand_over(self) -> None:
        """Let go of the session: another stream has resumed it."""
        self._resource = self._management = None
        self.fail("conflict", "the session was resumed on another connection")

    def send(self, data: bytes) -> None:
        """Send a stanza; with stream management it is counted, and kept until acknowledged."""
        management = self._management
        if management is None:
            self.write(data)
            return
        ask = management.sent(data)
        self.write(data + REQUEST if ask else data)
        if self._ask_timer is None and not ask:
            seconds = self._state.management.ack_seconds
            self._ask_timer = asyncio.get_running_loop().call_later(seconds, self._ask)
        if management.overfull and self._phase is Phase.ESTABLISHED:
            self._end_soon("too much was not acknowledged")

    def _ask(self) -> None:
        """Ask for the acknowledgement of the last stanzas, too few to have been asked for."""
        self._ask_timer = None
        if self._management is not None and self._management.due():
            self.write(REQUEST)

    # -- stanzas ---------------------------------------------------------------------------------

    def _stanza(self, resource: Resource, element: Element) -> None:
        state = self._state
        if state.faults is not None and state.faults.lose_stanzas:
            return
        if self._management is not None:
            self._management.received()
        source = element.get("from")
        if source is not None and source != resource.jid:
            self._check_from(source, resource)
        element.set("from", resource.jid)
        if state.on_stanza is not None:
            state.on_stanza(element)
        if state.faults is not None and state.faults.drop_stanzas:
            return
        if not state.router.route(resource, element):
            raise Refusal("unsupported-stanza-type")

    def _check_from(self, source: str, resource: Resource) -> None:
        address = parse(source)
        if address is None or address.full not in {resource.jid, resource.user.bare}:
            raise Refusal("invalid-from", "'from' must be the session's own address")

    def _left(self, *, lost: bool) -> None:
        # Letting go of each other here frees 30 KiB at once, without the cycle collector.
        resource, self._resource, self._management = self._resource, None, None
        timer, self._ask_timer = self._ask_timer, None
        if timer is not None:
            timer.cancel()
        if resource is not None and not (lost and self._state.sessions.lost(resource)):
            self._state.end_session(resource)

    def _gone(self) -> None:
        self._state.remove(self)

    def __repr__(self) -> str:
        return f"<client {self._resource.jid}>" if self._resource else super().__repr__()


class _LookUp:
    """Finds the keys of a user name for one hash, as `ServerScram` asks for them."""

    __slots__ = ("_hash_name", "_state")

    def __init__(self, state: ServerState, hash_name: str) -> None:
        self._state = state
        self._hash_name = hash_name

    def __call__(self, user: str) -> StoredKeys | None:
        name = self._state.accounts.name(user)
        return None if name is None else self._state.accounts.keys(name, self._hash_name)


def _resume_seconds(enable: Element, most: float) -> float:
    """Return how long a session is kept that was enabled like this (XEP-0198 section 3)."""
    if enable.get("resume") not in {"true", "1"}:
        return 0.0
    wish = enable.get("max", "")
    return min(most, float(wish)) if wish.isascii() and wish.isdigit() else most


def _enabled(management: Management, location: str) -> bytes:
    if not management.seconds:
        return f"<enabled xmlns='{ns.SM}'/>".encode()
    where = f" location={quoteattr(location)}" if location else ""
    most = max(1, round(management.seconds))
    return (
        f"<enabled xmlns='{ns.SM}' id='{management.id}' resume='true' max='{most}'{where}/>"
    ).encode()


def mechanisms(binding: bool) -> tuple[str, ...]:
    """Return the SASL mechanisms offered, best first."""
    names = tuple(f"SCRAM-{hash_name}" for hash_name in HASHES)
    return (*(f"{name}-PLUS" for name in names), *names) if binding else names


def sasl_features(binding: bool) -> bytes:
    """Return the stream features before login, with TLS up (with binding: XEP-0440)."""
    offered = "".join(f"<mechanism>{name}</mechanism>" for name in mechanisms(binding))
    types = (
        "<sasl-channel-binding xmlns='urn:xmpp:sasl-cb:0'>"
        "<channel-binding type='tls-server-end-point'/></sasl-channel-binding>"
    )
    return (
        f"<stream:features><mechanisms xmlns='{ns.SASL}'>{offered}</mechanisms>"
        f"{types if binding else ''}</stream:features>"
    ).encode()
