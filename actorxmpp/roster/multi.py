"""Roster: the rosters of the accounts a session speaks for; a component has many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from actorxmpp.exceptions import InvalidJID
from actorxmpp.roster.single import RosterNode, bare
from actorxmpp.types import PresenceShows

if TYPE_CHECKING:
    from collections.abc import Iterator, KeysView

    from actorxmpp.stanza.presence import Presence
    from actorxmpp.types import JidStr, RosterDBProtocol

MAX_EMPTY_NODES = 10_000
"""Rosters without contacts kept; any entity can write to any address of a component. The oldest are
dropped first."""

_STATUS_TYPES = frozenset({"available", "unavailable", *get_args(PresenceShows)})
"""Presence types that tell availability; the others are about subscriptions."""


class Roster:
    """The rosters of a session: bare address of the account -> ``RosterNode``.

    Reading an account that is not there makes a roster for it.

    Args:
        xmpp: the session's role object.
        db: where entries are stored; see ``RosterDBProtocol``.
    """

    __slots__ = ("_auto_authorize", "_auto_subscribe", "_passing", "_rosters", "db", "xmpp")

    def __init__(self, xmpp: Any, db: RosterDBProtocol | None = None) -> None:
        self.xmpp = xmpp
        self.db = db
        self._auto_authorize: bool | None = True
        self._auto_subscribe = True
        self._rosters: dict[str, RosterNode] = {}
        self._passing: dict[str, None] = {}
        if db is not None:
            for node in db.entries(None, {}):
                self.add(node)

    def __getitem__(self, key: JidStr | None) -> RosterNode:
        """Return an account's roster, made if need be; None means the bound account.

        Raises:
            InvalidJID: if ``key`` is not an address.
        """
        name = bare(self.xmpp.boundjid if key is None else key)
        node = self._rosters.get(name)
        if node is None:
            self.add(name)
            node = self._rosters[name]
            self._bound_nodes(name)
        return node

    def _bound_nodes(self, name: str) -> None:
        """Drop the oldest roster without contacts when there are too many."""
        self._passing[name] = None
        if len(self._passing) <= MAX_EMPTY_NODES:
            return
        oldest = next(iter(self._passing))
        del self._passing[oldest]
        node = self._rosters.get(oldest)
        if node is not None and not len(node) and node.last_status is None:
            del self._rosters[oldest]

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._rosters))

    def __len__(self) -> int:
        return len(self._rosters)

    def __bool__(self) -> bool:
        """Return True: a session has rosters, even before the first account is known."""
        return True

    def keys(self) -> KeysView[str]:
        """Return the accounts."""
        return self._rosters.keys()

    def add(self, node: JidStr) -> None:
        """Add the roster of an account, unless it is there."""
        name = bare(node)
        if name not in self._rosters:
            made = RosterNode(self.xmpp, name, self.db)
            made.auto_authorize = self._auto_authorize
            made.auto_subscribe = self._auto_subscribe
            self._rosters[name] = made

    def set_backend(self, db: RosterDBProtocol | None = None, save: bool = True) -> None:
        """Change where entries are stored.

        Args:
            db: the datastore; None for memory only.
            save: whether what is known is stored there first.
        """
        self.db = db
        if db is None:
            return
        existing = set(self._rosters)
        stored = {bare(node) for node in db.entries(None, {})}
        for name in existing:
            self._rosters[name].set_backend(db, save)
        for name in stored - existing:
            self.add(name)

    def reset(self) -> None:
        """Forget the resources that are online, as after a lost connection."""
        for node in self._rosters.values():
            node.reset()

    def send_presence(self, **kwargs: Any) -> None:
        """Send a presence; arguments as for ``xmpp.send_presence``.

        Raises:
            ValueError: if a component does not say which address it sends for (``pfrom``).
        """
        if self.xmpp.is_component and not kwargs.get("pfrom"):
            raise ValueError("a component must set pfrom: it speaks for many addresses")
        self.xmpp.send_presence(**kwargs)

    def presence_sent(self, presence: Presence) -> None:
        """Keep a presence that is sent, to send it again later."""
        if presence["type"] not in _STATUS_TYPES:
            return
        try:
            node = self[presence.xml.get("from") or None]
            node.presence_sent(presence)
        except InvalidJID:
            return  # the address is the program's mistake; the server will say so
        if not getattr(self.xmpp, "sentpresence", True):
            self.xmpp.sentpresence = True
            self.xmpp.event("sent_presence")

    @property
    def auto_authorize(self) -> bool | None:
        """Whether requests are granted (True), refused (False) or left to the program (None)."""
        return self._auto_authorize

    @auto_authorize.setter
    def auto_authorize(self, value: bool | None) -> None:
        self._auto_authorize = value
        for node in self._rosters.values():
            node.auto_authorize = value

    @property
    def auto_subscribe(self) -> bool:
        """Whether a granted request is answered with one of ours."""
        return self._auto_subscribe

    @auto_subscribe.setter
    def auto_subscribe(self, value: bool) -> None:
        self._auto_subscribe = value
        for node in self._rosters.values():
            node.auto_subscribe = value

    def __repr__(self) -> str:
        return repr(self._rosters)
