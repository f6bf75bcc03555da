"""Where a stanza goes: RFC 6120 section 10 and RFC 6121 section 8 for one domain.

A stanza arrives here from `client.py` or `component.py` with its sender's address stamped on, and
leaves as bytes on somebody's stream, as an answer of the server's own (`services.py`), as presence
(`presence.py`), or as an error to its sender. The common case, a full JID that is connected, costs
one look-up and one serialisation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from actorxmpp.testing.server import namespaces as ns
from actorxmpp.testing.server.addresses import Address, domain_of, parse
from actorxmpp.testing.server.directory import NOWHERE, Component, Directory, Resource
from actorxmpp.testing.server.offline import OfflineStore, is_kept
from actorxmpp.testing.server.presence import PresenceHandler
from actorxmpp.testing.server.services import Services
from actorxmpp.xmlstream.serialize import to_bytes

if TYPE_CHECKING:
    from collections.abc import Callable
    from xml.etree.ElementTree import Element

    from actorxmpp.testing.server.accounts import Accounts
    from actorxmpp.testing.server.routerport import Sender

_REPLIES: Final = frozenset({"result", "error"})
_IQ_TYPES: Final = frozenset({"get", "set", "result", "error"})


class Router:
    """Sends every stanza where it belongs.

    Attributes:
        domain: the server's own domain.
        directory: who is online.
        offline: messages for those who are not.
        messages_routed: message stanzas taken in, for the statistics.
    """

    __slots__ = (
        "_accounts",
        "_kinds",
        "directory",
        "domain",
        "messages_routed",
        "offline",
        "presence",
        "services",
    )

    def __init__(self, domain: str, accounts: Accounts, directory: Directory) -> None:
        self.domain = domain
        self.directory = directory
        self.offline = OfflineStore(domain)
        self.messages_routed = 0
        self._accounts = accounts
        self.presence = PresenceHandler(self)
        self.services = Services(self, self.presence)
        self._kinds: dict[str, Callable[[Sender, Element], None]] = {
            ns.MESSAGE: self._message,
            ns.PRESENCE: self.presence.handle,
            ns.IQ: self._iq,
        }

    def route(self, sender: Sender, stanza: Element) -> bool:
        """Send a stanza on its way.

        Args:
            sender: whose stream it came from; its ``from`` is set and checked already.
            stanza: the stanza, in ``jabber:client``.

        Returns:
            False when it is no stanza at all (the stream ends with ``unsupported-stanza-type``).
        """
        kind = self._kinds.get(stanza.tag)
        if kind is None:
            return False
        kind(sender, stanza)
        return True

    def bounce(self, sender: Sender, stanza: Element, condition: str) -> None:
        """Answer a stanza with an error, unless it is itself an answer or an error."""
        if stanza.get("type") in _REPLIES:
            return
        sender.stream.send(to_bytes(ns.error_answer(stanza, condition), ns.CLIENT))

    def deliver(self, stanza: Element) -> None:
        """Send a stanza of the server's own (presence, pushes) to whoever is at its ``to``.

        Nothing happens when nobody is there.
        """
        address = parse(stanza.get("to", ""))
        if address is None:
            return
        if address.domain != self.domain:
            component = self.directory.components.get(address.domain)
            if component is not None:
                component.stream.send(to_bytes(stanza, ns.CLIENT))
            return
        data = to_bytes(stanza, ns.CLIENT)
        for resource in self._matches(address):
            resource.stream.send(data)

    def redeliver(self, stanza: Element) -> None:
        """Deal with a stanza that was sent to a session which ended without acknowledging it.

        A message goes to another session of the account, or is kept, or comes back; a request
        comes back; what is left (presence, answers) was for that session alone (XEP-0198 5).
        """
        sender = self._sender(stanza)
        address = parse(stanza.get("to", ""))
        if stanza.tag == ns.MESSAGE and address is not None:
            self._message_to_account(sender, stanza, address)
        elif stanza.tag == ns.IQ:
            self.bounce(sender, stanza, "service-unavailable")

    def _sender(self, stanza: Element) -> Sender:
        """Return who sent a stanza, for its errors; somebody who reads nothing if it is gone."""
        source = stanza.get("from", "")
        directory = self.directory
        found = directory.resources.get(source) or directory.components.get(domain_of(source))
        return found or Component(source, NOWHERE)

    def exists(self, address: Address) -> bool:
        """Return whether there is an account at a local address."""
        return bool(address.local) and self._accounts.exists(address.local)

    # -- messages --------------------------------------------------------------------------------

    def _message(self, sender: Sender, stanza: Element) -> None:
        self.messages_routed += 1
        to = stanza.get("to")
        if to is None:
            # RFC 6120 section 10.3.1: as if it were addressed to the sender's own account.
            to = sender.user.bare if isinstance(sender, Resource) else self.domain
            stanza.set("to", to)
        target = self.directory.resources.get(to)
        if target is not None:
            target.stream.send(to_bytes(stanza, ns.CLIENT))
            return
        address = self._address(sender, stanza, to)
        if address is None:
            return
        if not address.local or not self.exists(address):
            self.bounce(sender, stanza, "service-unavailable")
            return
        target = self.directory.resources.get(address.full)
        if target is not None:
            target.stream.send(to_bytes(stanza, ns.CLIENT))
            return
        self._message_to_account(sender, stanza, address)

    def _message_to_account(self, sender: Sender, stanza: Element, address: Address) -> None:
        kind = stanza.get("type", "normal")
        if kind == "error":
            return
        if kind == "groupchat":
            self.bounce(sender, stanza, "service-unavailable")
            return
        user = self.directory.users.get(address.bare)
        if kind == "headline":
            if not address.resource and user is not None:
                self._send_all(user.reachable(), stanza)
            return
        best = user.best() if user is not None else None
        if best is not None:
            best.stream.send(to_bytes(stanza, ns.CLIENT))
        elif is_kept(stanza) and not self.offline.put(address.bare, stanza):
            self.bounce(sender, stanza, "service-unavailable")

    def _send_all(self, resources: list[Resource], stanza: Element) -> None:
        data = to_bytes(stanza, ns.CLIENT)
        for resource in resources:
            resource.stream.send(data)

    # -- info/query ------------------------------------------------------------------------------

    def _iq(self, sender: Sender, stanza: Element) -> None:
        kind = stanza.get("type")
        if kind not in _IQ_TYPES or not stanza.get("id"):
            self.bounce(sender, stanza, "bad-request")
            return
        if kind not in _REPLIES and len(stanza) != 1:
            self.bounce(sender, stanza, "bad-request")
            return
        to = stanza.get("to")
        if to is None:
            self.services.account(sender, stanza)
            return
        target = self.directory.resources.get(to)
        if target is not None:
            target.stream.send(to_bytes(stanza, ns.CLIENT))
            return
        address = self._address(sender, stanza, to)
        if address is not None:
            self._local_iq(sender, stanza, address)

    def _local_iq(self, sender: Sender, stanza: Element, address: Address) -> None:
        if not address.local:
            if address.resource:
                self.bounce(sender, stanza, "service-unavailable")
            else:
                self.services.server(sender, stanza)
            return
        if isinstance(sender, Resource) and address.full == sender.user.bare:
            self.services.account(sender, stanza)
            return
        target = self.directory.resources.get(address.full)
        if target is not None:
            target.stream.send(to_bytes(stanza, ns.CLIENT))
        else:
            self.bounce(sender, stanza, "service-unavailable")

    # -- addresses -------------------------------------------------------------------------------

    def _address(self, sender: Sender, stanza: Element, to: str) -> Address | None:
        """Return the local address a stanza is for; None when it is dealt with already."""
        address = parse(to)
        if address is None:
            self.bounce(sender, stanza, "jid-malformed")
            return None
        if address.domain == self.domain:
            return address
        self.to_domain(sender, stanza, address.domain)
        return None

    def to_domain(self, sender: Sender, stanza: Element, domain: str) -> None:
        """Send a stanza to the component that serves a domain, or answer why not."""
        component = self.directory.components.get(domain)
        if component is not None:
            component.stream.send(to_bytes(stanza, ns.CLIENT))
        elif self._accounts.is_component(domain):
            self.bounce(sender, stanza, "recipient-unavailable")
        else:
            self.bounce(sender, stanza, "remote-server-not-found")

    def _matches(self, address: Address) -> list[Resource]:
        if address.resource:
            resource = self.directory.resources.get(address.full)
            return [] if resource is None else [resource]
        user = self.directory.users.get(address.bare)
        return [] if user is None else user.available()
