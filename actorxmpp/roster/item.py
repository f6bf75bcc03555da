"""RosterItem: one contact in the roster of one account.

An entry is small: flags in one number, and no dictionary until there is something to put into it. A
session with 1,000 contacts keeps 1,000 of these.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, cast

from actorxmpp.roster.states import CLIENT, COMPONENT, DIRECTIONS

if TYPE_CHECKING:
    from actorxmpp.roster.single import RosterNode
    from actorxmpp.stanza.presence import Presence
    from actorxmpp.types import JidStr, ResourceDict, RosterDBProtocol, RosterState

MAX_RESOURCES = 1_000
"""Resources kept of one address; an account has few, a room taken for one has thousands."""

_FLAGS = {
    "from": 1,
    "to": 2,
    "pending_in": 4,
    "pending_out": 8,
    "whitelisted": 16,
    "removed": 32,
}
_TRUE = frozenset({"true", "1", "on", "yes"})
_SUBSCRIPTIONS = {0: "none", 1: "from", 2: "to", 3: "both"}
_LOADED = ("name", "groups", "from", "to", "whitelisted", "pending_out", "pending_in")


class RosterItem:
    """One contact.

    Fields, read and set like a dictionary's: ``name``, ``groups``, ``from`` (they see our
    presence), ``to`` (we see theirs), ``pending_in``, ``pending_out``, ``whitelisted``,
    ``removed``, and ``subscription``, which follows from ``from`` and ``to``.

    Args:
        xmpp: the session's role object.
        jid: the contact's bare address.
        owner: the account the roster belongs to; by default the bound one.
        state: the fields to begin with.
        db: where the entry is stored; see ``RosterDBProtocol``.
        roster: the roster it is in.

    Attributes:
        last_status: the last presence sent to this contact alone.
    """

    __slots__ = (
        "_db",
        "_db_state",
        "_flags",
        "_groups",
        "_name",
        "_owner",
        "_resources",
        "jid",
        "last_status",
        "roster",
        "xmpp",
    )

    def __init__(
        self,
        xmpp: Any,
        jid: JidStr,
        owner: JidStr | None = None,
        state: RosterState | None = None,
        db: RosterDBProtocol | None = None,
        roster: RosterNode | None = None,
    ) -> None:
        self.xmpp = xmpp
        self.jid = jid
        self.roster = roster
        self.last_status: Presence | None = None
        self._owner = owner
        self._db = db
        self._flags = 0
        self._name = ""
        self._groups: list[str] | None = None
        self._resources: dict[str, ResourceDict] | None = None
        self._db_state: dict[str, Any] | None = None
        for key, value in (state or {}).items():
            self[key] = value
        self.load()

    @property
    def owner(self) -> JidStr:
        """The account the roster belongs to."""
        return self._owner or cast("JidStr", self.xmpp.boundjid.bare)

    @property
    def db(self) -> RosterDBProtocol | None:
        """Where the entry is stored."""
        return self._db

    @property
    def resources(self) -> dict[str, ResourceDict]:
        """The contact's resources that are online: name -> ``show``, ``status``, ``priority``."""
        return {} if self._resources is None else self._resources

    @property
    def state(self) -> RosterState:
        """All fields, as a datastore gets them."""
        return cast(
            "RosterState",
            {
                **{field: bool(self._flags & flag) for field, flag in _FLAGS.items()},
                "subscription": self["subscription"],
                "name": self._name,
                "groups": self["groups"],
            },
        )

    def is_stranger(self) -> bool:
        """Tell whether the entry holds nothing but, perhaps, resources that are online."""
        return not (self._flags or self._name or self._groups or self.last_status)

    # -- storage ---------------------------------------------------------------------------------

    def set_backend(self, db: RosterDBProtocol | None = None, save: bool = True) -> None:
        """Change where the entry is stored.

        Args:
            db: the datastore; None for memory only.
            save: whether what is known is stored there first.
        """
        self._db = db
        if save:
            self.save()
        self.load()

    def load(self) -> RosterState | None:
        """Load the fields that are stored and return all; None when there is no datastore."""
        if self._db is None:
            return None
        if self._db_state is None:
            self._db_state = {}
        stored = self._db.load(self.owner, self.jid, self._db_state)
        if stored:
            for field in _LOADED:
                self[field] = stored[field]  # type: ignore[literal-required]
        return self.state

    def save(self, remove: bool = False) -> None:
        """Store the entry.

        Args:
            remove: whether it is to be removed, from the datastore and from the roster.
        """
        if remove:
            self["removed"] = True
        if self._db is not None:
            if self._db_state is None:
                self._db_state = {}
            self._db.save(self.owner, self.jid, self.state, self._db_state)
        if remove:
            del self.xmpp.roster[self.owner][self.jid]

    # -- fields ----------------------------------------------------------------------------------

    def __getitem__(self, key: str) -> Any:
        """Return a field.

        Raises:
            KeyError: if there is no such field.
        """
        flag = _FLAGS.get(key)
        if flag is not None:
            return bool(self._flags & flag)
        if key == "subscription":
            return _SUBSCRIPTIONS[self._flags & 3]
        if key == "name":
            return self._name
        if key == "groups":
            if self._groups is None:
                self._groups = []
            return self._groups
        raise KeyError(key)

    def __setitem__(self, key: str, value: Any) -> None:
        """Set a field; a flag also from ``"true"``, ``"1"``, ``"on"``, ``"yes"``.

        ``subscription`` can't be set: it follows from ``from`` and ``to``.

        Raises:
            KeyError: if there is no such field.
        """
        flag = _FLAGS.get(key)
        if flag is not None:
            if str(value).lower() in _TRUE:
                self._flags |= flag
            else:
                self._flags &= ~flag
        elif key == "name":
            self._name = value or ""
        elif key == "groups":
            self._groups = list(value) if value else None
        elif key != "subscription":
            raise KeyError(key)

    # -- subscriptions, outbound -----------------------------------------------------------------

    def _send(self, ptype: str) -> None:
        """Send the contact a presence of a type."""
        presence = self.xmpp.Presence()
        presence["to"] = self.jid
        presence["type"] = ptype
        if self.xmpp.is_component:
            presence["from"] = self.owner
        presence.send()

    def subscribe(self) -> None:
        """Request a subscription to the contact's presence."""
        self["pending_out"] = True
        self.save()
        self._send("subscribe")

    def unsubscribe(self) -> None:
        """Unsubscribe from the contact's presence."""
        self.save()
        self._send("unsubscribe")

    def authorize(self) -> None:
        """Approve the contact's subscription to our presence, and send that."""
        self["from"] = True
        self["pending_in"] = False
        self.save()
        self._send("subscribed")
        self.send_last_presence()

    def unauthorize(self) -> None:
        """Deny the contact our presence, or revoke the permission."""
        self["from"] = False
        self["pending_in"] = False
        self.save()
        self._send("unsubscribed")
        self._send("unavailable")

    def remove(self) -> None:
        """Unsubscribe, and forget that the contact was whitelisted."""
        if self["to"]:
            self._send("unsubscribe")
            self["to"] = False
        self["whitelisted"] = False
        self.save()

    def send_presence(self, **kwargs: Any) -> None:
        """Send the contact a presence; arguments as for ``xmpp.send_presence``."""
        if self.xmpp.is_component and not kwargs.get("pfrom"):
            kwargs["pfrom"] = self.owner
        if not kwargs.get("pto"):
            kwargs["pto"] = self.jid
        self.xmpp.send_presence(**kwargs)

    def send_last_presence(self) -> None:
        """Send the contact again the last presence it was sent, or the last broadcast."""
        last = self.last_status
        if last is None and self.roster is not None:
            last = self.roster.last_status
        if last is None:
            self.send_presence()
            return
        presence = copy.copy(last)
        presence["to"] = self.jid
        if self.xmpp.is_component:
            presence["from"] = self.owner
        else:
            del presence["from"]
        presence.send()

    # -- subscriptions and presence, inbound -----------------------------------------------------

    def handle_available(self, presence: Presence) -> None:
        """Add a resource that is online."""
        first = not self._resources
        if self._resources is None:
            self._resources = {}
        resource = presence["from"].resource
        old = self._resources.pop(resource, None)
        new: ResourceDict = {
            "status": presence["status"],
            "show": presence["show"],
            "priority": presence["priority"],
        }
        if len(self._resources) >= MAX_RESOURCES:
            del self._resources[next(iter(self._resources))]
        self._resources[resource] = new
        if first:
            self.xmpp.event("got_online", presence)
        if old is None or (old["show"], old["status"]) != (new["show"], new["status"]):
            self.xmpp.event("changed_status", presence)

    def handle_unavailable(self, presence: Presence) -> None:
        """Remove a resource that is offline."""
        if not self._resources:
            return
        self._resources.pop(presence["from"].resource, None)
        self.xmpp.event("changed_status", presence)
        if not self._resources:
            self._resources = None
            self.xmpp.event("got_offline", presence)

    def _handle_subscription(self, ptype: str, presence: Presence) -> None:
        """Apply the table for an incoming subscription stanza."""
        held, pending = DIRECTIONS[ptype]
        table = COMPONENT if self.xmpp.is_component else CLIENT
        outcome = table[ptype][self[held], self[pending]]
        self[held] = outcome.held
        self[pending] = outcome.pending
        if outcome.answer is not None:
            self._send(outcome.answer)
        if outcome.event is not None:
            self.xmpp.event(outcome.event, presence)
        if self.xmpp.is_component:
            self.save()

    def handle_subscribe(self, presence: Presence) -> None:
        """Handle a request to subscribe to our presence."""
        self._handle_subscription("subscribe", presence)

    def handle_subscribed(self, presence: Presence) -> None:
        """Handle the approval of our subscription."""
        self._handle_subscription("subscribed", presence)

    def handle_unsubscribe(self, presence: Presence) -> None:
        """Handle the end of a subscription to our presence."""
        self._handle_subscription("unsubscribe", presence)

    def handle_unsubscribed(self, presence: Presence) -> None:
        """Handle the denial of our subscription, or its revocation."""
        self._handle_subscription("unsubscribed", presence)

    def handle_probe(self, presence: Presence) -> None:
        """Answer a server's request for our presence."""
        del presence
        if self["from"]:
            self.send_last_presence()
        if self["pending_out"]:
            self.subscribe()
        if not self["from"]:
            self._send("unsubscribed")

    def reset(self) -> None:
        """Forget the resources that are online, as after a lost connection."""
        self._resources = None

    def __repr__(self) -> str:
        return repr(self.state)
