"""What the server answers itself: IQs to its domain and to the sender's own account.

One table per address, from (type, payload) to the function that answers. What isn't in the table
is answered with ``service-unavailable`` (RFC 6121 section 8.5.1, RFC 6120 section 8.2.3).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from xml.etree.ElementTree import Element, SubElement

from actorxmpp import __version__
from actorxmpp.testing.server import namespaces as ns
from actorxmpp.testing.server.directory import Resource
from actorxmpp.testing.server.roster import RosterError, read_change
from actorxmpp.xmlstream.serialize import to_bytes

if TYPE_CHECKING:
    from collections.abc import Callable

    from actorxmpp.testing.server.presence import PresenceHandler
    from actorxmpp.testing.server.routerport import RouterPort, Sender

SERVER_NAME: Final = "actorxmpp embedded test server"

_INFO: Final = f"{{{ns.DISCO_INFO}}}query"
_ITEMS: Final = f"{{{ns.DISCO_ITEMS}}}query"
_ROSTER: Final = f"{{{ns.ROSTER}}}query"
_PING: Final = f"{{{ns.PING}}}ping"
_VERSION: Final = f"{{{ns.VERSION}}}query"
_SESSION: Final = f"{{{ns.SESSION}}}session"

_SERVER_FEATURES: Final = (
    ns.DISCO_INFO,
    ns.DISCO_ITEMS,
    ns.ROSTER,
    ns.PING,
    ns.VERSION,
    "msgoffline",
)
_ACCOUNT_FEATURES: Final = (ns.DISCO_INFO, ns.DISCO_ITEMS, ns.PING)


class Refused(Exception):
    """A request the server knows but doesn't grant; `condition` is the stanza error."""

    def __init__(self, condition: str) -> None:
        super().__init__(condition)
        self.condition = condition


class Services:
    """Answers the IQs addressed to the server."""

    __slots__ = ("_for_account", "_for_server", "_presence", "_router")

    def __init__(self, router: RouterPort, presence: PresenceHandler) -> None:
        self._router = router
        self._presence = presence
        common: dict[tuple[str, str], Callable[[Sender, Element], Element | None]] = {
            ("get", _PING): _nothing,
            ("set", _SESSION): _nothing,
        }
        self._for_server = common | {
            ("get", _INFO): _server_info,
            ("get", _ITEMS): self._server_items,
            ("get", _VERSION): _version,
        }
        self._for_account = common | {
            ("get", _INFO): _account_info,
            ("get", _ITEMS): _no_items,
            ("get", _ROSTER): _roster_get,
            ("set", _ROSTER): self._roster_set,
        }

    def server(self, sender: Sender, iq: Element) -> None:
        """Answer an IQ to the server's domain."""
        self._answer(self._for_server, sender, iq)

    def account(self, sender: Sender, iq: Element) -> None:
        """Answer an IQ to the sender's own account, or to nobody in particular."""
        self._answer(self._for_account, sender, iq)

    def _answer(
        self,
        table: dict[tuple[str, str], Callable[[Sender, Element], Element | None]],
        sender: Sender,
        iq: Element,
    ) -> None:
        kind = iq.get("type", "")
        if kind not in {"get", "set"}:
            return  # an answer to one of our roster pushes
        handler = table.get((kind, iq[0].tag))
        if handler is None:
            self._router.bounce(sender, iq, "service-unavailable")
            return
        try:
            payload = handler(sender, iq[0])
        except (Refused, RosterError) as refused:
            self._router.bounce(sender, iq, refused.condition)
            return
        reply = ns.answer(iq, "result")
        if payload is not None:
            reply.append(payload)
        sender.stream.send(to_bytes(reply, ns.CLIENT))

    def _server_items(self, sender: Sender, query: Element) -> Element:  # noqa: ARG002 - the table's signature
        _refuse_node(query)
        items = Element(_ITEMS)
        for jid in sorted(self._router.directory.components):
            SubElement(items, f"{{{ns.DISCO_ITEMS}}}item", {"jid": jid})
        return items

    def _roster_set(self, sender: Sender, query: Element) -> None:
        if not isinstance(sender, Resource):
            raise Refused("not-allowed")
        change = read_change(query)
        roster = sender.user.roster
        if change.remove:
            item = roster.remove(change.jid)
            self._presence.push(sender.user, item, removed=True)
            self._presence.cancel(sender, item)
        else:
            self._presence.push(sender.user, roster.set(change))


def _nothing(sender: Sender, payload: Element) -> None:
    """Answer with an empty result."""


def _roster_get(sender: Sender, payload: Element) -> Element:  # noqa: ARG001 - the table's signature
    if not isinstance(sender, Resource):
        raise Refused("not-allowed")
    sender.interested = True
    return sender.user.roster.query()


def _server_info(sender: Sender, query: Element) -> Element:  # noqa: ARG001 - the table's signature
    _refuse_node(query)
    return _info("server", "im", _SERVER_FEATURES)


def _account_info(sender: Sender, query: Element) -> Element:  # noqa: ARG001 - the table's signature
    _refuse_node(query)
    return _info("account", "registered", _ACCOUNT_FEATURES)


def _no_items(sender: Sender, query: Element) -> Element:  # noqa: ARG001 - the table's signature
    _refuse_node(query)
    return Element(_ITEMS)


def _version(sender: Sender, payload: Element) -> Element:  # noqa: ARG001 - the table's signature
    query = Element(_VERSION)
    SubElement(query, f"{{{ns.VERSION}}}name").text = SERVER_NAME
    SubElement(query, f"{{{ns.VERSION}}}version").text = __version__
    return query


def _info(category: str, kind: str, features: tuple[str, ...]) -> Element:
    query = Element(_INFO)
    identity = {"category": category, "type": kind, "name": SERVER_NAME}
    SubElement(query, f"{{{ns.DISCO_INFO}}}identity", identity)
    for feature in features:
        SubElement(query, f"{{{ns.DISCO_INFO}}}feature", {"var": feature})
    return query


def _refuse_node(query: Element) -> None:
    if query.get("node"):
        raise Refused("item-not-found")
