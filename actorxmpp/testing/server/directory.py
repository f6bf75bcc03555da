"""Who is online: accounts, their resources, and the components; every look-up is one dict.

This is the server's only record of where to send something. It decides nothing about stanzas.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

from actorxmpp.testing.server.roster import Roster

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from actorxmpp.testing.server.management import Management


class StreamPort(Protocol):
    """What the server asks of a connection, whoever is at its other end."""

    def send(self, data: bytes) -> None:
        """Queue bytes for the peer; they go out together at the end of this loop turn."""

    def fail(self, condition: str, text: str = "") -> None:
        """End the stream with a stream error."""

    def cut(self) -> None:
        """Drop the connection hard, without a word."""


class SessionStream(StreamPort, Protocol):
    """The same for a client, whose session may outlive its connection."""

    def hand_over(self) -> None:
        """Let go of the session: another stream has it now."""


class _Nowhere:
    """A stream that nobody reads."""

    __slots__ = ()

    def send(self, data: bytes) -> None:
        """Drop it."""

    def fail(self, condition: str, text: str = "") -> None:
        """Do nothing."""

    def cut(self) -> None:
        """Do nothing."""


NOWHERE: Final[StreamPort] = _Nowhere()
"""Where the errors go whose recipient is gone."""


@dataclass(slots=True, eq=False)
class Component:
    """A connected component (XEP-0114).

    Attributes:
        jid: its domain.
        stream: its connection.
    """

    jid: str
    stream: StreamPort


@dataclass(slots=True, eq=False)
class Resource:
    """One client session, from bind to its end; it may have one stream after another.

    Attributes:
        jid: its full address.
        user: the account it belongs to.
        stream: its connection, or what stands in for it until the session is resumed.
        priority: of its last available presence; None while it is not available.
        presence: that presence, sent again to whoever may see it later.
        interested: whether it asked for the roster and gets its pushes.
        directed: whom it sent directed presence, to be notified when it goes; None for nobody.
        management: its stream management (XEP-0198); None until that is enabled.
    """

    jid: str
    user: User
    stream: SessionStream
    priority: int | None = None
    presence: Element | None = None
    interested: bool = False
    directed: set[str] | None = None
    management: Management | None = None


@dataclass(slots=True, eq=False)
class User:
    """An account that is online, or has a roster to keep.

    Attributes:
        bare: its address.
        resources: its sessions by resource, in the order they were bound.
        contacts: its roster; None until it has one.
    """

    bare: str
    resources: dict[str, Resource] = field(default_factory=dict)
    contacts: Roster | None = None

    @property
    def roster(self) -> Roster:
        """Return the account's roster, made when first asked for."""
        if self.contacts is None:
            self.contacts = Roster()
        return self.contacts

    def available(self) -> list[Resource]:
        """Return the resources that sent available presence."""
        return [resource for resource in self.resources.values() if resource.priority is not None]

    def reachable(self) -> list[Resource]:
        """Return the resources that take messages for the bare address: priority not negative."""
        return [
            resource
            for resource in self.resources.values()
            if resource.priority is not None and resource.priority >= 0
        ]

    def best(self) -> Resource | None:
        """Return the reachable resource of highest priority; among equals the newest."""
        return max(reversed(self.reachable()), key=_priority, default=None)


class Directory:
    """Everybody the server can send something to."""

    __slots__ = ("components", "resources", "users")

    def __init__(self) -> None:
        self.users: dict[str, User] = {}
        self.resources: dict[str, Resource] = {}
        self.components: dict[str, Component] = {}

    def user(self, bare: str) -> User:
        """Return the record of an account, made when it isn't there."""
        user = self.users.get(bare)
        if user is None:
            user = self.users[bare] = User(bare)
        return user

    def attach(
        self, bare: str, name: str, stream: SessionStream
    ) -> tuple[Resource, Resource | None]:
        """Enter a new session and return it, with the one it replaced, if any."""
        user = self.user(bare)
        replaced = user.resources.pop(name, None)
        resource = Resource(f"{bare}/{name}", user, stream)
        user.resources[name] = resource
        self.resources[resource.jid] = resource
        return resource, replaced

    def detach(self, resource: Resource) -> None:
        """Take a session out, unless a newer one has replaced it already."""
        if self.resources.get(resource.jid) is resource:
            del self.resources[resource.jid]
            del resource.user.resources[resource.jid.partition("/")[2]]
        self.forget_if_empty(resource.user)

    def forget_if_empty(self, user: User) -> None:
        """Drop the record of an account that is offline and has an empty roster."""
        if not user.resources and not (user.contacts and user.contacts.items):
            self.users.pop(user.bare, None)

    def established(self) -> list[Component | Resource]:
        """Return all sessions and components, sorted by address: the same order in every run."""
        everybody: list[Component | Resource] = [
            *self.components.values(),
            *self.resources.values(),
        ]
        return sorted(everybody, key=lambda entry: entry.jid)


def _priority(resource: Resource) -> int:
    assert resource.priority is not None
    return resource.priority
