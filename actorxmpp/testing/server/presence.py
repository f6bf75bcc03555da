"""Presence: broadcast, probes, directed presence and subscriptions (RFC 6121 sections 3 and 4).

The rules of who may see whom are in `subscription.py`, the contacts in `roster.py`; this file
sends. Presence goes to the contacts that subscribed and to the account's own resources, so its
cost is that of the roster, never that of the server.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Final
from xml.etree.ElementTree import Element

from actorxmpp.testing.server import namespaces as ns
from actorxmpp.testing.server.addresses import Address, parse
from actorxmpp.testing.server.directory import Resource, User
from actorxmpp.testing.server.limits import MAX_DIRECTED
from actorxmpp.testing.server.roster import Item, RosterError, push_query
from actorxmpp.testing.server.subscription import GOT, SENT, State, apply
from actorxmpp.xmlstream.serialize import to_bytes

if TYPE_CHECKING:
    from actorxmpp.testing.server.routerport import RouterPort, Sender

_PRIORITY: Final = f"{{{ns.CLIENT}}}priority"
_ADDRESSED: Final = frozenset({None, "unavailable", "error"})
_LISTING: Final = frozenset({"subscribe", "subscribed"})


class PresenceHandler:
    """Handles every presence stanza, and the presence of sessions that just went away."""

    __slots__ = ("_push_ids", "_router")

    def __init__(self, router: RouterPort) -> None:
        self._router = router
        self._push_ids = count(1)

    def handle(self, sender: Sender, stanza: Element) -> None:
        """Do what a presence stanza asks for."""
        kind = stanza.get("type")
        to = stanza.get("to")
        if to is None:
            if isinstance(sender, Resource):
                self._own(sender, stanza, kind)
            return
        address = parse(to)
        if address is None:
            self._router.bounce(sender, stanza, "jid-malformed")
        elif kind is not None and kind in SENT:
            self._subscription(sender, stanza, address, kind)
        elif kind == "probe":
            self._probe(sender, stanza, address)
        elif kind in _ADDRESSED:
            self._directed(sender, stanza, address)
        else:
            self._router.bounce(sender, stanza, "bad-request")

    # -- a session's own presence ----------------------------------------------------------------

    def _own(self, sender: Resource, stanza: Element, kind: str | None) -> None:
        if kind is None:
            self._available(sender, stanza)
        elif kind == "unavailable":
            self._unavailable(sender, stanza)
        else:
            self._router.bounce(sender, stanza, "bad-request")

    def _available(self, sender: Resource, stanza: Element) -> None:
        try:
            priority = int(stanza.findtext(_PRIORITY) or 0)
        except ValueError:
            priority = 1000
        if not -128 <= priority <= 127:
            self._router.bounce(sender, stanza, "bad-request")
            return
        initial = sender.priority is None
        sender.priority = priority
        sender.presence = stanza
        self._broadcast(sender, stanza)
        if initial:
            self._welcome(sender)
        if priority >= 0:
            for message in self._router.offline.take(sender.user.bare):
                sender.stream.send(to_bytes(message, ns.CLIENT))

    def _welcome(self, sender: Resource) -> None:
        """Send what a session gets once it is available: others' presence, and open requests."""
        for other in sender.user.available():
            if other is not sender and other.presence is not None:
                self._show(other.presence, sender.jid)
        roster = sender.user.contacts
        if roster is None:
            return
        for contact in roster.with_state(State.TO):
            self._ask_presence(sender, contact)
        for contact in roster.with_state(State.PENDING):
            request = _presence("subscribe", contact, sender.jid)
            sender.stream.send(to_bytes(request, ns.CLIENT))

    def _ask_presence(self, sender: Resource, contact: str) -> None:
        user = self._router.directory.users.get(contact)
        if user is None:
            self._to_other_domain(_presence("probe", sender.user.bare, contact))
        elif user.roster.state(sender.user.bare) & State.FROM:
            for resource in user.available():
                self._show(resource.presence, sender.jid)

    def _to_other_domain(self, stanza: Element) -> None:
        address = parse(stanza.get("to", ""))
        if address is not None and address.domain != self._router.domain:
            self._router.deliver(stanza)

    def _unavailable(self, sender: Resource, stanza: Element) -> None:
        was_available = sender.priority is not None
        directed = sender.directed
        sender.priority = None
        sender.presence = None
        sender.directed = None
        if was_available:
            self._broadcast(sender, stanza)
        roster = sender.user.contacts
        for target in directed or ():
            address = parse(target)
            if address is None:
                continue
            if roster is not None and was_available and roster.state(address.bare) & State.FROM:
                continue  # was notified with all the others
            self._show(stanza, target)

    def gone(self, resource: Resource) -> None:
        """Notify everybody concerned that a session's connection is lost."""
        if resource.priority is not None or resource.directed:
            self._unavailable(
                resource, Element(ns.PRESENCE, {"type": "unavailable", "from": resource.jid})
            )

    def _broadcast(self, sender: Resource, stanza: Element) -> None:
        stanza.set("to", sender.user.bare)
        data = to_bytes(stanza, ns.CLIENT)
        for resource in sender.user.available():
            resource.stream.send(data)
        if sender.user.contacts is not None:
            for contact in sender.user.contacts.with_state(State.FROM):
                self._show(stanza, contact)

    def _show(self, presence: Element | None, to: str) -> None:
        if presence is not None:
            presence.set("to", to)
            self._router.deliver(presence)

    # -- presence for one address ----------------------------------------------------------------

    def _directed(self, sender: Sender, stanza: Element, address: Address) -> None:
        kind = stanza.get("type")
        if isinstance(sender, Resource) and kind != "error":
            if kind is None:
                targets = sender.directed = sender.directed or set()
                if len(targets) >= MAX_DIRECTED and address.full not in targets:
                    self._router.bounce(sender, stanza, "policy-violation")
                    return
                targets.add(address.full)
            elif sender.directed is not None:
                sender.directed.discard(address.full)
        self._pass_on(sender, stanza, address)

    def _pass_on(self, sender: Sender, stanza: Element, address: Address) -> None:
        if address.domain == self._router.domain:
            self._router.deliver(stanza)
        else:
            self._router.to_domain(sender, stanza, address.domain)

    def _probe(self, sender: Sender, stanza: Element, address: Address) -> None:
        if address.domain != self._router.domain:
            self._router.to_domain(sender, stanza, address.domain)
            return
        asker = parse(stanza.get("from", ""))
        user = self._router.directory.users.get(address.bare)
        if asker is None:
            return
        if user is None or not user.roster.state(asker.bare) & State.FROM:
            self._router.deliver(_presence("unsubscribed", address.bare, asker.full))
            return
        for resource in user.available():
            self._show(resource.presence, asker.full)

    # -- subscriptions ---------------------------------------------------------------------------

    def _subscription(self, sender: Sender, stanza: Element, address: Address, kind: str) -> None:
        stanza.set("to", address.bare)
        if not isinstance(sender, Resource):
            source = parse(stanza.get("from", ""))
            if source is None:
                self._router.bounce(sender, stanza, "jid-malformed")
                return
            stanza.set("from", source.bare)
            self._forward(sender, stanza, address, kind)
            return
        user = sender.user
        stanza.set("from", user.bare)
        try:
            passes, had_seen = self._sent(user, address.bare, kind)
        except RosterError as error:
            self._router.bounce(sender, stanza, error.condition)
            return
        if not passes:
            return
        self._forward(sender, stanza, address, kind)
        if kind == "subscribed":
            for resource in user.available():
                self._show(resource.presence, address.bare)
        elif kind == "unsubscribed" and had_seen:
            self._hide(user, address.bare)

    def _sent(self, user: User, contact: str, kind: str) -> tuple[bool, bool]:
        before = user.roster.state(contact)
        after, passes = apply(SENT[kind], before)
        listed = passes and kind in _LISTING
        self._push_change(user, user.roster.change(contact, after, listed=listed))
        return passes, bool(before & State.FROM)

    def _forward(self, sender: Sender, stanza: Element, address: Address, kind: str) -> None:
        if address.domain != self._router.domain:
            self._router.to_domain(sender, stanza, address.domain)
        elif self._router.exists(address):
            self._got(stanza, self._router.directory.user(address.bare), kind)

    def _got(self, stanza: Element, user: User, kind: str) -> None:
        """Take in a subscription stanza that has reached the account it is for."""
        source = stanza.get("from", "")
        before = user.roster.state(source)
        after, passes = apply(GOT[kind], before)
        if kind == "subscribe" and before & State.FROM:
            self._answer_again(user, source)
        if passes:
            try:
                item = user.roster.change(source, after, listed=False)
            except RosterError:
                return  # a request too many: as if it had never come
            self._push_change(user, item)
            self._router.deliver(stanza)
            if kind == "unsubscribe" and before & State.FROM:
                self._hide(user, source)
        self._router.directory.forget_if_empty(user)

    def _answer_again(self, user: User, contact: str) -> None:
        """Grant at once a request that was granted before (RFC 6121 section 3.1.3)."""
        grant = _presence("subscribed", user.bare, contact)
        asker = self._router.directory.users.get(contact)
        if asker is not None:
            self._got(grant, asker, "subscribed")
        else:
            self._to_other_domain(grant)

    def _hide(self, user: User, contact: str) -> None:
        for resource in user.available():
            self._router.deliver(_presence("unavailable", resource.jid, contact))

    def cancel(self, sender: Resource, item: Item) -> None:
        """End both subscriptions with a contact that was taken out of the roster."""
        address = parse(item.jid)
        if address is None:
            return
        user = sender.user
        ended = {
            "unsubscribe": State.TO | State.ASKED,
            "unsubscribed": State.FROM | State.PENDING,
        }
        for kind, flags in ended.items():
            if item.state & flags:
                self._forward(sender, _presence(kind, user.bare, item.jid), address, kind)
        if item.state & State.FROM:
            self._hide(user, item.jid)

    # -- roster pushes ---------------------------------------------------------------------------

    def _push_change(self, user: User, item: Item | None) -> None:
        if item is not None:
            self.push(user, item)

    def push(self, user: User, item: Item, *, removed: bool = False) -> None:
        """Push to an account's clients that asked for the roster one changed item."""
        for resource in user.resources.values():
            if not resource.interested:
                continue
            attributes = {
                "type": "set",
                "id": f"push{next(self._push_ids)}",
                "from": user.bare,
                "to": resource.jid,
            }
            push = Element(ns.IQ, attributes)
            push.append(push_query(item, removed=removed))
            resource.stream.send(to_bytes(push, ns.CLIENT))


def _presence(kind: str, source: str, to: str) -> Element:
    return Element(ns.PRESENCE, {"type": kind, "from": source, "to": to})
