"""RosterNode: the roster of one account."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from actorxmpp.jid import JID
from actorxmpp.roster.item import RosterItem

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Iterator

    from actorxmpp.stanza.iq import Iq
    from actorxmpp.stanza.presence import Presence
    from actorxmpp.types import JidStr, ResourceDict, RosterDBProtocol

MAX_STRANGERS = 5_000
"""Entries kept that hold a presence and nothing else; any entity can send one. The oldest are
dropped first."""


def bare(jid: JidStr | None) -> str:
    """Return the key of an address in rosters: its bare form."""
    return JID(jid).bare


class RosterNode:
    """The roster of one account: bare address -> ``RosterItem``.

    Reading an address that is not there makes an entry for it.

    Args:
        xmpp: the session's role object.
        jid: the account.
        db: where entries are stored; see ``RosterDBProtocol``.

    Attributes:
        auto_authorize: whether requests to see our presence are granted (True), refused (False) or
            left to the program (None).
        auto_subscribe: whether a granted request is answered with one of ours.
        ignore_updates: whether incoming presences are ignored.
        last_status: the last presence that was broadcast.
    """

    __slots__ = (
        "_jids",
        "_strangers",
        "_version",
        "auto_authorize",
        "auto_subscribe",
        "db",
        "ignore_updates",
        "jid",
        "last_status",
        "xmpp",
    )

    def __init__(self, xmpp: Any, jid: JidStr, db: RosterDBProtocol | None = None) -> None:
        self.xmpp = xmpp
        self.jid = jid
        self.db = db
        self.ignore_updates = False
        self.auto_authorize: bool | None = True
        self.auto_subscribe = True
        self.last_status: Presence | None = None
        self._version = ""
        self._jids: dict[str, RosterItem] = {}
        self._strangers: dict[str, None] = {}
        if db is not None:
            self._version = self.version
            for entry in db.entries(jid):
                self.add(entry)

    @property
    def version(self) -> str:
        """The roster's version (RFC 6121 section 2.6)."""
        load: Callable[[JidStr], str] | None = getattr(self.db, "version", None)
        if load is not None:
            self._version = load(self.jid)
        return self._version

    @version.setter
    def version(self, version: str) -> None:
        self._version = version
        store: Callable[[JidStr, str], None] | None = getattr(self.db, "set_version", None)
        if store is not None:
            store(self.jid, version)

    # -- entries ---------------------------------------------------------------------------------

    def __getitem__(self, key: JidStr | None) -> RosterItem:
        """Return an entry, made if need be.

        Raises:
            InvalidJID: if ``key`` is not an address.
        """
        name = bare(key)
        item = self._jids.get(name)
        if item is None:
            self.add(name, save=True)
            item = self._jids[name]
            self._bound_strangers(name)
        return item

    def _bound_strangers(self, name: str) -> None:
        """Drop the oldest entry that holds nothing but presence when there are too many."""
        self._strangers[name] = None
        if len(self._strangers) <= MAX_STRANGERS:
            return
        oldest = next(iter(self._strangers))
        del self._strangers[oldest]
        item = self._jids.get(oldest)
        if item is not None and item.is_stranger():
            del self._jids[oldest]

    def __delitem__(self, key: JidStr | None) -> None:
        """Drop an entry here; ``remove`` also tells the server."""
        name = bare(key)
        self._jids.pop(name, None)
        self._strangers.pop(name, None)

    def __len__(self) -> int:
        return len(self._jids)

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._jids))

    def __contains__(self, jid: object) -> bool:
        return isinstance(jid, (str, JID)) and self.has_jid(jid)

    def keys(self) -> list[str]:
        """Return the addresses."""
        return list(self._jids)

    def has_jid(self, jid: JidStr) -> bool:
        """Tell whether there is an entry for an address."""
        return bare(jid) in self._jids

    def groups(self) -> dict[str, list[str]]:
        """Return group -> addresses; those in no group are under the empty name."""
        result: dict[str, list[str]] = {}
        for jid, item in self._jids.items():
            for group in item["groups"] or [""]:
                result.setdefault(group, []).append(jid)
        return result

    def add(
        self,
        jid: JidStr,
        name: str = "",
        groups: Iterable[str] | None = None,
        afrom: bool = False,
        ato: bool = False,
        pending_in: bool = False,
        pending_out: bool = False,
        whitelisted: bool = False,
        save: bool = False,
    ) -> None:
        """Add an entry, or replace one.

        Args:
            jid: the contact.
            name: its name.
            groups: its groups.
            afrom: whether they see our presence.
            ato: whether we see theirs.
            pending_in: whether their request is pending.
            pending_out: whether our request is pending.
            whitelisted: whether their request will be granted.
            save: whether the entry is stored at once.
        """
        key = bare(jid)
        item = RosterItem(self.xmpp, key, self.jid, db=self.db, roster=self)
        fields = {
            "name": name,
            "groups": list(groups or ()),
            "from": afrom,
            "to": ato,
            "pending_in": pending_in,
            "pending_out": pending_out,
            "whitelisted": whitelisted,
        }
        for field, value in fields.items():
            if value:
                item[field] = value
        self._jids[key] = item
        if save:
            item.save()

    def set_backend(self, db: RosterDBProtocol | None = None, save: bool = True) -> None:
        """Change where entries are stored.

        Args:
            db: the datastore; None for memory only.
            save: whether what is known is stored there first.
        """
        self.db = db
        if db is None:
            return
        existing = set(self._jids)
        stored = {bare(jid) for jid in db.entries(self.jid, {})}
        for jid in existing:
            self._jids[jid].set_backend(db, save)
        for jid in stored - existing:
            self.add(jid)

    # -- subscriptions ---------------------------------------------------------------------------

    def subscribe(self, jid: JidStr) -> None:
        """Request a subscription to a contact's presence."""
        self[jid].subscribe()

    def unsubscribe(self, jid: JidStr) -> None:
        """Unsubscribe from a contact's presence."""
        self[jid].unsubscribe()

    def remove(self, jid: JidStr) -> Awaitable[Iq] | None:
        """Remove a contact; for a client, also on the server.

        Returns:
            Awaitable of the server's answer; None for a component.
        """
        self[jid].remove()
        if self.xmpp.is_component:
            return None
        return self.update(jid, subscription="remove")

    def update(
        self,
        jid: JidStr,
        name: str | None = None,
        subscription: str | None = None,
        groups: Iterable[str] | None = None,
        timeout: float | None = None,
        callback: Callable[[Iq], Any] | None = None,
    ) -> Awaitable[Iq] | None:
        """Change a contact; for a client, also on the server (RFC 6121 section 2.4).

        Args:
            jid: the contact.
            name: its name.
            subscription: ``remove`` takes it out of the roster.
            groups: its groups.
            timeout: seconds to wait for the answer.
            callback: called with the answer.

        Returns:
            Awaitable of the server's answer; None for a component.
        """
        item = self[jid]
        if name:
            item["name"] = name
        item["groups"] = list(groups or ())
        item.save()
        if self.xmpp.is_component:
            return None
        iq = self.xmpp.Iq()
        iq["type"] = "set"
        iq["roster"]["items"] = {
            jid: {"name": name, "subscription": subscription, "groups": list(groups or ())}
        }
        answer: Awaitable[Iq] = iq.send(timeout=timeout, callback=callback)
        return answer

    # -- presence --------------------------------------------------------------------------------

    def presence(
        self, jid: JidStr, resource: str | None = None
    ) -> ResourceDict | dict[str, ResourceDict]:
        """Return the resources of a contact that are online.

        Args:
            jid: the contact.
            resource: one resource; without it all are returned, by name.
        """
        item = self._jids.get(bare(jid))
        resources = {} if item is None else item.resources
        if resource is None:
            return resources
        return resources.get(resource, {"status": "", "priority": 0, "show": ""})

    def reset(self) -> None:
        """Forget the resources that are online, as after a lost connection."""
        for item in self._jids.values():
            item.reset()

    def send_presence(self, **kwargs: Any) -> None:
        """Send a presence; arguments as for ``xmpp.send_presence``."""
        if self.xmpp.is_component and not kwargs.get("pfrom"):
            kwargs["pfrom"] = self.jid
        self.xmpp.send_presence(**kwargs)

    def send_last_presence(self) -> None:
        """Send the last broadcast presence again."""
        if self.last_status is None:
            self.send_presence()
            return
        presence = copy.copy(self.last_status)
        if self.xmpp.is_component:
            presence["from"] = self.jid
        else:
            del presence["from"]
        presence.send()

    def presence_sent(self, presence: Presence) -> None:
        """Keep a presence that is sent, to send it again later."""
        to = presence.xml.get("to")
        if to:
            item = self._jids.get(bare(to))
            if item is not None:
                item.last_status = presence
            return
        self.last_status = presence
        for item in self._jids.values():
            item.last_status = None

    def __repr__(self) -> str:
        return repr(self._jids)
