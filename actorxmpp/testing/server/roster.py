"""Rosters: who is in one, and the roster's own IQs (RFC 6121 section 2).

A roster belongs to an account and lives as long as the server's process. This file reads and
writes it; sending pushes and subscription stanzas is `presence.py`'s business.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement

from actorxmpp.testing.server import namespaces as ns
from actorxmpp.testing.server.addresses import parse
from actorxmpp.testing.server.limits import MAX_GROUPS, MAX_ROSTER_ITEMS
from actorxmpp.testing.server.subscription import ATTRIBUTE, State

if TYPE_CHECKING:
    from collections.abc import Iterator

_QUERY = f"{{{ns.ROSTER}}}query"
_ITEM = f"{{{ns.ROSTER}}}item"
_GROUP = f"{{{ns.ROSTER}}}group"
_BOTH = State.TO | State.FROM


class RosterError(Exception):
    """A roster request that can't be granted; `condition` is the stanza error to answer with."""

    def __init__(self, condition: str) -> None:
        super().__init__(condition)
        self.condition = condition


@dataclass(slots=True)
class Item:
    """One contact.

    Attributes:
        jid: its bare address.
        name: what the owner calls it.
        groups: the owner's groups for it, in order.
        state: the subscription between the two.
        listed: whether it is shown in the roster. A mere request to subscribe is not, until the
            owner answers it.
    """

    jid: str
    name: str = ""
    groups: tuple[str, ...] = ()
    state: State = State.NONE
    listed: bool = False

    def element(self) -> Element:
        """Return the ``item`` element a client sees."""
        item = Element(_ITEM, {"jid": self.jid, "subscription": ATTRIBUTE[self.state & _BOTH]})
        if self.state & State.ASKED:
            item.set("ask", "subscribe")
        if self.name:
            item.set("name", self.name)
        for group in self.groups:
            SubElement(item, _GROUP).text = group
        return item


@dataclass(frozen=True, slots=True)
class Change:
    """What one roster ``set`` asks for: a new name and groups, or to remove the contact."""

    jid: str
    name: str = ""
    groups: tuple[str, ...] = ()
    remove: bool = False


@dataclass(slots=True)
class Roster:
    """The contacts of one account, by bare address; never more than `MAX_ROSTER_ITEMS`."""

    items: dict[str, Item] = field(default_factory=dict)

    def state(self, jid: str) -> State:
        """Return the subscription with `jid`; `State.NONE` for a stranger."""
        item = self.items.get(jid)
        return State.NONE if item is None else item.state

    def with_state(self, flag: State) -> Iterator[str]:
        """Return the contacts for which `flag` is set."""
        return (item.jid for item in list(self.items.values()) if item.state & flag)

    def change(self, jid: str, state: State, *, listed: bool) -> Item | None:
        """Set the subscription with `jid`.

        Args:
            jid: the contact's bare address.
            state: the new state.
            listed: whether the contact is shown from now on; one shown already stays so.

        Returns:
            The item when the owner's clients have to be told of it, otherwise None.

        Raises:
            RosterError: it would be one contact too many.
        """
        item = self.items.get(jid)
        if item is None:
            if state is State.NONE and not listed:
                return None
            item = self._add(Item(jid))
        before = (item.state & ~State.PENDING, item.listed)
        item.state = state
        item.listed = item.listed or listed
        if state is State.NONE and not item.listed:
            del self.items[jid]
        changed = before != (state & ~State.PENDING, item.listed)
        return item if item.listed and changed else None

    def set(self, change: Change) -> Item:
        """Add or rename a contact and return it.

        Raises:
            RosterError: it would be one contact too many.
        """
        item = self.items.get(change.jid) or self._add(Item(change.jid))
        item.name = change.name
        item.groups = change.groups
        item.listed = True
        return item

    def remove(self, jid: str) -> Item:
        """Take a contact out and return what it was.

        Raises:
            RosterError: there is no such contact in the roster.
        """
        item = self.items.get(jid)
        if item is None or not item.listed:
            raise RosterError("item-not-found")
        return self.items.pop(jid)

    def query(self) -> Element:
        """Return the whole roster as its owner's clients see it."""
        query = Element(_QUERY)
        query.extend(item.element() for item in self.items.values() if item.listed)
        return query

    def _add(self, item: Item) -> Item:
        if len(self.items) >= MAX_ROSTER_ITEMS:
            raise RosterError("resource-constraint")
        self.items[item.jid] = item
        return item


def push_query(item: Item, *, removed: bool = False) -> Element:
    """Return the payload of a roster push (RFC 6121 section 2.1.6)."""
    query = Element(_QUERY)
    if removed:
        SubElement(query, _ITEM, {"jid": item.jid, "subscription": "remove"})
    else:
        query.append(item.element())
    return query


def read_change(query: Element) -> Change:
    """Read the payload of a roster ``set`` (RFC 6121 section 2.1.5).

    Raises:
        RosterError: it doesn't hold exactly one item, or the item breaks a rule.
    """
    items = query.findall(_ITEM)
    if len(items) != 1 or len(query) != 1:
        raise RosterError("bad-request")
    item = items[0]
    address = parse(item.get("jid", ""))
    if address is None:
        raise RosterError("jid-malformed" if item.get("jid") else "bad-request")
    if item.get("subscription") == "remove":
        return Change(address.bare, remove=True)
    groups = tuple(group.text or "" for group in item.findall(_GROUP))
    if len(set(groups)) != len(groups):
        raise RosterError("bad-request")
    if len(groups) > MAX_GROUPS or not all(groups):
        raise RosterError("not-acceptable")
    return Change(address.bare, item.get("name", ""), groups)
